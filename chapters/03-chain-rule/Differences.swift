import Backprop
import Course
import Figures

/// The error of the central difference against its step, in both precisions.
func askTheFunctionItself(_ source: Source, on screen: Screen) throws {
  screen.section("How small should the step of a numerical gradient be?")
  screen.text(
    """
    f(x) = eˣ at x = 1, whose slope is e. Relative error of three differences.
    One-sided: (f(x+h) - f(x))/h. Central: (f(x+h) - f(x-h))/2h.
    """)
  let central = Chapter03Problems.numericalGradient.function(from: source)
  let steps = (0...13).map { Double.pow(10, -Double($0)) }
  let slope = Double.exp(1)
  func error(_ slopeFound: Double) -> Double { abs(slopeFound - slope) / slope }

  var errors: (oneSided: [Double], double: [Double], float: [Double]) = ([], [], [])
  for h in steps {
    errors.oneSided.append(error((Double.exp(1 + h) - Double.exp(1)) / h))
    let question = NumericalGradientQuestion("eˣ", at: Matrix([1]), step: h) {
      Double.exp($0.item)
    }
    errors.double.append(error(try central(question).item))
    let wide = Float.exp(1 + Float(h)) - Float.exp(1 - Float(h))
    errors.float.append(error(Double(wide / (2 * Float(h)))))
  }
  var table = Table("h", "one-sided, Double", "central, Double", "central, Float")
  for (i, h) in steps.enumerated() {
    table.add(
      significant(h, 1), significant(errors.oneSided[i], 2), significant(errors.double[i], 2),
      significant(errors.float[i], 2))
  }
  screen.table(table)
  let best = errors.double.indices.min { errors.double[$0] < errors.double[$1] } ?? 0
  screen.text(
    """

    Down the table the central error first falls a hundredfold a line (h² at work),
    then rises tenfold (rounding, divided by h). Best here: h = \
    \(significant(steps[best], 1)) in Double.
    """)
  func curve(_ name: String, _ y: [Double]) -> Series {
    // A difference can hit the slope exactly; a logarithmic axis has no zero.
    Series(name, x: steps, y: y.map { max($0, 1e-13) })
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
    "Each rule with upstream gradient 2, beside 2 times a central difference (h = 1e-5).")
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
