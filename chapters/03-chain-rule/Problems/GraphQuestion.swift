public import Autodiff
public import Checking
public import Core

/// A graph with its local slopes, a topological order of it, and how fast its leaves change.
public struct GraphQuestion: Question {
  public let name: String
  public let graph: ExpressionGraph
  public let order: [Int]
  /// For forward mode: the tangent of every leaf, 0 for all other nodes.
  public let tangents: [Double]
  /// What is added to every node's value: the slope of the root in it is the node's gradient.
  var nudges: Matrix

  public init(
    _ name: String = "a graph", graph: ExpressionGraph, order: [Int], tangents: [Double] = []
  ) {
    (self.name, self.graph, self.order, self.tangents) = (name, graph, order, tangents)
    nudges = Matrix(shape: [graph.nodes.count])
  }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] { [] }
  public var summary: String { "\(name): parents = \(graph.parents), order = \(order)" }
  public var label: String { name }

  /// The root's value, computed anew with the nudges.
  var root: Double {
    var values = [Double](repeating: 0, count: graph.nodes.count)
    for i in order {
      let node = graph.nodes[i]
      let operands = node.parents.map { values[$0] }
      let value =
        switch operands.count {
        case 0: node.value
        case 1: node.operation(operands[0]).value
        default: node.operation(operands[0], operands[1]).value
        }
      values[i] = value + nudges[i]
    }
    return values[graph.root]
  }

  /// A computation in random numbering, with random tangents at its leaves.
  private init(_ name: String, seed: UInt64, _ computation: (Tape) -> Value) {
    var generator = SplitMix64(caseSeed: seed)
    let graph = ExpressionGraph(of: computation(Tape())).shuffled(using: &generator)
    var tangents = [Double](repeating: 0, count: graph.nodes.count)
    for leaf in graph.leaves { tangents[leaf] = (generator.normal() * 100).rounded() / 100 }
    self.init(
      name, graph: graph,
      order: Autodiff.topologicalOrder(parents: graph.parents, root: graph.root), tangents: tangents
    )
  }

  static var cases: [Case<GraphQuestion>] {
    [
      Case(
        GraphQuestion("L = (a·b + tanh(a))·b", seed: 36) { tape in
          let (a, b) = (Value(0.7, on: tape), Value(-1.4, on: tape))
          return (a * b + tanh(a)) * b
        }),
      Case(
        GraphQuestion("c = b + b, b = a + a", seed: 37) { tape in
          let a = Value(1, on: tape)
          let b = a + a
          return b + b
        }),
      Case(
        GraphQuestion("c = a·a·a", seed: 38) { tape in
          let a = Value(-1.5, on: tape)
          return a * a * a
        }),
      Case(
        GraphQuestion("L = (y - t)², y = tanh(w·x + b) - x/w", seed: 39) { tape in
          let (w, x) = (Value(0.8, on: tape), Value(1.2, on: tape))
          let (b, t) = (Value(-0.3, on: tape), Value(0.5, on: tape))
          return pow(tanh(w * x + b) - x / w - t, 2)
        }),
      Case(
        GraphQuestion(
          "a leaf that the root does not need",
          graph: ExpressionGraph(
            nodes: [
              .init(operation: .multiply, parents: [2, 1], value: -6, slopes: [3, -2]),
              .init(operation: .leaf, parents: [], value: 3, slopes: []),
              .init(operation: .leaf, parents: [], value: -2, slopes: []),
              .init(operation: .leaf, parents: [], value: 5, slopes: []),
            ], root: 0),
          order: [2, 1, 0], tangents: [0, 0.5, -1.5, 0])),
      Case(
        GraphQuestion("a root without parents", seed: 40) { Value(2, on: $0) }),
    ]
  }
}

extension GraphQuestion {
  /// The parents of a node, each with the slope of the edge.
  func links(_ node: Int) -> Zip2Sequence<[Int], [Double]> {
    zip(graph.nodes[node].parents, graph.nodes[node].slopes)
  }

  /// All edges in the order of reverse mode.
  var steps: [(node: Int, parent: Int, slope: Double)] {
    graph.edges(order: order)
  }
}
