/// Shades for each cell, with the numbers where they are asked for and fit.
func terminalRows(of map: HeatMap, width: Int) -> [TextRow] {
  guard !map.isEmpty else { return [TextRow("(no values)")] }
  let shading = Shading(map)
  let yTicks = numericTicks(map.yRange, count: 5)
  let rowNames = (0..<map.rows).map { $0 < map.rowLabels.count ? map.rowLabels[$0] : "" }
  let longest = (rowNames + yTicks.map(\.label)).map(\.count).max() ?? 0
  let gutter = longest == 0 ? 0 : min(longest, width / 3) + 1
  let room = width - gutter

  var numbers: [String] = []
  if map.showsNumbers {
    numbers = (0..<map.rows * map.columns).map { index in
      let value = map[index / map.columns, index % map.columns]
      return value.isNaN ? "" : short(value)
    }
  }
  let numberWidth = (numbers.map(\.count).max() ?? 0)
  // A number, its shade and spaces between; in little room the number alone.
  let numberRoom = (numberWidth + 3) * map.columns <= room ? numberWidth + 3 : numberWidth + 1
  let showsNumbers = map.showsNumbers && numberRoom * map.columns <= room
  let isBare = showsNumbers && numberRoom == numberWidth + 1
  let labelWidth = map.columnLabels.map(\.count).max() ?? 0
  let cellWidth: Int
  if showsNumbers {
    cellWidth = min(max(numberRoom, labelWidth + 1), room / map.columns)
  } else {
    cellWidth = min(max(labelWidth + 1, 2), max(room / map.columns, 1), 8)
  }
  let small = pooled(map, columns: room / cellWidth, rows: 40)
  let isWhole = small.rows == map.rows && small.columns == map.columns

  var rows: [TextRow] = []
  if !map.yLabel.isEmpty { rows.append(TextRow(shortened(map.yLabel, to: width))) }
  for row in 0..<small.rows {
    var name = isWhole ? rowNames[row] : pickedName(rowNames, row, of: small.rows)
    if let range = map.yRange {
      name = tickName(yTicks, range, row, of: small.rows)
    }
    name = shortened(name, to: max(gutter - 1, 0))
    var line = TextRow(String(repeating: " ", count: max(gutter - 1 - name.count, 0)) + name)
    if gutter > 0 { line = line + TextRow(" ") }
    for column in 0..<small.columns {
      let value = small[row, column]
      let number = showsNumbers ? numbers[row * map.columns + column] : nil
      line.cells += cell(value, number: number, isShaded: !isBare, width: cellWidth, shading)
    }
    rows.append(line)
  }
  if let range = map.xRange {
    rows.append(
      axisLabels(
        numericTicks(range, count: 6), range, from: gutter, width: cellWidth * small.columns))
  } else if isWhole && map.columnLabels.contains(where: { !$0.isEmpty }) {
    rows.append(columnNames(map, from: gutter, cellWidth: cellWidth, right: showsNumbers))
  }
  if !map.xLabel.isEmpty {
    rows.append(centred(map.xLabel, from: gutter, width: cellWidth * small.columns))
  }
  return isBare ? rows : rows + shadeLegend(shading, width: width)
}

/// The ranges of value that the shades stand for.
func shadeLegend(_ shading: Shading, width: Int) -> [TextRow] {
  let count = shading.glyphs.count
  let span = shading.isDiverging ? 2.0 : 1.0
  let start = shading.isDiverging ? -1.0 : 0.0
  let borders = (0...count).map {
    short(shading.value(at: start + span * Double($0) / Double(count)))
  }
  return legendRows(
    shading.glyphs.enumerated().map { index, glyph in
      let tone = start + span * (Double(index) + 0.5) / Double(count)
      let colour = Palette.terminal(tone: tone, diverging: shading.isDiverging)
      return ("[\(glyph)]", "\(borders[index]) … \(borders[index + 1])", colour)
    }, width: width)
}

