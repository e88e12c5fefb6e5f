import Testing

@testable import Figures

struct PNGTests {
  @Test func `the checksums are those of the published examples`() {
    let digits = Array("123456789".utf8)
    #expect(PNG.crc32(digits) == 0xCBF4_3926)
    #expect(PNG.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    // From zlib; long enough for every sum to pass its modulus.
    let long = (0..<100_000).map { UInt8($0 * 7 % 256) }
    #expect(PNG.adler32(long) == 0x6A10_942F)
    #expect(PNG.crc32(long) == 0x0EAF_0153)
    // The last chunk of every PNG file.
    #expect(PNG.chunk("IEND", []) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
  }

  @Test(arguments: [(1, 1, 2), (3, 2, 16), (3, 2, 17), (400, 300, 256), (401, 3, 16)])
  func `decoding gives back the pixels`(_ width: Int, _ height: Int, _ colours: Int) throws {
    let pixels = (0..<width * height).map { UInt8($0 * 7 % colours) }
    let palette = (0..<colours).map { Colour(UInt32($0) * 257, alpha: UInt8($0 % 256)) }
    let bytes = PNG.encode(width: width, height: height, palette: palette, pixels: pixels)
    var chunks: [String: [UInt8]] = [:]
    var rest = bytes.dropFirst(8)
    while !rest.isEmpty {
      let length = rest.prefix(4).reduce(0) { $0 * 256 + Int($1) }
      let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
      chunks[type] = Array(rest.dropFirst(8).prefix(length))
      rest = rest.dropFirst(12 + length)
    }
    #expect(try inflated(#require(chunks["IDAT"]), width, height, colours <= 16) == pixels)
    #expect(chunks["PLTE"]?.count == colours * 3)
    #expect(chunks["tRNS"] == palette.map(\.alpha))
    #expect(chunks["IHDR"]?.suffix(5).first == (colours <= 16 ? 4 : 8))
  }

  /// The pixels of stored blocks of rows without a filter.
  private func inflated(
    _ data: [UInt8], _ width: Int, _ height: Int, _ isHalf: Bool
  ) -> [UInt8] {
    var rest = data.dropFirst(2)
    var rows: [UInt8] = []
    var isLast = false
    while !isLast {
      let block = Array(rest.prefix(5))
      let length = Int(block[1]) + Int(block[2]) * 256
      #expect(length + Int(block[3]) + Int(block[4]) * 256 == 65_535)
      isLast = block[0] == 1
      rows += rest.dropFirst(5).prefix(length)
      rest = rest.dropFirst(5 + length)
    }
    #expect(rest.count == 4)
    let stride = 1 + (isHalf ? (width + 1) / 2 : width)
    return (0..<height).flatMap { y in
      (0..<width).map { x in
        let byte = rows[y * stride + 1 + (isHalf ? x / 2 : x)]
        return isHalf ? (x % 2 == 0 ? byte >> 4 : byte & 15) : byte
      }
    }
  }
}
