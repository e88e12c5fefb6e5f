/// Images side by side, as many in a row as fit.
func terminalRows(of grid: ImageGrid, width: Int) -> [TextRow] {
  let images = grid.images
  guard !images.isEmpty else { return [TextRow("(no images)")] }
  let widest = images.map { natural($0) }.max() ?? 1
  let perRow = max(1, min(grid.columns, images.count, (width + 2) / (min(widest, width) + 2)))
  let room = (width - 2 * (perRow - 1)) / perRow

  var rows: [TextRow] = []
  for start in stride(from: 0, to: images.count, by: perRow) {
    let indices = start..<min(start + perRow, images.count)
    let pictures = indices.map { picture(images[$0], room: room) }
    let captions = indices.map { $0 < grid.captions.count ? printable(grid.captions[$0]) : "" }
    let height = pictures.map(\.count).max() ?? 0
    let column = min(
      room,
      max(
        pictures.flatMap { $0 }.map(\.cells.count).max() ?? 0,
        perRow == 1 ? room : captions.map(\.count).max() ?? 0))
    if start > 0 && captions.allSatisfy(\.isEmpty) { rows.append(TextRow()) }
    if captions.contains(where: { !$0.isEmpty }) {
      var line = TextRow(width: width)
      for (offset, caption) in captions.enumerated() {
        line.put(shortened(caption, to: column), at: offset * (column + 2))
      }
      rows.append(line)
    }
    for y in 0..<height {
      var line = TextRow()
      for picture in pictures {
        var part = y < picture.count ? picture[y] : TextRow()
        part.cells += TextRow(width: column + 2 - part.cells.count).cells
        line = line + part
      }
      rows.append(line)
    }
  }
  if images.contains(where: { $0.isSigned && !$0.showsNumbers }) {
    rows += legendRows(
      [("=-", "negative", nil), ("░▓", "positive, by the largest magnitude of the image", nil)],
      width: width)
  }
  return rows
}

/// Whether an image is drawn in dots, two by four a character: large ones, unless signed.
private func isDotted(_ image: Image) -> Bool {
  !image.isSigned && !image.showsNumbers && image.width > 14
}

/// The characters that an image would like to be wide.
private func natural(_ image: Image) -> Int {
  if image.showsNumbers { return numbers(image).map(\.count).max() ?? 1 }
  if isDotted(image) { return (image.width + 1) / 2 }
  return image.width <= 14 ? image.width * 2 : image.width
}

/// The values of an image in columns, one line for each row.
private func numbers(_ image: Image) -> [String] {
  let cells = (0..<image.height).map { y in
    (0..<image.width).map { image.map[y, $0].isFinite ? short(image.map[y, $0]) : "" }
  }
  let width = cells.joined().map(\.count).max() ?? 0
  return cells.map { row in
    row.map { String(repeating: " ", count: width - $0.count) + $0 }.joined(separator: " ")
  }
}

private func picture(_ image: Image, room: Int) -> [TextRow] {
  guard !image.map.isEmpty, room > 0 else { return [] }
  if image.showsNumbers { return numbers(image).map { TextRow(String($0.prefix(room))) } }
  if isDotted(image) { return dots(image, room: room) }
  let shading = Shading(image.map)
  var map = image.map
  var cellWidth = 2
  if natural(image) > room || image.width > 14 {
    // One character for each pixel across, one for two pixels down: characters are tall.
    let columns = min(image.width, room)
    let part = Double(columns) / Double(image.width)
    map = pooled(
      map, columns: columns, rows: max(Int((Double(image.height) * part / 2).rounded()), 1))
    cellWidth = 1
  }
  return (0..<map.rows).map { y in
    var row = TextRow()
    for x in 0..<map.columns {
      let tone = shading.tone(map[y, x])
      let glyph = tone.map { shading.glyphs[shading.level($0)] } ?? "·"
      let colour = tone.map { Palette.terminal(tone: $0, diverging: shading.isDiverging) }
      row.cells += Array(
        repeating: Cell(character: glyph, foreground: image.isSigned ? colour : nil),
        count: cellWidth)
    }
    return row
  }
}

/// Bright pixels as dots, grey ones as an ordered pattern of dots.
private func dots(_ image: Image, room: Int) -> [TextRow] {
  let columns = min((image.width + 1) / 2, room)
  let map: HeatMap =
    if columns * 2 < image.width {
      pooled(
        image.map, columns: columns * 2,
        rows: max(image.height * columns * 2 / image.width, 1))
    } else {
      image.map
    }
  let thresholds = [[0.25, 0.65], [0.8, 0.45]]
  var braille = Braille(width: columns, height: (map.rows + 3) / 4)
  for y in 0..<map.rows {
    for x in 0..<map.columns where map[y, x] > thresholds[y % 2][x % 2] {
      braille.set(x: x, y: y)
    }
  }
  for frame in image.frames {
    let scale = Double(map.columns) / Double(image.width)
    func dot(_ pixel: Int, _ size: Int) -> Int { Int(Double(min(max(pixel, 0), size)) * scale) }
    let left = dot(frame.column, image.width - 1)
    let right = dot(frame.column + max(frame.width, 1) - 1, image.width - 1)
    let upper = dot(frame.row, image.height - 1)
    let lower = dot(frame.row + max(frame.height, 1) - 1, image.height - 1)
    // Windows of odd numbers are drawn with gaps.
    let step = if case .window(let number) = frame.kind, number % 2 == 1 { 3 } else { 1 }
    for x in stride(from: left, through: right, by: step) {
      braille.set(x: x, y: upper)
      braille.set(x: x, y: lower)
    }
    for y in stride(from: upper, through: lower, by: step) {
      braille.set(x: left, y: y)
      braille.set(x: right, y: y)
    }
  }
  return (0..<braille.height).map { row in
    var line = TextRow(width: columns)
    for column in 0..<columns {
      line.cells[column].character = braille.character(column: column, row: row) ?? " "
    }
    return line
  }
}
