import Autodiff
import Checking
import Core
import Running

/// Multiplications for one gradient, forward and in reverse.
func countBothDirections(on screen: Screen) throws {
  screen.section("What does a gradient cost, forwards and backwards?")
  screen.text(
    """
    The loss of one sample, and its slope in every parameter. A pass multiplies once
    for every edge of the graph. Reverse mode takes one pass, forward mode one for
    every parameter.

    """)
  var generator = SplitMix64(seed: 1)
  var table = Table(
    "net", "parameters", "edges", "multiplications, forward", "in reverse", "ratio")
  var largest = 0.0
  for sizes in [[2, 4, 1], [2, 16, 16, 1], [2, 64, 64, 1]] {
    let net = ScalarNet(sizes, using: &generator)
    let (loss, parameters) = net.loss(Matrix(rows: [[0.5, -0.3]]), [1], samples: [0])
    let graph = ExpressionGraph(of: loss)
    let edges = graph.nodes.map(\.parents.count).reduce(0, +)
    table.add(
      sizes.map(String.init).joined(separator: "-"), grouped(parameters.count), grouped(edges),
      grouped(parameters.count * edges), grouped(edges), grouped(parameters.count))
    if parameters.count < 1000 { largest = max(largest, difference(of: graph)) }
  }
  screen.table(table)
  screen.text(
    """

    Done both ways for the first two nets: the largest difference is \
    \(significant(largest, 1)).
    With one input and many outputs it is the other way round: forward mode takes
    one pass, reverse mode one for each output. A loss is one output.
    """)
}

/// The largest difference between the gradient by forward mode, leaf by leaf, and in reverse.
private func difference(of graph: ExpressionGraph) -> Double {
  let order = topologicalOrder(parents: graph.parents, root: graph.root)
  let gradient = graph.gradients(order: order)
  return graph.leaves.map { leaf in
    abs(graph.tangents(leaves: [leaf: 1], order: order)[graph.root] - gradient[leaf])
  }.max() ?? 0
}
