import Backprop
import Testing

/// A function written once, for reverse mode and forward mode.
struct DifferentiableFunction: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// Where its arguments may lie.
  let range: ClosedRange<Double>
  let onValues: @Sendable (Value, Value) -> Value
  let onDuals: @Sendable (Dual, Dual) -> Dual
  /// The same function in plain arithmetic, written out apart from the engine.
  let plain: @Sendable (Double, Double) -> Double
}

private func softsign<Number: DifferentiableNumber>(_ a: Number, _ b: Number) -> Number {
  let square = a * a
  return tanh(a * b + 2) / (1 + square) - pow(b - 0.5, 3) * sigmoid(square - b) + square
}

@Suite struct AutodiffTests {
  static let functions: [DifferentiableFunction] = [
    .init(
      testDescription: "a + b", range: -2...2, onValues: { $0 + $1 }, onDuals: { $0 + $1 },
      plain: { $0 + $1 }),
    .init(
      testDescription: "a - b", range: -2...2, onValues: { $0 - $1 }, onDuals: { $0 - $1 },
      plain: { $0 - $1 }),
    .init(
      testDescription: "a·b", range: -2...2, onValues: { $0 * $1 }, onDuals: { $0 * $1 },
      plain: { $0 * $1 }),
    .init(
      testDescription: "a/b", range: 0.3...2, onValues: { $0 / $1 }, onDuals: { $0 / $1 },
      plain: { $0 / $1 }),
    .init(
      testDescription: "-a·b", range: -2...2, onValues: { -$0 * $1 }, onDuals: { -$0 * $1 },
      plain: { -$0 * $1 }),
    .init(
      testDescription: "numbers beside a and b", range: 0.3...2,
      onValues: { (2 + $0) * ($1 + 3) - (5 - $0) / 4 + (6 / $1 - 7) * 8 - 9 * $0 },
      onDuals: { (2 + $0) * ($1 + 3) - (5 - $0) / 4 + (6 / $1 - 7) * 8 - 9 * $0 },
      plain: { a, b in
        let first = (2 + a) * (b + 3) - (5 - a) / 4
        return first + (6 / b - 7) * 8 - 9 * a
      }),
    .init(
      testDescription: "a³ + b⁻²", range: 0.3...2, onValues: { pow($0, 3) + pow($1, -2) },
      onDuals: { pow($0, 3) + pow($1, -2) }, plain: { $0 * $0 * $0 + 1 / ($1 * $1) }),
    .init(
      testDescription: "(-a)³ + √b", range: 0.3...2, onValues: { pow(-$0, 3) + pow($1, 0.5) },
      onDuals: { pow(-$0, 3) + pow($1, 0.5) }, plain: { -$0 * $0 * $0 + $1.squareRoot() }),
    .init(
      testDescription: "exp", range: -2...2, onValues: { exp($0) * exp($1) },
      onDuals: { exp($0) * exp($1) }, plain: { Double.exp($0 + $1) }),
    .init(
      testDescription: "log", range: 0.3...2, onValues: { log($0) * log($1) },
      onDuals: { log($0) * log($1) }, plain: { Double.log($0) * Double.log($1) }),
    .init(
      testDescription: "tanh", range: -2...2, onValues: { tanh($0) - tanh($1) },
      onDuals: { tanh($0) - tanh($1) }, plain: { Double.tanh($0) - Double.tanh($1) }),
    .init(
      testDescription: "sigmoid", range: -2...2, onValues: { sigmoid($0) * sigmoid($1) },
      onDuals: { sigmoid($0) * sigmoid($1) },
      plain: { (0.5 + 0.5 * Double.tanh($0 / 2)) * (0.5 + 0.5 * Double.tanh($1 / 2)) }),
    .init(
      testDescription: "ReLU", range: 0.3...2, onValues: { relu($0) * $1 + relu(-$1) },
      onDuals: { relu($0) * $1 + relu(-$1) }, plain: { $0 * $1 }),
    .init(
      testDescription: "fan-out and all together", range: -1.5...1.5, onValues: softsign,
      onDuals: softsign,
      plain: { a, b in
        let gate = 1 / (1 + Double.exp(b - a * a))
        let cube = (b - 0.5) * (b - 0.5) * (b - 0.5)
        return Double.tanh(a * b + 2) / (1 + a * a) - cube * gate + a * a
      }),
  ]

