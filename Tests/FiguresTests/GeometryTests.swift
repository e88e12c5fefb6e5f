import Testing

@testable import Figures

struct GeometryTests {
  @Test func `a parent stands left of its users, and boxes do not overlap`() {
    for figure in [Samples.graph] + DegenerateFigures.all {
      guard case .graph(let graph) = figure.content else { continue }
      let heights = graph.nodes.map { 20 + 10 * Double($0.lines.count) }
      let layout = GraphLayout(graph, heights: heights, gap: 14)
      #expect(layout.links.allSatisfy { layout.layer[$0.from] < layout.layer[$0.to] })
      for a in graph.nodes.indices {
        for b in graph.nodes.indices where a < b && layout.layer[a] == layout.layer[b] {
          let distance = abs(layout.y[a] - layout.y[b])
          #expect(distance >= (heights[a] + heights[b]) / 2 + 14 - 1e-9)
        }
      }
    }
  }

  @Test func `two chains written crosswise are laid out without a crossing`() {
    let graph = NodeGraph(
      nodes: ["a", "b", "d", "c"].map { Node($0, [$0]) },
      edges: [Edge(from: "a", to: "c"), Edge(from: "b", to: "d")])
    let layout = GraphLayout(graph, heights: [20, 20, 20, 20], gap: 10)
    #expect((layout.y[0] < layout.y[1]) == (layout.y[3] < layout.y[2]))
  }

  @Test func `a contour runs where the function has its value`() {
    var map = HeatMap(x: -1...1, y: -1...1, columns: 100, rows: 100) { $0 * $0 + $1 * $1 }
    map.contours = [0.5]
    let segments = contourSegments(of: map)
    #expect(segments.count > 100)
    for (start, end) in segments {
      for point in [start, end] {
        let x = 2 * point.x - 1
        let y = 2 * point.y - 1
        #expect(abs(x * x + y * y - 0.5) <= 1e-3)
      }
    }
  }

  @Test func `a line is cut at the frame`() {
    let series = Series("", x: [0, 10], y: [0, 10])
    let frame = PlotFrame(
      Plot(x: Axis("", range: 2...4), y: Axis("", range: 0...3), series: [series]))
    let line = frame.lines(series)
    #expect(line.count == 1 && line[0].count == 2)
    for (point, expected) in zip(line[0], [Point(0, 2.0 / 3), Point(0.5, 1)]) {
      #expect(abs(point.x - expected.x) <= 1e-12 && abs(point.y - expected.y) <= 1e-12)
    }
  }

  @Test func `a long curve is thinned without losing its peaks`() {
    var values = [Double](repeating: 0, count: 100_000)
    values[54_321] = 1
    let series = Series("", y: values)
    let line = PlotFrame(Plot(series: [series])).lines(series).flatMap { $0 }
    #expect(line.count < 2000)
    #expect(line.contains { abs($0.x - 54_321 / 99_999.0) <= 1e-9 && $0.y > 0.9 })
  }

  @Test func `a logarithmic axis gives every decade the same room`() {
    let extent = Extent(of: [], within: 1e-4...1, scale: .logarithmic, margin: 0)
    for (value, part) in [(1e-4, 0.0), (1e-3, 0.25), (1e-2, 0.5), (1, 1)] {
      #expect(abs((extent.position(value) ?? .nan) - part) <= 1e-12)
    }
    #expect(extent.position(0) == nil && extent.position(-1) == nil)
  }

  @Test func `a diverging scale is even on both sides of its centre`() {
    let map = HeatMap(values: [0.2, 1], rows: 1, columns: 2, scale: .centred(on: 0.5))
    let shading = Shading(map)
    #expect(shading.tone(0.5) == 0)
    #expect(abs((shading.tone(1) ?? .nan) - 1) <= 1e-12)
    #expect(abs((shading.tone(0.2) ?? .nan) + 0.6) <= 1e-12)
    #expect(shading.tone(.nan) == nil)
  }
}
