/// A line for each bar, in eighths of a character, with its value.
func terminalRows(of chart: BarChart, width: Int) -> [TextRow] {
  guard !chart.categories.isEmpty, !chart.groups.isEmpty else { return [TextRow("(no bars)")] }
  let extent = chart.extent
  let names = chart.categories.map(printable)
  let gutter = min(names.map(\.count).max() ?? 0, width / 3)
  let numbers = chart.groups.flatMap(\.values).map(short)
  let numberWidth = numbers.map(\.count).max() ?? 0
  let several = chart.groups.count > 1
  let room = max(width - gutter - 2 - numberWidth - 1, 4)
  let zero = extent.scale == .linear ? min(max(extent.position(0) ?? 0, 0), 1) : 0

  var rows: [TextRow] = []
  if several {
    rows += legendRows(
      chart.groups.enumerated().map {
        (String(fill($0.offset)), $0.element.name, Palette.terminal($0.offset))
      }, width: width)
  }
  let label = [chart.label, chart.axis.label].filter { !$0.isEmpty }.joined(separator: " → ")
  if !label.isEmpty { rows.append(TextRow(shortened(label, to: width))) }
  for (category, name) in names.enumerated() {
    for group in chart.groups.indices {
      let text = group == 0 ? shortened(name, to: gutter) : ""
      var line = TextRow(String(repeating: " ", count: gutter - text.count) + text + " │")
      if let value = chart.value(group, category), let part = extent.position(value) {
        line.cells += bar(from: zero, to: min(max(part, 0), 1), room: room, group)
        line = line + TextRow(" " + short(value))
      } else {
        line = line + TextRow(" –")
      }
      rows.append(line)
    }
  }
  return rows
}

/// The character that fills a group's bars.
private func fill(_ group: Int) -> Character {
  let fills: [Character] = ["█", "▒", "#", "=", "░", "+"]
  return fills[group % fills.count]
}

/// The cells of a bar between two parts of the axis.
private func bar(from start: Double, to end: Double, room: Int, _ group: Int) -> [Cell] {
  let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  let colour = Palette.terminal(group)
  let full = fill(group)
  if end >= start {
    let from = Int((start * Double(room)).rounded())
    let length = max(Int((end * Double(room * 8)).rounded()) - from * 8, 0)
    var text = String(repeating: full, count: length / 8)
    if full == "█" {
      text += eighths[length % 8]
    } else if length % 8 >= 4 {
      text.append(full)
    }
    return TextRow(width: from).cells + TextRow(text, colour: colour).cells
  }
  let to = Int((start * Double(room)).rounded())
  let from = min(Int((end * Double(room)).rounded()), to)
  let text = String(repeating: full, count: to - from)
  return TextRow(width: from).cells + TextRow(text, colour: colour).cells
}
