/// The usual figures in one call.
extension Figure {
  /// Curves over a common x axis.
  public static func lines(
    _ title: String, description: String = "", x: Axis = "", y: Axis = "", _ series: [Series]
  ) -> Figure {
    Figure(title, description: description, .plot(Plot(x: x, y: y, series: series)))
  }

  /// Separate points, a series for each class, over a background such as a decision surface.
  public static func scatter(
    _ title: String, description: String = "", x: Axis = "", y: Axis = "", _ series: [Series],
    background: HeatMap? = nil
  ) -> Figure {
    let points = series.map { one in
      var one = one
      one.style = .points
      return one
    }
    return Figure(
      title, description: description,
      .plot(Plot(x: x, y: y, series: points, background: background)))
  }

  /// One bar for each category.
  public static func bars(
    _ title: String, description: String = "", axis: Axis = "", categories: [String],
    values: [Double]
  ) -> Figure {
    let chart = BarChart(categories: categories, groups: [Bars("", values)], axis: axis)
    return Figure(title, description: description, .bars(chart))
  }

  /// How many of the values fall into each of equally wide bins.
  public static func histogram(
    _ title: String, description: String = "", label: String = "", of values: [Double],
    bins: Int = 20, range: ClosedRange<Double>? = nil
  ) -> Figure {
    Figure(
      title, description: description,
      .bars(.histogram(of: values, bins: bins, range: range, label: label)))
  }

  /// Images in rows of `columns`, each with its caption.
  public static func images(
    _ title: String, description: String = "", _ images: [Image], columns: Int,
    captions: [String] = []
  ) -> Figure {
    Figure(
      title, description: description,
      .images(ImageGrid(images: images, columns: columns, captions: captions)))
  }

  /// A matrix in colours or shades.
  public static func heatMap(
    _ title: String, description: String = "", _ map: HeatMap
  ) -> Figure {
    Figure(title, description: description, .heatMap(map))
  }

  /// Nodes and arrows, laid out from left to right.
  public static func graph(
    _ title: String, description: String = "", nodes: [Node], edges: [Edge]
  ) -> Figure {
    Figure(title, description: description, .graph(NodeGraph(nodes: nodes, edges: edges)))
  }

  /// Several pictures of a graph, one below the other, each under its caption.
  public static func stages(
    _ title: String, description: String = "", _ stages: [Stage]
  ) -> Figure {
    Figure(title, description: description, .stages(stages))
  }
}
