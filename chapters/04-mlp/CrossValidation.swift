import Core
import Datasets
import Running
import Training
import TrainingRuns

/// Chooses a dropout rate by cross-validation: each image validates once, and trains otherwise.
func crossValidate<Kind: Networks>(_ networks: Kind, _ plan: Plan, on screen: Screen) throws {
  let (count, k) = (plan.isQuick ? 200 : 1000, plan.isQuick ? 2 : 5)
  screen.section("Which dropout rate? Ask \(k) folds of \(grouped(count)) images")
  let few = plan.train.first(count)
  let x = few.inputs(as: Kind.Scalar.self)
  var generator = SplitMix64(seed: plan.seed + 9)
  let folds = folds(of: few.count, into: k, using: &generator)
  var table = Table(
    header: ["dropout"] + (1...k).map { "fold \($0)" } + ["mean", "std. error"])
  for rate in plan.repeats ? [0, 0.25, 0.5, 0.75] : [0, 0.5] {
    let shares = try folds.enumerated().map { index, fold in
      var generator = SplitMix64(seed: plan.seed + UInt64(index))
      var network = networks.network(plan.sizes, dropout: rate, using: &generator)
      var training = TrainingRun<Kind.Scalar>(epochs: plan.isQuick ? 4 : 30, batch: 64)
      training.loss = networks.loss
      training.name = "dropout \(rate), fold \(index + 1), "
      var adam = Adam<Kind.Scalar>(learningRate: 0.001)
      try training.run(
        &network, on: x.rows(fold.training), labels: fold.training.map { few.labels[$0] },
        with: &adam, seed: plan.seed + UInt64(index), screen: screen)
      return share(network, x.rows(fold.validation), fold.validation.map { few.labels[$0] })
    }
    let mean = shares.reduce(0, +) / Double(k)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(k - 1)
    table.add(
      [significant(rate, 2)] + shares.map { percent($0, 1) }
        + [percent(mean, 1), percent((variance / Double(k)).squareRoot(), 1)])
  }
  screen.endProgress()
  screen.table(table)
  screen.text(
    """
    Every image is in one fold, validates there once, and trains in the \(k - 1) other\(k == 2 ? "" : "s"). The
    mean chooses; where means differ by less than their standard errors, nothing is
    chosen. Cross-validation measures overfitting: it does not prevent it.
    """)
}