  @Test(arguments: functions)
  func `reverse and forward mode agree with central differences`(
    _ function: DifferentiableFunction
  ) {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<20 {
      let a = Double.random(in: function.range, using: &generator)
      let b = Double.random(in: function.range, using: &generator)
      let loss = function.plain(a, b)
      let expected = numericalGradient(
        of: { function.plain($0[0], $0[1]) }, at: Tensor([a, b]))

      let tape = Tape()
      let (x, y) = (Value(a, on: tape), Value(b, on: tape))
      let result = function.onValues(x, y)
      let gradients = result.gradients()
      #expect(abs(result.value - loss) <= 1e-12 * (1 + abs(loss)))
      #expect(gradientsAgree(Tensor([gradients[x], gradients[y]]), expected, loss: loss))

      let (u, v) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      let dual = function.onDuals(Dual(a, tangent: u), Dual(b, tangent: v))
      #expect(dual.value == result.value)
      let direction = u * gradients[x] + v * gradients[y]
      #expect(abs(dual.tangent - direction) <= 1e-11 * (1 + abs(gradients[x]) + abs(gradients[y])))
    }
  }

  @Test func `gradients of a number with several users add up`() {
    let tape = Tape()
    let a = Value(3, on: tape)
    #expect((a * a).gradients()[a] == 6)
    #expect((a + a).gradients()[a] == 2)
    #expect((a - a).gradients()[a] == 0)
    #expect((a / a).gradients()[a] == 0)
    let b = a + a
    let c = b + b
    #expect(c.gradients()[b] == 2)
    #expect(c.gradients()[a] == 4)
  }

  @Test func `asking twice gives the same gradients, also after another number was asked`() {
    let tape = Tape()
    let a = Value(2, on: tape)
    let b = a * a
    let c = b * a
    #expect(b.gradients()[a] == 4)
    #expect(c.gradients()[a] == 12)
    #expect(c.gradients()[a] == 12)
    #expect(b.gradients()[c] == 0, "an earlier number does not depend on a later one")
  }

  @Test(arguments: [100_000, 1_000_000])
  func `a long chain is built, differentiated and released`(_ length: Int) {
    weak var released: Tape?
    do {
      let tape = Tape()
      released = tape
      let x = Value(1, on: tape)
      var y = x
      for _ in 0..<length { y = y + x }
      #expect(y.gradients()[x] == Double(length + 1))
      let graph = ExpressionGraph(of: y)
      let order = topologicalOrder(parents: graph.parents, root: graph.root)
      #expect(order.count == length + 1)
      #expect(graph.gradients(order: order)[0] == Double(length + 1))
    }
    #expect(released == nil)
  }

  @Test func `edges of the domain follow IEEE 754`() {
    let tape = Tape()
    let (zero, minus) = (Value(0, on: tape), Value(-1, on: tape))
    #expect((1 / zero).value == .infinity)
    #expect(log(zero).value == -.infinity)
    #expect(log(minus).value.isNaN)
    #expect(pow(minus, 0.5).value.isNaN)
    #expect(pow(zero, 0).gradients()[zero] == 0)
    #expect(relu(zero).gradients()[zero] == 0, "the convention at the kink")
    #expect(relu(Value(.nan, on: tape)).value.isNaN)
    let far = Value(-1000, on: tape)
    #expect(sigmoid(far).value == 0 && sigmoid(far).gradients()[far] == 0)
    #expect(sigmoid(-far).value == 1 && tanh(far).value == -1)
  }

  @Test func `an infinite slope that the result does not depend on spoils nothing`() {
    let tape = Tape()
    let (x, y) = (Value(0, on: tape), Value(2, on: tape))
    let aside = log(x)
    let result = y * y + x
    #expect(result.gradients()[x] == 1 && result.gradients()[y] == 4)
    #expect(result.gradients()[aside] == 0)
    #expect((log(Dual(0)) + Dual(2, tangent: 1)).tangent == 1)
  }

  @Test func `numbers of two tapes are refused with a sentence`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Value(1, on: Tape()) * Value(2, on: Tape())
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("1.0 × 2.0 mixes numbers of two tapes"))
  }
}
