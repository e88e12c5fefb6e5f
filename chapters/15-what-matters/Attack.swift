import Core
import Figures
import Importance
import Running

/// The gradient as an enemy: every pixel a little, to where the loss rises.
func showAttack(
  _ network: BigNetwork, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("The same gradient as an enemy")
  let (x, labels) = (digits.testX, digits.testLabels)
  let slope = network.inputGradient(at: x) {
    softmaxCrossEntropy(logits: $0, labels: labels).gradient
  }
  var generator = SplitMix64(seed: plan.seed &+ 95)
  let chance = Tensor<Float>(shape: x.shape, using: &generator)
  let answers = network.predict(x).argmaxOfRows()
  let right = labels.indices.filter { answers[$0] == labels[$0] }
  screen.text(
    """
    \(grouped(labels.count)) test digits, of which \(grouped(labels.count - right.count)) were read wrongly before.
    Each pixel moves by ε.

    """)
  var table = Table("ε", "right, attacked", "right, random signs", "newly wrong")
  for epsilon in [0.05, 0.1, 0.2] as [Float] {
    let attacked = network.predict(signAttack(x, gradient: slope, epsilon: epsilon))
      .argmaxOfRows()
    let random = network.predict(signAttack(x, gradient: chance, epsilon: epsilon))
    let fooled = right.count { attacked[$0] != labels[$0] }
    table.add(
      significant(Double(epsilon), 2),
      percent(accuracy(predicted: attacked, actual: labels), 1),
      percent(digits.accuracy(random), 1), percent(Double(fooled) / Double(right.count), 1))
  }
  screen.table(table)
  try screen.write(attackFigure(network, x, slope, right), "attack")
}

/// Digits, the signs of their slopes, and what the network sees in the sum.
private func attackFigure(
  _ network: BigNetwork, _ x: Tensor<Float>, _ slope: Tensor<Float>, _ right: [Int]
) -> Figure {
  let attacked = signAttack(x, gradient: slope, epsilon: 0.1)
  let answers = network.predict(attacked).argmaxOfRows()
  let before = network.predict(x).argmaxOfRows()
  let places = right.filter { answers[$0] != before[$0] }.prefix(4)
  func row(_ values: (Int) -> Tensor<Float>, isSigned: Bool = false) -> [Image] {
    places.map {
      Image(width: 28, height: 28, values: values($0).scalars, isSigned: isSigned)
    }
  }
  // A row of one kind each: digits in grey, signs in two colours.
  return .images(
    "Above digits, below them the signs of their slopes, and the digits plus 0.1 times the signs",
    description:
      "The attacked digits look like the first ones with faint noise, and are read as others.",
    row { x.rows([$0]) }
      + row({ slope.rows([$0]).map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 } }, isSigned: true)
      + row { attacked.rows([$0]) },
    columns: places.count,
    captions: places.map { "read as \(before[$0])" } + places.map { _ in "signs" }
      + places.map { "read as \(answers[$0])" })
}
