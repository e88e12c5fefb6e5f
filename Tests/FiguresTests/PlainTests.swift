import Testing

@testable import Figures

struct PlainTests {
  @Test func `in words a figure has no picture, no rule and no control character`() {
    for figure in Samples.all.map(\.figure) + DegenerateFigures.all {
      let text = figure.plain()
      #expect(text.hasPrefix("Figure: "))
      for scalar in text.unicodeScalars {
        #expect(!(0x2500...0x28FF).contains(scalar.value), "\(figure.title): \(scalar)")
        #expect(scalar.value == 10 || scalar.value >= 32 && scalar.value != 127)
      }
    }
  }

  @Test func `a curve says where it begins, ends, and how far it goes`() {
    let figure = Figure.lines(
      "Loss", description: "It falls.", x: "step", y: Axis("loss", scale: .logarithmic),
      [Series("a", x: [0, 1, 2, 3], y: [2, 0.5, .nan, 1])])
    #expect(
      figure.plain() == """
        Figure: Loss
        It falls.
        Across: step. Up: loss, in powers of ten.
        a: begins at 2 (across 0), ends at 1 (3), lowest 0.5 (1), highest 2 (0)
        """)
  }

  @Test func `an image that shows its numbers says them`() {
    let image = Image(width: 2, height: 1, values: [1, -2.5], isSigned: true, showsNumbers: true)
    #expect(
      Figure.images("Window", [image], columns: 1, captions: ["x"]).plain().hasSuffix(
        "image 1: x\n  1; -2.5"))
  }

  @Test func `bars, tables and graphs give their values`() {
    let bars = Figure.bars("Counts", categories: ["one", "two"], values: [3, 0.25])
    #expect(bars.plain().hasSuffix("one: 3\ntwo: 0.25"))
    let map = HeatMap(values: [1, 2, 3, 4], rows: 2, columns: 2, xLabel: "read as", yLabel: "is")
    #expect(
      Figure.heatMap("Table", map).plain().hasSuffix(
        "is 0: read as 0 1; read as 1 2\nis 1: read as 0 3; read as 1 4"))
    let graph = Figure.graph(
      "Sum", nodes: [Node("a", ["a", "1"]), Node("b", ["b: +", "2"])],
      edges: [Edge(from: "a", to: "b")])
    #expect(graph.plain().hasSuffix("a, 1\nb: +, 2; made from a"))
  }
}
