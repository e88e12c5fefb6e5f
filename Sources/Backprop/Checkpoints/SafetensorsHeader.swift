import Core
import Foundation
import Kernels

/// What a safetensors file says about itself, before the numbers begin.
///
/// Eight bytes hold the header's length, little-endian. The header is JSON:
/// `{"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}`.
/// Offsets count from the end of the header. Spaces fill it up to a multiple of eight bytes.
struct SafetensorsHeader {
  enum ScalarType: String {
    case float = "F32"
    case double = "F64"
    case half = "F16"
    case brain = "BF16"
    case bool = "BOOL"
    case int8 = "I8"
    case uint8 = "U8"
    case int16 = "I16"
    case uint16 = "U16"
    case int32 = "I32"
    case uint32 = "U32"
    case int64 = "I64"
    case uint64 = "U64"

    var size: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .half, .brain, .int16, .uint16: 2
      case .float, .int32, .uint32: 4
      case .double, .int64, .uint64: 8
      }
    }
  }

  struct Entry {
    var name: String
    var type: ScalarType
    var shape: [Int]
    /// Where the numbers stand, in bytes from the end of the header.
    var range: Range<Int>
  }

  static let metadataKey = "__metadata__"
  /// The format's own limit: a longer header is taken for an attack or an accident.
  static let longest = 100_000_000

  var metadata: [String: String] = [:]
  var entries: [Entry] = []

  init(metadata: [String: String]) { self.metadata = metadata }
}

// MARK: Writing

extension SafetensorsHeader {
  /// The length and the header, padded.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    func text(_ string: String) throws -> String {
      String(decoding: try encoder.encode(string), as: UTF8.self)
    }
    var fields: [String] = []
    if !metadata.isEmpty {
      let notes = try metadata.sorted { $0.key < $1.key }.map { "\(try text($0)):\(try text($1))" }
      fields.append("\"\(Self.metadataKey)\":{\(notes.joined(separator: ","))}")
    }
    for entry in entries {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(try text(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}")
    }
    var json = Array("{\(fields.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }
}

// MARK: Reading

extension SafetensorsHeader {
  /// Reads the header and compares it with the file's size: afterwards every tensor's numbers are
  /// known to be there, as many as its shape says, side by side and without gaps.
  init(readingFrom file: SourceFile) throws {
    func malformed(_ detail: String) -> CheckpointError {
      CheckpointError(.malformed, path: file.path, detail)
    }
    guard file.size >= 8 else {
      throw malformed(
        "a safetensors file begins with 8 bytes for the length of its header, this one has "
          + "\(file.size) in all. It is empty or cut off: save it again")
    }
    let lengthBytes: [UInt8] = try file.read(8)
    let claimed = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Self.longest) else {
      throw malformed(
        "its first 8 bytes claim a header of \(claimed) bytes, the format allows \(Self.longest). "
          + "Is it a safetensors file?")
    }
    let length = Int(claimed)
    guard length <= file.size - 8 else {
      throw malformed(
        "its header should have \(length) bytes, but only \(file.size - 8) follow. "
          + "The file is cut off: copy or save it again")
    }
    do {
      var scanner = SafetensorsScanner(bytes: try file.read(length))
      (entries, metadata) = try scanner.header()
    } catch let finding as SafetensorsScanner.Finding {
      throw malformed(finding.text)
    }
    if let gap = objection(dataSize: file.size - 8 - length) { throw malformed(gap) }
  }

  /// What is wrong with the offsets, as a sentence; nil if the tensors fill the data exactly.
  private func objection(dataSize: Int) -> String? {
    for entry in entries {
      guard let count = countOfElements(entry.shape) else {
        return "the shape \(entry.shape) of \"\(entry.name)\" holds more numbers than can be "
          + "counted. The header is damaged: save the file again"
      }
      let bytes = count * entry.type.size
      if entry.range.count != bytes {
        return
          "\"\(entry.name)\" is \(entry.shape) of \(entry.type.rawValue), \(bytes) bytes, but its "
          + "offsets span \(entry.range.count). The header is damaged: save the file again"
      }
    }
    var end = 0
    let inOrder = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in inOrder {
      if entry.range.lowerBound != end {
        let fault = entry.range.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap"
        return
          "\"\(entry.name)\" begins at byte \(entry.range.lowerBound) of the data, it should begin "
          + "at \(end): it \(fault). The header is damaged: save the file again"
      }
      end = entry.range.upperBound
    }
    if end != dataSize {
      let advice =
        end > dataSize
        ? "The file is cut off: copy or save it again"
        : "Something was appended to it: save it again"
      return "its tensors take \(end) bytes, but \(dataSize) follow the header. \(advice)"
    }
    return nil
  }
}
