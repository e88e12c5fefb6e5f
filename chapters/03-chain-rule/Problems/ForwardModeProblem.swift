import Autodiff
public import Checking

extension Chapter03Problems {
  public static var forwardMode: Problem<GraphQuestion, [Double]> {
    func wrong(
      _ name: String, _ sentence: String,
      start: @escaping (GraphQuestion) -> [Double] = { $0.tangents },
      _ step: @escaping (GraphQuestion, _ node: Int, inout [Double]) -> Void
    ) -> Misconception<GraphQuestion, [Double]> {
      Misconception(name, sentence) { question in
        var tangent = start(question)
        for node in question.order { step(question, node, &tangent) }
        return tangent
      }
    }
    func right(_ question: GraphQuestion, _ node: Int, _ tangent: inout [Double]) {
      for (parent, slope) in question.links(node) { tangent[node] += slope * tangent[parent] }
    }
    return Problem(
      "3.7", "forwardMode", minutes: 15, difficulty: 3, isChallenge: true,
      section: "The other direction",
      hints: [
        "If both parents of a node move a little, how far does the node move?",
        "s = a + b and L = s·a at a = 2, s = -1; a moves with speed 1, b stands still. s "
          + "moves with 1 · 1 + 1 · 0 = 1. L has the slope 2 in s and -1 in a: how fast does it "
          + "move?",
        "One number for each node, as in tangents. Leaves keep theirs. A node's parents "
          + "must be known before it is: walk order from its start.",
        "tangent[node] = Σ slope · tangent[parent] over the node's parents",
        "for node in order { for (parent, slope) in zip(graph.nodes[node].parents, "
          + "graph.nodes[node].slopes) { tangent[…] += slope * tangent[…] } }",
      ],
      cases: GraphQuestion.cases,
      forward: nil,
      reference: { question in
        let leaves = question.graph.leaves.map { ($0, question.tangents[$0]) }
        return question.graph.tangents(
          leaves: Dictionary(leaves) { first, _ in first }, order: question.order)
      },
      parts: [Part("tangent") { Matrix($0) }],
      misconceptions: [
        wrong(
          "forward-assigns",
          "The last parent's share replaces the others. A node moves by the sum of all shares."
        ) { question, node, tangent in
          for (parent, slope) in question.links(node) { tangent[node] = slope * tangent[parent] }
        },
        wrong(
          "forward-first-parent-only",
          "A node takes from each of its parents. Yours takes from the first one only."
        ) { question, node, tangent in
          if let (parent, slope) = question.links(node).first(where: { _ in true }) {
            tangent[node] += slope * tangent[parent]
          }
        },
        wrong(
          "forward-adds-slopes-alone",
          "You add up slopes. Each share is the slope times the tangent of the parent."
        ) { question, node, tangent in
          for (_, slope) in question.links(node) { tangent[node] += slope }
        },
        wrong(
          "forward-gives-to-parents",
          "You give to the parents, as backward does. A node takes from its parents: "
            + "tangent[node] += slope · tangent[parent]."
        ) { question, node, tangent in
          for (parent, slope) in question.links(node) { tangent[parent] += slope * tangent[node] }
        },
        Misconception(
          "forward-from-the-root",
          "You walk from the root to the leaves, as backward does. Tangents flow the other way."
        ) { question in
          var tangent = question.tangents
          for node in question.order.reversed() { right(question, node, &tangent) }
          return tangent
        },
        wrong(
          "forward-all-ones",
          "You let every leaf move at speed 1. The speeds of the leaves are given, in tangents.",
          start: { question in
            question.graph.nodes.indices.map { question.graph.leaves.contains($0) ? 1 : 0 }
          }
        ) { right($0, $1, &$2) },
        wrong(
          "forward-ignores-slopes",
          "You add the parents' tangents as they are. Each is multiplied by its slope."
        ) { question, node, tangent in
          for (parent, _) in question.links(node) { tangent[node] += tangent[parent] }
        },
        wrong(
          "forward-loses-leaves",
          "The leaves' own tangents are lost: start from tangents, not from zeros.",
          start: { [Double](repeating: 0, count: $0.graph.nodes.count) }
        ) { right($0, $1, &$2) },
      ],
      alternatives: [
        { question in
          // Edge by edge.
          var tangent = question.tangents
          for (node, parent, slope) in question.steps.reversed() {
            tangent[node] += tangent[parent] * slope
          }
          return tangent
        }, collectingTangents, withDualNumbers,
      ],
      attempt: asks { try $0.forwardMode(graph: $1.graph, order: $1.order, tangents: $1.tangents) }
    )
  }

  /// Each node's tangent in one expression.
  private static func collectingTangents(_ question: GraphQuestion) -> [Double] {
    var tangent = question.tangents
    for node in question.order where !question.graph.nodes[node].parents.isEmpty {
      let shares = question.links(node).map { parent, slope in slope * tangent[parent] }
      tangent[node] = shares.reversed().reduce(0, +)
    }
    return tangent
  }

  /// The computation done again, in dual numbers.
  private static func withDualNumbers(_ question: GraphQuestion) -> [Double] {
    var numbers = zip(question.graph.nodes, question.tangents).map { node, tangent in
      Dual(node.value, tangent: tangent)
    }
    for node in question.order {
      let operation = question.graph.nodes[node].operation
      let operands = question.graph.nodes[node].parents.map { numbers[$0] }
      if operands.count == 1 { numbers[node] = .apply(operation, operands[0]) }
      if operands.count == 2 { numbers[node] = .apply(operation, operands[0], operands[1]) }
    }
    return numbers.map(\.tangent)
  }
}
