import Core
import Embeddings
import Figures
import Running
import Training

/// One-shot recognition and verification of digits that no network here has been trained on.
///
/// - Returns: The network that triplets have trained, for the films.
func showOneShot(
  _ functions: FunctionsInUse, _ faces: Faces, _ plan: Plan, on screen: Screen
) throws -> some TensorLayer<Float> & Sendable {
  screen.section("One example is enough?")
  screen.text(
    """
    \(Faces.classes) classes to learn from: 0 to 6, turned and mirrored. Strangers: 7, 8, 9,
    one example each.
    \(plan.steps) steps of 64 images. \(plan.trials) trials, and as many pairs "same or not".

    """)
  let untrained = faceNetwork(seed: plan.seed)
  var (byTriplets, byInfoNCE) = (untrained, untrained)
  try byTriplets.learn(
    .triplets(.semiHard, rate: 0.001), functions, faces, steps: plan.steps, seed: plan.seed)
  try byInfoNCE.learn(.infoNCE, functions, faces, steps: plan.steps, seed: plan.seed)
  let vectors = [
    ("pixels", faces.strangers), ("the network, untrained", untrained.embedded(faces.strangers)),
    ("triplets, semi-hard, margin 0.2", byTriplets.embedded(faces.strangers)),
    ("InfoNCE, temperature 0.1", byInfoNCE.embedded(faces.strangers)),
  ]
  var table = Table("nearest by", "one-shot", "area under ROC")
  var curves: [Series] = []
  for (name, rows) in vectors {
    let accuracy = oneShotAccuracy(
      rows, faces.strangersLabels, trials: plan.trials, seed: plan.seed)
    let (scores, isSame) = verificationPairs(
      rows, faces.strangersLabels, pairs: plan.trials, seed: plan.seed)
    table.add(
      name, percent(accuracy, 1), fixed(areaUnderROC(scores: scores, isPositive: isSame), 3))
    let curve = rocCurve(scores: scores, isPositive: isSame)
    let thinned = curve.enumerated().filter { $0.offset % 20 == 0 }.map(\.element)
    curves.append(
      Series(
        name, x: thinned.map(\.falsePositiveRate), y: thinned.map(\.truePositiveRate),
        style: .line))
  }
  table.add("chance", percent(1.0 / 3, 1), fixed(0.5, 3))
  screen.table(table)
  try screen.write(
    .lines(
      "Same digit or not: pairs of 7, 8 and 9, which no network has been trained on",
      description:
        "Four curves; the trained embeddings lie above pixels and the untrained network.",
      x: Axis("pairs of two digits taken for the same", range: 0...1),
      y: Axis("pairs of one digit found", range: 0...1), curves), "verification")
  for (name, rows) in [("before", vectors[1].1), ("after", vectors[2].1)] {
    try screen.write(scatter(rows, faces.strangersLabels, name), "strangers-\(name)")
  }
  return byTriplets
}

/// The embeddings of some strangers, in the two directions in which they differ most.
private func scatter(_ rows: Tensor<Float>, _ labels: [Int], _ name: String) -> Figure {
  let places = Array(labels.indices.prefix(300))
  let points = twoPrincipalComponents(of: Tensor<Double>(rows.rows(places)))
  let series = (7...9).map { digit in
    let own = places.filter { labels[$0] == digit }
    return Series(
      "\(digit)", x: own.map { points[$0, 0] }, y: own.map { points[$0, 1] }, style: .points)
  }
  return .scatter(
    "7, 8 and 9 in two of 32 dimensions, \(name) training",
    description: "Three hundred points in three kinds.", x: "first principal component",
    y: "second principal component", series)
}

/// The coordinates of rows in the two directions of largest variance: `[n, d]` → `[n, 2]`.
///
/// By power iteration; each direction's largest number is positive.
func twoPrincipalComponents(of rows: Tensor<Double>) -> Tensor<Double> {
  let centred = rows - rows.mean(axis: 0)
  var covariance = matmul(transposed: centred, centred) / Double(max(rows.rows, 1))
  var directions: [[Double]] = []
  for _ in 0..<2 {
    var v = Tensor<Double>(
      (0..<rows.columns).map { 1 + 0.01 * Double($0) }, shape: [rows.columns, 1])
    for _ in 0..<300 {
      let next = matmul(covariance, v)
      let length = next.norm()
      v = length > 0 ? next / length : v
    }
    let variance = matmul(transposed: v, matmul(covariance, v)).item
    covariance -= matmul(v, transposed: v) * variance
    let largest = v.scalars.max { abs($0) < abs($1) } ?? 1
    directions.append((largest < 0 ? -v : v).scalars)
  }
  return matmul(centred, transposed: Tensor(rows: directions))
}
