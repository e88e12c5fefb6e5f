/// How high a plot is between its axes' ends.
let plotHeight = 290.0

/// A plot's area on the page: places of the unit square to units of the document.
struct PlotArea {
  let left: Double
  let top: Double
  let width: Double
  let height: Double

  func x(_ part: Double) -> Double { left + part * width }
  func y(_ part: Double) -> Double { top + (1 - part) * height }

  func pair(_ place: Point) -> String { "\(format(x(place.x))) \(format(y(place.y)))" }

  func path(_ line: [Point]) -> String {
    line.count == 1
      ? "M\(pair(line[0]))h0" : "M" + line.map(pair).joined(separator: "L")
  }
}

extension SVGDocument {
  mutating func draw(_ plot: Plot) {
    let frame = PlotFrame(plot)
    let named = plot.series.indices.filter { !plot.series[$0].name.isEmpty }
    let isCrowded = plot.series.count > svgDashes.count
    func sign(_ index: Int) -> Marker { plot.series[index].marker ?? .inTurn(index) }
    func isMarked(_ index: Int) -> Bool {
      let series = plot.series[index]
      return series.style == .points || series.marker != nil || isCrowded
        || series.points.count <= 12
    }

    let ends = endNames(plot, frame)
    let showsLegend = named.count > 1 || (named.count == 1 && !plot.y.label.isEmpty)
    if showsLegend && ends == nil {
      legend(named.map { plot.series[$0].name }, left: 4) { document, entry, x, y in
        let index = named[entry]
        if plot.series[index].style != .points {
          document.path(
            "M\(format(x)) \(format(y))h30", style: "l s\(Palette.index(index))",
            extra: dash(index))
        }
        if isMarked(index) {
          document.path(
            marks(sign(index), at: [(x + 15, y)]), style: style(of: sign(index), index))
        }
      }
      top += 4
    }
    if let note = contourNote(plot) {
      top += 16
      write(shortened(note, to: 64), x: 4, y: top, style: "t")
      top += 4
    }
    let label = plot.y.label.isEmpty && named.count == 1 ? plot.series[named[0]].name : plot.y.label
    let area = axes(
      x: frame.x, y: frame.y, xLabel: plot.x.label, yLabel: label,
      margin: ends?.width ?? 18, showsGrid: plot.background == nil
    ) {
      document, area in
      if let map = plot.background, !map.isEmpty {
        let part = frame.area(of: map)
        document.drawVeil(
          map, x: area.x(part.x), y: area.y(part.y + part.height),
          width: part.width * area.width, height: part.height * area.height)
      }
      let contours = frame.contours().map { area.path([$0.0, $0.1]) }.joined()
      document.path(contours, style: "c")
    }
    for (index, series) in plot.series.enumerated() where series.style != .points {
      let data = frame.lines(series).map(area.path).joined()
      if plot.background != nil { path(data, style: "o") }
      path(data, style: "l s\(Palette.index(index))", extra: dash(index))
    }
    for (index, series) in plot.series.enumerated() where isMarked(index) {
      var places = frame.places(series)
      if series.style != .points && places.count > 12 {
        places = spread(places, index, of: plot.series.count)
      }
      let data = marks(sign(index), at: places.map { (area.x($0.x), area.y($0.y)) })
      if plot.background != nil && !isFilled(sign(index)) { path(data, style: "o") }
      path(data, style: style(of: sign(index), index))
    }
    guard let ends else { return }
    for (label, middle) in zip(ends.labels, ends.middles) {
      let (left, y) = (area.x(1) + 3, area.top + middle)
      let nameY = y - (label.note == nil ? 0 : 8)
      let start = label.isReached ? area.y(label.height) : nameY
      path(
        "M\(format(left)) \(format(start))L\(format(left + 14)) \(format(nameY))h12",
        style: "l s\(Palette.index(label.series))", extra: dash(label.series))
      if isMarked(label.series) {
        path(
          marks(sign(label.series), at: [(left + 20, nameY)]),
          style: style(of: sign(label.series), label.series))
      }
      write(label.name, x: left + 32, y: nameY + 5)
      write(label.note ?? "", x: left + 32, y: nameY + 22, style: "t n")
    }
  }

