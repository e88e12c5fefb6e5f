/// Lines in braille dots, points as signs, axes with ticks.
func terminalRows(of plot: Plot, width: Int) -> [TextRow] {
  var picture = PlotPicture(plot, width: width)
  picture.drawBackground()
  picture.drawLines()
  picture.drawPoints()
  return picture.rows()
}

/// The names at the ends of a plot's curves and their first rows, where they fit beside the plot.
private func endNames(
  _ plot: Plot, _ frame: PlotFrame, height: Int, width: Int
) -> (labels: [EndLabel], rows: [Int])? {
  guard let labels = frame.endLabels(plot),
    labels.allSatisfy({ 3 * max($0.name.count, $0.note?.count ?? 0) + 9 <= width }),
    let middles = stacked(
      labels.map { (1 - $0.height) * Double(height - 1) + 0.5 },
      heights: labels.map { $0.note == nil ? 1 : 2 }, length: Double(height))
  else { return nil }
  let rows = zip(labels, middles).map { label, middle in
    Int((middle - (label.note == nil ? 0.5 : 1)).rounded())
  }
  return (labels, rows)
}

private struct PlotPicture {
  let plot: Plot
  let frame: PlotFrame
  let width: Int
  let yTicks: [Tick]
  let gutter: Int
  let columns: Int
  let height: Int
  /// Names at the curves' ends and the rows where they begin; nil where a legend names the curves.
  let ends: (labels: [EndLabel], rows: [Int])?
  var cells: [[Cell]]

