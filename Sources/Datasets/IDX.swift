import Foundation

/// Reads IDX files, the format in which MNIST was published.
///
/// A header of big-endian 32-bit numbers (a magic number, then one size a dimension), and one
/// unsigned byte an element, the last index running fastest. The magic number's third byte, 8,
/// says "unsigned bytes", its fourth the number of dimensions.
///
///     images: 0x00000803, count, height, width, then count·height·width bytes
///     labels: 0x00000801, count, then count bytes
enum IDX {
  static let imagesMagic: UInt32 = 0x0000_0803
  static let labelsMagic: UInt32 = 0x0000_0801

  /// What a magic number stands for.
  static func name(of magic: UInt32) -> String { magic == labelsMagic ? "labels" : "images" }

  /// The pixels of a file of images, with their number, height and width.
  static func images(
    in file: OpenFile
  ) throws(DataError) -> (pixels: [UInt8], count: Int, height: Int, width: Int) {
    let (sizes, elements) = try contents(of: file, magic: imagesMagic, dimensions: 3)
    return (elements, sizes[0], sizes[1], sizes[2])
  }

  /// The labels of a file of labels, each of which must be below the number of classes.
  static func labels(in file: OpenFile, classes: Int) throws(DataError) -> [Int] {
    let elements = try contents(of: file, magic: labelsMagic, dimensions: 1).elements
    let labels = elements.map { Int($0) }
    if let place = labels.firstIndex(where: { $0 >= classes }) {
      throw .labelOutOfRange(path: file.path, place: place, label: labels[place], classes: classes)
    }
    return labels
  }

  private static func contents(
    of file: OpenFile, magic: UInt32, dimensions: Int
  ) throws(DataError) -> (sizes: [Int], elements: [UInt8]) {
    let (path, header) = (file.path, 4 * (1 + dimensions))
    let start = try file.bytes(min(header, file.count))
    if start.count >= 4, case let found = number(0, in: start), found != magic {
      throw .wrongMagic(path: path, expected: magic, found: found)
    }
    guard start.count >= header else {
      throw .headerTooShort(path: path, expected: header, found: file.count)
    }
    let sizes = (1...dimensions).map { number($0, in: start) }
    guard let length = length(header, sizes) else {
      throw .impossibleSizes(path: path, sizes: sizes)
    }
    guard file.count == length else {
      throw .wrongLength(path: path, expected: length, found: file.count)
    }
    return (sizes.map { Int($0) }, try file.bytes(length - header))
  }

  /// The big-endian number at a place of the header, counted in fours.
  private static func number(_ place: Int, in header: [UInt8]) -> UInt32 {
    header[(4 * place)...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The bytes of a whole file; nil if a size is 0 or the product is beyond counting.
  private static func length(_ header: Int, _ sizes: [UInt32]) -> Int? {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(size))
      if size == 0 || overflow { return nil }
      product = next
    }
    let (length, overflow) = product.addingReportingOverflow(header)
    return overflow ? nil : length
  }
}

/// A file of data, whose bytes are read to where they stay: a copy of all images would take as much
/// memory again as they do.
struct OpenFile {
  let path: String
  /// Its length in bytes.
  let count: Int
  private let handle: FileHandle

  /// Opens a file, or says why it cannot be read.
  init(_ file: URL) throws(DataError) {
    path = file.path
    // `fileExists` follows links; a named pipe or a device would be read for ever.
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      let packed = FileManager.default.fileExists(atPath: path + ".gz")
      throw .missing(path: path, packed: packed)
    }
    if isFolder.boolValue { throw .unreadable(path: path, reason: "it is a folder, not a file") }
    do {
      let target = file.resolvingSymlinksInPath().path
      let type = try FileManager.default.attributesOfItem(atPath: target)[.type]
      guard type as? FileAttributeType == .typeRegular else {
        throw DataError.unreadable(path: path, reason: "it is no ordinary file")
      }
      handle = try FileHandle(forReadingFrom: file)
      count = Int(clamping: try handle.seekToEnd())
      try handle.seek(toOffset: 0)
    } catch let error as DataError {
      throw error
    } catch {
      let permitted = FileManager.default.isReadableFile(atPath: path)
      throw .unreadable(
        path: path,
        reason: permitted ? error.localizedDescription : "you have no permission; see chmod")
    }
  }

  /// The next bytes, which must be there.
  func bytes(_ wanted: Int) throws(DataError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted, let base = buffer.baseAddress {
        let got = read(handle.fileDescriptor, base + filled, wanted - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    if failure != 0 { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
    guard bytes.count == wanted else {
      throw .unreadable(path: path, reason: "it has become shorter meanwhile")
    }
    return bytes
  }
}
