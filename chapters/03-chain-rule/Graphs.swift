import Autodiff
import Checking
import Core
import Figures
import Problems03
import Running

/// The graph of a net with two layers of one unit each, with values and gradients on its nodes.
func drawTheGraph(_ source: Source, on screen: Screen) throws {
  screen.section("What does a two-layer net look like as a graph?")
  screen.text(
    """
    L = ½(y - t)², y = w2·h + b2, h = tanh(w1·x + b1). Each line is a number: its
    name and how it was made, its value, and grad, the slope of L in it. Under it,
    indented, is what it was made from. Values flow up to L, gradients down from it.
    """)
  let tape = Tape()
  let x = Value(0.5, named: "x", on: tape)
  let (w1, b1) = (Value(1.2, named: "w1", on: tape), Value(-0.1, named: "b1", on: tape))
  let (w2, b2) = (Value(-0.7, named: "w2", on: tape), Value(0.4, named: "b2", on: tape))
  let t = Value(1, named: "t", on: tape)
  let h = tanh((w1 * x + b1).named("z1")).named("h")
  let y = (w2 * h + b2).named("y")
  let loss = (pow(y - t, 2) * 0.5).named("L")

  let gradient = try SourcedEngine(source).gradients(of: loss)
  var nodes: [Node] = []
  var edges: [Edge] = []
  for (i, node) in tape.nodes.enumerated() {
    let symbol = node.operation.symbol
    let name = tape.names[i].map { symbol.isEmpty ? $0 : "\($0): \(symbol)" } ?? symbol
    nodes.append(
      Node(
        "\(i)",
        [
          name.isEmpty ? "constant" : name, fixed(node.value, 4), "grad " + fixed(gradient[i], 4),
        ], kind: node.parents.isEmpty ? .value : .operation))
    edges += node.parents.map { Edge(from: "\($0)", to: "\(i)") }
  }
  try screen.figure(
    .graph(
      "A two-layer net, its values and its gradients",
      description: """
        The graph of L = ½(w2·tanh(w1·x + b1) + b2 - t)²: leaves at the top, the loss at the \
        bottom, each box with its value and its gradient.
        """, nodes: nodes, edges: edges), "two-layer-graph")
}

/// One graph, four ways to walk it: only one gives the gradient.
func visitInTheRightOrder(_ source: Source, on screen: Screen) throws {
  screen.section("Why sort, why not recurse?")
  screen.text("b = a + a, c = b + b, at a = 1. So c = 4a, and dc/da is 4.\n")
  let tape = Tape()
  let a = Value(1, on: tape)
  let b = a + a
  let c = b + b
  let graph = ExpressionGraph(of: c)
  let sorted = try Chapter03Problems.topologicalOrder.function(from: source)(
    OrderQuestion("c = b + b, b = a + a", parents: graph.parents, root: graph.root))
  let question = GraphQuestion(graph: graph, order: sorted)
  func gradient(_ source: Source) throws -> [Double] {
    try Chapter03Problems.backward.function(from: source)(question)
  }
  var table = Table("how the graph is walked", "dc/db", "dc/da")
  func add(_ way: String, _ gradient: [Double]) {
    table.add(way, fixed(gradient[b.index], 0), fixed(gradient[a.index], 0))
  }
  add("sorted, each node once, after all its users", try gradient(source))
  add(
    "recursion: whenever something arrives, pass all of it on",
    try gradient(.bug("backward-recurses-with-totals")))
  add("a wrong order: b before c", graph.gradients(order: [a.index, c.index, b.index]))
  add("each user replaces what the others gave", try gradient(.bug("backward-assigns")))
  screen.table(table)
  screen.text(
    """

    The recursion reaches b twice. The second time it passes on all of b's gradient,
    2, although it has passed on 1 before: a gets 2·1 + 2·2 = 6.

    A recursion that passes on only what has just arrived is right, but it takes
    each path from the root to the leaves by itself. Visits, for n such doublings:

    """)
  var visits = Table("n", "sorted", "recursive")
  for n in [1, 2, 4, 8, 16] {
    let tape = Tape()
    var x = Value(1, on: tape)
    for _ in 0..<n { x = x + x }
    visits.add("\(n)", "\(tape.nodes.count)", "\(visitsByRecursion(x.index, tape))")
  }
  screen.table(visits)
}

/// How many nodes a recursion visits that follows every path to the leaves.
private func visitsByRecursion(_ node: Int, _ tape: Tape) -> Int {
  tape.nodes[node].parents.reduce(1) { $0 + visitsByRecursion($1, tape) }
}

/// An engine that keeps gradients in its nodes, asked twice.
func goBackwardTwice(on screen: Screen) throws {
  screen.section("What if gradients stay in the nodes, and backward runs twice?")
  screen.text("b = a·a, c = b·a, at a = 2. So c = a³, and dc/da = 3a² is 12.\n")
  let tape = Tape()
  let a = Value(2, on: tape)
  let b = a * a
  let c = b * a
  let order = topologicalOrder(
    parents: ExpressionGraph(of: c).parents, root: ExpressionGraph(of: c).root)

  /// Adds one backward pass to the gradients that the nodes hold.
  func backward(_ stored: inout [Double]) {
    stored[c.index] = 1
    for i in order.reversed() {
      let node = tape.nodes[i]
      for (parent, slope) in zip(node.parents, node.slopes) { stored[parent] += slope * stored[i] }
    }
  }
  var table = Table("before the second pass", "a's gradient after it")
  for (what, cleared) in [
    ("nothing is set to 0", []), ("a is set to 0, b is not", [a]), ("all are set to 0", [a, b, c]),
  ] {
    var stored = [0.0, 0, 0]
    backward(&stored)
    for value in cleared { stored[value.index] = 0 }
    backward(&stored)
    table.add(what, fixed(stored[a.index], 0))
  }
  screen.table(table)
  screen.text(
    """

    What b has left over from the first pass flows into a again. This course's
    engine stores nothing in its nodes: asked twice, it says \
    \(fixed(c.gradients()[a], 0)) and \(fixed(c.gradients()[a], 0)).
    """)
}
