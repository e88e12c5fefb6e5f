import Figures
import Foundation
import Testing

@Suite struct WrittenThroughLinksTests {
  @Test func `links, several names and permissions of a figure's file stay`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appending(path: name).path }
    func status(_ name: String) -> stat {
      var status = stat()
      _ = lstat(path(name), &status)
      return status
    }
    let figure = Figure.lines("A line", x: "x", y: "y", [Series("y", y: [1, 2, 3], from: 1)])
    let text = figure.svg()
    func read(_ name: String) throws -> String {
      try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    try figure.write(named: "plain", in: folder)
    #expect(chmod(path("plain.svg"), 0o600) == 0)
    try figure.write(named: "plain", in: folder)
    #expect(try read("plain.svg") == text && status("plain.svg").st_mode & 0o777 == 0o600)

    #expect(symlink("far", path("link.svg")) == 0)
    try figure.write(named: "link", in: folder)
    #expect(try read("far") == text)
    #expect(status("link.svg").st_mode & S_IFMT == S_IFLNK)

    try Data(repeating: 65, count: 100_000).write(to: folder.appending(path: "one.svg"))
    #expect(link(path("one.svg"), path("two.svg")) == 0)
    try figure.write(named: "one", in: folder)
    #expect(try read("two.svg") == text && status("two.svg").st_nlink == 2)

    #expect(symlink("/dev/null", path("null.svg")) == 0)
    try figure.write(named: "null", in: folder)
    #expect(status("null.svg").st_mode & S_IFMT == S_IFLNK)
  }
}
