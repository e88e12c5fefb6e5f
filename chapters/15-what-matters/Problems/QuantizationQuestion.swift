public import Checking
public import Core
import Importance

/// Weights, a step and a number of bits, and the gradient that arrives at the quantised weights.
public struct QuantizationQuestion: Question {
  public var weight: Matrix, dy: Matrix
  public var step: Double
  public let bits: Int

  public init(weight: Matrix, dy: Matrix, step: Double, bits: Int) {
    (self.weight, self.dy, self.step, self.bits) = (weight, dy, step, bits)
  }

  /// Random weights, spread over a number of steps.
  init(_ shape: [Int], spread: Double, step: Double, bits: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      weight: Tensor(standardDeviation: spread * step, shape: shape, using: &generator),
      dy: Tensor(shape: shape, using: &generator), step: step, bits: bits)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("W", \.weight), ("dy", \.dy)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("step", \.step)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("bits", \.bits)] }
  public var isPermitted: Bool { step > 0 && step.isFinite && 2 <= bits && bits <= 8 }
  public var summary: String {
    "W \(weight.shape), step \(digits(step)), \(bits) bits, dy \(dy.shape)"
  }
  public var label: String { "W \(weight.shape), step \(digits(step)), \(bits) bits" }

  /// The largest level, q.
  var limit: Double { Double(quantizationLimit(bits: bits)) }
  /// v = W/s.
  var v: Matrix { weight / step }

  /// Levels of both exercises: on their bounds, half way, between the last level and half a step beyond,
  /// beyond twice the last level, and at places that no other number has.
  static var cases: [Case<QuantizationQuestion>] {
    let steps: [Double] = [
      3, -3, 0.5, 1.5, -0.5, 2.5, -2.5, 3.25, -3.4, 3.5, -4, 7.5, -9, 0, 1.25, -1.75, 3.75, -6.5,
    ]
    return [
      Case(QuantizationQuestion([3, 4], spread: 4, step: 0.25, bits: 3, seed: 1511)),
      Case(
        QuantizationQuestion(
          weight: Matrix(steps.map { $0 / 2 }, shape: [6, 3]),
          dy: Matrix((1...18).map { Double($0 * 7 % 19) - 8.5 }, shape: [6, 3]), step: 0.5,
          bits: 3)),
      Case(
        QuantizationQuestion(
          weight: Matrix([0.04, 0.26, -0.9, 1.4]), dy: Matrix([1, 2, 3, 4]), step: 0.1, bits: 4)),
      Case(QuantizationQuestion([3, 3], spread: 1.5, step: 2, bits: 2, seed: 1513)).rounded(),
      Case(QuantizationQuestion([1, 5], spread: 120, step: 0.015625, bits: 8, seed: 1514)),
      Case(QuantizationQuestion([2, 1, 3, 2], spread: 9, step: 0.125, bits: 4, seed: 1515)),
      Case(QuantizationQuestion([1], spread: 3, step: 1, bits: 3, seed: 1516)),
    ]
  }
}
