extension SVGDocument {
  mutating func draw(_ graph: NodeGraph) {
    guard !graph.nodes.isEmpty else {
      top += 16
      write("(no nodes)", x: 4, y: top, style: "t")
      top += 10
      return
    }
    let texts = graph.nodes.map { node in
      (node.lines.isEmpty ? [node.id] : node.lines).map { shortened($0, to: 24) }
    }
    let heights = texts.map { Double($0.count) * 19 + 12 }
    let widths = texts.map { lines in
      max((lines.map { textWidth($0) }.max() ?? 0) + 18, 34)
    }
    let layout = GraphLayout(graph, heights: heights, gap: 14)
    let (middles, columns) = columns(layout, widths)
    let begin = top + 4

    for (index, link) in layout.links.enumerated() {
      var points = [
        (
          middles[layout.layer[link.from]] + widths[link.from] / 2,
          begin + layout.y[link.from]
        )
      ]
      for (offset, y) in layout.waypoints[index].enumerated() {
        let layer = layout.layer[link.from] + 1 + offset
        points.append((middles[layer] - columns[layer] / 2, begin + y))
        points.append((middles[layer] + columns[layer] / 2, begin + y))
      }
      points.append(
        (middles[layout.layer[link.to]] - widths[link.to] / 2 - 7, begin + layout.y[link.to]))
      drawArrow(points)
    }
    for (index, lines) in texts.enumerated() {
      let isOperation = graph.nodes[index].kind == .operation
      let x = middles[layout.layer[index]]
      let y = begin + layout.y[index]
      rectangle(
        x: x - widths[index] / 2, y: y - heights[index] / 2, width: widths[index],
        height: heights[index], style: isOperation ? "p" : "b",
        radius: isOperation ? min(heights[index], widths[index]) / 2 : 5)
      for (line, text) in lines.enumerated() {
        write(
          text, x: x, y: y - heights[index] / 2 + 20 + Double(line) * 19, anchor: "middle",
          style: line == 0 ? "" : "t")
      }
    }
    let bottom = layout.y.indices.map { layout.y[$0] + heights[$0] / 2 }
    top = begin + (bottom + layout.waypoints.flatMap { $0 }).reduce(0, max) + 10
  }

  /// The middle and the width of each layer; the document grows with them.
  private mutating func columns(
    _ layout: GraphLayout, _ widths: [Double]
  ) -> (middles: [Double], widths: [Double]) {
    var columns = [Double](repeating: 0, count: (layout.layer.max() ?? 0) + 1)
    for (node, layer) in layout.layer.enumerated() {
      columns[layer] = max(columns[layer], widths[node])
    }
    let total = columns.reduce(0, +)
    let gaps = Double(max(columns.count - 1, 1))
    let gap = min(max((width - 8 - total) / gaps, 34), 80)
    let needed = total + gap * Double(columns.count - 1) + 8
    width = max(width, needed)
    var x = (width - needed) / 2 + 4
    var middles: [Double] = []
    for column in columns {
      middles.append(x + column / 2)
      x += column + gap
    }
    return (middles, columns)
  }

  /// A smooth line through the points, which come in pairs of a leaving and an entering place.
  private mutating func drawArrow(_ points: [(x: Double, y: Double)]) {
    var data = "M\(format(points[0].x)) \(format(points[0].y))"
    for (index, point) in points.enumerated().dropFirst() {
      let last = points[index - 1]
      if index.isMultiple(of: 2) {
        data += "H\(format(point.x))"
      } else {
        let middle = format((last.x + point.x) / 2)
        data +=
          "C\(middle) \(format(last.y)) \(middle) \(format(point.y))"
          + " \(format(point.x)) \(format(point.y))"
      }
    }
    path(data, style: "e")
    if let end = points.last {
      path("M\(format(end.x + 6)) \(format(end.y))l-8-4v8z", style: "ef")
    }
  }
}
