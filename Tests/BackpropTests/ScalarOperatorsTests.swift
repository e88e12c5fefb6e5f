import Backprop
import Testing

/// A function of two numbers, in reverse mode, forward mode and plain arithmetic.
private struct Case: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let range: ClosedRange<Double>
  let onValues: @Sendable (Value, Value) -> Value
  let onDuals: @Sendable (Dual, Dual) -> Dual
  let plain: @Sendable (Double, Double) -> Double
}

private let cases: [Case] = [
  Case(
    testDescription: "assignments with numbers of the computation", range: 0.3...2,
    onValues: { a, b in
      var y = a
      y *= b
      y -= a
      y /= b
      y += b
      y *= y
      return y
    },
    onDuals: { a, b in
      var y = a
      y *= b
      y -= a
      y /= b
      y += b
      y *= y
      return y
    },
    plain: { a, b in
      let y = (a * b - a) / b + b
      return y * y
    }),
  Case(
    testDescription: "assignments with constants", range: 0.3...2,
    onValues: { a, b in
      var y = a * b
      y += 1
      y *= 3
      y -= 0.5
      y /= 4
      return y
    },
    onDuals: { a, b in
      var y = a * b
      y += 1
      y *= 3
      y -= 0.5
      y /= 4
      return y
    }, plain: { a, b in ((a * b + 1) * 3 - 0.5) / 4 }),
  Case(
    testDescription: "aᵇ", range: 0.2...3, onValues: { pow($0, $1) }, onDuals: { pow($0, $1) },
    plain: { Double.exp($1 * Double.log($0)) }),
  Case(
    testDescription: "aᵃ + 2ᵇ", range: 0.2...3, onValues: { pow($0, $0) + pow(2, $1) },
    onDuals: { pow($0, $0) + pow(2, $1) },
    plain: { Double.exp($0 * Double.log($0)) + Double.exp($1 * Double.log(2)) }),
  Case(
    testDescription: "|a|·b + |b|", range: -2...2, onValues: { abs($0) * $1 + abs($1) },
    onDuals: { abs($0) * $1 + abs($1) }, plain: { $0.magnitude * $1 + $1.magnitude }),
  Case(
    testDescription: "maximum", range: -2...2,
    onValues: { max($0, $1) * $1 + max($0, 0.25) - max(-0.5, $1) },
    onDuals: { max($0, $1) * $1 + max($0, 0.25) - max(-0.5, $1) },
    plain: { ($0 > $1 ? $0 : $1) * $1 + ($0 > 0.25 ? $0 : 0.25) - ($1 > -0.5 ? $1 : -0.5) }),
  Case(
    testDescription: "minimum", range: -2...2,
    onValues: { min($0, $1) * $1 + min($0, 0.25) - min(-0.5, $1) },
    onDuals: { min($0, $1) * $1 + min($0, 0.25) - min(-0.5, $1) },
    plain: { ($0 < $1 ? $0 : $1) * $1 + ($0 < 0.25 ? $0 : 0.25) - ($1 < -0.5 ? $1 : -0.5) }),
]

/// What an operation of two numbers is to have for slopes at a corner or an edge.
private struct Corner: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let a, b, value, slopeA, slopeB: Double
  let onValues: @Sendable (Value, Value) -> Value

  init(
    _ name: String, _ a: Double, _ b: Double, value: Double, _ slopeA: Double, _ slopeB: Double,
    _ onValues: @escaping @Sendable (Value, Value) -> Value
  ) {
    (testDescription, self.a, self.b, self.value) = ("\(name) at \(a), \(b)", a, b, value)
    (self.slopeA, self.slopeB, self.onValues) = (slopeA, slopeB, onValues)
  }
}

private let corners = [
  Corner("|a|", 0, 0, value: 0, 0, 0) { a, _ in abs(a) },
  Corner("|a|", -0.0, 0, value: 0, 0, 0) { a, _ in abs(a) },
  Corner("|a|", -.infinity, 0, value: .infinity, -1, 0) { a, _ in abs(a) },
  Corner("|a|", .nan, 0, value: .nan, .nan, 0) { a, _ in abs(a) },
  Corner("max", 2, 2, value: 2, 1, 0) { max($0, $1) },
  Corner("min", 2, 2, value: 2, 1, 0) { min($0, $1) },
  Corner("max", .nan, 2, value: .nan, 1, 0) { max($0, $1) },
  Corner("max", 2, .nan, value: .nan, 0, 1) { max($0, $1) },
  Corner("min", .nan, 2, value: .nan, 1, 0) { min($0, $1) },
  Corner("min", 2, .nan, value: .nan, 0, 1) { min($0, $1) },
  Corner("max", -.infinity, .infinity, value: .infinity, 0, 1) { max($0, $1) },
  Corner("max(0, b), as ReLU", 0, 0, value: 0, 0, 0) { _, b in max(0, b) },
  Corner("max(b, 0)", 0, 0, value: 0, 0, 1) { _, b in max(b, 0) },
  Corner("the maximum of a number with itself", 3, 0, value: 3, 1, 0) { a, _ in max(a, a) },
  Corner("aᵇ", 0, 2, value: 0, 0, 0) { pow($0, $1) },
  Corner("aᵇ", 0, 1, value: 0, 1, 0) { pow($0, $1) },
  Corner("aᵇ", 0, 0, value: 1, 0, 0) { pow($0, $1) },
  Corner("aᵇ", 0, 0.5, value: 0, .infinity, 0) { pow($0, $1) },
  Corner("aᵇ", 0, -1, value: .infinity, -.infinity, -.infinity) { pow($0, $1) },
  Corner("aᵇ", 5, 0, value: 1, 0, Double.log(5)) { pow($0, $1) },
  Corner("aᵇ", 1, 7, value: 1, 7, 0) { pow($0, $1) },
  Corner("aᵇ", -2, 3, value: -8, 12, .nan) { pow($0, $1) },
  Corner("aᵇ", -2, 0.5, value: .nan, .nan, .nan) { pow($0, $1) },
  Corner("aᵇ", .infinity, -1, value: 0, -0.0, 0) { pow($0, $1) },
  Corner("aᵇ", 0.5, .infinity, value: 0, 0, 0) { a, b in pow(a, b) },
]

