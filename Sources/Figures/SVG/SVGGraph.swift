extension SVGDocument {
  /// Draws a graph from left to right, or from top to bottom where that would be too wide for a
  /// page: shrunk to a phone's width it could not be read.
  mutating func draw(_ graph: NodeGraph) {
    guard !graph.nodes.isEmpty else {
      top += 16
      write("(no nodes)", x: 4, y: top, style: "t")
      top += 10
      return
    }
    let boxes = graph.nodes.map { node in
      Box(lines: (node.lines.isEmpty ? [node.id] : node.lines).map { shortened($0, to: 24) })
    }
    let rightward = Arrangement(of: graph, boxes, downward: false)
    let downward = Arrangement(of: graph, boxes, downward: true)
    let isTooWide = rightward.width > width * 1.1 && downward.width < rightward.width
    let arrangement = isTooWide ? downward : rightward
    let begin = (x: max((width - arrangement.width) / 2, 0) + 4, y: top + 4)
    width = max(width, arrangement.width + 8)

    func moved(_ point: Place) -> Place { (begin.x + point.x, begin.y + point.y) }
    for points in arrangement.arrows {
      drawArrow(points.map(moved), downward: arrangement.isDownward)
    }
    for (points, link) in zip(arrangement.arrows, arrangement.links) {
      let label = typographic(graph.label(from: link.from, to: link.to))
      guard !label.isEmpty else { continue }
      // In the middle of the way, over a halo that parts it from the arrow.
      let (before, after) = (points[(points.count - 1) / 2], points[points.count / 2])
      let middle = moved(((before.x + after.x) / 2, (before.y + after.y) / 2))
      write(label, x: middle.x, y: middle.y + 5, anchor: "middle", style: "o")
      write(label, x: middle.x, y: middle.y + 5, anchor: "middle")
    }
    for (index, box) in boxes.enumerated() {
      let isOperation = graph.nodes[index].kind == .operation
      let (x, y) = moved(arrangement.middles[index])
      rectangle(
        x: x - box.width / 2, y: y - box.height / 2, width: box.width, height: box.height,
        style: isOperation ? "p" : "b",
        radius: isOperation ? min(box.height, box.width) / 2 : 5)
      for (line, text) in box.lines.enumerated() {
        write(
          typographic(text), x: x, y: y - box.height / 2 + 20 + Double(line) * 19, anchor: "middle",
          style: line == 0 ? "" : "t")
      }
    }
    top = begin.y + arrangement.height + 10
  }

  /// A smooth line through the points, which come in pairs of a leaving and an entering place.
  private mutating func drawArrow(_ points: [Place], downward: Bool) {
    var data = "M\(format(points[0].x)) \(format(points[0].y))"
    for (index, point) in points.enumerated().dropFirst() {
      let last = points[index - 1]
      let end = "\(format(point.x)) \(format(point.y))"
      if index.isMultiple(of: 2) {
        data += downward ? "V\(format(point.y))" : "H\(format(point.x))"
      } else if downward {
        let middle = format((last.y + point.y) / 2)
        data += "C\(format(last.x)) \(middle) \(format(point.x)) \(middle) \(end)"
      } else {
        let middle = format((last.x + point.x) / 2)
        data += "C\(middle) \(format(last.y)) \(middle) \(format(point.y)) \(end)"
      }
    }
    path(data, style: "e")
    guard let end = points.last else { return }
    let head =
      downward
      ? "M\(format(end.x)) \(format(end.y + 6))l-4-8h8z"
      : "M\(format(end.x + 6)) \(format(end.y))l-8-4v8z"
    path(head, style: "ef")
  }
}

private typealias Place = (x: Double, y: Double)

/// A node's lines, and the room that they take.
private struct Box {
  let lines: [String]
  let width: Double
  let height: Double

  init(lines: [String]) {
    self.lines = lines
    width = max((lines.map { textWidth($0) }.max() ?? 0) + 18, 34)
    height = Double(lines.count) * 19 + 12
  }
}

/// Where the boxes and arrows of a graph are, from (0, 0) on.
///
/// Layers follow each other along one axis, and the nodes of a layer share the other.
private struct Arrangement {
  let isDownward: Bool
  let width: Double
  let height: Double
  let middles: [Place]
  let links: [(from: Int, to: Int)]
  /// The leaving and entering places of each arrow, the layers between included.
  let arrows: [[Place]]

  init(of graph: NodeGraph, _ boxes: [Box], downward: Bool) {
    isDownward = downward
    let along = boxes.map { downward ? $0.height : $0.width }
    let across = boxes.map { downward ? $0.width : $0.height }
    let layout = GraphLayout(graph, heights: across, gap: 14)
    var depths = [Double](repeating: 0, count: (layout.layer.max() ?? 0) + 1)
    for (node, layer) in layout.layer.enumerated() {
      depths[layer] = max(depths[layer], along[node])
    }
    let total = depths.reduce(0, +)
    let gaps = Double(max(depths.count - 1, 1))
    let widest = graph.edges.contains { !$0.label.isEmpty } ? 130.0 : 80
    let gap = downward ? 34 : min(max((592 - total) / gaps, 34), widest)
    var (starts, start) = ([Double](), 0.0)
    for depth in depths {
      starts.append(start)
      start += depth + gap
    }
    func point(_ along: Double, _ across: Double) -> Place {
      downward ? (across, along) : (along, across)
    }
    func middle(_ layer: Int) -> Double { starts[layer] + depths[layer] / 2 }

    links = layout.links
    middles = layout.layer.indices.map { point(middle(layout.layer[$0]), layout.y[$0]) }
    arrows = layout.links.enumerated().map { index, link in
      let (first, last) = (layout.layer[link.from], layout.layer[link.to])
      var points = [point(middle(first) + along[link.from] / 2, layout.y[link.from])]
      for (offset, place) in layout.waypoints[index].enumerated() {
        let layer = first + 1 + offset
        points.append(point(starts[layer], place))
        points.append(point(starts[layer] + depths[layer], place))
      }
      return points + [point(middle(last) - along[link.to] / 2 - 7, layout.y[link.to])]
    }
    let lowest = layout.y.indices.map { layout.y[$0] + across[$0] / 2 }
    let breadth = (lowest + layout.waypoints.flatMap { $0 }).reduce(0, max)
    let length = total + gap * Double(depths.count - 1)
    (width, height) = downward ? (breadth, length) : (length, breadth)
  }
}
