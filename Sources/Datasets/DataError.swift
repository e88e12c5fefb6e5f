public import Core

/// What can be wrong with a data file, said so that it can be put right.
public enum DataError: Error, Equatable, Sendable {
  /// There is no such file or folder; `packed` if a gzip file of that name is there.
  case missing(path: String, packed: Bool)
  /// There is no such file, but there are some that may be meant by it.
  case misnamed(path: String, found: [String])
  /// It is there under another name, but packed by gzip.
  case packed(path: String, unpacked: String)
  /// It is there, but cannot be read.
  case unreadable(path: String, reason: String)
  /// The file ends before its header does.
  case headerTooShort(path: String, expected: Int, found: Int)
  /// The first four bytes name another format.
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  /// A size in the header is 0, or all together are more bytes than can be counted.
  case impossibleSizes(path: String, sizes: [UInt32])
  /// The file is not as long as its header says.
  case wrongLength(path: String, expected: Int, found: Int)
  /// A label is none of the classes'.
  case labelOutOfRange(path: String, place: Int, label: Int, classes: Int)
  /// A file of images and its file of labels have different numbers of samples.
  case countMismatch(images: String, imageCount: Int, labels: String, labelCount: Int)
  /// The test images are not of the training images' size (height × width).
  case imageSizeMismatch(train: String, trainSize: [Int], test: String, testSize: [Int])

  /// The exit status for a program that ends with this error.
  ///
  /// 66 if an input is missing or unreadable, 65 if its bytes are wrong: `EX_NOINPUT` and
  /// `EX_DATAERR` of BSD's sysexits.h.
  public var exitCode: Int32 {
    switch self {
    case .missing, .misnamed, .unreadable: 66
    default: 65
    }
  }
}

extension DataError: Failure {
  /// The file, what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .missing(let path, packed: false):
      return "\(path): there is no such file or folder. "
        + "--data takes a folder with the four unpacked IDX files; without it, those that come "
        + "with the course are read."
    case .missing(let path, packed: true):
      return "\(path): there is no such file, but \(path).gz is there. "
        + "Unpack it first with gunzip."
    case .misnamed(let path, let found):
      return "\(path): there is no such file, but the folder has \(found.joined(separator: ", ")). "
        + "Give the one that is meant this name."
    case .packed(let path, let unpacked):
      return "\(path): is packed by gzip. Unpack it first: gunzip -c '\(path)' > '\(unpacked)'"
    case .unreadable(let path, let reason):
      return "\(path): cannot be read: \(reason)."
    case .headerTooShort(let path, let expected, let found):
      return "\(path): the header takes \(expected) bytes, the file has \(found). "
        + "Fetch it again: it is not whole."
    case .wrongMagic(let path, let expected, let found):
      return "\(path): should begin with \(hexadecimal(expected)) (\(IDX.name(of: expected))), "
        + "begins with \(hexadecimal(found)). \(advice(expected: expected, found: found))"
    case .impossibleSizes(let path, let sizes):
      return "\(path): the header says \(sizes.map(String.init).joined(separator: " × ")); every "
        + "size should be at least 1, and their product a number of bytes that fits a computer. "
        + "Fetch the file again: its header is damaged."
    case .wrongLength(let path, let expected, let found):
      let (difference, what) =
        found < expected ? (expected - found, "missing") : (found - expected, "too many")
      return
        "\(path): should have \(expected) bytes by its header, has \(found): \(difference) are "
        + "\(what). Fetch it again."
    case .labelOutOfRange(let path, let place, let label, let classes):
      return "\(path): label \(place), counted from 0, is \(label); labels should be 0 to "
        + "\(classes - 1). Is this the labels file of another data set?"
    case .countMismatch(let images, let imageCount, let labels, let labelCount):
      return "\(images) has \(imageCount) images, \(labels) has \(labelCount) labels; there should "
        + "be one label an image. Take both from the same data set."
    case .imageSizeMismatch(let train, let trainSize, let test, let testSize):
      return "\(train) has images of \(text(trainSize)) pixels, \(test) of \(text(testSize)); "
        + "they should be equal. Take both from the same data set."
    }
  }

  private func text(_ size: [Int]) -> String {
    size.map(String.init).joined(separator: " × ")
  }

  private func hexadecimal(_ magic: UInt32) -> String {
    let digits = String(magic, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  private func advice(expected: UInt32, found: UInt32) -> String {
    if found >> 16 == 0x1f8b {
      return "It is packed by gzip: unpack it first with gunzip, which wants a name that ends with "
        + ".gz."
    }
    if found == IDX.imagesMagic || found == IDX.labelsMagic {
      return "That is a file of \(IDX.name(of: found)): are two files' names swapped?"
    }
    return "It is no IDX file of bytes: fetch it again, or check which file was renamed to this."
  }
}
