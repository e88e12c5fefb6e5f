import Autodiff
import Checking
import Core
import Figures
import Foundation
import Problems03
import Running

/// A number as 1.7e-05.
private func scientific(_ x: Double, _ decimals: Int = 1) -> String {
  String(format: "%.\(decimals)e", x)
}

/// What the differences are: slopes of chords, beside the tangent that is meant.
private func drawTheChords(on screen: Screen) throws {
  func chord(
    _ name: String, from a: Double, to b: Double, over range: ClosedRange<Double>
  ) -> Series {
    let slope = (b * b - a * a) / (b - a)
    return Series(name, over: range, count: 2) { a * a + slope * ($0 - a) }
  }
  try screen.figure(
    .lines(
      "Which chord has the tangent's slope?",
      description: """
        The curve x² between -0.5 and 2.5. Its tangent at 1 has the slope 2. The chord from 1 to 2 has \
        the slope 3 and is steeper. The chord from 0 to 2 has the slope 2: it runs parallel to the \
        tangent, above it. Dots mark f(0), f(1) and f(2), between which the chords run.
        """,
      x: "x", y: Axis("f(x) = x²", range: -3...6),
      [
        Series("f", over: -0.5...2.5) { $0 * $0 },
        Series("tangent at 1, slope 2", over: -0.5...2.5, count: 2) { 1 + 2 * ($0 - 1) },
        chord("one-sided, h = 1, slope 3", from: 1, to: 2, over: 0.5...2.5),
        chord("central, h = 1, slope 2", from: 0, to: 2, over: -0.5...2.5),
        Series(
          "f(0), f(1), f(2)", x: [0, 1, 2], y: [0, 1, 4], style: .points, marker: .circle),
      ]), "chords")
}

/// The error of the central difference against its step, in both precisions.
func askTheFunctionItself(_ source: Source, on screen: Screen) throws {
  screen.section("How small should the step of a numerical gradient be?")
  try drawTheChords(on: screen)
  screen.text(
    """

    f(x) = eˣ, whose slope is eˣ: the largest relative error at 21 places.
    One-sided: (f(x+h) - f(x))/h. Central: (f(x+h) - f(x-h))/2h.

    """)
  let central = Chapter03Problems.numericalGradient.function(from: source)
  let steps = (0...13).map { Double.pow(10, -Double($0)) }
  let places = (0...20).map { 0.5 + Double($0) / 20 }

  /// The largest error at all places of a way to find the slope there.
  func error(_ slope: (Double) throws -> Double) rethrows -> Double {
    try places.map { abs(try slope($0) / Double.exp($0) - 1) }.max() ?? .nan
  }
  var errors: (oneSided: [Double], double: [Double], float: [Double]) = ([], [], [])
  for h in steps {
    errors.oneSided.append(error { (Double.exp($0 + h) - Double.exp($0)) / h })
    errors.double.append(
      try error { x in
        let question = NumericalGradientQuestion("eˣ", at: Matrix([x]), step: h) {
          Double.exp($0.item)
        }
        return try central(question).item
      })
    errors.float.append(
      error { x in
        let (x, h) = (Float(x), Float(h))
        return Double((Float.exp(x + h) - Float.exp(x - h)) / (2 * h))
      })
  }
  var table = Table("h", "one-sided, Double", "central, Double", "central, Float")
  for (i, h) in steps.enumerated() {
    table.add(
      scientific(h, 0), scientific(errors.oneSided[i]), scientific(errors.double[i]),
      scientific(errors.float[i]))
  }
  screen.table(table)
  screen.text(
    """

    Read down a column. While h is large, a tenth of h makes the central error a
    hundredth and the one-sided one a tenth. Then rounding takes over: it is divided
    by h, so it grows as h falls. In Double 1e-5 is a good step. In Float none is.
    """)
  func curve(_ name: String, _ y: [Double]) -> Series {
    Series(name, x: steps, y: y)
  }
  try screen.figure(
    .lines(
      "The error of a numerical gradient has its least at a middle step",
      description: """
        Three V-shaped curves on logarithmic axes: relative error against step h. The central \
        difference in Double has its lowest point near 1e-5, the one-sided one near 1e-8 and \
        higher up, the central one in Float near 1e-2 and far higher.
        """,
      x: Axis("h", scale: .logarithmic), y: Axis("relative error", scale: .logarithmic),
      [
        curve("one-sided, Double", errors.oneSided), curve("central, Double", errors.double),
        curve("central, Float", errors.float),
      ]), "difference-error")
}

/// Each local rule beside a central difference of its operation.
func checkTheLocalRules(_ source: Source, on screen: Screen) throws {
  screen.section("Are the local rules right?")
  screen.text(
    "With the upstream gradient 2, beside 2 times a central difference, h = 1e-5.\n")
  let multiply = Chapter03Problems.multiply.function(from: source)
  let tanhNode = Chapter03Problems.tanhNode.function(from: source)
  let powNode = Chapter03Problems.powNode.function(from: source)
  let numerical = Chapter03Problems.numericalGradient.function(from: source)
  func difference(_ formula: String, at x: [Double], of f: @escaping (Matrix) -> Double) throws
    -> [Double]
  {
    try numerical(NumericalGradientQuestion(formula, at: Matrix(x), step: 1e-5) { 2 * f($0) })
      .scalars
  }
  let two = Matrix([2])
  let product = try multiply(MultiplyQuestion(a: Matrix([3]), b: Matrix([-4]), upstream: two))
  let ofProduct = try difference("a·b", at: [3, -4]) { $0[0] * $0[1] }
  let tangent = try tanhNode(TanhNodeQuestion(x: Matrix([0.5]), upstream: two)).item
  let ofTangent = try difference("tanh x", at: [0.5]) { Double.tanh($0.item) }
  let cube = try powNode(PowNodeQuestion(x: Matrix([-1.5]), exponent: 3, upstream: two)).item
  let ofCube = try difference("x³", at: [-1.5]) { Double.pow($0.item, 3) }

  var table = Table("y", "at", "slope in", "the rule gives", "the difference gives")
  table.add("a·b", "a = 3, b = -4", "a", fixed(product.da.item, 6), fixed(ofProduct[0], 6))
  table.add("a·b", "a = 3, b = -4", "b", fixed(product.db.item, 6), fixed(ofProduct[1], 6))
  table.add("tanh x", "x = 0.5", "x", fixed(tangent, 6), fixed(ofTangent[0], 6))
  table.add("x³", "x = -1.5", "x", fixed(cube, 6), fixed(ofCube[0], 6))
  screen.table(table)
}
