import Foundation
import Testing

@testable import Figures

struct StageTests {
  private let figure: Figure = {
    let edges = [
      Edge(from: "a", to: "s", label: "slope 1"), Edge(from: "s", to: "l", label: "slope 2"),
      Edge(from: "a", to: "l", label: "slope -1"),
    ]
    func graph(_ gradient: String) -> NodeGraph {
      NodeGraph(
        nodes: [Node("a", ["a", gradient]), Node("s", ["s"]), Node("l", ["L"], kind: .operation)],
        edges: edges)
    }
    return .stages("ways add", [Stage("before", graph("0")), Stage("after", graph("-1 + 2 = 1"))])
  }()

  @Test func `stages show each graph under its caption, with what stands on the arrows`() {
    for drawn in [figure.terminal(), figure.plain(), figure.svg()] {
      let text = drawn.replacing("−", with: "-")
      let (before, after) = (text.range(of: "before"), text.range(of: "after"))
      #expect(before.map { b in after.map { b.lowerBound < $0.lowerBound } } == true)
      for words in ["slope 1", "slope 2", "slope -1", "-1 + 2 = 1"] {
        #expect(text.contains(words), "\(words) in \(text)")
      }
    }
  }

  @Test func `signed images have a key to their colours, others have none`() {
    func svg(isSigned: Bool) -> String {
      let image = Image(width: 2, height: 1, values: [-1, 1], isSigned: isSigned)
      return Figure.images("weights", [image], columns: 1).svg()
    }
    #expect(svg(isSigned: true).contains(">negative<"))
    #expect(!svg(isSigned: false).contains("negative"))
  }
}
