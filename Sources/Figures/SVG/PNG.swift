/// A small picture in the PNG format, with a table of colours and without compression.
///
/// Source: ISO/IEC 15948 (PNG), RFC 1950 (zlib), RFC 1951 (deflate, stored blocks).
enum PNG {
  /// Encodes `width` × `height` positions in a table of at most 256 colours, row by row.
  ///
  /// Up to 16 colours take half a byte each.
  static func encode(width: Int, height: Int, palette: [Colour], pixels: [UInt8]) -> [UInt8] {
    let isHalf = palette.count <= 16
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)  // no filter
      let row = pixels[y * width..<(y + 1) * width]
      if isHalf {
        for x in stride(from: row.startIndex, to: row.endIndex, by: 2) {
          rows.append(row[x] << 4 | (x + 1 < row.endIndex ? row[x + 1] : 0))
        }
      } else {
        rows += row
      }
    }
    let header =
      bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [isHalf ? 4 : 8, 3, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", header)
      + chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] })
      + chunk("tRNS", palette.map(\.alpha))
      + chunk("IDAT", zlib(rows))
      + chunk("IEND", [])
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  /// The data in stored blocks of at most 65,535 bytes.
  static func zlib(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65_535, data.count)
      let length = UInt16(end - start)
      result.append(end == data.count ? 1 : 0)
      for word in [length, ~length] { result += [UInt8(word & 255), UInt8(word >> 8)] }
      result += data[start..<end]
      start = end
    } while start < data.count
    return result + bigEndian(adler32(data))
  }

  static func adler32(_ data: [UInt8]) -> UInt32 {
    var a: UInt32 = 1
    var b: UInt32 = 0
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return b << 16 | a
  }

  static func crc32(_ data: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data { crc = crc >> 8 ^ crcTable[Int((crc ^ UInt32(byte)) & 255)] }
    return ~crc
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
