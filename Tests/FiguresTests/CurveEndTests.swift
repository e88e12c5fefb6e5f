import Testing

@testable import Figures

struct CurveEndTests {
  /// Three curves: one ends high, one low, one leaves the plot for good.
  static func curves(_ last: [Double], scale: Axis.Scale = .linear) -> Figure {
    .lines(
      "three curves", x: "step", y: Axis("loss", range: 1...10, scale: scale),
      [
        Series("upper", y: [5, 6, 8, 9]), Series("lower", y: [5, 4, 3, 2]),
        Series("lost", y: last),
      ])
  }

  private func frame(_ figure: Figure) throws -> (Plot, PlotFrame) {
    guard case .plot(let plot) = figure.content else { throw NoPlot() }
    return (plot, PlotFrame(plot))
  }
  private struct NoPlot: Error {}

  @Test func `a curve's name stands in the row where the curve ends`() throws {
    let rows = Self.curves([5, 5, 5, 5]).terminal(width: 80).split(separator: "\n")
    let upper = try #require(rows.firstIndex { $0.hasSuffix("● upper") })
    let lost = try #require(rows.firstIndex { $0.hasSuffix("▲ lost") })
    let lower = try #require(rows.firstIndex { $0.hasSuffix("× lower") })
    #expect(upper < lost && lost < lower)
    // The curve's last cell is in the same row, beside the name.
    #expect(rows[upper].dropLast("● upper".count + 1).last != " ")
  }

  @Test(arguments: [
    ([5, 9, 20, 400], "above the plot"), ([5, 20, 400, .nan], "above the plot"),
    ([5, 9, .infinity, .infinity], "above the plot"), ([5, 2, 0.5, 0.1], "below the plot"),
    ([.nan, .nan, .nan, .nan], "no number"),
  ])
  func `a curve that is not seen at its end has a note that says where it went`(
    values: [Double], note: String
  ) throws {
    for scale in [Axis.Scale.linear, .logarithmic] {
      let figure = Self.curves(values, scale: scale)
      let (plot, frame) = try frame(figure)
      let labels = try #require(frame.endLabels(plot))
      #expect(labels.map(\.note) == [nil, nil, note])
      let rows = figure.terminal(width: 80).split(separator: "\n").map { String($0) }
      let name = try #require(rows.firstIndex { $0.hasSuffix("▲ lost") })
      #expect(rows[name + 1].hasSuffix(note))
      #expect(figure.svg().contains(">\(note)</text>"))
    }
  }

  @Test func `a value that is not positive lies below a logarithmic plot`() throws {
    let (plot, frame) = try frame(Self.curves([5, 2, 1, 0], scale: .logarithmic))
    #expect(frame.endLabels(plot)?.last?.note == "below the plot")
  }

  @Test func `a legend stands above where the curves do not end at the right`() throws {
    let early = Figure.lines(
      "", x: "x", y: "y", [Series("a", y: [1, 2]), Series("b", y: [1, 2, 3, 4, 5])])
    let back = Figure.lines(
      "", x: "x", y: "y", [Series("a", x: [0, 2, 1], y: [1, 2, 3]), Series("b", y: [1, 2, 3])])
    for figure in [early, back, Samples.scatter, Samples.contours] {
      let (plot, frame) = try frame(figure)
      #expect(frame.endLabels(plot) == nil)
    }
    #expect(early.terminal(width: 80).split(separator: "\n").first == "● a   × b")
  }

  @Test func `names that are too long or too many go into a legend above`() {
    let long = Figure.lines(
      "", [Series(String(repeating: "long ", count: 8), y: [1, 2]), Series("b", y: [2, 1])])
    #expect(long.terminal(width: 80).split(separator: "\n")[0].hasPrefix("● long"))
    let many = Figure.lines(
      "", (0..<30).map { Series("curve \($0)", y: [0, Double($0)]) })
    #expect(many.terminal(width: 80).split(separator: "\n")[0].hasPrefix("● curve 0"))
    let svg = many.svg()
    #expect((0..<30).allSatisfy { svg.contains(">curve \($0)</text>") })
  }

  @Test func `names in a column keep their order, their distance and within its ends`() throws {
    for trial in 0..<200 {
      let count = 1 + trial % 9
      let wanted = (0..<count).map { 100 * Samples.noise(trial * 31 + $0) }
      let heights = (0..<count).map { Samples.noise(trial * 17 + $0) < 0.5 ? 5.0 : 10 }
      let places = try #require(stacked(wanted, heights: heights, length: 100))
      let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
      for (a, b) in zip(order, order.dropFirst()) {
        #expect(places[b] - places[a] >= (heights[a] + heights[b]) / 2 - 1e-9)
      }
      for index in places.indices {
        #expect(places[index] - heights[index] / 2 >= -1e-9)
        #expect(places[index] + heights[index] / 2 <= 100 + 1e-9)
      }
    }
  }

  @Test func `a name that nothing crowds stands where it is wanted`() {
    #expect(stacked([80, 20], heights: [10, 10], length: 100) == [80, 20])
    #expect(stacked([50, 50], heights: [10, 10], length: 100) == [45, 55])
    #expect(stacked([0, 0], heights: [10, 10], length: 100) == [5, 15])
    #expect(stacked([0, 0], heights: [60, 60], length: 100) == nil)
  }
}