  init(_ plot: Plot, width: Int) {
    self.plot = plot
    self.width = width
    frame = PlotFrame(plot)
    height = min(max(width / 4, 10), 20)
    yTicks = frame.y.ticks(height / 3)
    gutter = min(yTicks.map(\.label.count).max() ?? 0, width / 3)
    ends = endNames(plot, frame, height: height, width: width)
    let names = ends?.labels.map { max($0.name.count, $0.note?.count ?? 0) + 3 }.max() ?? 0
    columns = max(width - gutter - 2 - names, 4)
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: height)
  }

  private func marker(_ index: Int) -> Marker { plot.series[index].marker ?? .inTurn(index) }

  /// Whether signs are needed to tell the series apart.
  private var needsSigns: Bool { plot.series.count > 1 || plot.background != nil }

  private func isDotted(_ index: Int) -> Bool {
    let series = plot.series[index]
    return series.style == .points && series.marker == nil && !needsSigns
      && series.points.count > 40
  }

  private func colour(_ index: Int) -> UInt8 { Palette.terminal(index) }

  // MARK: Layers of the picture

  /// The background, unless several contours already say what it says.
  private var shadedBackground: HeatMap? {
    guard let map = plot.background, !map.isEmpty, map.contours.count < 2 else { return nil }
    return map
  }

  mutating func drawBackground() {
    guard let map = shadedBackground else { return }
    let shading = Shading(map, isBackdrop: true)
    let area = frame.area(of: map)
    for row in 0..<height {
      for column in 0..<columns {
        let x = ((Double(column) + 0.5) / Double(columns) - area.x) / area.width
        let y = (1 - (Double(row) + 0.5) / Double(height) - area.y) / area.height
        guard x >= 0, x < 1, y >= 0, y < 1 else { continue }
        let value = map[
          min(Int((1 - y) * Double(map.rows)), map.rows - 1), Int(x * Double(map.columns))]
        guard let tone = shading.tone(value) else { continue }
        cells[row][column].character = shading.glyphs[shading.level(tone)]
        cells[row][column].foreground = 244
      }
    }
  }

  /// A single border as a line; several as faint dots that leave the lines to the series.
  private mutating func drawContours() {
    var braille = Braille(width: columns, height: height)
    for (start, end) in frame.contours() { braille.line(from: start, to: end) }
    let isBorder = plot.background?.contours.count == 1
    for row in 0..<height {
      for column in 0..<columns {
        guard let character = braille.character(column: column, row: row) else { continue }
        cells[row][column] = Cell(character: isBorder ? character : "·", foreground: 244)
      }
    }
  }

  mutating func drawLines() {
    drawContours()
    var braille = Braille(width: columns, height: height)
    var signs: [(column: Int, row: Int, series: Int)] = []
    for (index, series) in plot.series.enumerated() {
      if series.style == .points {
        guard isDotted(index) else { continue }
        for place in frame.places(series) {
          let dot = braille.dot(place)
          braille.set(x: dot.x, y: dot.y, owner: index)
        }
        continue
      }
      var drawn: [(x: Int, y: Int)] = []
      for line in frame.lines(series) {
        for (start, end) in zip(line, line.count == 1 ? line[...] : line.dropFirst()) {
          drawn += braille.line(from: start, to: end, owner: index)
        }
      }
      if plot.series.count > 1 || series.marker != nil {
        signs += self.signs(along: drawn, index).map { ($0.column, $0.row, index) }
      }
    }
    for row in 0..<height {
      for column in 0..<columns {
        guard let character = braille.character(column: column, row: row) else { continue }
        let owner = braille.owner(column: column, row: row)
        cells[row][column].character = character
        cells[row][column].foreground = owner.map(colour)
      }
    }
    for sign in signs {
      cells[sign.row][sign.column].character = marker(sign.series).glyph
      cells[sign.row][sign.column].foreground = colour(sign.series)
    }
  }

  /// Cells for a line's signs: spread along it, staggered against the other lines, and its end.
  private func signs(along dots: [(x: Int, y: Int)], _ index: Int) -> [(column: Int, row: Int)] {
    guard let last = dots.last else { return [] }
    let period = max(columns / 4, 6)
    let offset = period * (2 * index + 1) / (2 * max(plot.series.count, 1))
    var result: [(column: Int, row: Int)] = []
    var travelled = 0
    var cell = (column: -1, row: -1)
    for dot in dots {
      let next = (column: dot.x / 2, row: dot.y / 4)
      if next == cell { continue }
      cell = next
      if travelled % period == offset { result.append(cell) }
      travelled += 1
    }
    return result.isEmpty ? [(last.x / 2, last.y / 4)] : result
  }

  mutating func drawPoints() {
    let braille = Braille(width: columns, height: height)
    for (index, series) in plot.series.enumerated()
    where series.style == .points && !isDotted(index) {
      for place in frame.places(series) {
        let dot = braille.dot(place)
        cells[dot.y / 4][dot.x / 2].character = marker(index).glyph
        cells[dot.y / 4][dot.x / 2].foreground = colour(index)
      }
    }
  }

  // MARK: Axes and legend

  func rows() -> [TextRow] {
    var rows: [TextRow] = []
    let named = plot.series.indices.filter { !plot.series[$0].name.isEmpty }
    if ends == nil, named.count > 1 || (named.count == 1 && needsSigns) {
      rows += legendRows(
        named.map { (String(marker($0).glyph), plot.series[$0].name, colour($0)) }, width: width)
    }
    if let map = shadedBackground {
      rows += shadeLegend(Shading(map, isBackdrop: true), width: width)
    }
    if let note = contourNote(plot) { rows.append(TextRow(shortened(note, to: width))) }
    var label = plot.y.label
    if label.isEmpty && named.count == 1 && !needsSigns { label = plot.series[named[0]].name }
    if !label.isEmpty { rows.append(TextRow(shortened(label, to: width))) }

    var labels: [Int: String] = [:]
    for tick in yTicks {
      guard let part = frame.y.position(tick.value) else { continue }
      let row = min(max(Int(((1 - part) * Double(height * 4 - 1)).rounded()) / 4, 0), height - 1)
      labels[row] = tick.label
    }
    for row in 0..<height {
      let text = shortened(labels[row] ?? "", to: gutter)
      var line = TextRow(
        String(repeating: " ", count: gutter - text.count) + text
          + (labels[row] == nil ? " │" : " ┤"))
      line.cells += cells[row]
      line.cells += endText(row).cells
      rows.append(line)
    }
    return rows + xAxis()
  }

  /// What stands beside the plot in a row: a curve's sign and name, or the note below them.
  private func endText(_ row: Int) -> TextRow {
    guard let ends else { return TextRow() }
    for (label, first) in zip(ends.labels, ends.rows) {
      if row == first {
        return TextRow(" \(marker(label.series).glyph)", colour: colour(label.series))
          + TextRow(" \(label.name)")
      }
      if row == first + 1, let note = label.note { return TextRow("   \(note)") }
    }
    return TextRow()
  }

  private func xAxis() -> [TextRow] {
    var axis = TextRow(String(repeating: " ", count: gutter + 1) + "└")
    axis.cells += TextRow(String(repeating: "─", count: columns)).cells
    var labels = TextRow(width: width)
    var free = 0
    for tick in frame.x.ticks(max(columns / 9, 3)) {
      guard let part = frame.x.position(tick.value) else { continue }
      let column = gutter + 2 + Int((part * Double(columns * 2 - 1)).rounded()) / 2
      let start = min(max(column - (tick.label.count - 1) / 2, 0), width - tick.label.count)
      guard start >= free else { continue }
      axis.put("┬", at: column)
      labels.put(tick.label, at: start)
      free = start + tick.label.count + 1
    }
    guard !plot.x.label.isEmpty else { return [axis, labels] }
    return [axis, labels, centred(plot.x.label, from: gutter + 2, width: columns)]
  }
}
