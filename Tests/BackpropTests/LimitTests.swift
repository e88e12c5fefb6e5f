import Backprop
import Testing

/// Where Double ends inside a computation, its slope is still the limit.
@Suite struct LimitTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let x, slope: Double
    let onValues: @Sendable (Value) -> Value
    let onDuals: @Sendable (Dual) -> Dual

    init(
      _ name: String, at x: Double, slope: Double, _ onValues: @Sendable @escaping (Value) -> Value,
      _ onDuals: @Sendable @escaping (Dual) -> Dual
    ) {
      (testDescription, self.x, self.slope) = ("\(name) at \(x)", x, slope)
      (self.onValues, self.onDuals) = (onValues, onDuals)
    }
  }

  static let cases: [Case] = [
    Case("log(1 + exp x)", at: 1000, slope: 1, { log(1 + exp($0)) }, { log(1 + exp($0)) }),
    Case("log(1 + exp x)", at: 710, slope: 1, { log(1 + exp($0)) }, { log(1 + exp($0)) }),
    Case("log(1 + exp x)", at: 1e6, slope: 1, { log(1 + exp($0)) }, { log(1 + exp($0)) }),
    Case("log exp x", at: -1000, slope: 1, { log(exp($0)) }, { log(exp($0)) }),
    Case("log exp x", at: 1000, slope: 1, { log(exp($0)) }, { log(exp($0)) }),
    Case("(√x)²", at: 0, slope: 1, { pow(pow($0, 0.5), 2) }, { pow(pow($0, 0.5), 2) }),
    Case(
      "√x·√x", at: 0, slope: 1, { pow($0, 0.5) * pow($0, 0.5) }, { pow($0, 0.5) * pow($0, 0.5) }),
    Case("(∛x)³", at: 0, slope: 1, { pow(pow($0, 1.0 / 3), 3) }, { pow(pow($0, 1.0 / 3), 3) }),
    Case("exp log x", at: 0, slope: 1, { exp(log($0)) }, { exp(log($0)) }),
    Case("exp(2·log x)", at: 0, slope: 0, { exp(2 * log($0)) }, { exp(2 * log($0)) }),
    Case("1/(1/x)", at: 0, slope: 1, { 1 / (1 / $0) }, { 1 / (1 / $0) }),
    Case("1/(2 + 1/x)", at: 0, slope: 1, { 1 / (2 + 1 / $0) }, { 1 / (2 + 1 / $0) }),
    Case("(x⁻¹)⁻¹", at: 0, slope: 1, { pow(pow($0, -1), -1) }, { pow(pow($0, -1), -1) }),
    Case("√(x⁴)", at: 0, slope: 0, { pow(pow($0, 4), 0.5) }, { pow(pow($0, 4), 0.5) }),
    Case("log σ(x)", at: -1000, slope: 1, { log(sigmoid($0)) }, { log(sigmoid($0)) }),
    Case("σ(log x)", at: 0, slope: 1, { sigmoid(log($0)) }, { sigmoid(log($0)) }),
    Case(
      "x + (√x)²", at: 0, slope: 2, { $0 + pow(pow($0, 0.5), 2) }, { $0 + pow(pow($0, 0.5), 2) }),
    // A gate that is shut all around passes nothing, whatever is behind it.
    Case("relu(√x - 1)", at: 0, slope: 0, { relu(pow($0, 0.5) - 1) }, { relu(pow($0, 0.5) - 1) }),
    Case("√relu(x)", at: -1, slope: 0, { pow(relu($0), 0.5) }, { pow(relu($0), 0.5) }),
    Case("0·√x", at: 0, slope: 0, { 0 * pow($0, 0.5) }, { 0 * pow($0, 0.5) }),
    // Infinite slopes that are the answer.
    Case("√x", at: 0, slope: .infinity, { pow($0, 0.5) }, { pow($0, 0.5) }),
    Case("1/x", at: 0, slope: -.infinity, { 1 / $0 }, { 1 / $0 }),
    Case("log x", at: 0, slope: .infinity, { log($0) }, { log($0) }),
  ]

  @Test(arguments: cases)
  func `reverse and forward mode find the limit of the slope`(_ test: Case) {
    let tape = Tape()
    let x = Value(test.x, on: tape)
    let y = test.onValues(x)
    #expect(near(y.gradients()[x], test.slope))
    #expect(near(test.onDuals(Dual(test.x, tangent: 1)).tangent, test.slope))
    #expect(near(test.onDuals(Dual(test.x, tangent: -3)).tangent, -3 * test.slope))
    #expect(test.onDuals(Dual(test.x)).tangent == 0, "a constant has no slope")

    let graph = ExpressionGraph(of: y)
    let order = topologicalOrder(parents: graph.parents, root: graph.root)
    let leaf = graph.leaves.first { graph.nodes[$0].value == test.x } ?? 0
    #expect(near(graph.gradients(order: order)[leaf], test.slope))
    #expect(near(graph.tangents(leaves: [leaf: 1], order: order)[graph.root], test.slope))
  }

  private func near(_ a: Double, _ b: Double) -> Bool { a == b || abs(a - b) <= 1e-9 }

  @Test func `what has no limit is NaN`() {
    let tape = Tape()
    let zero = Value(0, on: tape)
    #expect(pow(zero * zero, 0.5).gradients()[zero].isNaN, "abs(x) at 0")
    #expect(pow(Dual(0, tangent: 1) * Dual(0, tangent: 1), 0.5).tangent.isNaN)
    #expect((zero * log(zero)).gradients()[zero] == -.infinity, "log(x) + 1")
    #expect(log(Value(.nan, on: tape)).gradients()[zero] == 0)
  }

  @Test func `slopes that came from elsewhere are used as they are`() {
    let tape = Tape()
    let x = Value(0, on: tape)
    var graph = ExpressionGraph(of: pow(pow(x, 0.5), 2))
    graph.nodes[1].slopes = [5]
    graph.nodes[2].slopes = [7]
    #expect(graph.gradients(order: [0, 1, 2]) == [35, 7, 1])
  }

  @Test func `ordinary numbers elsewhere on the tape keep every bit`() {
    let tape = Tape()
    let (x, zero) = (Value(0.3, on: tape), Value(0, on: tape))
    let plain = tanh(x * x + exp(x)) / 3
    let before = plain.gradients()[x]
    #expect((plain + pow(pow(zero, 0.5), 2)).gradients()[x] == before)
  }
}
