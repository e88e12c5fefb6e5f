extension SVGDocument {
  mutating func draw(_ map: HeatMap) {
    guard !map.isEmpty else {
      top += 16
      write("(no values)", x: 4, y: top, style: "t")
      top += 10
      return
    }
    let shading = Shading(map)
    let names = (0..<map.rows).map {
      $0 < map.rowLabels.count ? shortened(map.rowLabels[$0], to: 20) : ""
    }
    let yTicks = map.yRange.map { Extent(of: [], within: $0, scale: .linear, margin: 0).ticks(6) }
    let left = 4 + ((names + (yTicks ?? []).map(\.label)).map { textWidth($0) }.max() ?? 0) + 8
    let barRoom = 100.0
    let room = width - left - barRoom
    let cellWidth = min(room / Double(map.columns), 60)
    let square = cellWidth * Double(map.rows)
    let cellHeight =
      square <= 400 ? min(max(cellWidth, 22), max(cellWidth, 34)) : 400 / Double(map.rows)
    let mapWidth = cellWidth * Double(map.columns)
    let mapHeight = cellHeight * Double(map.rows)

    if !map.yLabel.isEmpty {
      top += 15
      write(shortened(map.yLabel, to: 64), x: 4, y: top, style: "t")
      top += 8
    }
    top += 4
    let area = PlotArea(left: left, top: top, width: mapWidth, height: mapHeight)
    drawCells(map, shading, area)
    rectangle(x: area.left, y: area.top, width: mapWidth, height: mapHeight, style: "g")
    if map.showsNumbers && cellWidth >= 30 && cellHeight >= 16 { drawNumbers(map, shading, area) }

    if let range = map.yRange {
      let extent = Extent(of: [], within: range, scale: .linear, margin: 0)
      for tick in extent.ticks(6) {
        guard let part = extent.position(tick.value) else { continue }
        write(
          typographic(tick.label), x: left - 8, y: area.y(part) + 5, anchor: "end", style: "t")
      }
    } else {
      let every = max(1, Int((18 / cellHeight).rounded(.up)))
      for (row, name) in names.enumerated() where row.isMultiple(of: every) {
        write(
          name, x: left - 8, y: area.top + (Double(row) + 0.5) * cellHeight + 5, anchor: "end",
          style: "t")
      }
    }
    drawColourBar(shading, x: left + mapWidth + 18, top: area.top, height: max(mapHeight, 90))
    top = area.top + mapHeight
    drawColumnNames(map, area, cellWidth)
    if !map.xLabel.isEmpty {
      top += 18
      write(
        shortened(map.xLabel, to: 60), x: min(max(area.x(0.5), 100), 500), y: top,
        anchor: "middle", style: "t")
    }
    top = max(top, area.top + 90) + 12
  }

  /// Rectangles, one for each run of equal colour; a picture where they would be too many.
  private mutating func drawCells(_ map: HeatMap, _ shading: Shading, _ area: PlotArea) {
    if map.rows * map.columns > 400 {
      let png = indexedPicture(map, shading.colour)
      picture(png, x: area.left, y: area.top, width: area.width, height: area.height)
    } else {
      drawRuns(map, shading, area)
    }
  }

  /// A rectangle for each run of equal colour.
  mutating func drawRuns(_ map: HeatMap, _ shading: Shading, _ area: PlotArea) {
    guard !map.isEmpty else { return }
    let width = area.width / Double(map.columns)
    let height = area.height / Double(map.rows)
    add("<g shape-rendering=\"crispEdges\">")
    for row in 0..<map.rows {
      var start = 0
      while start < map.columns {
        let fill = shading.tone(map[row, start]).map { shading.colour($0).hex }
        var end = start + 1
        while end < map.columns,
          fill
            == shading.tone(map[row, end]).map({ shading.colour($0).hex })
        { end += 1 }
        if let fill {
          // A hair wider than the cell and with crisp edges: no seam between neighbours.
          rectangle(
            x: area.left + Double(start) * width, y: area.top + Double(row) * height,
            width: Double(end - start) * width + (end < map.columns ? 0.4 : 0),
            height: height + (row + 1 < map.rows ? 0.4 : 0), fill: fill)
        }
        start = end
      }
    }
    add("</g>")
  }

  /// Each value, in the middle of its cell.
  mutating func drawNumbers(_ map: HeatMap, _ shading: Shading, _ area: PlotArea) {
    let width = area.width / Double(map.columns)
    let height = area.height / Double(map.rows)
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let text = short(map[row, column])
        guard let tone = shading.tone(map[row, column]), textWidth(text, size: 14) <= width + 4
        else { continue }
        let colour = shading.colour(tone)
        write(
          typographic(text), x: area.left + (Double(column) + 0.5) * width,
          y: area.top + (Double(row) + 0.5) * height + 5, anchor: "middle",
          style: colour.isBright ? "n k" : "n w")
      }
    }
  }

  private mutating func drawColumnNames(_ map: HeatMap, _ area: PlotArea, _ cellWidth: Double) {
    if let range = map.xRange {
      let extent = Extent(of: [], within: range, scale: .linear, margin: 0)
      top += 19
      for tick in extent.ticks(7) {
        guard let part = extent.position(tick.value) else { continue }
        write(typographic(tick.label), x: area.x(part), y: top, anchor: "middle", style: "t")
      }
    } else if map.columnLabels.contains(where: { !$0.isEmpty }) {
      top += 19
      let names = map.columnLabels.prefix(map.columns).map { shortened($0, to: 14) }
      let widest = names.map { textWidth($0) }.max() ?? 0
      let every = max(1, Int(((widest + 4) / cellWidth).rounded(.up)))
      for (column, name) in names.enumerated() where column.isMultiple(of: every) {
        write(
          name, x: area.left + (Double(column) + 0.5) * cellWidth, y: top, anchor: "middle",
          style: "t")
      }
    }
  }

  /// The scale of the colours, with ticks.
  private mutating func drawColourBar(
    _ shading: Shading, x: Double, top: Double, height: Double
  ) {
    let height = min(height, 260)
    let steps = 64
    let tones = (0..<steps).map { step in
      let part = 1 - (Double(step) + 0.5) / Double(steps)
      return shading.isDiverging ? 2 * part - 1 : part
    }
    let palette = tones.map(shading.colour)
    let png = PNG.encode(
      width: 1, height: steps, palette: palette, pixels: (0..<steps).map(UInt8.init))
    picture(png, x: x, y: top, width: 14, height: height)
    for tick in shading.extent.ticks(height < 150 ? 4 : 7) {
      guard let part = shading.extent.position(tick.value) else { continue }
      let y = top + (1 - part) * height
      line(x + 14, y, x + 18, y, style: "a")
      write(typographic(tick.label), x: x + 22, y: y + 5, style: "t")
    }
  }

  /// A map behind a plot, translucent.
  mutating func drawVeil(
    _ map: HeatMap, x: Double, y: Double, width: Double, height: Double
  ) {
    let shading = Shading(map)
    let png = indexedPicture(map) { Palette.veil(tone: $0, diverging: shading.isDiverging) }
    picture(png, x: x, y: y, width: width, height: height, smooth: true)
  }
}

/// A map as a PNG; values without a tone are transparent.
func indexedPicture(_ map: HeatMap, _ colour: (_ tone: Double) -> Colour) -> [UInt8] {
  let small = pooled(map, columns: 400, rows: 400)
  let shading = Shading(map)
  let levels = small.rows * small.columns > 20_000 ? 15 : 127
  let tones = (0..<levels).map { level in
    let part = Double(level) / Double(levels - 1)
    return shading.isDiverging ? 2 * part - 1 : part
  }
  let pixels = (0..<small.rows * small.columns).map { index -> UInt8 in
    guard let tone = shading.tone(small[index / small.columns, index % small.columns]) else {
      return 0
    }
    let part = shading.isDiverging ? (tone + 1) / 2 : tone
    return UInt8((part * Double(levels - 1)).rounded()) + 1
  }
  return PNG.encode(
    width: small.columns, height: small.rows,
    palette: [Colour(0, alpha: 0)] + tones.map(colour), pixels: pixels)
}
