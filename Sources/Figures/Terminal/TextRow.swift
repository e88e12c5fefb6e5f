/// A character with its colours.
struct Cell {
  var character: Character = " "
  /// Colours of the terminal's table of 256; nil leaves the terminal's own.
  var foreground: UInt8?
  var background: UInt8?
}

/// A line of a terminal picture.
struct TextRow {
  var cells: [Cell]

  init(_ text: String = "", colour: UInt8? = nil) {
    cells = printable(text).map { Cell(character: $0, foreground: colour) }
  }

  init(width: Int) {
    cells = Array(repeating: Cell(), count: max(width, 0))
  }

  /// Writes text from a column on; what falls outside is dropped.
  mutating func put(_ text: String, at column: Int, colour: UInt8? = nil) {
    for (offset, character) in text.enumerated() where cells.indices.contains(column + offset) {
      cells[column + offset].character = character
      cells[column + offset].foreground = colour
    }
  }

  static func + (left: TextRow, right: TextRow) -> TextRow {
    var row = left
    row.cells += right.cells
    return row
  }

  /// The line without spaces at its end, never longer than `width`.
  func text(width: Int, colour: Bool) -> String {
    var shown = cells.prefix(width)
    while let last = shown.last, last.character == " ", !colour || last.background == nil {
      shown.removeLast()
    }
    guard colour else { return String(shown.map(\.character)) }
    var text = ""
    var active: (UInt8?, UInt8?) = (nil, nil)
    for cell in shown {
      if active != (cell.foreground, cell.background) {
        if active != (nil, nil) { text += "\u{1B}[0m" }
        if let code = cell.foreground { text += "\u{1B}[38;5;\(code)m" }
        if let code = cell.background { text += "\u{1B}[48;5;\(code)m" }
        active = (cell.foreground, cell.background)
      }
      text.append(cell.character)
    }
    return active == (nil, nil) ? text : text + "\u{1B}[0m"
  }
}

/// Samples with their names, in as many lines as they need.
func legendRows(_ entries: [(sample: String, name: String, colour: UInt8?)], width: Int)
  -> [TextRow]
{
  let rows = entries.map { entry in
    TextRow(entry.sample + " ", colour: entry.colour)
      + TextRow(shortened(entry.name, to: width - entry.sample.count - 1))
  }
  return flow(rows, width: Double(width), gap: 3) { Double($0.cells.count) }.map { line in
    line.dropFirst().reduce(line.first ?? TextRow()) { $0 + TextRow(width: 3) + $1 }
  }
}

/// The text in the middle of a span of columns.
func centred(_ text: String, from start: Int, width: Int) -> TextRow {
  let text = shortened(text, to: width)
  var row = TextRow(width: start + width)
  row.put(text, at: start + (width - text.count) / 2)
  return row
}
