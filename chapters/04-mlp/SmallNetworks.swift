import Checking
import Core
import Running
import SmallSets
import Training

/// Four small programs, published examples, corrected and run again.
func trainSmallNetworks(_ options: ChapterOptions, on screen: Screen) {
  screen.section("Can the small published networks learn?")
  let seeds = options.quick ? 5 : 20
  twoThreeTwo(seeds, options, on: screen)
  twoThreeOne(options, on: screen)
  twoOne(options, on: screen)
  exclusiveOr(options, on: screen)
  twoTwoOne(options.quick ? 20 : 200, options, on: screen)
}

/// A hidden layer and an output layer, each with its activation.
private typealias SmallNetwork = Then<
  Then<Then<Dense<Double>, Activation<Double>>, Dense<Double>>, Activation<Double>
>

private typealias LossFunction = (_ prediction: Matrix, _ target: Matrix) -> Loss<Double>

private func squared(_ prediction: Matrix, _ target: Matrix) -> Loss<Double> {
  meanSquaredError(prediction: prediction, target: target)
}

private func crossEntropy(_ prediction: Matrix, _ target: Matrix) -> Loss<Double> {
  binaryCrossEntropy(probabilities: prediction, targets: target)
}

/// Trains on all samples at once, and returns the predictions before and after.
private func train<Scalar: Real, Network: TensorLayer<Scalar>>(
  _ network: inout Network, _ inputs: Tensor<Scalar>, _ targets: Tensor<Scalar>, steps: Int,
  with optimizer: inout some Optimizer<Scalar>,
  loss: (_ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>) -> Loss<Scalar>
) -> (before: Tensor<Scalar>, after: Tensor<Scalar>) {
  let before = network(inputs)
  var context = Context.training(seed: 0)
  for _ in 0..<steps {
    _ = network.trainingStep(inputs, with: &optimizer, in: &context) { loss($0, targets) }
  }
  return (before, network(inputs))
}

private func twoThreeTwo(_ seeds: Int, _ options: ChapterOptions, on screen: Screen) {
  screen.text("\n2-3-2, sigmoid, mean squared error, Adam 0.1, 1000 steps on four samples:")
  let set = TinySets.twoThreeTwo
  var table = Table(
    "seed", "loss before", "loss after", "[1 0] → 0 1", "[0 1] → 1 0", "[1 1] → 1 0")
  var worst = 0.0
  for index in 0..<seeds {
    var generator = SplitMix64(seed: options.seed + UInt64(index))
    var network = Dense<Double>(2, 3, .glorot, using: &generator).then(Activation<Double>.sigmoid)
      .then(Dense(3, 2, .glorot, using: &generator)).then(Activation<Double>.sigmoid)
    var adam = Adam<Double>(learningRate: 0.1)
    let (before, after) = train(
      &network, set.inputs, set.targets, steps: 1000, with: &adam, loss: squared)
    let loss = squared(after, set.targets).loss
    worst = max(worst, loss)
    guard index < 5 else { continue }
    table.add(
      ["\(options.seed + UInt64(index))", fixed(squared(before, set.targets).loss, 4)]
        + [significant(loss, 2)]
        + (0..<3).map { "\(fixed(after[$0, 0], 3)) \(fixed(after[$0, 1], 3))" })
  }
  screen.table(table)
  screen.text("Over \(seeds) seeds the highest loss after training is \(significant(worst, 2)).")
}

private func twoThreeOne(_ options: ChapterOptions, on screen: Screen) {
  screen.text("\n2-3-1, sigmoid, two samples with the targets 1 and 0, plain gradient descent:")
  let set = TinySets.twoThreeOne
  var table = Table("loss", "rate", "steps", "loss after", "predictions")
  for (name, loss) in [("cross-entropy", crossEntropy), ("squared", squared)] {
    for (rate, steps) in [(0.01, 1000), (1.0, 5000)] {
      var generator = SplitMix64(seed: options.seed)
      var network = uniformNetwork(2, 3, 1, using: &generator)
      var descent = SGD(learningRate: rate)
      let (_, after) = train(
        &network, set.inputs, set.targets, steps: steps, with: &descent, loss: loss)
      table.add(
        name, significant(rate, 2), "\(steps)", significant(loss(after, set.targets).loss, 3),
        "\(fixed(after[0, 0], 4)) \(fixed(after[1, 0], 4))")
    }
  }
  screen.table(table)
  screen.text(
    """
    A rate of 0.01 leaves it at chance after 1000 steps: nothing is wrong with the
    gradient, the steps are too short. With a rate of 1 the same net learns.
    """)
}

/// Weights and biases spread evenly over 0…1, as that program drew them.
private func uniformNetwork(
  _ inputs: Int, _ hidden: Int, _ outputs: Int, using generator: inout SplitMix64
) -> SmallNetwork {
  func draw(_ shape: [Int]) -> Matrix { Tensor(uniform: 0...1, shape: shape, using: &generator) }
  return Dense(weight: draw([inputs, hidden]), bias: draw([hidden])).then(
    Activation<Double>.sigmoid
  )
  .then(Dense(weight: draw([hidden, outputs]), bias: draw([outputs]))).then(
    Activation<Double>.sigmoid)
}