  /// Names for the curves' ends, with their places down the right border and the room that they take;
  /// nil where a legend above the plot is the better place.
  private func endNames(
    _ plot: Plot, _ frame: PlotFrame
  ) -> (labels: [EndLabel], middles: [Double], width: Double)? {
    guard let labels = frame.endLabels(plot) else { return nil }
    let widest = labels.map { max(textWidth($0.name), textWidth($0.note ?? "", size: 14)) }.max()
    guard let widest, widest <= 190,
      let middles = stacked(
        labels.map { (1 - $0.height) * plotHeight },
        heights: labels.map { $0.note == nil ? 20 : 38 }, length: plotHeight)
    else { return nil }
    return (labels, middles, widest + 40)
  }

  // MARK: Axes

  /// Draws grid, axes and labels around an area and moves below them.
  ///
  /// The background is drawn under the grid; the grid leads from the ticks across the area.
  @discardableResult
  mutating func axes(
    x: Extent, y: Extent, xLabel: String, yLabel: String, height: Double = plotHeight,
    margin: Double = 18, showsGrid: Bool = true,
    _ background: (inout SVGDocument, PlotArea) -> Void = { _, _ in }
  ) -> PlotArea {
    let yTicks = y.ticks(7)
    let gutter = (yTicks.map { textWidth(shortened($0.label, to: 12)) }.max() ?? 0) + 14
    if !yLabel.isEmpty {
      top += 16
      write(shortened(yLabel, to: 64), x: 4, y: top, style: "t")
      top += 6
    }
    let area = PlotArea(
      left: gutter, top: top + 6, width: width - gutter - margin, height: height)
    background(&self, area)
    for tick in yTicks {
      guard let part = y.position(tick.value) else { continue }
      if showsGrid {
        line(area.left, area.y(part), area.x(1), area.y(part), style: "g")
      } else {
        line(area.left - 4, area.y(part), area.left, area.y(part), style: "a")
      }
      write(
        typographic(shortened(tick.label, to: 12)), x: area.left - 8, y: area.y(part) + 5,
        anchor: "end", style: "t")
    }
    let bottom = area.y(0)
    var free = 0.0
    for tick in x.ticks(margin > 100 ? 6 : 8) {
      guard let part = x.position(tick.value) else { continue }
      let half = textWidth(tick.label) / 2
      let middle = min(max(area.x(part), half), width - half)
      line(area.x(part), bottom, area.x(part), bottom + 5, style: "a")
      guard middle - half >= free else { continue }
      write(typographic(tick.label), x: middle, y: bottom + 21, anchor: "middle", style: "t")
      free = middle + half + 6
    }
    path(
      "M\(format(area.left)) \(format(area.top))V\(format(bottom))H\(format(area.x(1)))",
      style: "a")
    top = bottom + 28
    if !xLabel.isEmpty {
      top += 16
      write(
        shortened(xLabel, to: 60), x: area.x(0.5), y: top, anchor: "middle", style: "t")
      top += 4
    }
    top += 6
    return area
  }
}

// MARK: Signs

private func dash(_ index: Int) -> String {
  let dash = svgDashes[index % svgDashes.count]
  return dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
}

private func style(of marker: Marker, _ index: Int) -> String {
  let number = Palette.index(index)
  return isFilled(marker) ? "m f\(number)" : "l s\(number)"
}

private func isFilled(_ marker: Marker) -> Bool {
  switch marker {
  case .circle, .triangle, .square, .diamond: true
  case .cross, .plus, .ring, .box: false
  }
}

/// Six places along a line, at other parts of it than those of the other lines.
private func spread(_ places: [Point], _ index: Int, of count: Int) -> [Point] {
  let part = (Double(index) + 0.5) / Double(max(count, 1))
  return (0..<6).map { step in
    places[min(Int((Double(step) + part) / 6 * Double(places.count)), places.count - 1)]
  }
}

/// One path for all signs of a series.
private func marks(_ marker: Marker, at places: [(x: Double, y: Double)]) -> String {
  places.map { x, y in
    switch marker {
    case .circle, .ring: "M\(format(x - 4)) \(format(y))a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
    case .cross: "M\(format(x - 3.5)) \(format(y - 3.5))l7 7m0-7l-7 7"
    case .triangle: "M\(format(x)) \(format(y - 5))l4.8 8.4h-9.6z"
    case .square, .box: "M\(format(x - 3.7)) \(format(y - 3.7))h7.4v7.4h-7.4z"
    case .diamond: "M\(format(x)) \(format(y - 5.4))l4.6 5.4l-4.6 5.4l-4.6-5.4z"
    case .plus: "M\(format(x - 4.6)) \(format(y))h9.2m-4.6-4.6v9.2"
    }
  }.joined()
}
