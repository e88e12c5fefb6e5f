import Backprop

/// x·y with x = 2 and y = 3, and something changed in it.
private func graph(_ change: (inout ExpressionGraph) -> Void = { _ in }) -> ExpressionGraph {
  let tape = Tape()
  var graph = ExpressionGraph(of: Value(2, on: tape) * Value(3, on: tape))
  change(&graph)
  return graph
}

private func net() -> ScalarNet {
  var generator = SplitMix64(seed: 1)
  return ScalarNet([2, 3, 1], using: &generator)
}

extension WrongCall {
  static let graphs: [WrongCall] = [
    WrongCall("the order names node 3") { _ = graph().gradients(order: [0, 1, 2, 3]) },
    WrongCall("the order names node -1") { _ = graph().gradients(order: [-1]) },
    WrongCall("the order names node 1073741824") { _ = graph().edges(order: [1 << 30]) },
    WrongCall("the order names node 9") { _ = graph().tangents(leaves: [:], order: [9]) },
    WrongCall("a tangent for node 7") { _ = graph().tangents(leaves: [7: 1], order: [0, 1, 2]) },
    WrongCall("the root is node 3") { _ = graph { $0.root = 3 }.gradients(order: [0, 1, 2]) },
    WrongCall("the root is node -1") { _ = graph { $0.root = -1 }.edges(order: [0, 1, 2]) },
    WrongCall("the root is node 0; the graph has 0") {
      _ = ExpressionGraph(nodes: [], root: 0).gradients(order: [])
    },
    WrongCall("there is no node 5") { print(graph { $0.root = 5 }) },
    WrongCall("the root is node 5") {
      var generator = SplitMix64(seed: 1)
      _ = graph { $0.root = 5 }.shuffled(using: &generator)
    },
    WrongCall("node 2 has the parents [0, 8]") {
      _ = graph { $0.nodes[2].parents[1] = 8 }.gradients(order: [0, 1, 2])
    },
    WrongCall("node 2 has the parents [0, -1]") {
      var generator = SplitMix64(seed: 1)
      _ = graph { $0.nodes[2].parents[1] = -1 }.shuffled(using: &generator)
    },
    WrongCall("and 1 slopes") {
      _ = graph { $0.nodes[2].slopes = [1] }.gradients(order: [0, 1, 2])
    },
    WrongCall("topologicalOrder: there is no node 2") {
      _ = topologicalOrder(parents: [[], [0, 2]], root: 1)
    },
    WrongCall("topologicalOrder: there is no node 0") {
      _ = topologicalOrder(parents: [], root: 0)
    },
    WrongCall("node 0 depends on itself") { _ = topologicalOrder(parents: [[0]], root: 0) },
    WrongCall("topologicalOrder: there is no node 4") {
      _ = objection(toOrder: [0], parents: [[]], root: 4)
    },
    WrongCall("slopes [[1], [1], [1]] for 1 nodes of multiply") {
      let tape = Tape()
      _ = ExpressionGraph(reversing: Value(2, on: tape) * Value(3, on: tape)) { _, _ in
        [zeros(1), zeros(1), zeros(1)]
      }
    },
    WrongCall("slopes [[1]] for 1 nodes of multiply") {
      let tape = Tape()
      _ = ExpressionGraph(reversing: Value(2, on: tape) * Value(3, on: tape)) { _, _ in [zeros(1)] }
    },
    WrongCall("Value: add does not take one number") {
      let tape = Tape()
      print(ExpressionGraph(of: Value.apply(.add, Value(2, on: tape))))
    },
    WrongCall("Value: exp does not take two numbers") {
      let tape = Tape()
      _ = Value.apply(.exp, Value(2, on: tape), Value(3, on: tape))
    },
    WrongCall("mixes numbers of two tapes") { _ = Value(2, on: Tape()) + Value(3, on: Tape()) },
    WrongCall("asked for a number of another tape") {
      _ = Value(2, on: Tape()).gradients()[Value(3, on: Tape())]
    },
    WrongCall("ScalarNet: layers of [2]") {
      var generator = SplitMix64(seed: 1)
      _ = ScalarNet([2], using: &generator)
    },
    WrongCall("ScalarNet: layers of [2, 0, 1]") {
      var generator = SplitMix64(seed: 1)
      _ = ScalarNet([2, 0, 1], using: &generator)
    },
    WrongCall("ScalarNet: 1 inputs and 13 parameters") { _ = net()([1]) },
    WrongCall("ScalarNet: 2 inputs and 0 parameters") {
      var net = net()
      net.parameters = []
      _ = net([1, 2])
    },
    WrongCall("the samples [4]") { _ = net().loss(zeros(4, 2), [1, 1, 1, 1], samples: [4]) },
    WrongCall("the samples []") { _ = net().loss(zeros(4, 2), [1, 1, 1, 1], samples: []) },
    WrongCall("inputs [4, 2] for 3 targets") { _ = net().accuracy(zeros(4, 2), [1, 1, 1]) },
    WrongCall("with 0 of 4 samples") {
      var (net, generator) = (net(), SplitMix64(seed: 1))
      _ = try? net.train(
        zeros(4, 2), [1, 1, 1, 1], steps: 1, batch: 0, learningRate: 1, using: &generator
      ) { $0.tape.nodes.map { _ in 0 } }
    },
    WrongCall("ScalarNet: 1 gradients for 13 parameters") {
      var (net, generator) = (net(), SplitMix64(seed: 1))
      _ = try? net.train(
        zeros(4, 2), [1, 1, 1, 1], steps: 1, batch: 2, learningRate: 1, using: &generator
      ) { _ in [1] }
    },
    WrongCall("ScalarNet: the learning rate is nan") {
      var (net, generator) = (net(), SplitMix64(seed: 1))
      _ = try? net.train(
        zeros(4, 2), [1, 1, 1, 1], steps: 1, batch: 2, learningRate: .nan, using: &generator
      ) { $0.tape.nodes.map { _ in 0 } }
    },
  ]
}
