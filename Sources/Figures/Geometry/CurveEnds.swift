/// Where a curve is in the end, as the reader of a plot sees it.
enum CurveEnd: Equatable {
  /// Its last point is in the plot, at this place.
  case inside(Point)
  case above, below
  /// What it stands for is no number any more.
  case noNumber

  /// What is said beside a curve's name where the curve itself is not seen.
  var note: String? {
    switch self {
    case .inside: nil
    case .above: "above the plot"
    case .below: "below the plot"
    case .noNumber: "no number"
    }
  }
}

/// The name of a curve, for the place where it ends.
struct EndLabel: Equatable {
  /// Which series it names.
  let series: Int
  let name: String
  let note: String?
  /// The height of the curve's end, 0 at the bottom of the plot and 1 at the top.
  let height: Double
  /// Whether the curve reaches the right border, so that a short line can lead from it to its name.
  let isReached: Bool
}

extension PlotFrame {
  /// The end of a series: of what lies on this plot's part of the x axis.
  func end(of series: Series) -> CurveEnd {
    let right = 1 + 1e-9
    let shown = series.points.filter { (x.position($0.x) ?? 2) <= right }
    guard let last = shown.last else { return .noNumber }
    let visible = lines(series).last?.last
    if let visible, visible.x >= 0.97 { return .inside(visible) }
    if let y = y.position(last.y) {
      return y > 1 + 1e-9 ? .above : y < -1e-9 ? .below : .inside(place(last) ?? Point(1, y))
    }
    if last.y == .infinity { return .above }
    if last.y.isNaN {
      // A number that was out of sight before it was none is still where it went.
      let before = shown.last { $0.y.isFinite }.flatMap { self.y.position($0.y) }
      return (before ?? 0) > 1 + 1e-9 ? .above : .noNumber
    }
    return .below
  }

  /// Names for the ends of a plot's curves; nil where a legend says it better.
  ///
  /// The curves must run from left to right, and those that are seen to the end must end at the right,
  /// where the names stand.
  func endLabels(_ plot: Plot) -> [EndLabel]? {
    guard plot.series.count > 1, plot.background == nil,
      plot.series.allSatisfy({ $0.style != .points && !$0.name.isEmpty })
    else { return nil }
    var labels: [EndLabel] = []
    for (index, series) in plot.series.enumerated() {
      let places = series.points.map(\.x)
      guard !places.isEmpty, zip(places, places.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        return nil
      }
      let end = end(of: series)
      var (height, isReached) = (1.0, false)
      switch end {
      case .inside(let place):
        guard place.x >= 0.9 else { return nil }
        (height, isReached) = (place.y, true)
      case .below: height = 0
      case .above, .noNumber: height = 1
      }
      labels.append(
        EndLabel(
          series: index, name: series.name, note: end.note, height: height, isReached: isReached))
    }
    return labels
  }
}

/// Places for things of some height in a column: each as near to where it is wanted as the others let
/// it, in the order in which they are wanted, from the smallest on.
///
/// - Parameters:
///   - wanted: Where the middle of each should be.
///   - heights: How much of the column each takes.
///   - length: How long the column is.
/// - Returns: The middles, in the order of `wanted`; nil if they do not fit.
func stacked(_ wanted: [Double], heights: [Double], length: Double) -> [Double]? {
  guard heights.reduce(0, +) <= length else { return nil }
  struct Group {
    var members: [Int]
    var height: Double
    var top: Double
  }
  var groups: [Group] = []
  for index in wanted.indices.sorted(by: { (wanted[$0], $0) < (wanted[$1], $1) }) {
    groups.append(
      Group(
        members: [index], height: heights[index],
        top: wanted[index] - heights[index] / 2))
    // Groups that overlap become one, around the mean of what their members want.
    while true {
      let last = groups.count - 1
      groups[last].top = min(max(groups[last].top, 0), length - groups[last].height)
      guard last > 0, groups[last - 1].top + groups[last - 1].height > groups[last].top else {
        break
      }
      let members = groups[last - 1].members + groups[last].members
      let height = groups[last - 1].height + groups[last].height
      var (above, middle) = (0.0, 0.0)
      for member in members {
        middle += wanted[member] - above - heights[member] / 2
        above += heights[member]
      }
      groups.removeLast(2)
      groups.append(
        Group(members: members, height: height, top: middle / Double(members.count)))
    }
  }
  var places = wanted
  for group in groups {
    var top = group.top
    for member in group.members {
      places[member] = top + heights[member] / 2
      top += heights[member]
    }
  }
  return places
}
