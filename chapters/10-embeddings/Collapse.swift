import Core
import Embeddings
import Figures
import Running

/// What the hardest negatives at a high rate do: all images become one point.
func showCollapse(
  _ functions: FunctionsInUse, _ faces: Faces, _ plan: Plan, on screen: Screen
) throws {
  screen.section("The loss that stands still at the margin")
  let steps = plan.isQuick ? 12 : 60
  var table = Table("step", "hardest: loss", "mean distance", "semi-hard: loss", "mean distance")
  func run(_ choice: TripletChoice) throws -> [(loss: Double, spread: Double)] {
    var network = faceNetwork(seed: plan.seed)
    var film: [(loss: Double, spread: Double)] = []
    try network.learn(
      .triplets(choice, rate: 0.01), functions, faces, steps: steps, seed: plan.seed
    ) { _, loss, outputs in film.append((loss, meanDistance(outputs))) }
    return film
  }
  let (hardest, semiHard) = (try run(.hardest), try run(.semiHard))
  for step in Set([0, 1, 2, 4, 8, 11, 20, 40, 59]).sorted() where step < steps {
    table.add(
      "\(step + 1)", fixed(hardest[step].loss, 3), fixed(hardest[step].spread, 3),
      fixed(semiHard[step].loss, 3), fixed(semiHard[step].spread, 3))
  }
  screen.table(table)
  screen.text(
    """
    Adam with the rate 0.01, margin 0.2. Where all distances are 0, each bracket is
    the margin itself.
    """)
  try screen.write(
    .lines(
      "Mean distance between the embeddings of a batch",
      description: "With the hardest negatives it falls towards 0; with semi-hard ones it stays.",
      x: "step", y: Axis("squared distance", range: 0...2.2),
      [
        Series("hardest", y: hardest.map(\.spread), from: 1),
        Series("semi-hard", y: semiHard.map(\.spread), from: 1),
      ]), "collapse")
}

/// The mean squared distance between the normalised rows of a batch.
private func meanDistance(_ outputs: Tensor<Float>) -> Double {
  let distances = squaredDistances(l2Normalize(Tensor<Double>(outputs)))
  let m = outputs.rows
  return distances.sum() / Double(max(m * (m - 1), 1))
}
