import Autodiff
import Figures
import Running

/// A graph in which one number is used twice: forward, half way back, and done.
func addWhereWaysMeet(on screen: Screen) throws {
  screen.section("What comes back to a number that is used twice?")
  screen.text("L = s·a, s = a + b, at a = 2, b = -3: a has two users, s and L.")
  let tape = Tape()
  let (a, b) = (Value(2, named: "a", on: tape), Value(-3, named: "b", on: tape))
  let s = (a + b).named("s")
  let l = (s * a).named("L")

  // What each node has been sent so far, by its place on the tape.
  var sent = [[Double]](repeating: [], count: tape.nodes.count)
  var stages = [Stage]()
  func draw(_ caption: String, visited: [Value]) {
    let nodes = tape.nodes.indices.map { i in
      var lines = ["\(tape.names[i] ?? "") = \(fixed(tape.nodes[i].value, 0))"]
      if !visited.isEmpty {
        let terms = sent[i].map { fixed($0, 0) }.joined(separator: " + ")
        let sum = fixed(sent[i].reduce(0, +), 0)
        lines.append("grad " + (sent[i].count > 1 ? "\(terms) = \(sum)" : sum))
      }
      let isVisited = visited.contains { $0.index == i }
      return Node("\(i)", lines, kind: isVisited ? .operation : .value)
    }
    let edges = tape.nodes.indices.flatMap { i in
      zip(tape.nodes[i].parents, tape.nodes[i].slopes).map { parent, slope in
        Edge(from: "\(parent)", to: "\(i)", label: "slope \(fixed(slope, 0))")
      }
    }
    stages.append(Stage(caption, NodeGraph(nodes: nodes, edges: edges)))
  }
  func visit(_ value: Value) {
    let gradient = sent[value.index].reduce(0, +)
    for (parent, slope) in zip(tape.nodes[value.index].parents, tape.nodes[value.index].slopes) {
      sent[parent].append(slope * gradient)
    }
  }
  draw("Forward: values, and on each arrow a slope.", visited: [])
  sent[l.index] = [1]
  visit(l)
  draw(
    "Half way back: L has sent 1 · slope along each of its arrows. a has one of its two parts.",
    visited: [l])
  visit(s)
  draw("Done: s has sent 2 · 1 to a and to b. At a two parts add up.", visited: [l, s])
  try screen.figure(
    .stages(
      "Along a way slopes multiply, where ways meet they add",
      description: """
        The graph of L = s·a with s = a + b at a = 2, b = -3, three times. Forward, with the slopes 1 \
        on the arrows from a and b to s, 2 from s to L and -1 from a to L. Half way back, with the \
        gradients 1 at L, 2 at s and -1 at a. Done, with 2 at b and -1 + 2 = 1 at a.
        """, stages), "ways-add")
}