private func cell(_ value: Double, number: String?, isShaded: Bool, width: Int, _ shading: Shading)
  -> [Cell]
{
  guard let tone = shading.tone(value) else {
    return TextRow(String(repeating: " ", count: width - 1) + "·").cells
  }
  let glyph = shading.glyphs[shading.level(tone)]
  let colour = Palette.terminal(tone: tone, diverging: shading.isDiverging)
  guard let number else {
    return Array(repeating: Cell(character: glyph, foreground: colour), count: width)
  }
  var row = TextRow(String(repeating: " ", count: max(width - 1 - number.count, 0)) + number)
  row.cells.append(Cell(character: isShaded ? glyph : " ", foreground: colour))
  return Array(row.cells.suffix(width))
}

private func columnNames(
  _ map: HeatMap, from gutter: Int, cellWidth: Int, right: Bool
) -> TextRow {
  var row = TextRow(width: gutter + cellWidth * map.columns)
  // Names that would be cut to nothing are shown whole, but only every second or third one.
  let names = map.columnLabels.prefix(map.columns).map {
    cellWidth >= 4 ? shortened($0, to: cellWidth - 1) : printable($0)
  }
  let widest = names.map(\.count).max() ?? 0
  let every = max(1, (widest + cellWidth) / cellWidth)
  for (column, name) in names.enumerated() where column.isMultiple(of: every) {
    let start = gutter + column * cellWidth
    row.put(name, at: right ? start + cellWidth - 1 - name.count : start)
  }
  return row
}

private func numericTicks(_ range: ClosedRange<Double>?, count: Int) -> [Tick] {
  guard let range else { return [] }
  return Extent(of: [], within: range, scale: .linear, margin: 0).ticks(count)
}

private func tickName(
  _ ticks: [Tick], _ range: ClosedRange<Double>, _ row: Int, of rows: Int
) -> String {
  let extent = Extent(of: [], within: range, scale: .linear, margin: 0)
  return ticks.first { tick in
    guard let part = extent.position(tick.value) else { return false }
    return min(Int((1 - part) * Double(rows)), rows - 1) == row
  }?.label ?? ""
}

private func axisLabels(
  _ ticks: [Tick], _ range: ClosedRange<Double>, from start: Int, width: Int
) -> TextRow {
  let extent = Extent(of: [], within: range, scale: .linear, margin: 0)
  var row = TextRow(width: start + width)
  var free = 0
  for tick in ticks {
    guard let part = extent.position(tick.value) else { continue }
    let middle = start + Int(part * Double(width - 1))
    let left = min(
      max(middle - (tick.label.count - 1) / 2, 0), start + width - tick.label.count)
    guard left >= free else { continue }
    row.put(tick.label, at: left)
    free = left + tick.label.count + 1
  }
  return row
}

/// The name of every few rows, where several rows share a line.
private func pickedName(_ names: [String], _ row: Int, of rows: Int) -> String {
  row.isMultiple(of: 2) ? names[row * names.count / rows] : ""
}

/// The map with neighbouring cells averaged until it has at most the given size.
func pooled(_ map: HeatMap, columns: Int, rows: Int) -> HeatMap {
  let newColumns = min(map.columns, max(columns, 1))
  let newRows = min(map.rows, max(rows, 1))
  guard newColumns < map.columns || newRows < map.rows else { return map }
  var values: [Double] = []
  for row in 0..<newRows {
    for column in 0..<newColumns {
      var sum = 0.0
      var count = 0.0
      for r in row * map.rows / newRows..<(row + 1) * map.rows / newRows {
        for c in column * map.columns / newColumns..<(column + 1) * map.columns / newColumns
        where map[r, c].isFinite {
          sum += map[r, c]
          count += 1
        }
      }
      values.append(count > 0 ? sum / count : .nan)
    }
  }
  return HeatMap(values: values, rows: newRows, columns: newColumns)
}