private func twoOne(_ options: ChapterOptions, on screen: Screen) {
  screen.text("\n2-1, one sigmoid unit, one sample with the target 0.5, 1000 steps:")
  let set = TinySets.twoOne
  var table = Table("gradient of", "rate", "prediction", "(ŷ - t)²", "cross-entropy")
  for (name, loss, rate) in [
    ("cross-entropy", crossEntropy, 0.01), ("squared error", squared, 0.01),
    ("squared error", squared, 0.5),
  ] {
    var generator = SplitMix64(seed: options.seed)
    var unit = Dense<Double>(
      weight: Tensor(uniform: 0...1, shape: [2, 1], using: &generator),
      bias: Tensor(uniform: 0...1, shape: [1], using: &generator)
    ).then(Activation<Double>.sigmoid)
    var descent = SGD(learningRate: rate)
    let (_, after) = train(&unit, set.inputs, set.targets, steps: 1000, with: &descent, loss: loss)
    table.add(
      name, significant(rate, 2), fixed(after.item, 6),
      significant(squared(after, set.targets).loss, 2),
      fixed(crossEntropy(after, set.targets).loss, 6))
  }
  screen.table(table)
  screen.text("The cross-entropy cannot fall below log 2 = 0.693147 where the target is ½.")
}

private func exclusiveOr(_ options: ChapterOptions, on screen: Screen) {
  screen.text("\nWhat no 2-1 net can learn: exclusive or, Adam 0.1, 1000 steps, 10 seeds:")
  let targets = Matrix(xor.labels.map(Double.init), shape: [4, 1])
  var table = Table("net", "seeds with 4 of 4 right", "most right", "lowest loss")
  func learned<Scalar: Real>(_ start: some TensorLayer<Scalar>) -> Matrix {
    var (network, adam) = (start, Adam<Scalar>(learningRate: 0.1))
    let (_, after) = train(
      &network, Tensor(xor.inputs), Tensor(targets), steps: 1000, with: &adam
    ) { binaryCrossEntropy(probabilities: $0, targets: $1) }
    return Matrix(after)
  }
  func run(_ name: String, _ learned: (inout SplitMix64) -> Matrix) {
    var (solved, most, lowest) = (0, 0, Double.infinity)
    for seed in 0..<10 {
      var generator = SplitMix64(seed: options.seed + UInt64(seed))
      let after = learned(&generator)
      let right = zip(after.scalars, xor.labels).count { ($0 > 0.5 ? 1 : 0) == $1 }
      solved += right == 4 ? 1 : 0
      most = max(most, right)
      lowest = min(lowest, crossEntropy(after, targets).loss)
    }
    table.add(name, "\(solved) of 10", "\(most) of 4", significant(lowest, 3))
  }
  run("2-1") {
    learned(Dense<Double>(2, 1, .glorot, using: &$0).then(Activation<Double>.sigmoid))
  }
  for hidden in [2, 8] {
    run("2-\(hidden)-1, tanh") { generator in
      learned(
        Dense<Double>(2, hidden, .glorot, using: &generator).then(Activation<Double>.tanh)
          .then(Dense(hidden, 1, .glorot, using: &generator)).then(Activation<Double>.sigmoid))
    }
  }
  screen.table(table)
  screen.text(
    """
    One unit draws one straight line, and no line parts the corners: the best it can
    do is log 2, undecided. Two hidden units can do it, though not from every start.
    """)
}

private func twoTwoOne(_ seeds: Int, _ options: ChapterOptions, on screen: Screen) {
  screen.text(
    "\n2-2-1, weights N(0, 1), mean squared error, Adam 0.01, 1000 steps, \(seeds) seeds:")
  let set = TinySets.twoTwoOne
  var table = Table("hidden", "median loss", "best", "stuck at 0.1875", "2 of 3 test points right")
  for hidden in [Activation<Double>.relu, .sigmoid] {
    var (losses, right) = ([Double](), [Int]())
    for seed in 0..<seeds {
      var generator = SplitMix64(seed: options.seed + UInt64(seed))
      var network = Dense<Double>(2, 2, .normal(1), using: &generator).then(hidden)
        .then(Dense(2, 1, .normal(1), using: &generator)).then(Activation<Double>.sigmoid)
      var adam = Adam<Double>(learningRate: 0.01)
      let (_, after) = train(
        &network, set.inputs, set.targets, steps: 1000, with: &adam, loss: squared)
      losses.append(squared(after, set.targets).loss)
      let test = network(TinySets.twoTwoOneTest.inputs)
      right.append(
        zip(test.scalars, TinySets.twoTwoOneTest.targets.scalars).count { ($0 > 0.5) == ($1 > 0.5) }
      )
    }
    let stuck = losses.count { abs($0 - 0.1875) < 0.001 }
    let sorted = losses.sorted()
    table.add(
      "\(hidden)", significant(sorted[seeds / 2], 2), significant(sorted[0], 2),
      "\(stuck) (\(percent(Double(stuck) / Double(seeds), 0)))",
      "\(right.count { $0 == 2 }) of \(seeds)")
  }
  screen.table(table)
  screen.text(
    """
    Stuck: both ReLU units are 0 on all four samples, so their gradient is 0, and
    the output learns the mean target, ¾: a loss of 0.1875. Sigmoids do not die.
    Two of three test points is what to expect: the first lies on the far side of
    the border that the training points suggest. A stuck net, which answers 1 to
    all, gets two of three as well: three points say little.
    """)
}
