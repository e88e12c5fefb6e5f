import Backprop
import Course

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
    /// How much of the gradient reaches the first state at the first step.
    let firstGradient: Double
    let losses: [Double]
  }

  func train(_ functions: FunctionsInUse) throws -> Outcome {
    var generator = SplitMix64(seed: seed)
    let deviation = 1 / Double(hidden).squareRoot()
    let matrix = Matrix(standardDeviation: deviation, shape: [hidden, hidden], using: &generator)
    var network = RecurrentNetwork(
      inputWeight: Matrix(shape: [1, hidden], using: &generator),
      hiddenWeight: matrix * (radius / spectralRadius(matrix)), stepBackward: functions.rnnStep)
    var readout = Matrix(standardDeviation: deviation, shape: [hidden, 1], using: &generator)
    var (losses, right, firstGradient) = ([Double](), [Double](), 0.0)
    for step in 0..<steps {
      let (inputs, targets) = sample(using: &generator)
      let states = network.states(inputs)
      let last = states[length]
      let logits = matmul(last, readout)
      let (loss, dLogits) = binaryCrossEntropy(logits: logits, targets: targets)
      let gradients = network.backward(
        matmul(dLogits, transposed: readout), inputs: inputs, states: states)
      if step == 0, length > 1 { firstGradient = gradients.states[1].norm() }
      var all = [
        gradients.inputWeight, gradients.hiddenWeight, gradients.bias,
        matmul(transposed: last, dLogits),
      ]
      let norm = all.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
      if norm > 1 { all = all.map { $0 / norm } }
      network.inputWeight -= 0.3 * all[0]
      network.hiddenWeight -= 0.3 * all[1]
      network.bias -= 0.3 * all[2]
      readout -= 0.3 * all[3]
      losses.append(loss)
      right.append(Double(zip(logits.scalars, targets.scalars).count { ($0 > 0) == ($1 > 0.5) }))
    }
    let few = max(steps / 10, 1)
    return Outcome(
      loss: losses.suffix(few).reduce(0, +) / Double(few),
      right: right.suffix(few).reduce(0, +) / Double(few * batch), firstGradient: firstGradient,
      losses: losses)
  }

  private func sample(using generator: inout SplitMix64) -> (inputs: [Matrix], targets: Matrix) {
    let targets = Matrix(
      (0..<batch).map { _ in Double(generator.integer(below: 2)) }, shape: [batch, 1])
    let rest = (1..<length).map { _ in
      Matrix(standardDeviation: 0.3, shape: [batch, 1], using: &generator)
    }
    return ([targets * 2 - 1] + rest, targets)
  }
}
