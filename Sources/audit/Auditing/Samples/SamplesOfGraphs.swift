import Backprop
import Course

// Chapter 3.
extension Samples {
  static var graphs: [(String, Sample)] {
    typealias Problems = Chapter03Problems
    return [
      of(Problems.numericalGradient, draw: numericalQuestion),
      of(Problems.multiply) {
        let n = $0.size(1...5)
        return MultiplyQuestion(a: $0.tensor([n]), b: $0.tensor([n]), upstream: $0.tensor([n]))
      },
      of(Problems.tanhNode) {
        let n = $0.size(1...5)
        return TanhNodeQuestion(x: 1.5 * $0.tensor([n]), upstream: $0.tensor([n]))
      },
      of(Problems.powNode) {
        let n = $0.size(1...5)
        let exponent = $0.pick([0, 1, 2, 3, 4, -1, -2, 0.5, 1.5, -0.5, 2.7])
        var x = $0.tensor([n])
        if exponent != exponent.rounded() { x = x.map { abs($0) + 0.1 } }
        if exponent < 0 { x = x.map { abs($0) < 0.1 ? 1 : $0 } }
        return PowNodeQuestion(x: x, exponent: exponent, upstream: $0.tensor([n]))
      },
      of(Problems.topologicalOrder) {
        let graph = randomGraph(&$0, parents: $0.size(2...4))
        return OrderQuestion("random", parents: graph.parents, root: graph.root)
      },
      of(Problems.backward, draw: graphQuestion), of(Problems.forwardMode, draw: graphQuestion),
      of(Problems.twoLayer) {
        let (m, inputs) = ($0.size(1...5), $0.size(1...4))
        let (hidden, outputs) = ($0.once(in: 3) ? inputs : $0.size(1...4), $0.size(1...4))
        // A sigmoid may be so far out that it is 0 or 1 to the last digit.
        let (scale1, scale2) = ($0.once(in: 8) ? 1000.0 : 1, $0.once(in: 8) ? 1000.0 : 1)
        return TwoLayerQuestion(
          x: $0.tensor([m, inputs]), target: $0.tensor([m, outputs]),
          weight1: scale1 * $0.tensor([inputs, hidden]), bias1: $0.tensor([hidden]),
          weight2: scale2 * $0.tensor([hidden, outputs]), bias2: $0.tensor([outputs]))
      },
    ]
  }

  private static func numericalQuestion(_ draw: inout Draw) -> NumericalGradientQuestion {
    let shape = draw.once(in: 2) ? [draw.size(1...5)] : [draw.size(1...4), draw.size(1...4)]
    let functions: [(String, (Matrix) -> Double)] = [
      ("Σ x³", { x in x.map { $0 * $0 * $0 }.sum() }),
      ("Σ eˣ", { x in x.map { Double.exp($0) }.sum() }),
      ("(Σ x)²", { $0.sum() * $0.sum() }),
      ("Σ i·xᵢ²", { $0.scalars.enumerated().reduce(0) { $0 + Double($1.0) * $1.1 * $1.1 } }),
    ]
    let (formula, f) = draw.pick(functions)
    let x = draw.tensor(shape, in: -2...2)
    return NumericalGradientQuestion(
      formula, at: x, step: draw.pick([1.7, 0.5, 0.3, 0.1, 0.01, 1e-3]), of: f)
  }

  /// Nodes with up to so many parents each, in random numbering; the root need not be the last.
  private static func randomGraph(_ draw: inout Draw, parents: Int = 2) -> ExpressionGraph {
    let count = draw.size(1...9)
    var nodes = [ExpressionGraph.Node]()
    for number in 0..<count {
      let degree = number == 0 ? 0 : draw.size(0...parents)
      nodes.append(
        .init(
          operation: degree == 0 ? .leaf : degree == 1 ? .tanh : .multiply,
          parents: draw.list(degree) { $0.size(0...number - 1) }, value: draw.number(-2...2),
          slopes: draw.list(degree) { $0.once(in: 8) ? 0 : $0.number(-2...2) }))
    }
    let places = draw.permutation(of: count)
    var shuffled = nodes
    for (number, node) in nodes.enumerated() {
      var node = node
      node.parents = node.parents.map { places[$0] }
      shuffled[places[number]] = node
    }
    let root = draw.once(in: 4) ? draw.size(0...count - 1) : count - 1
    return ExpressionGraph(nodes: shuffled, root: places[root])
  }

  private static func graphQuestion(_ draw: inout Draw) -> GraphQuestion {
    let graph = randomGraph(&draw)
    let order = topologicalOrder(parents: graph.parents, root: graph.root)
    var tangents = [Double](repeating: 0, count: graph.nodes.count)
    for leaf in graph.leaves { tangents[leaf] = draw.number(-2...2) }
    return GraphQuestion("random", graph: graph, order: order, tangents: tangents)
  }
}
