import Core
import Figures
import Generating
import Running
import Training

/// The variational autoencoder: what it costs, what it makes, and what β does.
func showVariational(
  _ functions: FunctionsInUse, _ judge: Judge, _ plan: Plan, on screen: Screen
) throws -> Tensor<Float> {
  screen.section("Codes one can draw")
  let digits = Digits(
    plan.data, train: plan.variational.digits, test: plan.isQuick ? 500 : 10_000)
  screen.text(
    """
    784-256-(8 + 8)-256-784, \(grouped(digits.labels.count)) digits, \(plan.variational.epochs) epochs. Nats an image, on
    \(grouped(digits.testLabels.count)) test images; sure: of \(plan.judged) made ones, those that the judge is sure of.

    """)
  var table = Table(
    "", "digits", "reconstruction", "KL", "bound", "in use", "sure", "Fréchet")
  func add(_ name: String, _ model: VariationalAutoencoder, _ count: Int) {
    let (cost, used) = model.cost(digits.testX, seed: plan.seed + 3)
    let verdict = judge.verdict(model.made(plan.judged, seed: plan.seed + 4))
    table.add(
      name, grouped(count), fixed(cost.reconstruction, 1), fixed(cost.divergence, 1),
      fixed(cost.bound, 1), "\(used)", percent(verdict.sure, 0), fixed(verdict.distance, 1))
  }
  var model = VariationalAutoencoder(codes: 8, functions, seed: plan.seed)
  let curve = try model.train(
    digits.x, epochs: plan.variational.epochs, seed: plan.seed, progress: screen.progress)
  add("β = 1", model, digits.labels.count)
  var curves = [("1", curve)]
  if functions.isLibrary {
    curves = []
    let fewer = Digits(plan.data, train: plan.compared.digits, test: 10)
    for beta: Float in [0.1, 1, 10] {
      var other = VariationalAutoencoder(codes: 8, functions, seed: plan.seed)
      let own = try other.train(
        fewer.x, epochs: plan.compared.epochs, beta: beta, seed: plan.seed)
      let name = beta == 0.1 ? "0.1" : "\(Int(beta))"
      curves.append((name, own))
      add("β = \(name)", other, fewer.labels.count)
    }
  }
  screen.endProgress()
  screen.table(table)
  try writeCurves(curves, on: screen)
  let made = model.made(16, seed: plan.seed + 4)
  if functions.isLibrary { try showPlane(functions, plan, on: screen) }
  return made
}

private func writeCurves(
  _ curves: [(beta: String, points: [(step: Int, cost: VariationalAutoencoder.Cost)])],
  on screen: Screen
) throws {
  let series = curves.flatMap { beta, points in
    let steps = points.map { Double($0.step) }
    return [
      Series("reconstruction, \(beta)", x: steps, y: points.map(\.cost.reconstruction)),
      Series("KL, \(beta)", x: steps, y: points.map(\.cost.divergence)),
    ]
  }
  try screen.write(
    .lines(
      "Reconstruction and KL in training, by β",
      description:
        "Pairs of curves on a logarithmic axis: the larger β, the higher the reconstruction's cost "
        + "and the lower the KL.",
      x: "step", y: Axis("nats an image", scale: .logarithmic), series), "variational")
}

/// A walk through a plane of codes.
private func showPlane(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let digits = Digits(plan.data, train: 2 * plan.compared.digits, test: 10)
  var model = VariationalAutoencoder(codes: 2, functions, seed: plan.seed)
  _ = try model.train(digits.x, epochs: plan.compared.epochs, seed: plan.seed)
  let side = 12
  var codes = Tensor<Float>(shape: [side * side, 2])
  for i in 0..<side {
    for j in 0..<side {
      codes[i * side + j, 0] = (Float(j) - 5.5) * 0.42
      codes[i * side + j, 1] = (5.5 - Float(i)) * 0.42
    }
  }
  try screen.write(
    .images(
      "A plane of codes",
      description:
        "Twelve rows of twelve digits: each turns into its neighbours, zeros on one side, ones on "
        + "another.",
      Activation.sigmoid(model.decoder(codes)).pictures, columns: side), "plane")
}
