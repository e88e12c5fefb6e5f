import Checking
import Core
import Figures
import Importance
import Problems15
import Running
import Training

/// A network whose weights are few numbers: found by k-means, then learned.
func showSharedValues(
  _ network: BigNetwork, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  screen.section("Sixteen values")
  screen.text(
    """
    Each matrix keeps k values, and for each weight a place among them.
    Repaired: an epoch of \(grouped(plan.repair)) images; values move, places stay.

    """)
  var table = Table("values a matrix", "bits a weight", "right", "repaired")
  for (values, bits) in [(16, 4), (4, 2)] {
    let few = threeLayers(network.layers.map { functions.shared($0, values: values) })
    let before = digits.accuracy(few.predict(digits.testX))
    let after = try repairedValues(network, values, functions, digits, plan)
    table.add("\(values)", "\(bits)", percent(before, 1), percent(after, 1))
  }
  screen.table(table)
  try screen.write(histogram(of: network.layers[1].parameters.weight), "values")
}

/// The share of right answers after an epoch in which the values have moved.
func repairedValues(
  _ network: BigNetwork, _ values: Int, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan
) throws -> Double {
  var few = threeLayers(network.layers.map { functions.shared($0, values: values) })
  return try few.repair(digits, plan)
}

/// The weights as a hill, and the sixteen values that they fall into.
private func histogram(of weight: Tensor<Float>) -> Figure {
  let (values, index) = codebook(of: weight, values: 16)
  let counts = (0..<16).map { j in index.count { $0 == j } }
  let (low, high) = (Double(weight.min()), Double(weight.max()))
  let bins = 48
  let width = (high - low) / Double(bins)
  var hill = [Int](repeating: 0, count: bins)
  for x in weight.scalars { hill[min(Int((Double(x) - low) / width), bins - 1)] += 1 }
  let places = (0..<bins).filter { hill[$0] > 0 }
  return .lines(
    "The second matrix: its weights, and the sixteen values that they fall into",
    description:
      "A hill of weights around 0 on a logarithmic axis, and sixteen points along it.", x: "weight",
    y: Axis("how many", scale: .logarithmic),
    [
      Series(
        "weights, in 48 bins", x: places.map { low + (Double($0) + 0.5) * width },
        y: places.map { Double(hill[$0]) }),
      Series(
        "the values", x: (0..<16).filter { counts[$0] > 0 }.map { Double(values[$0]) },
        y: counts.filter { $0 > 0 }.map { Double($0) }, style: .points),
    ])
}
