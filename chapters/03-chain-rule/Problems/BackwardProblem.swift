public import Checking
import Core

extension Chapter03Problems {
  public static var backward: Problem<GraphQuestion, [Double]> {
    Problem(
      "3.5", "backward", minutes: 10, difficulty: 3, section: "Backwards through the graph",
      hints: [
        "What is ∂root/∂root? It is the only gradient that you know at the start.",
        "b = a·a, c = b·a at a = 2, b = 4, where c is a³. c has 1 and sends 2 to b and 4 to "
          + "a. Then b has 2, and sends 2 · 2 to a, twice. 3a² is 12: what must a do with three "
          + "arrivals?",
        "The result has a number for each node, at the node's place. A node may send when "
          + "all its users have sent, and order lists parents first: at which end do you begin? "
          + "slopes[k] belongs to parents[k].",
        "From the root down, each node gives every parent: gradient[parent] += slope · "
          + "gradient[node]",
        "for node in order.reversed() { for (parent, slope) in zip(graph.nodes[node].parents, "
          + "graph.nodes[node].slopes) { gradient[…] += slope * gradient[…] } }",
      ],
      cases: GraphQuestion.cases,
      forward: { $0.root },
      reference: { $0.graph.gradients(order: $0.order) },
      parts: [Part("gradient", of: \.nudges) { Matrix($0) }],
      misconceptions: [
        walk(
          "backward-assigns",
          "A node with several users keeps what the last one gave. Every user's share is added: +=."
        ) { question, gradient in
          for (node, parent, slope) in question.steps { gradient[parent] = slope * gradient[node] }
        },
        walk(
          "backward-first-user-only",
          "A node takes what its first user gives and ignores the others. The shares add up."
        ) { question, gradient in
          for (node, parent, slope) in question.steps where gradient[parent] == 0 {
            gradient[parent] = slope * gradient[node]
          }
        },
        walk(
          "backward-by-number",
          "You visit nodes by their number. One that is visited before all its users passes on "
            + "less than it will get: walk order from its end."
        ) { question, gradient in
          for node in question.graph.nodes.indices.reversed() {
            for (parent, slope) in question.links(node) {
              gradient[parent] += slope * gradient[node]
            }
          }
        },
        walk(
          "backward-from-the-leaves",
          "You walk from the leaves to the root: nothing has arrived yet at the nodes you visit. "
            + "Walk order from its end."
        ) { question, gradient in
          for node in question.order {
            for (parent, slope) in question.links(node) {
              gradient[parent] += slope * gradient[node]
            }
          }
        },
        walk(
          "backward-recurses-with-totals",
          "Each time something arrives at a node, you pass on all it has, also what you passed on "
            + "before. Pass on once, when all users have been visited."
        ) { question, gradient in
          var waiting = [question.graph.root][...]
          func passOn(_ node: Int) {
            for (parent, slope) in question.links(node) {
              gradient[parent] += slope * gradient[node]
              passOn(parent)
            }
          }
          while let node = waiting.popFirst() { passOn(node) }
        },
        walk(
          "backward-ignores-slopes",
          "You hand the gradient on as it is. Each edge multiplies it by its slope."
        ) { question, gradient in
          for (node, parent, _) in question.steps { gradient[parent] += gradient[node] }
        },
        walk(
          "backward-first-parent-only",
          "A node gives to each of its parents. Yours gives to the first one only."
        ) { question, gradient in
          for node in question.order.reversed() {
            if let (parent, slope) = question.links(node).first(where: { _ in true }) {
              gradient[parent] += slope * gradient[node]
            }
          }
        },
        walk(
          "backward-root-left-out",
          "The root gives to its parents too: it is the first node to visit."
        ) { question, gradient in
          for (node, parent, slope) in question.steps where node != question.graph.root {
            gradient[parent] += slope * gradient[node]
          }
        },
        walk(
          "backward-adds-slopes-alone",
          "You add up slopes. Each share is the slope times the gradient of the node that it "
            + "comes from."
        ) { question, gradient in
          for (_, parent, slope) in question.steps { gradient[parent] += slope }
        },
        Misconception(
          "backward-all-seeds",
          "Only the root begins with 1, ∂root/∂root. All other nodes begin with 0."
        ) { question in
          var gradient = [Double](repeating: 1, count: question.graph.nodes.count)
          for (node, parent, slope) in question.steps {
            gradient[parent] += slope * gradient[node]
          }
          return gradient
        },
        Misconception(
          "backward-no-seed",
          "The walk starts from zeros, so all stays 0. Begin with ∂root/∂root = 1."
        ) { [Double](repeating: 0, count: $0.graph.nodes.count) },
        walk(
          "backward-counts-a-parent-once",
          "In a·a the same parent comes twice, and each place gives its share."
        ) { question, gradient in
          for node in question.order.reversed() {
            let before = gradient[node]
            var seen = Set<Int>()
            for (parent, slope) in question.links(node) where seen.insert(parent).inserted {
              gradient[parent] += slope * before
            }
          }
        },
      ],
      alternatives: [
        { question in
          // Edge by edge.
          var gradient = [Double](repeating: 0, count: question.graph.nodes.count)
          gradient[question.graph.root] += 1
          for (node, parent, slope) in question.steps { gradient[parent] += gradient[node] * slope }
          return gradient
        }, collecting, pathByPath,
      ],
      attempt: asks { try $0.backward(graph: $1.graph, order: $1.order) }
    )
  }

  /// Each node collects from its users, instead of its users giving to it.
  private static func collecting(_ question: GraphQuestion) -> [Double] {
    var gradient = [Double](repeating: 0, count: question.graph.nodes.count)
    gradient[question.graph.root] = 1
    for node in question.order.reversed() where node != question.graph.root {
      let shares = question.steps.filter { $0.parent == node }.map { $0.slope * gradient[$0.node] }
      gradient[node] = shares.reduce(0, +)
    }
    return gradient
  }

  /// One path after the other: right, but there can be exponentially many.
  private static func pathByPath(_ question: GraphQuestion) -> [Double] {
    var gradient = [Double](repeating: 0, count: question.graph.nodes.count)
    func follow(_ node: Int, _ share: Double) {
      gradient[node] += share
      for (parent, slope) in question.links(node) { follow(parent, slope * share) }
    }
    follow(question.graph.root, 1)
    return gradient
  }

  /// A misconception about the walk: it starts from 1 at the root and 0 elsewhere, as it should.
  private static func walk(
    _ name: String, _ sentence: String, _ walk: @escaping (GraphQuestion, inout [Double]) -> Void
  ) -> Misconception<GraphQuestion, [Double]> {
    Misconception(name, sentence) { question in
      var gradient = [Double](repeating: 0, count: question.graph.nodes.count)
      gradient[question.graph.root] = 1
      walk(question, &gradient)
      return gradient
    }
  }
}
