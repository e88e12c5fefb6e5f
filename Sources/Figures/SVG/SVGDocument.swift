import Foundation

/// An SVG document under construction: a title at the top, then whatever is drawn below it.
struct SVGDocument {
  let title: String
  let description: String
  var width = 600.0
  /// Where the next part begins; at the end, the height.
  var top = 8.0
  private var body = ""

  init(title: String, description: String) {
    self.title = title
    self.description = description
    for line in wrap(title, width: 54, lines: 3) {
      top += 18
      write(line, x: 4, y: top, style: "h")
      top += 4
    }
    top += 6
  }

  var text: String {
    let box = "0 0 \(format(width)) \(format(top))"
    let alternative = description.isEmpty ? title : description
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="\(box)" width="\(format(width))" \
      height="\(format(top))" role="img" style="max-width:100%;height:auto">
      <title>\(escaped(title))</title>
      <desc>\(escaped(alternative))</desc>
      <style>\(svgStyle)</style>
      \(body)</svg>

      """
  }

  // MARK: Elements

  mutating func add(_ element: String) {
    body += element + "\n"
  }

  /// Writes a line of text; the anchor is "start", "middle" or "end", the style a class.
  mutating func write(
    _ text: String, x: Double, y: Double, anchor: String = "start", style: String = ""
  ) {
    guard !text.isEmpty else { return }
    let anchored = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    let styled = style.isEmpty ? "" : " class=\"\(style)\""
    add("<text x=\"\(format(x))\" y=\"\(format(y))\"\(anchored)\(styled)>\(escaped(text))</text>")
  }

  /// Writes a text in as many lines as it needs, and moves below them.
  mutating func paragraph(_ text: String) {
    top += 6
    for line in wrap(text, width: 62, lines: 4) {
      top += 19
      write(line, x: 4, y: top, style: "t")
    }
    top += 10
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    add("<path class=\"\(style)\" d=\"M\(format(x1)) \(format(y1))L\(format(x2)) \(format(y2))\"/>")
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String = "", fill: String = "",
    radius: Double = 0
  ) {
    add(
      "<rect x=\"\(format(x))\" y=\"\(format(y))\" width=\"\(format(max(width, 0)))\""
        + " height=\"\(format(max(height, 0)))\""
        + (radius > 0 ? " rx=\"\(format(radius))\"" : "")
        + (style.isEmpty ? "" : " class=\"\(style)\"")
        + (fill.isEmpty ? "" : " fill=\"\(fill)\"") + "/>")
  }

  mutating func path(_ data: String, style: String, extra: String = "") {
    guard !data.isEmpty else { return }
    add("<path class=\"\(style)\"\(extra) d=\"\(data)\"/>")
  }

  /// An embedded picture, stretched over a rectangle.
  mutating func picture(
    _ png: [UInt8], x: Double, y: Double, width: Double, height: Double, smooth: Bool = false
  ) {
    add(
      "<image x=\"\(format(x))\" y=\"\(format(y))\" width=\"\(format(width))\""
        + " height=\"\(format(height))\" preserveAspectRatio=\"none\""
        + (smooth ? "" : " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"")
        + " href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>")
  }

  // MARK: Legend

  /// Writes samples with names in rows below `top`, from `left` on.
  ///
  /// `sample` draws the sample of an entry in 30 units from x on, around y.
  mutating func legend(
    _ names: [String], left: Double,
    sample: (inout SVGDocument, Int, _ x: Double, _ y: Double) -> Void
  ) {
    let entries = names.enumerated().map {
      (index: $0.offset, name: shortened($0.element, to: 48))
    }
    let rows = flow(entries, width: width - left, gap: 20) { 38 + textWidth($0.name) }
    for row in rows {
      var x = left
      top += 18
      for entry in row {
        sample(&self, entry.index, x, top - 5)
        write(entry.name, x: x + 37, y: top)
        x += 58 + textWidth(entry.name)
      }
      top += 4
    }
  }
}

/// A number with at most two decimals.
func format(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let hundredths = Int((min(max(value, -1e7), 1e7) * 100).rounded())
  let sign = hundredths < 0 ? "-" : ""
  let whole = abs(hundredths) / 100
  let part = abs(hundredths) % 100
  if part == 0 { return "\(sign)\(whole)" }
  return "\(sign)\(whole)." + (part % 10 == 0 ? "\(part / 10)" : part < 10 ? "0\(part)" : "\(part)")
}

/// Text as it may stand in an XML document.
func escaped(_ text: String) -> String {
  printable(text)
    .replacingOccurrences(of: "&", with: "&amp;")
    .replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;")
    .replacingOccurrences(of: "\"", with: "&quot;")
}

/// A number's label with a true minus sign.
func typographic(_ label: String) -> String {
  label.replacingOccurrences(of: "-", with: "−")
}

/// About how wide a text is; the reader's font decides.
func textWidth(_ text: String, size: Double = 15) -> Double {
  Double(text.count) * size * 0.62
}
