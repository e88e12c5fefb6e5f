import Backprop
import Foundation
import Testing

private func status(_ path: String) -> stat {
  var status = stat()
  _ = lstat(path, &status)
  return status
}

private func mode(_ path: String) -> mode_t { status(path).st_mode & 0o7777 }

private func kind(_ path: String) -> mode_t { status(path).st_mode & S_IFMT }

private let network = Checkpoint(metadata: ["saved": "now"])

private func isSaved(_ path: String) -> Bool { (try? Checkpoint(contentsOf: path)) == network }

/// Runs a body as a user whom permissions bind, in a process of its own that should end with 7.
private func becomeSomebody() {
  if geteuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 { exit(1) }
}

@Suite struct SaveTargetTests {
  @Test func `through links, dangling ones too, the file that is meant is written`() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(
      atPath: folder.file("far"), withIntermediateDirectories: false)
    let links = [
      ("absolute", folder.file("far/a")), ("relative", "far/b"), ("chain", "relative"),
      ("up", "far/../c"),
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: target)
    }
    for (name, file) in [
      ("absolute", "far/a"), ("chain", "far/b"), ("up", "c"), ("chain", "far/b"),
    ] {
      try network.save(to: folder.file(name))
      #expect(kind(folder.file(name)) == S_IFLNK, "\(name) is still a link")
      #expect(isSaved(folder.file(file)), "\(name) leads to \(file)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("far"))
    #expect(left.sorted() == ["a", "b"])
  }

  @Test func `links in a circle, folders and names of folders are refused and stay`() throws {
    let folder = try Folder()
    for (a, b) in [("one", "two"), ("two", "one")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(a), withDestinationPath: folder.file(b))
    }
    for (name, part) in [
      ("one", "circle"), ("", "folder"), (".", "folder"), ("new/", "folder"),
    ] {
      let error = #expect(throws: CheckpointError.self) { try network.save(to: folder.file(name)) }
      #expect(
        error?.exitCode == 73 && error?.detail.contains(part) == true, "\(name): \(error as Any)")
    }
    #expect(try folder.names.sorted() == ["one", "two"])
  }

  @Test(arguments: [0o600, 0o640, 0o664, 0o4755, 0o200] as [mode_t])
  func `a file keeps its permissions`(permissions: mode_t) throws {
    let folder = try Folder()
    let path = folder.file("net")
    try Checkpoint().save(to: path)
    #expect(chmod(path, permissions) == 0)
    try network.save(to: path)
    #expect(mode(path) == permissions)
    #expect(chmod(path, 0o600) == 0 && isSaved(path))
  }

  @Test func `a new file gets the permissions that the umask leaves`() async throws {
    let folder = try Folder()
    await #expect(processExitsWith: .exitCode(7)) { [path = folder.file("net") as String] in
      umask(0o027)
      try network.save(to: path)
      exit(mode(path) == 0o640 ? 7 : 1)
    }
  }

  @Test func `all names of a file with several lead to what was saved`() throws {
    let folder = try Folder()
    var large = Checkpoint()
    large.set("x", to: Tensor<Float>(shape: [5000]))
    try large.save(to: folder.file("a"))
    #expect(link(folder.file("a"), folder.file("b")) == 0)
    try network.save(to: folder.file("a"))
    #expect(
      isSaved(folder.file("a")) && isSaved(folder.file("b")), "and nothing of the old end is left")
    #expect(status(folder.file("a")).st_nlink == 2)
    try large.save(to: folder.file("b"))
    #expect(try Checkpoint(contentsOf: folder.file("a")) == large)
    #expect(try folder.names.sorted() == ["a", "b"])
  }

  @Test func `a pipe gets the bytes and stays a pipe`() async throws {
    let folder = try Folder()
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let nobody = #expect(throws: CheckpointError.self) { try network.save(to: path) }
    #expect(nobody?.detail.contains("nobody reads") == true)

    var large = Checkpoint()
    large.set("x", to: Tensor<Float>(shape: [100_000]))
    try large.save(to: folder.file("file"))
    // Opened without waiting, it is a reader at once.
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    #expect(reader >= 0 && fcntl(reader, F_SETFL, 0) == 0)
    let received = Task.detached {
      try FileHandle(fileDescriptor: reader, closeOnDealloc: true).readToEnd()
    }
    try large.save(to: path)
    #expect(try await received.value == Data(contentsOf: URL(filePath: folder.file("file"))))
    #expect(kind(path) == S_IFIFO)
    #expect(try folder.names.sorted() == ["file", "pipe"])
  }

  @Test func `a reader who leaves is an error, not the end of the program`() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = close(ends[0])
    defer { _ = close(ends[1]) }
    let error = #expect(throws: CheckpointError.self) { try network.save(to: "/dev/fd/\(ends[1])") }
    #expect(
      error?.exitCode == 74 || error?.detail.contains("nobody reads") == true, "\(error as Any)")
  }

  @Test func `a device is written to and stays a device`() throws {
    let before = status("/dev/null")
    try network.save(to: "/dev/null")
    #expect(status("/dev/null").st_ino == before.st_ino && kind("/dev/null") == S_IFCHR)
    #if os(Linux)
      let full = #expect(throws: CheckpointError.self) { try network.save(to: "/dev/full") }
      #expect(full?.exitCode == 74 && kind("/dev/full") == S_IFCHR)
    #endif
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: "/dev").contains { $0.hasPrefix(".ch") })
  }

  @Test func `a file that may not be written to is refused, and stays as it was`() async throws {
    let folder = try Folder()
    try Checkpoint().save(to: folder.file("net"))
    #expect(chmod(folder.file("net"), 0o444) == 0 && chmod(folder.path, 0o777) == 0)
    await #expect(processExitsWith: .exitCode(7)) { [path = folder.file("net") as String] in
      becomeSomebody()
      do { try network.save(to: path) } catch let error as CheckpointError {
        guard error.exitCode == 73, error.detail.contains("chmod") else { exit(2) }
        exit(try Checkpoint(contentsOf: path) == Checkpoint() ? 7 : 3)
      }
    }
    #expect(try folder.names == ["net"] && mode(folder.file("net")) == 0o444)
  }

  @Test func `a file that may be written to is, where its folder takes no new files`() async throws
  {
    let folder = try Folder()
    let path = folder.file("net")
    try Checkpoint().save(to: path)
    #expect(chmod(path, 0o666) == 0 && chmod(folder.path, 0o555) == 0)
    await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
      becomeSomebody()
      try network.save(to: path)
      exit(isSaved(path) ? 7 : 2)
    }
    #expect(mode(path) == 0o666)
    #expect(chmod(folder.path, 0o755) == 0)
  }

  @Test func `the temporary file is one that .gitignore names`() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let ignored = try String(contentsOf: package.appending(path: ".gitignore"), encoding: .utf8)
    let source = try String(
      contentsOf: package.appending(path: "Sources/Backprop/Checkpoints/SafetensorsFile.swift"),
      encoding: .utf8)
    #expect(ignored.split(separator: "\n").contains(".checkpoint-*.tmp"))
    #expect(source.contains(#"/.checkpoint-\(fingerprint(of: name)).tmp""#))
  }
}
