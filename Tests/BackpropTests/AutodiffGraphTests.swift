import Backprop
import Testing

@Suite struct AutodiffGraphTests {
  /// A net of one hidden layer on a tape, and its loss.
  private func loss(on tape: Tape) -> (loss: Value, leaves: [Value]) {
    let inputs = [0.3, -0.7, 1.1].map { Value($0, on: tape) }
    let weights = (0..<6).map { Value(Double($0 * $0 % 5) / 4 - 0.6, on: tape) }
    _ = log(inputs[0] * 7)  // aside: no part of the loss
    let hidden = (0..<2).map { j in
      tanh(inputs[0] * weights[j] + inputs[1] * weights[2 + j] + inputs[2] * weights[4 + j])
    }
    let output = sigmoid(hidden[0] * hidden[1] + hidden[0])
    return (pow(output - 1, 2) + output * output, inputs + weights)
  }

  @Test func `a shuffled graph gives the tape's gradients in any valid order`() {
    let tape = Tape()
    let (loss, leaves) = loss(on: tape)
    let expected = leaves.map { loss.gradients()[$0] }
    for (leaf, number) in zip(leaves, 0...) { leaf.named("leaf \(number)") }
    let sorted = ExpressionGraph(of: loss)
    #expect(
      objection(toOrder: Array(0...sorted.root), parents: sorted.parents, root: sorted.root) == nil)

    var generator = SplitMix64(seed: 3)
    for _ in 0..<20 {
      let graph = sorted.shuffled(using: &generator)
      #expect(graph.nodes[graph.root].value == loss.value)
      let order = topologicalOrder(parents: graph.parents, root: graph.root)
      #expect(objection(toOrder: order, parents: graph.parents, root: graph.root) == nil)
      #expect(order.count == graph.nodes.count && order.last == graph.root)
      let gradients = graph.gradients(order: order)
      for (number, gradient) in expected.enumerated() {
        let node = graph.nodes.firstIndex { $0.name == "leaf \(number)" }
        #expect(abs(gradients[node ?? 0] - gradient) <= 1e-14)
      }
      // Forward mode along a random direction is the gradient's product with that direction.
      let speeds = graph.leaves.map { _ in Double.random(in: -1...1, using: &generator) }
      let leaves = Dictionary(uniqueKeysWithValues: zip(graph.leaves, speeds))
      let tangent = graph.tangents(leaves: leaves, order: order)[graph.root]
      let product = leaves.reduce(0) { $0 + gradients[$1.key] * $1.value }
      #expect(abs(tangent - product) <= 1e-14)
    }
  }

  @Test func `what is aside of the result is left out of its graph`() {
    let tape = Tape()
    let a = Value(2, named: "a", on: tape)
    _ = exp(a)
    let b = (a * a).named("b")
    let graph = ExpressionGraph(of: b)
    #expect(graph.nodes.count == 2 && graph.leaves == [0] && graph.root == 1)
    #expect(graph.nodes[1].parents == [0, 0] && graph.nodes[1].slopes == [2, 2])
    #expect(graph.description == "a = 2.0\nb = a × a = 4.0")
    #expect(a.description == "a = 2.0" && tape.nodes[1].operation == .exp)
  }

  @Test func `a wrong visiting order gives wrong gradients`() {
    // c = (b + b) + a, b = a + a: dc/da = 5.
    let tape = Tape()
    let a = Value(1, on: tape)
    let b = a + a
    let graph = ExpressionGraph(of: (b + b) + a)
    #expect(graph.gradients(order: [0, 1, 2, 3])[0] == 5)
    #expect(graph.gradients(order: [0, 2, 1, 3])[0] == 1, "b passed on before it had received")
  }

  @Test(arguments: [
    ([0, 1], "node 2 is missing, although the root depends on it"),
    ([0, 1, 2], "the root, node 3, is missing"),
    ([0, 2, 1, 3], "node 2 comes before its parent, node 1"),
    ([3, 2, 1, 0], "node 1 comes before its parent, node 0"),
    ([0, 1, 1, 2, 3], "node 1 comes twice, it should come once"),
    ([0, 1, 2, 9, 3], "the order names node 9, the graph has the nodes 0 to 4"),
    ([0, 1, 2, 3, 4], "node 4 is listed, but the root does not depend on it"),
  ])
  func `a wrong order is named`(_ order: [Int], _ sentence: String) {
    let parents = [[], [0, 0], [1, 0], [2], [0]]
    #expect(objection(toOrder: order, parents: parents, root: 3) == sentence)
    #expect(objection(toOrder: [0, 1, 2, 3], parents: parents, root: 3) == nil)
  }

  @Test func `a cycle is refused with a sentence`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = topologicalOrder(parents: [[2], [0], [1]], root: 2)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("depends on itself"))
  }
}
