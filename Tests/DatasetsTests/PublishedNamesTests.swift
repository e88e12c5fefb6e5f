import Backprop
import Datasets
import Foundation
import Testing

/// Four small right files, each under the name that a test gives it.
private final class Downloads {
  static let published = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]
  private static let bytes: [[UInt8]] = [
    [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 4] + Array(0..<24),
    [0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 4],
    [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4] + Array(100..<108),
    [0, 0, 8, 1, 0, 0, 0, 1, 7],
  ]
  static let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]

  let url = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID().uuidString)")

  init(named name: (String) -> String) throws {
    for (published, bytes) in zip(Self.published, Self.bytes) {
      try add(name(published), bytes)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func add(_ name: String, _ bytes: [UInt8]) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func path(_ name: String) -> String { url.appending(path: name).path }

  var error: DataError? {
    do throws(DataError) {
      _ = try MNIST.load(from: url)
      return nil
    } catch {
      return error
    }
  }

  var isRead: Bool {
    let sets = try? MNIST.load(from: url)
    return sets?.train.labels == [0, 9, 4] && sets?.test.pixels == Array(100..<108)
  }
}

private func dotted(_ name: String) -> String { name.replacing("-idx", with: ".idx") }

@Suite struct PublishedNamesTests {
  @Test func `names as downloads change them are read`() throws {
    let changes: [(String) -> String] = [
      { $0 }, dotted, { $0.uppercased() }, { dotted($0).uppercased() },
      { $0.replacing("-", with: "_") }, { "\($0) (1)" }, { "\($0)(1)" }, { "\(dotted($0)) (2)" },
      { "\($0) copy" }, { "\($0) copy 2" }, { "\($0).bin" }, { "\($0).txt" }, { "\($0).gz" },
      { "\($0)/\($0)" }, { "\($0)/\(dotted($0))" }, { "\(dotted($0)).gz" },
    ]
    for change in changes {
      let downloads = try Downloads(named: change)
      #expect(downloads.isRead, "\(change("train-images-idx3-ubyte")): \(downloads.error as Any)")
    }
  }

  @Test func `the published name comes first, then the nearest, and hidden files are none`() throws
  {
    let downloads = try Downloads { $0 }
    for name in Downloads.published {
      for other in [dotted(name), "\(name) (1)", "._\(name)", "\(name).gz"] {
        try downloads.add(other, Downloads.packed)
      }
    }
    #expect(downloads.isRead)
    let near = try Downloads(named: dotted)
    for name in Downloads.published {
      try near.add("\(name) (1)", [1, 2, 3, 4])
      try near.add("._\(name)", Downloads.packed)
    }
    #expect(near.isRead)
  }

  @Test(arguments: [
    "train-images.idx3-ubyte.gz", "train-images-idx3-ubyte(1).gz", "train-images-idx3-ubyte.gz (1)",
    "TRAIN-IMAGES-IDX3-UBYTE.GZ", "train-images-idx3-ubyte.gz.gz",
  ])
  func `a packed file under any such name is named, with the command that unpacks it`(
    name: String
  ) throws {
    let downloads = try Downloads { $0 }
    try FileManager.default.removeItem(at: downloads.url.appending(path: "train-images-idx3-ubyte"))
    try downloads.add(name, Downloads.packed)
    let wanted = downloads.path("train-images-idx3-ubyte")
    #expect(downloads.error == .packed(path: downloads.path(name), unpacked: wanted))
    #expect(
      downloads.error?.description.contains("gunzip -c '\(downloads.path(name))' > '\(wanted)'")
        == true)
  }

  @Test func `where several may be meant, all are named and none is taken`() throws {
    let downloads = try Downloads(named: dotted)
    try downloads.add("TRAIN-LABELS-IDX1-UBYTE", [1, 2, 3])
    let found = ["TRAIN-LABELS-IDX1-UBYTE", "train-labels.idx1-ubyte"]
    #expect(
      downloads.error == .misnamed(path: downloads.path("train-labels-idx1-ubyte"), found: found))
    #expect(downloads.error?.exitCode == 66)
  }

  @Test func `a name that is another's is not taken, but told what to become`() throws {
    let downloads = try Downloads { $0.replacing("t10k", with: "test") }
    let error = downloads.error
    #expect(
      error
        == .misnamed(
          path: downloads.path("t10k-images-idx3-ubyte"), found: ["test-images-idx3-ubyte"]))
    #expect(error?.description.contains("Give the one that is meant this name") == true)
    let longer = try Downloads { "\($0)-part" }
    #expect(
      longer.error
        == .misnamed(
          path: longer.path("train-images-idx3-ubyte"),
          found: ["t10k-images-idx3-ubyte-part", "train-images-idx3-ubyte-part"]))
  }

  @Test func `a pipe of such a name is not waited for`() throws {
    let downloads = try Downloads(named: dotted)
    try FileManager.default.removeItem(
      at: downloads.url.appending(path: "train-labels.idx1-ubyte"))
    #expect(mkfifo(downloads.path("train-labels.idx1-ubyte"), 0o600) == 0)
    #expect(
      downloads.error
        == .unreadable(
          path: downloads.path("train-labels.idx1-ubyte"), reason: "it is no ordinary file"))
  }
}
