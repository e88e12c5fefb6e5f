import Testing

@testable import Figures

struct TerminalTests {
  static let figures = Samples.all.map(\.figure) + DegenerateFigures.all

  @Test(arguments: [20, 40, 72, 80, 132])
  func `no line is longer than the width`(_ width: Int) {
    for figure in Self.figures {
      let lines = figure.terminal(width: width).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.allSatisfy { $0.count <= width }, "\(figure.title)")
    }
  }

  @Test(arguments: [false, true])
  func `a row that is too long is cut`(_ colour: Bool) {
    #expect(TextRow("abc def").text(width: 3, colour: colour) == "abc")
    #expect(TextRow("abc def").text(width: 4, colour: colour) == "abc")
  }

  @Test func `without colour there is no control character but the newline`() {
    for figure in Self.figures {
      let codes = figure.terminal(width: 60).unicodeScalars.map(\.value)
      #expect(codes.allSatisfy { $0 == 10 || $0 >= 32 && $0 != 127 }, "\(figure.title)")
    }
  }

  @Test func `colour adds escapes and changes no other character`() {
    for (name, figure) in Samples.all {
      let coloured = figure.terminal(width: 80, colour: true)
      let bare = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
      #expect(bare.split(separator: "\n").map(trimmingEnd) == plainLines(figure), "\(name)")
    }
    #expect(Samples.loss.terminal(colour: true).contains("\u{1B}["))
  }

  private func plainLines(_ figure: Figure) -> [String] {
    figure.terminal(width: 80).split(separator: "\n").map(trimmingEnd)
  }

  private func trimmingEnd(_ line: Substring) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return String(line)
  }

  @Test func `every series has its own sign in the picture and in the legend`() {
    let text = Samples.schedules.terminal(width: 80)
    for marker in Marker.allCases {
      #expect(text.count { $0 == marker.glyph } >= 3, "\(marker)")
    }
  }

  @Test func `a point that is not finite leaves a gap and stretches no axis`() {
    let figure = Figure.lines("gap", [Series("", y: [1, 2, .nan, 1, .infinity, 2])])
    let whole = Figure.lines("gap", [Series("", y: [1, 2, 1, 1, 1, 2])])
    let rows = figure.terminal(width: 60).split(separator: "\n")
    let wholeRows = whole.terminal(width: 60).split(separator: "\n")
    #expect(rows.map { $0.prefix(5) } == wholeRows.map { $0.prefix(5) })
    #expect(rows != wholeRows)
  }

  @Test func `bars are as long as their values`() {
    let text = Figure.bars("", categories: ["a", "b"], values: [4, 1]).terminal(width: 40)
    let lengths = text.split(separator: "\n").map { line in line.count { $0 == "█" } }
    #expect(lengths == [lengths[0], lengths[0] / 4])
    #expect(lengths[0] >= 30)
  }

  @Test func `the first row of a map and the top of a picture are on top`() {
    let map = HeatMap(values: [1, 0, 0, 0], rows: 2, columns: 2)
    let rows = Figure.heatMap("", map).terminal().split(separator: "\n")
    #expect(rows[0] == "██")
    let image = Image(width: 2, height: 2, values: [0.0, 0, 0, 1])
    #expect(Figure.images("", [image], columns: 1).terminal() == "\n  ██")
  }

  @Test func `an image that shows its numbers is a small matrix`() {
    let image = Image(width: 2, height: 2, values: [1.5, -2, .nan, 10], showsNumbers: true)
    #expect(
      Figure.images("", [image], columns: 1).terminal().split(separator: "\n")
        .map { $0.split(separator: " ") } == [["1.50", "-2"], ["10"]])
  }

  @Test func `a graph is written from its result to its inputs, a shared node once`() {
    let figure = Figure.graph(
      "",
      nodes: [Node("a", ["a = 1", "grad 4"]), Node("b", ["b = 2"]), Node("c", ["c = 4"])],
      edges: [("a", "b"), ("b", "c"), ("a", "c")].map { Edge(from: $0.0, to: $0.1) })
    #expect(
      figure.terminal() == """
        c = 4
        ├─ b = 2
        │  └─ a = 1 │ grad 4
        └─ a = 1 (again)
        """)
  }

  @Test func `a histogram counts every value once, borders included`() {
    let chart = BarChart.histogram(of: [0, 0.5, 1, 1, 2, .nan, 7], bins: 4, range: 0...2)
    #expect(chart.groups[0].values == [1, 1, 2, 1])
    #expect(chart.edges == [0, 0.5, 1, 1.5, 2])
  }
}
