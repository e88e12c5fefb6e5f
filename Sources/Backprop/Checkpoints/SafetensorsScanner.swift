import Core
import Foundation

/// Reads the JSON of a safetensors header, and no other JSON.
///
/// A general reader would keep one of two tensors with the same name without a word. This one knows
/// what must come next, never nests deeper than the format does, and says at which byte it stumbled.
struct SafetensorsScanner {
  struct Finding: Error {
    var text: String
  }

  private let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The whole header: tensors and notes.
  mutating func header() throws -> ([SafetensorsHeader.Entry], [String: String]) {
    var entries: [SafetensorsHeader.Entry] = []
    var metadata: [String: String] = [:]
    try object(of: "the header") { scanner, name in
      if name == SafetensorsHeader.metadataKey {
        try scanner.object(of: name) { scanner, key in metadata[key] = try scanner.string() }
      } else {
        entries.append(try scanner.entry(name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw expected("nothing but spaces after the last brace") }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws -> SafetensorsHeader.Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object(of: "\"\(name)\"") { scanner, key in
      switch key {
      case "dtype": type = try scanner.string()
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default:
        throw Finding(
          text: "\"\(name)\" has a field \"\(key)\"; a tensor has dtype, shape and data_offsets. "
            + "Is the file of another format?")
      }
    }
    guard let type, let shape, let offsets else {
      throw Finding(
        text: "\"\(name)\" needs dtype, shape and data_offsets, and one of them is missing. "
          + "The header is damaged: save the file again")
    }
    guard let scalar = SafetensorsHeader.ScalarType(rawValue: type) else {
      throw Finding(
        text: "\"\(name)\" has dtype \(type); only F64, F32, F16 and BF16 can be read. "
          + "Convert it before saving, in PyTorch with tensor.float()")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw Finding(
        text:
          "\"\(name)\" has the data_offsets \(offsets); they should be where its bytes begin and "
          + "where they end. The header is damaged: save the file again")
    }
    return SafetensorsHeader.Entry(
      name: name, type: scalar, shape: shape, range: offsets[0]..<offsets[1])
  }
}

// MARK: The parts of JSON that occur

extension SafetensorsScanner {
  /// `{"key": value, …}`, each key once.
  private mutating func object(
    of owner: String, value: (inout SafetensorsScanner, String) throws -> Void
  ) throws {
    var seen: Set<String> = []
    try list(from: "{", to: "}") { scanner in
      let key = try scanner.string()
      guard seen.insert(key).inserted else {
        throw Finding(
          text: "\(owner) names \"\(key)\" twice, and which one is meant cannot be told. "
            + "Save the file again with distinct names")
      }
      try scanner.take(":")
      try value(&scanner, key)
    }
  }

  /// `[1, 2, …]`, whole numbers from 0.
  private mutating func integers() throws -> [Int] {
    var numbers: [Int] = []
    try list(from: "[", to: "]") { numbers.append(try $0.integer()) }
    return numbers
  }

  private mutating func list(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar,
    element: (inout SafetensorsScanner) throws -> Void
  ) throws {
    try take(opening)
    if next(is: closing) { return try take(closing) }
    try element(&self)
    while next(is: ",") {
      try take(",")
      try element(&self)
    }
    try take(closing)
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let leadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
    guard !leadingZero, let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw expected("a whole number from 0 to \(Int.max)")
    }
    position += digits.count
    return number
  }

  private mutating func string() throws -> String {
    skipSpace()
    let start = position
    try take("\"")
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = start
      throw expected("a string that ends")
    }
    position += 1
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position]))
    else {
      position = start
      throw expected("a string of valid UTF-8 and valid escapes")
    }
    return text
  }

  private mutating func next(is character: Unicode.Scalar) -> Bool {
    skipSpace()
    return position < bytes.count && bytes[position] == UInt8(ascii: character)
  }

  private mutating func take(_ character: Unicode.Scalar) throws {
    guard next(is: character) else { throw expected("'\(character)'") }
    position += 1
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private func expected(_ what: String) -> Finding {
    let found =
      position < bytes.count
      ? "'\(String(decoding: bytes[position...].prefix(12), as: UTF8.self))'" : "its end"
    return Finding(
      text: "the header should have \(what) at byte \(position), it has \(found). "
        + "Is it a safetensors file, and whole?")
  }
}
