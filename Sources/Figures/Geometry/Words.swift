/// Without control characters, which would break a terminal's line or an XML document.
func printable(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: " "
        default: scalar
        }
      }))
}

/// At most `length` characters; what is cut is replaced by an ellipsis.
func shortened(_ text: String, to length: Int) -> String {
  let text = printable(text)
  if text.count <= length { return text }
  return length > 0 ? text.prefix(length - 1) + "…" : ""
}

/// The text broken between words into lines of at most `width` characters.
func wrap(_ text: String, width: Int, lines limit: Int) -> [String] {
  var lines: [String] = []
  for word in printable(text).split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width || lines.count == limit {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.map { shortened($0, to: width) }
}

/// Distributes entries of the given widths over rows that are at most `width` wide.
func flow<Item>(
  _ items: [Item], width: Double, gap: Double, measure: (Item) -> Double
) -> [[Item]] {
  var rows: [[Item]] = []
  var used = 0.0
  for item in items {
    let size = measure(item)
    if rows.isEmpty || used + gap + size > width {
      rows.append([item])
      used = size
    } else {
      rows[rows.count - 1].append(item)
      used += gap + size
    }
  }
  return rows
}
