/// A figure in words and numbers, for readers who hear a screen and do not see it.
extension Figure {
  /// The title, what is seen, and the numbers that matter, one fact a line.
  ///
  /// There are no pictures made of characters: a line of a plot says where it begins, where it ends
  /// and how far it goes; bars, tables and graphs give their values.
  public func plain() -> String {
    var lines = ["Figure: \(title)"]
    if !description.isEmpty { lines.append(description) }
    switch content {
    case .plot(let plot): lines += plainLines(of: plot)
    case .bars(let chart): lines += plainLines(of: chart)
    case .images(let grid):
      lines.append("\(grid.images.count) images.")
      for (index, image) in grid.images.enumerated() {
        let caption = index < grid.captions.count ? grid.captions[index] : ""
        if !caption.isEmpty { lines.append("image \(index + 1): \(caption)") }
        guard image.showsNumbers else { continue }
        lines += (0..<image.height).map { row in
          "  " + (0..<image.width).map { spoken(image.map[row, $0]) }.joined(separator: "; ")
        }
      }
    case .heatMap(let map): lines += plainLines(of: map)
    case .graph(let graph): lines += plainLines(of: graph)
    case .stages(let stages):
      for stage in stages { lines += [stage.caption] + plainLines(of: stage.graph) }
    }
    return lines.map(printable).joined(separator: "\n")
  }
}

private func spoken(_ value: Double) -> String { trimmed(short(value)) }

private func plainLines(of plot: Plot) -> [String] {
  let (x, y) = (name(of: plot.x, or: "x"), name(of: plot.y, or: "y"))
  return ["Across: \(x). Up: \(y)."]
    + plot.series.map { series in
      let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }
      guard let first = points.first, let last = points.last,
        let lowest = points.min(by: { $0.y < $1.y }),
        let highest = points.max(by: { $0.y < $1.y })
      else { return "\(series.name): no points" }
      if series.style == .points {
        let (left, right) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        return "\(series.name): \(points.count) points, across from \(spoken(left)) to "
          + "\(spoken(right)), up from \(spoken(lowest.y)) to \(spoken(highest.y))"
      }
      return "\(series.name): begins at \(spoken(first.y)) (across \(spoken(first.x))), ends at "
        + "\(spoken(last.y)) (\(spoken(last.x))), lowest \(spoken(lowest.y)) "
        + "(\(spoken(lowest.x))), highest \(spoken(highest.y)) (\(spoken(highest.x)))"
    }
}

private func name(of axis: Axis, or letter: String) -> String {
  (axis.label.isEmpty ? letter : axis.label)
    + (axis.scale == .logarithmic ? ", in powers of ten" : "")
}

private func plainLines(of chart: BarChart) -> [String] {
  chart.categories.enumerated().map { index, category in
    let values = chart.groups.indices.map { group in
      let value = chart.value(group, index).map(spoken) ?? "none"
      return chart.groups[group].name.isEmpty ? value : "\(chart.groups[group].name) \(value)"
    }
    return "\(category): " + values.joined(separator: "; ")
  }
}

/// The rows of a small table of numbers; of a larger one how far the values go.
private func plainLines(of map: HeatMap) -> [String] {
  let values = map.values.filter(\.isFinite)
  guard let least = values.min(), let most = values.max() else { return ["no values"] }
  guard map.rows <= 30, map.columns <= 12 else {
    return ["\(map.rows) rows, \(map.columns) columns, from \(spoken(least)) to \(spoken(most))"]
  }
  func label(_ labels: [String], _ index: Int) -> String {
    index < labels.count ? labels[index] : "\(index)"
  }
  let (rowName, columnName) = (
    map.yLabel.isEmpty ? "row" : map.yLabel, map.xLabel.isEmpty ? "column" : map.xLabel
  )
  return (0..<map.rows).map { row in
    let cells = (0..<map.columns).map { column in
      "\(columnName) \(label(map.columnLabels, column)) \(spoken(map[row, column]))"
    }
    return "\(rowName) \(label(map.rowLabels, row)): " + cells.joined(separator: "; ")
  }
}

private func plainLines(of graph: NodeGraph) -> [String] {
  graph.nodes.enumerated().map { index, node in
    let words = (node.lines.isEmpty ? [node.id] : node.lines).joined(separator: ", ")
    let parents = graph.links.filter { $0.to == index }.map { link in
      let label = graph.label(from: link.from, to: link.to)
      return (graph.nodes[link.from].lines.first ?? graph.nodes[link.from].id)
        + (label.isEmpty ? "" : " (\(label))")
    }
    return words + (parents.isEmpty ? "" : "; made from " + parents.joined(separator: " and "))
  }
}
