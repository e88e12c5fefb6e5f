import Checking
import Core
import Figures
import Running

/// A loss of one prediction and one target, as a function of the error, and its slope.
private struct Curve {
  let name: String
  let loss: (Double) -> Double
  let slope: (Double) throws -> Double

  static func all(_ functions: FunctionsInUse) -> [Curve] {
    let zero = single(0)
    return [
      Curve(
        name: "squared",
        loss: { meanSquaredError(prediction: single($0), target: zero).loss },
        slope: { try functions.meanSquaredError(single($0), zero).item }),
      Curve(
        name: "absolute",
        loss: { meanAbsoluteError(prediction: single($0), target: zero).loss },
        slope: { meanAbsoluteError(prediction: single($0), target: zero).gradient.item }),
      Curve(
        name: "Huber, δ = 1",
        loss: { huber(prediction: single($0), target: zero, delta: 1).loss },
        slope: { huber(prediction: single($0), target: zero, delta: 1).gradient.item }),
    ]
  }
}

/// Squared, absolute and Huber's loss: what an error costs, and how hard it pulls.
func showRegressionLosses(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What does an error cost, and how hard does it pull?")
  screen.text(
    """
    One prediction p, one target t, e = p - t. Beside each loss its slope: gradient
    descent moves p against it, so its size is the pull and its sign the direction.
    """)
  let curves = Curve.all(functions)
  var table = Table(header: ["e"] + curves.flatMap { [$0.name, "slope"] })
  for e in [-3, -1, -0.5, 0, 0.5, 1, 3] {
    table.add(
      [fixed(e, 1)] + (try curves.flatMap { [fixed($0.loss(e), 3), fixed(try $0.slope(e), 3)] }))
  }
  screen.table(table)

  let places = (-60...60).map { Double($0) / 20 }
  try screen.write(
    .lines(
      "What an error costs",
      description: "Three losses against the error from -3 to 3: the squared error is a parabola, "
        + "the absolute error a V, Huber's loss a parabola within 1 that goes on as straight lines.",
      x: "error e = p - t", y: Axis("loss", range: 0...5),
      curves.map { curve in Series(curve.name, x: places, y: places.map(curve.loss)) }),
    "regression-losses")
  try screen.figure(
    .lines(
      "How hard an error pulls",
      description: "The slopes of three losses against the error: a straight line for the squared "
        + "error, a jump from -1 to 1 for the absolute error, and a line that is cut off at -1 and "
        + "1 for Huber's loss.",
      x: "error e = p - t", y: Axis("slope of the loss", range: -4...4),
      try curves.map { curve in
        Series(curve.name, x: places, y: try places.map { try curve.slope($0) })
      }), "regression-slopes")
}

/// Nine measurements with one typo: the number that each loss likes best.
func showOutlier(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Nine measurements, one typo: where does each loss settle?")
  let measurements = [1.8, 1.9, 1.9, 2.0, 2.0, 2.1, 2.1, 2.2, 21]
  screen.text("the measurements: " + measurements.map { significant($0, 3) }.joined(separator: " "))
  let t = Matrix(measurements).reshaped([9, 1])
  let losses: [(name: String, likes: String, gradient: (Matrix) throws -> Matrix)] = [
    ("squared", "the mean", { try functions.meanSquaredError($0, t) }),
    ("absolute", "the median", { meanAbsoluteError(prediction: $0, target: t).gradient }),
    ("Huber, δ = 1", "between them", { huber(prediction: $0, target: t).gradient }),
  ]
  var table = Table("loss", "settles at", "which is")
  for (name, likes, gradient) in losses {
    var constant = 0.0
    for _ in 0..<3000 {
      let p = Matrix(repeating: constant, shape: [9, 1])
      constant -= 0.01 * (try gradient(p)).sum()
    }
    table.add(name, shown(constant, 2), likes)
  }
  screen.table(table)
}
