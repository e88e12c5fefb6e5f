/// Curves and points in a pair of axes.
public struct Plot: Sendable {
  public var x: Axis
  public var y: Axis
  public var series: [Series]
  /// Drawn under the series: a decision surface, or the contours of a loss.
  ///
  /// It covers its own `xRange` and `yRange`, or the whole plot where it has none.
  public var background: HeatMap?

  public init(x: Axis = "", y: Axis = "", series: [Series], background: HeatMap? = nil) {
    self.x = x
    self.y = y
    self.series = series
    self.background = background
  }
}

/// What the contours of a plot's background stand for, where they are more than one border.
func contourNote(_ plot: Plot) -> String? {
  guard let map = plot.background, map.contours.count > 1 else { return nil }
  return "contours at " + map.contours.map { trimmed(short($0)) }.joined(separator: ", ")
}

/// A direction of a plot: its label, what it covers, and how it is divided.
public struct Axis: Sendable, ExpressibleByStringLiteral {
  public var label: String
  /// What is shown; nil takes the finite data with a small margin.
  public var range: ClosedRange<Double>?
  public var scale: Scale

  public enum Scale: Sendable {
    case linear
    /// Decades; values that are not positive are left out.
    case logarithmic
  }

  public init(_ label: String, range: ClosedRange<Double>? = nil, scale: Scale = .linear) {
    self.label = label
    self.range = range
    self.scale = scale
  }

  public init(stringLiteral label: String) {
    self.init(label)
  }
}

/// A place in a plot, in the units of its axes.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Points that belong together, under one name in the legend.
///
/// A point that is not finite is left out, and a line has a gap there.
public struct Series: Sendable {
  public var name: String
  public var points: [Point]
  public var style: Style
  /// The sign for its points; nil takes the next one in turn.
  public var marker: Marker?

  public enum Style: Sendable {
    case line
    case points
    /// Each value holds until the next point.
    case steps
  }

  public init(_ name: String, points: [Point], style: Style = .line, marker: Marker? = nil) {
    self.name = name
    self.points = points
    self.style = style
    self.marker = marker
  }

  /// Values at x = `start`, `start` + 1, and so on.
  public init(
    _ name: String, y: [Double], from start: Int = 0, style: Style = .line, marker: Marker? = nil
  ) {
    let points = y.enumerated().map { Point(Double(start + $0.offset), $0.element) }
    self.init(name, points: points, style: style, marker: marker)
  }

  /// Values at the given places; the shorter of the two lists decides how many.
  public init(
    _ name: String, x: [Double], y: [Double], style: Style = .line, marker: Marker? = nil
  ) {
    self.init(name, points: zip(x, y).map { Point($0, $1) }, style: style, marker: marker)
  }

  /// A function at `count` places spread evenly over a range.
  public init(
    _ name: String, over range: ClosedRange<Double>, count: Int = 201,
    of function: (Double) -> Double
  ) {
    let steps = Double(max(count - 1, 1))
    let width = range.upperBound - range.lowerBound
    let points = (0..<max(count, 1)).map { index in
      let x = range.lowerBound + width * Double(index) / steps
      return Point(x, function(x))
    }
    self.init(name, points: points)
  }
}

/// A sign that tells a series apart without colour.
public enum Marker: CaseIterable, Sendable {
  case circle, cross, triangle, square, diamond, plus, ring, box

  /// The sign in the terminal.
  public var glyph: Character {
    switch self {
    case .circle: "●"
    case .cross: "×"
    case .triangle: "▲"
    case .square: "■"
    case .diamond: "◆"
    case .plus: "+"
    case .ring: "○"
    case .box: "□"
    }
  }

  static func inTurn(_ index: Int) -> Marker {
    allCases[index % allCases.count]
  }
}
