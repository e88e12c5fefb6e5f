extension SVGDocument {
  mutating func draw(_ chart: BarChart) {
    if let edges = chart.edges, edges.count == chart.categories.count + 1 {
      drawHistogram(chart, edges: edges)
    } else {
      drawBars(chart)
    }
  }

  private mutating func drawBarLegend(_ chart: BarChart) {
    guard chart.groups.count > 1 else { return }
    legend(chart.groups.map(\.name), left: 4) { document, index, x, y in
      document.bar(x: x + 8, y: y - 7, width: 22, height: 14, index)
    }
    top += 6
  }

  /// A bar in its group's colour; the next ones are paler, so that colour is not needed.
  private mutating func bar(x: Double, y: Double, width: Double, height: Double, _ group: Int) {
    let number = Palette.index(group)
    rectangle(
      x: x, y: y, width: width, height: height,
      style: "f\(number) s\(number) r\(group % 3)")
  }

  /// Horizontal bars: long names have room, and so have the numbers.
  private mutating func drawBars(_ chart: BarChart) {
    drawBarLegend(chart)
    let extent = chart.extent
    let names = chart.categories.map { shortened($0, to: 26) }
    let left = 4 + (names.map { textWidth($0) }.max() ?? 0) + 10
    let hasNegative = chart.groups.flatMap(\.values).contains { $0 < 0 }
    let numbers = chart.groups.flatMap(\.values).map(short)
    let margin = (numbers.map { textWidth($0) }.max() ?? 0) + 10
    let start = left + (hasNegative ? margin : 0)
    let room = max(width - start - margin, 40)
    let zero = extent.scale == .linear ? min(max(extent.position(0) ?? 0, 0), 1) : 0
    let bar = chart.groups.count > 1 ? 17.0 : 20.0
    let group = bar * Double(max(chart.groups.count, 1))
    if !chart.label.isEmpty {
      top += 15
      write(shortened(chart.label, to: 64), x: 4, y: top, style: "t")
      top += 7
    }
    let begin = top
    for (category, name) in names.enumerated() {
      top += 5
      write(name, x: left - 8, y: top + group / 2 + 5, anchor: "end")
      for index in chart.groups.indices {
        let y = top + Double(index) * bar
        guard let value = chart.value(index, category), let place = extent.position(value) else {
          write("–", x: start + zero * room + 6, y: y + bar / 2 + 5, style: "n")
          continue
        }
        let part = min(max(place, 0), 1)
        self.bar(
          x: start + min(zero, part) * room, y: y + 1, width: abs(part - zero) * room,
          height: bar - 2, index)
        let isNegative = part < zero
        write(
          typographic(short(value)), x: start + part * room + (isNegative ? -6 : 6),
          y: y + bar / 2 + 5, anchor: isNegative ? "end" : "start", style: "n")
      }
      top += group + 5
    }
    line(start + zero * room, begin, start + zero * room, top, style: "a")
    if !chart.axis.label.isEmpty {
      top += 18
      write(
        shortened(chart.axis.label, to: 60), x: start + room / 2, y: top, anchor: "middle",
        style: "t")
    }
    top += 10
  }

  /// Touching bars over a numeric axis.
  private mutating func drawHistogram(_ chart: BarChart, edges: [Double]) {
    drawBarLegend(chart)
    let x = Extent(of: edges, within: nil, scale: .linear, margin: 0)
    let data = chart.extent
    let y =
      data.scale == .linear && chart.axis.range == nil
      ? Extent(
        of: [0], within: data.lower...(data.upper + 0.05 * (data.upper - data.lower)),
        scale: .linear, margin: 0) : data
    let base = y.scale == .linear ? min(max(y.position(0) ?? 0, 0), 1) : 0
    let area = axes(x: x, y: y, xLabel: chart.label, yLabel: chart.axis.label, height: 250)
    for group in chart.groups.indices {
      for category in chart.categories.indices {
        guard let value = chart.value(group, category), let place = y.position(value),
          let from = x.position(edges[category]), let to = x.position(edges[category + 1])
        else { continue }
        let part = min(max(place, 0), 1)
        guard part != base else { continue }
        bar(
          x: area.x(from) + 0.5, y: area.y(max(part, base)),
          width: (to - from) * area.width - 1, height: abs(part - base) * area.height, group)
      }
    }
  }
}
