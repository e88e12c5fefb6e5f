@testable import Figures

/// Figures that careless code fails to draw.
enum DegenerateFigures {
  static let long = String(repeating: "a label without an end ", count: 12)
  static let odd = "<a & \"b\"> \u{1B}[31m\n\t\u{0} end"

  static let all: [Figure] = plots + others

  static var plots: [Figure] {
    let lists: [[Point]] = [
      [], [Point(1, 1)], [Point(1, 1), Point(1, 1)], [Point(.nan, 1), Point(1, .infinity)],
      [Point(0, 0), Point(1, .nan), Point(2, 2)], [Point(-1e308, -1e308), Point(1e308, 1e308)],
      [Point(-1, -1), Point(0, 0)], (0..<5000).map { Point(Double($0), Double($0 % 7)) },
    ]
    return lists.flatMap { points in
      [Series.Style.line, .points, .steps].flatMap { style in
        [Axis.Scale.linear, .logarithmic].map { scale in
          Figure(
            "degenerate",
            .plot(
              Plot(
                x: Axis("x", scale: scale), y: Axis("y", scale: scale),
                series: [
                  Series("one", points: points, style: style),
                  Series("", points: points.reversed(), style: style),
                ])))
        }
      }
    } + [
      Figure("", .plot(Plot(series: []))),
      .lines(
        "outside", x: Axis("x", range: 5...6), y: Axis("y", range: -1...1),
        [Series("line", y: [0, 1e12, -1e12, 0, 1])]),
      .lines(
        "bad range", x: Axis("x", range: 1...1), y: Axis("y", range: -(.infinity) ... .infinity),
        [
          Series("line", y: [1, 2])
        ]),
      .lines(long, x: Axis(long), y: Axis(long), [Series(long, y: [1, 2]), Series(odd, y: [2])]),
      .scatter(
        odd, [Series("a", y: [1, 2])],
        background: HeatMap(values: [], rows: 0, columns: 0)),
      .scatter(
        "background without data", [],
        background: HeatMap(values: [.nan], rows: 3, columns: 2)),
    ]
  }

  static var others: [Figure] {
    [
      .bars("none", categories: [], values: []),
      .bars("too few values", categories: ["a", "b"], values: [1]),
      .bars("all zero", categories: [long, odd], values: [0, 0]),
      .bars("not finite", categories: ["a", "b", "c"], values: [.nan, .infinity, -1]),
      .bars("log", axis: Axis("n", scale: .logarithmic), categories: ["a", "b"], values: [0, 10]),
      Figure("no groups", .bars(BarChart(categories: ["a"], groups: []))),
      Figure(
        "outside",
        .bars(
          BarChart(
            categories: ["a"], groups: [Bars("", [9])],
            axis: Axis("", range: 0...1)))),
      .histogram("no values", of: []),
      .histogram("one value", of: [2, .nan], bins: 0),
      .images("none", [], columns: 0),
      .images("empty image", [Image(width: 0, height: -3, values: [Double]())], columns: 2),
      .images("too few pixels", [Image(width: 3, height: 3, values: [1.0])], columns: 9),
      .images(
        "unequal",
        [
          Image(width: 200, height: 3, values: [Double](repeating: 0.5, count: 600)),
          Image(width: 2, height: 40, values: [Double](repeating: -.infinity, count: 80)),
          Image(width: 20, height: 20, values: [Double](repeating: 0, count: 400), isSigned: true),
        ], columns: 3, captions: [long, odd]),
      .heatMap("none", HeatMap(values: [], rows: 0, columns: 3)),
      .heatMap(
        "log without positive values",
        HeatMap(values: [0, -1, .nan, 0], rows: 2, columns: 2, scale: .logarithmic)),
      .heatMap(
        "all equal",
        HeatMap(
          values: [3, 3], rows: 1, columns: 2, rowLabels: [long], columnLabels: [odd, long],
          xLabel: long, yLabel: long, scale: .centred(on: .nan), showsNumbers: true)),
      .heatMap(
        "large",
        HeatMap(x: 0...1, y: 0...1, columns: 500, rows: 300, scale: .diverging) { $0 - $1 }),
      .graph("none", nodes: [], edges: []),
      .graph("no lines", nodes: [Node("a", [])], edges: [Edge(from: "a", to: "nobody")]),
      .graph(
        "a cycle, a loop and a second node of the same name",
        nodes: [Node("a", [long, odd]), Node("b", ["b"]), Node("a", ["again"])],
        edges: [
          Edge(from: "a", to: "b"), Edge(from: "b", to: "a"), Edge(from: "a", to: "a"),
        ]),
      .graph(
        "deep",
        nodes: (0..<300).map { Node("\($0)", ["node \($0)"]) },
        edges: (1..<300).map { Edge(from: "\($0 - 1)", to: "\($0)") }),
    ]
  }
}
