/// Bars for each category, or a histogram.
public struct BarChart: Sendable {
  public var categories: [String]
  /// One group of bars for each name in the legend, each with one value for each category.
  public var groups: [Bars]
  /// The axis along which the bars grow.
  public var axis: Axis
  /// What the categories are, or the unit of a histogram's values.
  public var label: String
  /// The borders of a histogram's bins, one more than categories; nil for separate bars.
  public var edges: [Double]?

  public init(
    categories: [String], groups: [Bars], axis: Axis = "", label: String = "",
    edges: [Double]? = nil
  ) {
    self.categories = categories
    self.groups = groups
    self.axis = axis
    self.label = label
    self.edges = edges
  }

  /// Counts the finite values in equally wide bins.
  ///
  /// A bin holds its lower border, the last one its upper border too; values outside the range
  /// are left out.
  public static func histogram(
    of values: [Double], bins: Int = 20, range: ClosedRange<Double>? = nil, label: String = ""
  ) -> BarChart {
    let count = min(max(bins, 1), 1000)
    let extent = Extent(of: values, within: range, scale: .linear, margin: 0)
    let width = (extent.upper - extent.lower) / Double(count)
    var counts = [Double](repeating: 0, count: count)
    for value in values
    where value.isFinite && value >= extent.lower && value <= extent.upper {
      counts[min(Int((value - extent.lower) / width), count - 1)] += 1
    }
    let edges = (0...count).map { extent.lower + Double($0) * width }
    let names = zip(edges, edges.dropFirst()).map {
      "\(number($0, step: width / 2)) … \(number($1, step: width / 2))"
    }
    return BarChart(
      categories: names, groups: [Bars("", counts)], axis: "count", label: label, edges: edges)
  }

  /// The value of a bar, nil where it is missing or not finite.
  func value(_ group: Int, _ category: Int) -> Double? {
    let values = groups[group].values
    guard category < values.count, values[category].isFinite else { return nil }
    return values[category]
  }

  /// What the axis covers: zero and every value.
  var extent: Extent {
    let values = groups.flatMap(\.values).filter(\.isFinite)
    if axis.scale == .logarithmic {
      return Extent(of: values, within: axis.range, scale: .logarithmic, margin: 0.1)
    }
    var extent = Extent(of: values + [0], within: axis.range, scale: .linear, margin: 0)
    if values.allSatisfy({ $0 == 0 }) && axis.range == nil {
      extent = Extent(of: [0, 1], within: nil, scale: .linear, margin: 0)
    }
    return extent
  }
}

/// The bars that share a name in the legend.
public struct Bars: Sendable {
  public var name: String
  public var values: [Double]

  public init(_ name: String, _ values: [Double]) {
    self.name = name
    self.values = values
  }
}