private func same(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }

@Suite struct ScalarOperatorsTests {
  @Test(arguments: cases)
  private func `the new operations agree with central differences in both modes`(test: Case) {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<50 {
      let a = Double.random(in: test.range, using: &generator)
      let b = Double.random(in: test.range, using: &generator)
      let loss = test.plain(a, b)
      let expected = numericalGradient(of: { test.plain($0[0], $0[1]) }, at: Tensor([a, b]))
      let tape = Tape()
      let (x, y) = (Value(a, on: tape), Value(b, on: tape))
      let result = test.onValues(x, y)
      let gradients = result.gradients()
      #expect(abs(result.value - loss) <= 1e-12 * (1 + abs(loss)))
      #expect(gradientsAgree(Tensor([gradients[x], gradients[y]]), expected, loss: loss))
      let upstream = 3 * generator.uniform() - 1
      let scaled = (result * upstream).gradients()
      #expect(derivativesAgree(scaled[x], upstream * gradients[x], loss: 0))
      let (u, v) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      let dual = test.onDuals(Dual(a, tangent: u), Dual(b, tangent: v))
      let direction = u * gradients[x] + v * gradients[y]
      #expect(dual.value == result.value)
      #expect(abs(dual.tangent - direction) <= 1e-11 * (1 + abs(direction)))
    }
  }

  @Test(arguments: corners)
  private func `slopes at ties, corners and edges are the documented ones`(corner: Corner) {
    let tape = Tape()
    let (a, b) = (Value(corner.a, on: tape), Value(corner.b, on: tape))
    let result = corner.onValues(a, b)
    #expect(same(result.value, corner.value))
    #expect(same(result.gradients()[a], corner.slopeA), "\(result.gradients()[a])")
    #expect(same(result.gradients()[b], corner.slopeB), "\(result.gradients()[b])")
  }

  @Test func `Swift's own functions of plain numbers stay what they are`() {
    #expect(max(2.0, 3) == 3 && min(2, 3) == 2 && abs(-2.5) == 2.5 && max(1, 2, 3) == 3)
  }

  @Test func `a graph of the new operations has both parents and the same gradients`() {
    let tape = Tape()
    let (a, b) = (Value(1.5, on: tape), Value(0.5, on: tape))
    let y = max(pow(a, b), abs(a - b)) * min(a, b)
    let graph = ExpressionGraph(of: y)
    let order = topologicalOrder(parents: graph.parents, root: graph.root)
    let gradient = graph.gradients(order: order)
    let leaves = graph.leaves
    #expect(leaves.count == 2)
    #expect(gradient[leaves[0]] == y.gradients()[a] && gradient[leaves[1]] == y.gradients()[b])
    #expect(graph.nodes.map(\.operation.symbol).contains("max"))
  }
}

@Suite struct TensorAssignmentTests {
  @Test func `an assignment with an operation is the operation and an assignment`() {
    let (a, b) = (
      Tensor<Double>(rows: [[1, -2], [3, 0.5]]), Tensor<Double>(rows: [[4, 0.25], [-1, 2]])
    )
    let row = Tensor<Double>([2, -4])
    func check(
      _ assign: (inout Tensor<Double>) -> Void, _ expected: Tensor<Double>
    ) {
      var (x, copy) = (a, a)
      assign(&x)
      #expect(x == expected)
      copy[0, 0] = 9
      #expect(x == expected, "a copy is one's own")
    }
    check({ $0 += b }, a + b)
    check({ $0 -= b }, a - b)
    check({ $0 *= b }, a * b)
    check({ $0 /= b }, a / b)
    check({ $0 += row }, a + row)
    check({ $0 -= row }, a - row)
    check({ $0 *= row }, a * row)
    check({ $0 /= row }, a / row)
    check({ $0 += 2 }, a + 2)
    check({ $0 -= 2 }, a - 2)
    check({ $0 *= 2 }, a * 2)
    check({ $0 /= 2 }, a / 2)
    var x = a
    x *= x
    #expect(x == a * a)
  }
}
