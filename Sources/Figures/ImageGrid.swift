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

  public init(width: Int, height: Int, values: [Double], isSigned: Bool = false) {
    self.width = max(width, 0)
    self.height = max(height, 0)
    self.values = values
    self.isSigned = isSigned
  }

  public init(width: Int, height: Int, values: [Float], isSigned: Bool = false) {
    self.init(width: width, height: height, values: values.map(Double.init), isSigned: isSigned)
  }

  /// The pixels as a heat map, which knows how to shade them.
  var map: HeatMap {
    var map = HeatMap(
      values: values, rows: height, columns: width, range: isSigned ? nil : 0...1,
      scale: isSigned ? .diverging : .linear)
    map.isImage = true
    return map
  }
}
