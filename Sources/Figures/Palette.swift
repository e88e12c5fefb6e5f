/// Red, green, blue and opacity, 0 to 255 each.
struct Colour: Equatable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8
  var alpha: UInt8 = 255

  init(_ rgb: UInt32, alpha: UInt8 = 255) {
    red = UInt8(truncatingIfNeeded: rgb >> 16)
    green = UInt8(truncatingIfNeeded: rgb >> 8)
    blue = UInt8(truncatingIfNeeded: rgb)
    self.alpha = alpha
  }

  private init(_ red: Double, _ green: Double, _ blue: Double) {
    self.red = UInt8(red.rounded())
    self.green = UInt8(green.rounded())
    self.blue = UInt8(blue.rounded())
  }

  /// The colour as `#rrggbb`.
  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Whether black text is easier to read on it than white text.
  var isBright: Bool {
    0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue) > 140
  }

  /// A colour on the way through `stops`, at a part from 0 to 1.
  static func blend(_ stops: [Colour], at part: Double) -> Colour {
    let place = min(max(part, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let t = place - Double(index)
    let (a, b) = (stops[index], stops[index + 1])
    func mix(_ x: UInt8, _ y: UInt8) -> Double { Double(x) + (Double(y) - Double(x)) * t }
    return Colour(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue))
  }
}

/// The colours of the figures, told apart by readers with any colour vision.
///
/// Series follow Okabe and Ito (2008), darkened for light pages and lightened for dark ones; maps
/// follow viridis (van der Walt and Smith, 2015) or part from white into blue and orange.
enum Palette {
  static let light = [
    "#0072b2", "#d55e00", "#00805f", "#a8457f", "#8a6300", "#2f86c9", "#57606a",
  ]
  static let dark = [
    "#56b4e9", "#ff8f4a", "#2fc79a", "#e69ac4", "#e8b73a", "#a5d3f2", "#b6bfc8",
  ]

  /// The number of a series' colour.
  static func index(_ series: Int) -> Int { series % light.count }

  private static let sequential: [Colour] = [
    0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B,
    0xFDE725,
  ].map { Colour($0) }

  private static let blues: [Colour] = [
    0xF3F8FD, 0xC9DDF0, 0x8FBFE0, 0x4A97CB, 0x1B69AF, 0x08366F,
  ].map { Colour($0) }

  /// A tone's colour behind numbers: the many small ones stay light.
  static func table(tone: Double) -> Colour { .blend(blues, at: tone) }

  /// The grey of an unsigned image's pixel.
  static func grey(tone: Double) -> Colour { .blend([Colour(0), Colour(0xFFFFFF)], at: tone) }

  private static let diverging: [Colour] = [
    0x053B6B, 0x2166AC, 0x6FA8D6, 0xC8DFEF, 0xF7F7F7, 0xFBDCBF, 0xF0A15E, 0xCA5F0B, 0x7F3503,
  ].map { Colour($0) }

  /// The colour of a tone: 0 to 1, or −1 to 1 on a diverging scale.
  static func map(tone: Double, diverging isDiverging: Bool) -> Colour {
    isDiverging
      ? .blend(diverging, at: (tone + 1) / 2) : .blend(sequential, at: tone)
  }

  /// The translucent colour of a tone behind a plot, so that the page shines through.
  static func veil(tone: Double, diverging isDiverging: Bool) -> Colour {
    if isDiverging {
      return Colour(tone < 0 ? 0x2F86C9 : 0xE8801A, alpha: UInt8(min(abs(tone), 1) * 130))
    }
    return Colour(0x3B82B8, alpha: UInt8(min(max(tone, 0), 1) * 165))
  }

  /// A series' colour in the terminal's table of 256.
  static func terminal(_ series: Int) -> UInt8 {
    [33, 208, 36, 175, 178, 81, 246][index(series)]
  }

  /// A tone's colour in the terminal's table: the nearest of its 6 × 6 × 6 cube.
  static func terminal(tone: Double, diverging: Bool) -> UInt8 {
    let colour = map(tone: tone, diverging: diverging)
    func level(_ value: UInt8) -> UInt8 { UInt8((Double(value) / 51).rounded()) }
    return 16 + 36 * level(colour.red) + 6 * level(colour.green) + level(colour.blue)
  }
}
