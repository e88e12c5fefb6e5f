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
    in file: Data, path: String
  ) throws(DataError) -> (pixels: [UInt8], count: Int, height: Int, width: Int) {
    let (sizes, elements) = try contents(of: file, magic: imagesMagic, dimensions: 3, path: path)
    return (elements, sizes[0], sizes[1], sizes[2])
  }

  /// The labels of a file of labels, each of which must be below the number of classes.
  static func labels(in file: Data, classes: Int, path: String) throws(DataError) -> [Int] {
    let elements = try contents(of: file, magic: labelsMagic, dimensions: 1, path: path).elements
    let labels = elements.map { Int($0) }
    if let place = labels.firstIndex(where: { $0 >= classes }) {
      throw .labelOutOfRange(path: path, place: place, label: labels[place], classes: classes)
    }
    return labels
  }

  private static func contents(
    of file: Data, magic: UInt32, dimensions: Int, path: String
  ) throws(DataError) -> (sizes: [Int], elements: [UInt8]) {
    let header = 4 * (1 + dimensions)
    if file.count >= 4, case let found = number(0, in: file), found != magic {
      throw .wrongMagic(path: path, expected: magic, found: found)
    }
    guard file.count >= header else {
      throw .headerTooShort(path: path, expected: header, found: file.count)
    }
    let sizes = (1...dimensions).map { number($0, in: file) }
    guard let length = length(header, sizes) else {
      throw .impossibleSizes(path: path, sizes: sizes)
    }
    guard file.count == length else {
      throw .wrongLength(path: path, expected: length, found: file.count)
    }
    return (sizes.map { Int($0) }, [UInt8](file.dropFirst(header)))
  }

  /// The big-endian number at a place of the header, counted in fours.
  private static func number(_ place: Int, in file: Data) -> UInt32 {
    file.dropFirst(4 * place).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
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

extension IDX {
  /// The bytes of a file, or why there are none.
  static func read(_ file: URL) throws(DataError) -> Data {
    let path = file.path
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
      return try Data(contentsOf: file, options: .mappedIfSafe)
    } catch let error as DataError {
      throw error
    } catch {
      let permitted = FileManager.default.isReadableFile(atPath: path)
      throw .unreadable(
        path: path,
        reason: permitted ? error.localizedDescription : "you have no permission; see chmod")
    }
  }
}
