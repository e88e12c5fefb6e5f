/// Images in rows, each with its caption.
public struct ImageGrid: Sendable {
  public var images: [Image]
  /// Images in a row; a narrow terminal shows fewer.
  public var columns: Int
  public var captions: [String]

  public init(images: [Image], columns: Int, captions: [String] = []) {
    self.images = images
    self.columns = max(columns, 1)
    self.captions = captions
  }
}

/// A picture of one value for each pixel, row by row from the top.
public struct Image: Sendable {
  public var width: Int
  public var height: Int
  /// From 0 (black) to 1 (white); signed values are scaled by the largest magnitude instead.
  public var values: [Double]
  /// Whether negative and positive values are told apart, as in a filter's weights.
  public var isSigned: Bool
  /// Whether each value is written into its pixel, as in a small matrix.
  public var showsNumbers: Bool
  /// Rectangles over some pixels, such as the windows of a filter.
  public var frames: [Frame]

  public init(
    width: Int, height: Int, values: [Double], isSigned: Bool = false, showsNumbers: Bool = false,
    frames: [Frame] = []
  ) {
    self.width = max(width, 0)
    self.height = max(height, 0)
    self.values = values
    self.isSigned = isSigned
    self.showsNumbers = showsNumbers
    self.frames = frames
  }

  public init(width: Int, height: Int, values: [Float], isSigned: Bool = false) {
    self.init(width: width, height: height, values: values.map(Double.init), isSigned: isSigned)
  }

  /// The pixels as a heat map, which knows how to shade them.
  var map: HeatMap {
    // Behind numbers colours stay pale.
    let largest = values.filter(\.isFinite).map { abs($0) }.max() ?? 0
    let reach = showsNumbers ? 2.5 * max(largest, 1e-9) : 1
    let range = isSigned && !showsNumbers ? nil : (isSigned ? -reach : 0)...reach
    var map = HeatMap(
      values: values, rows: height, columns: width, range: range,
      scale: isSigned ? .diverging : .linear, showsNumbers: showsNumbers)
    map.isImage = !showsNumbers
    return map
  }
}

/// A rectangle over some pixels of an image.
public struct Frame: Sendable {
  public var row: Int
  public var column: Int
  public var height: Int
  public var width: Int
  public var kind: Kind

  public enum Kind: Sendable {
    /// A thick line in the style of a series: number 0 is drawn through, the others are dashed.
    case window(Int)
    /// A box of its own, drawn where there is no pixel.
    case box
    /// The same, and filled.
    case markedBox
  }

  public init(row: Int, column: Int, height: Int, width: Int, kind: Kind = .window(0)) {
    (self.row, self.column, self.height, self.width) = (row, column, height, width)
    self.kind = kind
  }
}
