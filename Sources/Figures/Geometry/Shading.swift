import Foundation

/// Where a heat map's values lie on its scale of colours or shades.
struct Shading {
  let isDiverging: Bool
  let extent: Extent
  /// The characters for tones, from the lowest; lines stand for negative ones.
  let glyphs: [Character]
  private let centre: Double
  private let kind: Kind

  private enum Kind { case map, table, image }

  /// The scale of a map; its shades stay faint where lines and points are drawn above.
  init(_ map: HeatMap, isBackdrop: Bool = false) {
    kind = map.isImage ? .image : map.showsNumbers ? .table : .map
    let values = map.values
    switch map.scale {
    case .linear, .logarithmic:
      isDiverging = false
      centre = 0
      extent = Extent(
        of: values, within: map.range, scale: map.scale == .logarithmic ? .logarithmic : .linear,
        margin: 0)
    case .diverging, .centred:
      isDiverging = true
      if case .centred(let middle) = map.scale, middle.isFinite {
        centre = middle
      } else {
        centre = 0
      }
      let centre = centre
      let ends = map.range.map { [$0.lowerBound, $0.upperBound] } ?? values
      let reach = ends.filter(\.isFinite).map { abs($0 - centre) }.max() ?? 0
      let half = reach > 0 ? min(reach, 1e150) : 1
      extent = Extent(
        of: [centre - half, centre + half], within: nil, scale: .linear, margin: 0)
    }
    if isDiverging {
      glyphs = isBackdrop ? ["·", " ", "░"] : ["≡", "=", "-", " ", "░", "▒", "▓"]
    } else {
      glyphs = isBackdrop ? [" ", "░", "▒"] : [" ", "░", "▒", "▓", "█"]
    }
  }

  /// From 0 to 1, or from −1 to 1 on a diverging scale; nil where there is nothing to show.
  func tone(_ value: Double) -> Double? {
    guard let part = extent.position(value) else { return nil }
    let inside = min(max(part, 0), 1)
    return isDiverging ? 2 * inside - 1 : inside
  }

  /// The value at a tone, for legends.
  func value(at tone: Double) -> Double {
    let part = isDiverging ? (tone + 1) / 2 : tone
    switch extent.scale {
    case .linear: return extent.lower + part * (extent.upper - extent.lower)
    case .logarithmic: return extent.lower * pow(extent.upper / extent.lower, part)
    }
  }

  /// The colour of a tone in the SVG.
  func colour(_ tone: Double) -> Colour {
    if isDiverging { return Palette.map(tone: tone, diverging: true) }
    return switch kind {
    case .map: Palette.map(tone: tone, diverging: false)
    case .table: Palette.table(tone: tone)
    case .image: Palette.grey(tone: tone)
    }
  }

  /// The position in `glyphs` for a tone.
  func level(_ tone: Double) -> Int {
    let part = isDiverging ? (tone + 1) / 2 : tone
    return min(Int(part * Double(glyphs.count)), glyphs.count - 1)
  }
}
