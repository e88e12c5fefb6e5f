import Checking
import Core
import Problems07
import Running
import Sequences
import Training

/// What a recurrent network can learn that must remember: the sign of its first input.
func showMemory(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("How far back can a recurrent network learn?")
  let steps = options.quick ? 150 : 1500
  screen.text(
    """
    The first input is +1 or -1, all others are noise; the answer is that sign, at
    the end of the sequence. 16 units, spectral radius 0.8 at the start; \(steps)
    steps with the rate 0.3, batches of 32, the gradient clipped at 1.
    """)
  var table = Table("sequence", "loss", "right", "‖∂loss/∂h₁‖ before training")
  for length in [2, 5, 10, 20, 40, 80] where length <= longest(options) {
    let outcome = try Recall(length: length, steps: steps, seed: options.seed).train(functions)
    table.add(
      "\(length) steps", fixed(outcome.loss, 3), percent(outcome.right, 1),
      significant(outcome.firstGradient, 2))
  }
  screen.table(table)
}

private func longest(_ options: ChapterOptions) -> Int { options.quick ? 20 : 80 }

/// The task of remembering the first input.
struct Recall {
  let length: Int
  let steps: Int
  let seed: UInt64
  private let hidden = 16
  private let batch = 32
  /// The spectral radius that the hidden weights begin with.
  private let radius = 0.8

  init(length: Int, steps: Int, seed: UInt64) {
    (self.length, self.steps, self.seed) = (length, steps, seed)
  }

  struct Outcome {
    /// Means over the last tenth of the steps.
    let loss: Double, right: Double
    /// How much of the gradient reaches the first state, before training.
    let firstGradient: Double
  }

  func train(_ functions: FunctionsInUse) throws -> Outcome {
    var generator = SplitMix64(seed: seed)
    let deviation = 1 / Double(hidden).squareRoot()
    var rnn = RNN<Double>(1, hidden, .normal(deviation), using: &generator)
    rnn.parameters.inputWeight = Matrix(shape: [1, hidden], using: &generator)
    let weight = rnn.parameters.hiddenWeight
    rnn.parameters.hiddenWeight = weight * (radius / spectralRadius(weight))
    var network = Adapted(rnn, stepBackward: functions.rnnStep).then(LastStep())
      .then(Dense(hidden, 1, .normal(deviation), using: &generator))
    var descent = Clipped(SGD<Double>(learningRate: 0.3), toGlobalNorm: 1)
    var context = Context.training(seed: seed)
    var (losses, right) = ([Double](), [Double]())
    let firstGradient = firstStateGradient(network, functions, sample(using: &generator))
    for step in 0..<steps {
      let (x, targets) = sample(using: &generator)
      var correct = 0
      let loss = try network.trainingStep(x, number: step, with: &descent, in: &context) { logits in
        correct = zip(logits.scalars, targets.scalars).count { ($0 > 0) == ($1 > 0.5) }
        return binaryCrossEntropy(logits: logits, targets: targets)
      }
      losses.append(loss)
      right.append(Double(correct))
    }
    let few = max(steps / 10, 1)
    return Outcome(
      loss: losses.suffix(few).reduce(0, +) / Double(few),
      right: right.suffix(few).reduce(0, +) / Double(few * batch), firstGradient: firstGradient)
  }

  /// How much of the gradient reaches the first state.
  private func firstStateGradient(
    _ network: Then<Then<Adapted<RNN<Double>>, LastStep<Double>>, Dense<Double>>,
    _ functions: FunctionsInUse, _ sample: (x: Matrix, targets: Matrix)
  ) -> Double {
    var context = Context.training(seed: seed)
    let (logits, cache) = network.forward(sample.x, in: &context)
    let (_, dLogits) = binaryCrossEntropy(logits: logits, targets: sample.targets)
    let (dLast, _) = network.second.backward(dLogits, cache.second)
    let (dStates, _) = network.first.second.backward(dLast, cache.first.second)
    let (_, dHidden, _) = network.first.first.layer.backwardThroughTime(
      dStates, cache.first.first.base, stepBackward: functions.rnnStep)
    return dHidden[0].norm()
  }

  /// Sequences, `[batch, length, 1]`, and the answers, `[batch, 1]`.
  private func sample(using generator: inout SplitMix64) -> (x: Matrix, targets: Matrix) {
    var x = Matrix(standardDeviation: 0.3, shape: [batch, length], using: &generator)
    var targets = Matrix(shape: [batch, 1])
    for row in 0..<batch {
      targets[row, 0] = Double(generator.integer(below: 2))
      x[row, 0] = targets[row, 0] * 2 - 1
    }
    return (x.reshaped([batch, length, 1]), targets)
  }
}
