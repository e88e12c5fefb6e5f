/// A matrix whose values are drawn as colours or shades, its first row at the top.
public struct HeatMap: Sendable {
  /// Row by row, `rows` × `columns`; missing ones count as NaN, and NaN is drawn as empty.
  public var values: [Double]
  public var rows: Int
  public var columns: Int
  public var rowLabels: [String]
  public var columnLabels: [String]
  public var xLabel: String
  public var yLabel: String
  /// The values at both ends of the scale; nil takes them from the data.
  public var range: ClosedRange<Double>?
  public var scale: Scale
  /// Writes each value into its cell where there is room.
  public var showsNumbers: Bool
  /// Where the columns lie on a numeric axis; nil counts them.
  public var xRange: ClosedRange<Double>?
  /// Where the rows lie on a numeric axis, the first row at the upper end; nil counts them.
  public var yRange: ClosedRange<Double>?
  /// Lines of equal value, drawn where the map is the background of a plot.
  public var contours: [Double]
  /// Whether it stands for an image, which is grey and not coloured.
  var isImage = false

  public enum Scale: Sendable, Equatable {
    case linear
    /// By powers of ten; values that are not positive are drawn as empty.
    case logarithmic
    /// Two colours that part at zero.
    case diverging
    /// Two colours that part at a value, such as a probability of one half.
    case centred(on: Double)
  }

  public init(
    values: [Double], rows: Int, columns: Int, rowLabels: [String] = [],
    columnLabels: [String] = [], xLabel: String = "", yLabel: String = "",
    range: ClosedRange<Double>? = nil, scale: Scale = .linear, showsNumbers: Bool = false
  ) {
    self.values = values
    self.rows = max(rows, 0)
    self.columns = max(columns, 0)
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.range = range
    self.scale = scale
    self.showsNumbers = showsNumbers
    xRange = nil
    yRange = nil
    contours = []
  }

  /// A function of two variables, taken in the middle of `columns` × `rows` cells.
  ///
  /// As the background of a plot it is a decision surface; with `contours` also a map of heights.
  public init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, columns: Int = 80, rows: Int = 60,
    range: ClosedRange<Double>? = nil, scale: Scale = .linear, contours: [Double] = [],
    of function: (_ x: Double, _ y: Double) -> Double
  ) {
    let rows = max(rows, 1)
    let columns = max(columns, 1)
    let width = (x.upperBound - x.lowerBound) / Double(columns)
    let height = (y.upperBound - y.lowerBound) / Double(rows)
    var values: [Double] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        values.append(
          function(
            x.lowerBound + (Double(column) + 0.5) * width,
            y.upperBound - (Double(row) + 0.5) * height))
      }
    }
    self.init(values: values, rows: rows, columns: columns, range: range, scale: scale)
    xRange = x
    yRange = y
    self.contours = contours
  }

  subscript(row: Int, column: Int) -> Double {
    let index = row * columns + column
    return index < values.count ? values[index] : .nan
  }

  var isEmpty: Bool { rows == 0 || columns == 0 }
}
