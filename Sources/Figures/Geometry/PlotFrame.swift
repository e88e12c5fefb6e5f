/// A plot's extents, and its series as lines and points in the unit square.
struct PlotFrame {
  let x: Extent
  let y: Extent
  private let background: HeatMap?

  init(_ plot: Plot) {
    background = plot.background
    let points = plot.series.flatMap(\.points).filter {
      $0.x.isFinite && $0.y.isFinite
        && (plot.x.scale == .linear || $0.x > 0) && (plot.y.scale == .linear || $0.y > 0)
    }
    func ends(_ range: ClosedRange<Double>?) -> [Double] {
      range.map { [$0.lowerBound, $0.upperBound] } ?? []
    }
    let onlyLines = plot.series.allSatisfy { $0.style != .points }
    let hasBackground = plot.background != nil
    x = Extent(
      of: points.map(\.x) + ends(plot.background?.xRange), within: plot.x.range,
      scale: plot.x.scale, margin: onlyLines || hasBackground ? 0 : 0.04)
    y = Extent(
      of: points.map(\.y) + ends(plot.background?.yRange), within: plot.y.range,
      scale: plot.y.scale, margin: hasBackground ? 0 : 0.05)
  }

  /// Where a point lies, (0, 0) at the lower left; nil if it has no place on the axes.
  func place(_ point: Point) -> Point? {
    guard let x = x.position(point.x), let y = y.position(point.y) else { return nil }
    return Point(x, y)
  }

  /// The places of the points inside the frame.
  func places(_ series: Series) -> [Point] {
    series.points.compactMap { point in
      guard let place = place(point), isInside(place) else { return nil }
      return place
    }
  }

  private func isInside(_ place: Point) -> Bool {
    let inside = -1e-9...1 + 1e-9
    return inside.contains(place.x) && inside.contains(place.y)
  }

  /// The lines of a series, cut at the frame and at points without a place.
  func lines(_ series: Series) -> [[Point]] {
    var lines: [[Point]] = []
    var run: [Point] = []
    for point in series.points {
      if let place = place(point) {
        if series.style == .steps, let last = run.last { run.append(Point(place.x, last.y)) }
        run.append(place)
      } else {
        lines += clipped(thinned(run))
        run = []
      }
    }
    return lines + clipped(thinned(run))
  }

  /// The background's contours, where it lies on the axes.
  func contours() -> [(Point, Point)] {
    guard let map = background else { return [] }
    let box = area(of: map)
    return contourSegments(of: map).compactMap { start, end in
      func place(_ p: Point) -> Point {
        Point(box.x + p.x * box.width, box.y + p.y * box.height)
      }
      return clip(place(start), place(end))
    }
  }

  /// The part of the unit square that a background covers.
  func area(of map: HeatMap) -> (x: Double, y: Double, width: Double, height: Double) {
    func span(_ range: ClosedRange<Double>?, _ extent: Extent) -> (Double, Double) {
      guard let range, let low = extent.position(range.lowerBound),
        let high = extent.position(range.upperBound), high > low
      else { return (0, 1) }
      return (low, high - low)
    }
    let (x, width) = span(map.xRange, x)
    let (y, height) = span(map.yRange, y)
    return (x, y, width, height)
  }

  /// A long curve reduced to the first, lowest, highest and last point of each thin column.
  private func thinned(_ run: [Point]) -> [Point] {
    let columns = 400.0
    guard run.count > 1200, zip(run, run.dropFirst()).allSatisfy({ $0.x <= $1.x }) else {
      return run
    }
    var result: [Point] = []
    var start = 0
    while start < run.count {
      let column = (run[start].x * columns).rounded(.down)
      var end = start
      var low = start
      var high = start
      while end < run.count, (run[end].x * columns).rounded(.down) == column {
        if run[end].y < run[low].y { low = end }
        if run[end].y > run[high].y { high = end }
        end += 1
      }
      for index in Set([start, low, high, end - 1]).sorted() { result.append(run[index]) }
      start = end
    }
    return result
  }

  private func clipped(_ run: [Point]) -> [[Point]] {
    if run.count == 1 { return isInside(run[0]) ? [run] : [] }
    var lines: [[Point]] = []
    for (start, end) in zip(run, run.dropFirst()) {
      guard let (a, b) = clip(start, end) else { continue }
      if let last = lines.last?.last, last == a {
        lines[lines.count - 1].append(b)
      } else {
        lines.append([a, b])
      }
    }
    return lines
  }

  /// The part of a segment inside the unit square.
  ///
  /// Source: Liang and Barsky (1984), "A New Concept and Method for Line Clipping".
  private func clip(_ a: Point, _ b: Point) -> (Point, Point)? {
    let dx = b.x - a.x
    let dy = b.y - a.y
    var enter = 0.0
    var leave = 1.0
    for (p, q) in [(-dx, a.x), (dx, 1 - a.x), (-dy, a.y), (dy, 1 - a.y)] {
      if p == 0 {
        if q < -1e-9 { return nil }
      } else if p < 0 {
        enter = max(enter, q / p)
      } else {
        leave = min(leave, q / p)
      }
    }
    guard enter <= leave else { return nil }
    return (
      enter == 0 ? a : Point(a.x + enter * dx, a.y + enter * dy),
      leave == 1 ? b : Point(a.x + leave * dx, a.y + leave * dy)
    )
  }
}
