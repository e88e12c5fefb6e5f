import Backprop
import Datasets
import Foundation
import Testing

@Suite struct `Faulty data files` {
  @Test func `a folder with other counts and sizes is read`() throws {
    let (train, test) = try Folder().load()
    #expect(train.count == 3 && train.height == 2 && train.width == 4)
    #expect(train.labels == [0, 9, 4])
    #expect(train.pixels == Array(0..<24))
    #expect(test.count == 1)
  }

  @Test(arguments: Folder.names)
  func `every missing file is named`(name: String) throws {
    var folder = Folder()
    folder.files[name] = nil
    let error = folder.error()
    #expect(error == .missing(path: folder.path(name), packed: false))
    #expect(error?.exitCode == 66)
  }

  @Test func `a packed file in the place of the unpacked one is pointed out`() {
    var folder = Folder()
    folder.files["t10k-labels-idx1-ubyte"] = nil
    folder.files["t10k-labels-idx1-ubyte.gz"] = [0x1f, 0x8b, 8, 0]
    let error = folder.error()
    #expect(error == .missing(path: folder.path("t10k-labels-idx1-ubyte"), packed: true))
    #expect(error?.description.contains("gunzip") == true)
  }

  @Test func `a missing folder is named, and so is a file in its place`() throws {
    let folder = Folder()
    #expect(throws: DataError.missing(path: "/no/such", packed: false)) {
      try MNIST.load(from: URL(fileURLWithPath: "/no/such"))
    }
    try folder.write()
    defer { folder.remove() }
    let file = folder.url.appendingPathComponent(Folder.names[0])
    let error = #expect(throws: DataError.self) { try MNIST.load(from: file) }
    #expect(error?.exitCode == 66)
    #expect(error?.description.contains("give the folder") == true)
  }

  @Test(arguments: Folder.names)
  func `a folder in the place of a file cannot be read`(name: String) throws {
    var folder = Folder()
    folder.files[name] = nil
    try folder.write()
    defer { folder.remove() }
    try FileManager.default.createDirectory(
      atPath: folder.path(name), withIntermediateDirectories: false)
    let error = #expect(throws: DataError.self) { try MNIST.load(from: folder.url) }
    #expect(error == .unreadable(path: folder.path(name), reason: "it is a folder, not a file"))
    #expect(error?.exitCode == 66)
  }

  @Test func `a device in the place of a file is not read for ever`() throws {
    var folder = Folder()
    folder.files["train-images-idx3-ubyte"] = nil
    try folder.write()
    defer { folder.remove() }
    let path = folder.path("train-images-idx3-ubyte")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
    #expect(throws: DataError.unreadable(path: path, reason: "it is no ordinary file")) {
      try MNIST.load(from: folder.url)
    }
  }

  @Test func `a file without read permission says so`() async throws {
    let folder = Folder()
    try folder.write()
    defer { folder.remove() }
    let path = folder.path("train-labels-idx1-ubyte")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
      // Permissions do not bind the superuser, so its child becomes another user.
      if geteuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 { exit(1) }
      do {
        _ = try MNIST.load(from: URL(fileURLWithPath: path).deletingLastPathComponent())
      } catch let error as DataError {
        let expected = DataError.unreadable(path: path, reason: "you have no permission; see chmod")
        exit(error == expected && error.exitCode == 66 ? 7 : 2)
      }
    }
  }

  @Test(arguments: Folder.names)
  func `a file cut anywhere is refused with its name and sizes`(name: String) throws {
    let whole = try #require(Folder().files[name])
    let header = name.contains("images") ? 16 : 8
    for length in whole.indices {
      var folder = Folder()
      folder.files[name] = Array(whole[..<length])
      let path = folder.path(name)
      let error = folder.error()
      if length < header {
        #expect(error == .headerTooShort(path: path, expected: header, found: length))
      } else {
        #expect(error == .wrongLength(path: path, expected: whole.count, found: length))
      }
      #expect(error?.description.hasPrefix("\(path): ") == true)
      #expect(error?.description.contains(" \(length)") == true)
      #expect(error?.exitCode == 65)
    }
  }

  @Test(arguments: Folder.names)
  func `trailing bytes are refused`(name: String) throws {
    var folder = Folder()
    let whole = try #require(folder.files[name])
    folder.files[name] = whole + [0]
    let error = folder.error()
    #expect(
      error
        == .wrongLength(path: folder.path(name), expected: whole.count, found: whole.count + 1))
    #expect(error?.description.contains("1 are too many") == true)
  }

  @Test(arguments: Folder.names)
  func `a packed file is recognised`(name: String) {
    var folder = Folder()
    folder.files[name] = [0x1f, 0x8b, 0x08, 0x08] + [UInt8](repeating: 7, count: 30)
    let error = folder.error()
    #expect(
      error
        == .wrongMagic(
          path: folder.path(name), expected: name.contains("images") ? 0x803 : 0x801,
          found: 0x1f8b_0808))
    #expect(error?.description.contains("unpack it first with gunzip") == true)
    #expect(error?.exitCode == 65)
  }

  @Test func `swapped files are recognised`() {
    var folder = Folder()
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    (folder.files[images], folder.files[labels]) = (folder.files[labels], folder.files[images])
    let error = folder.error()
    #expect(
      error == .wrongMagic(path: folder.path(images), expected: 0x803, found: 0x801))
    #expect(error?.description.contains("a file of labels: are two files' names swapped?") == true)

    var half = Folder()
    half.files[labels] = half.files[images]
    #expect(
      half.error() == .wrongMagic(path: half.path(labels), expected: 0x801, found: 0x803))
  }

  @Test(arguments: 0..<4)
  func `each byte of the magic number is looked at`(place: Int) throws {
    for name in Folder.names {
      var folder = Folder()
      folder.files[name]?[place] ^= 0x10
      let error = folder.error()
      #expect(error?.description.contains("fetch it again") == true)
      guard case .wrongMagic = error else {
        Issue.record("\(name), byte \(place): \(String(describing: error))")
        continue
      }
    }
  }

  @Test(arguments: Folder.names)
  func `each flipped bit of a header is noticed`(name: String) throws {
    let header = name.contains("images") ? 16 : 8
    for bit in 0..<8 * header {
      var folder = Folder()
      folder.files[name]?[bit / 8] ^= 1 << (bit % 8)
      let error = folder.error()
      #expect(error?.exitCode == 65, "bit \(bit): \(String(describing: error))")
      #expect(error?.description.hasPrefix(folder.path(name)) == true, "bit \(bit)")
    }
  }

  @Test func `of all ways to exchange the four files, only whole pairs are right`() {
    func orders(_ names: [String]) -> [[String]] {
      names.isEmpty
        ? [[]]
        : names.flatMap { first in
          orders(names.filter { $0 != first }).map { [first] + $0 }
        }
    }
    for order in orders(Folder.names) {
      var folder = Folder()
      let files = folder.files
      for (place, name) in zip(Folder.names, order) { folder.files[place] = files[name] }
      let pairsSwapped = Array(Folder.names[2...]) + Array(Folder.names[..<2])
      let whole = order == Folder.names || order == pairsSwapped
      let error = folder.error()
      #expect(
        whole ? error == nil : error?.exitCode == 65, "\(order): \(String(describing: error))")
    }
  }

  @Test func `the shipped files cut at random places are refused with both sizes`() throws {
    var generator = SplitMix64(seed: 5)
    for name in ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
      let whole = try Data(contentsOf: shippedFile(name))
      for _ in 0..<10 {
        let folder = Folder()
        try folder.write()
        defer { folder.remove() }
        let length = generator.integer(below: whole.count)
        try whole.prefix(length).write(to: folder.url.appendingPathComponent(name))
        let error = #expect(throws: DataError.self) { try MNIST.load(from: folder.url) }
        #expect(error?.description.contains("\(length)") == true)
        #expect(error?.exitCode == 65)
      }
    }
  }

  @Test(
    arguments: [
      [0, 2, 4], [3, 0, 4], [3, 2, 0], [0, 0, 0],
      [.max, .max, .max], [0x8000_0000, 0x8000_0000, 2], [.max, .max, 1],
    ] as [[UInt32]])
  func `sizes of 0, and sizes beyond counting, are refused`(sizes: [UInt32]) {
    var folder = Folder()
    folder.files["train-images-idx3-ubyte"] = Folder.header(0x803, sizes) + Array(0..<24)
    let error = folder.error()
    #expect(
      error == .impossibleSizes(path: folder.path("train-images-idx3-ubyte"), sizes: sizes))
    #expect(error?.exitCode == 65)
  }

  @Test func `giant sizes that can be counted need no memory to be refused`() {
    var folder = Folder()
    folder.files["train-images-idx3-ubyte"] =
      Folder.header(0x803, [0x7fff_ffff, 0x7fff_ffff, 1]) + Array(0..<24)
    #expect(
      folder.error()
        == .wrongLength(
          path: folder.path("train-images-idx3-ubyte"),
          expected: 0x7fff_ffff * 0x7fff_ffff + 16, found: 40))
  }

  @Test func `images and labels must be as many`() {
    var folder = Folder()
    folder.files["t10k-labels-idx1-ubyte"] = Folder.header(0x801, [2]) + [1, 2]
    #expect(
      folder.error()
        == .countMismatch(
          images: folder.path("t10k-images-idx3-ubyte"), imageCount: 1,
          labels: folder.path("t10k-labels-idx1-ubyte"), labelCount: 2))
  }

  @Test(arguments: [10, 255] as [UInt8])
  func `a label beyond 9 is refused with its place`(label: UInt8) {
    var folder = Folder()
    folder.files["train-labels-idx1-ubyte"] = Folder.header(0x801, [3]) + [0, 9, label]
    let error = folder.error()
    #expect(
      error
        == .labelOutOfRange(
          path: folder.path("train-labels-idx1-ubyte"), place: 2, label: Int(label), classes: 10))
    #expect(error?.description.contains("labels should be 0 to 9") == true)
  }

  @Test func `training and test images must be of one size`() {
    var folder = Folder()
    folder.files["t10k-images-idx3-ubyte"] = Folder.header(0x803, [1, 4, 2]) + Array(0..<8)
    #expect(
      folder.error()
        == .imageSizeMismatch(
          train: folder.path("train-images-idx3-ubyte"), trainSize: [2, 4],
          test: folder.path("t10k-images-idx3-ubyte"), testSize: [4, 2]))
  }

  @Test func `no bytes whatever stop the program`() throws {
    for seed in UInt64(1)...300 {
      var (generator, folder) = (SplitMix64(seed: seed), Folder())
      let name = Folder.names[generator.integer(below: 4)]
      for _ in 0...generator.integer(below: 3) {
        let place = generator.integer(below: 9)
        folder.files[name]?[place] = UInt8(generator.integer(below: 256))
      }
      do {
        _ = try folder.load()
      } catch {
        let exitCode = (error as? DataError)?.exitCode
        #expect(exitCode == 65, "seed \(seed): \(error)")
      }
    }
  }
}

/// One of the files that the package comes with.
private func shippedFile(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources/Datasets/Resources/mnist/\(name)").standardized
}

/// Four small files that are right, until a test changes one, in a folder of their own.
private struct Folder {
  static let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]

  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("idx-\(UUID().uuidString)")
  var files: [String: [UInt8]] = [
    names[0]: header(0x803, [3, 2, 4]) + Array(0..<24),
    names[1]: header(0x801, [3]) + [0, 9, 4],
    names[2]: header(0x803, [1, 2, 4]) + Array(100..<108),
    names[3]: header(0x801, [1]) + [7],
  ]

  static func header(_ magic: UInt32, _ sizes: [UInt32]) -> [UInt8] {
    ([magic] + sizes).flatMap { number in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, bytes) in files {
      try Data(bytes).write(to: url.appendingPathComponent(name))
    }
  }

  func remove() { try? FileManager.default.removeItem(at: url) }

  func load() throws -> (train: ImageData, test: ImageData) {
    try write()
    defer { remove() }
    return try MNIST.load(from: url)
  }

  /// What is wrong with the files; nil if nothing is.
  func error() -> DataError? {
    do {
      _ = try load()
      return nil
    } catch {
      return error as? DataError
    }
  }
}
