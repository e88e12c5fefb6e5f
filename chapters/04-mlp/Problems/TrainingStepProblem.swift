public import Checking
public import Core

/// A classifier of two layers, a batch with its targets, and the length of the step.
public struct TrainingStepQuestion: Question {
  public var parameters: TwoLayerParameters
  public var x: Matrix
  /// What the probabilities should be, a row a sample.
  public var targets: Matrix
  public var learningRate: Double

  public init(
    parameters: TwoLayerParameters, x: Matrix, targets: Matrix, learningRate: Double
  ) {
    (self.parameters, self.x, self.targets) = (parameters, x, targets)
    self.learningRate = learningRate
  }

  init(
    _ batch: Int, _ sizes: [Int], learningRate: Double, seed: UInt64, hasSoftTargets: Bool = false
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    parameters = TwoLayerParameters(
      w1: draw([sizes[0], sizes[1]]), b1: draw([sizes[1]]),
      w2: draw([sizes[1], sizes[2]]), b2: draw([sizes[2]]))
    x = draw([batch, sizes[0]])
    let labels = (0..<batch).map { _ in generator.integer(below: sizes[2]) }
    targets =
      hasSoftTargets ? softmax(draw([batch, sizes[2]])) : oneHot(labels, classes: sizes[2])
    self.learningRate = learningRate
  }

  public var isPermitted: Bool { targets.areDistributions && learningRate > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("targets", \.targets), ("W1", \.parameters.w1), ("b1", \.parameters.b1),
      ("W2", \.parameters.w2), ("b2", \.parameters.b2),
    ]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("learningRate", \.learningRate)]
  }
}

extension Chapter04Problems {
  /// 4.4, one step of gradient descent.
  public static var trainingStep: Problem<TrainingStepQuestion, TwoLayerParameters> {
    Problem(
      "4.4", "trainingStep", minutes: 20, difficulty: 3, section: "One step of training",
      hints: [
        "Three parts, in this order: the forward pass, all gradients, then all updates.",
        "One sample, one hidden unit, two classes: h = 2, W₂ = (1 -1), probabilities (0.7 "
          + "0.3), t = (1 0). Exercise 2.3 gives (-0.3 0.3), and 4.1 gives W₂ the gradient "
          + "(-0.6 0.6). With η = 0.1, what is the new W₂? And which of the two does h's "
          + "gradient come through?",
        "dLogits [m, classes], dh and dz [m, hidden]; each gradient has the shape of its "
          + "parameter.",
        "forward: z = x·W₁ + b₁, h = relu(z), logits = h·W₂ + b₂; backward: dLogits = "
          + "(softmax(logits) - t)/m, then 4.1 twice with ReLU's gate between; update: W ← W - "
          + "η·dW, b ← b - η·db",
        "let dLogits = (softmax(logits) - targets) / Double(x.rows); let dW2 = …; let dh = "
          + "matmul(dLogits, transposed: parameters.w2); …; "
          + "return TwoLayerParameters(w1: parameters.w1 - learningRate * …, …)",
      ],
      cases: [
        Case(TrainingStepQuestion(5, [3, 4, 2], learningRate: 0.3, seed: 41)),
        Case(
          TrainingStepQuestion(4, [4, 4, 4], learningRate: 0.8, seed: 42, hasSoftTargets: true)),
        Case(TrainingStepQuestion(1, [2, 6, 3], learningRate: 1.5, seed: 43)),
        Case(TrainingStepQuestion(3, [2, 4, 3], learningRate: 0.5, seed: 44))
          .rounded("x", "W1", "b1", "W2", "b2"),
      ],
      forward: nil,
      reference: library,
      parts: [
        Part("W1") { $0.w1 }, Part("b1") { $0.b1 }, Part("W2") { $0.w2 }, Part("b2") { $0.b2 },
      ],
      misconceptions: stepMisconceptions,
      alternatives: [
        { question in
          // Sample by sample, each with its share of the rate.
          var parameters = question.parameters
          let share = question.learningRate / Double(question.x.rows)
          for sample in 0..<question.x.rows {
            var single = question
            single.x = question.x.rows(sample..<sample + 1)
            single.targets = question.targets.rows(sample..<sample + 1)
            let step = StepByHand().gradients(single)
            parameters.w1 -= share * step.w1
            parameters.b1 -= share * step.b1
            parameters.w2 -= share * step.w2
            parameters.b2 -= share * step.b2
          }
          return parameters
        },
        { StepByHand().updated($0) },
        { question in
          // Updated in place, from gradients that were all there before.
          let step = StepByHand().gradients(question)
          var parameters = question.parameters
          parameters.w1 -= question.learningRate * step.w1
          parameters.b1 -= question.learningRate * step.b1
          parameters.w2 -= question.learningRate * step.w2
          parameters.b2 -= question.learningRate * step.b2
          return parameters
        },
      ],
      attempt: asks {
        try $0.trainingStep(
          $1.parameters, x: $1.x, targets: $1.targets, learningRate: $1.learningRate)
      }
    )
  }

  private static func library(_ question: TrainingStepQuestion) -> TwoLayerParameters {
    let parameters = question.parameters
    var network = Dense(weight: parameters.w1, bias: parameters.b1)
      .then(Activation.relu).then(Dense(weight: parameters.w2, bias: parameters.b2))
    var context = Context.training(seed: 0)
    let (logits, cache) = network.forward(question.x, in: &context)
    let dLogits = softmaxCrossEntropy(logits: logits, targets: question.targets).gradient
    var optimizer = SGD(learningRate: question.learningRate)
    optimizer.update(&network, network.gradient(dLogits, cache))
    let tensors = network.parameters.named.map(\.value)
    return TwoLayerParameters(w1: tensors[0], b1: tensors[1], w2: tensors[2], b2: tensors[3])
  }

  private static var stepMisconceptions: [Misconception<TrainingStepQuestion, TwoLayerParameters>] {
    [
      wrong(
        "step-uphill",
        "The gradient points uphill: subtract learningRate times it. Yours adds, and the loss grows."
      ) { $0.direction = 1 },
      wrong(
        "step-updates-too-early",
        "dh needs the W₂ of the forward pass: compute all gradients before you change a parameter."
      ) { $0.updatesEarly = true },
      wrong(
        "step-batch-not-averaged",
        "The loss is a mean over the batch: dLogits is (softmax(logits) - targets)/m. "
          + "You left out the m."
      ) { $0.dLogits = { softmax($0) - $1 } },
      wrong(
        "step-averaged-over-classes",
        "The loss is a mean over the m samples: divide softmax(logits) - targets by m, the rows, "
          + "not by all elements."
      ) { $0.dLogits = { (softmax($0) - $1) / Double($1.count) } },
      wrong(
        "step-biases-kept", "The biases learn too: b ← b - learningRate·db."
      ) { $0.biasRate = 0 },
      wrong(
        "step-rate-forgotten",
        "The step is learningRate times the gradient. You took the whole gradient."
      ) { $0.usesRate = false },
      wrong(
        "step-gate-forgotten",
        "Between the layers stands a ReLU: the gradient of z is that of h where z > 0, else 0."
      ) { $0.gate = { dh, _ in dh } },
      wrong(
        "step-softmax-forgotten",
        "You compared logits with targets. Turn the logits into probabilities first: "
          + "softmax(logits) - targets."
      ) { $0.dLogits = { ($0 - $1) / Double($1.rows) } },
      wrong(
        "step-factor-two",
        "A factor 2 belongs to the squared error. The slope of cross-entropy is "
          + "(softmax(logits) - targets)/m, without it."
      ) { $0.dLogits = { 2 * (softmax($0) - $1) / Double($1.rows) } },
      Misconception(
        "step-returns-gradients",
        "These are the gradients. Return the parameters after the step, θ - learningRate·dθ."
      ) { StepByHand().gradients($0) },
      wrong(
        "step-softmax-slope-twice",
        "softmax(logits) - targets has the slope of softmax in it already: "
          + "do not multiply by p(1 - p) again."
      ) {
        $0.dLogits = {
          let p = softmax($0)
          return (p - $1) * p * (1 - p) / Double($1.rows)
        }
      },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout StepByHand) -> Void
  ) -> Misconception<TrainingStepQuestion, TwoLayerParameters> {
    Misconception(name, sentence) {
      var step = StepByHand()
      change(&step)
      return step.updated($0)
    }
  }
}

/// One step of training, line by line, with lines that can be replaced by wrong ones.
private struct StepByHand {
  var dLogits: (_ logits: Matrix, _ targets: Matrix) -> Matrix = {
    (softmax($0) - $1) / Double($1.rows)
  }
  var gate: (_ dh: Matrix, _ z: Matrix) -> Matrix = { dh, z in dh.zip(z) { $1 > 0 ? $0 : 0 } }
  var direction = -1.0
  var biasRate = 1.0
  var usesRate = true
  var updatesEarly = false

  /// The gradients, each in the place of its parameter.
  func gradients(_ question: TrainingStepQuestion) -> TwoLayerParameters {
    let (parameters, x) = (question.parameters, question.x)
    let z = matmul(x, parameters.w1) + parameters.b1
    let h = Activation.relu(z)
    let logits = matmul(h, parameters.w2) + parameters.b2

    let dz2 = dLogits(logits, question.targets)
    let dW2 = matmul(transposed: h, dz2)
    let w2 = updatesEarly ? parameters.w2 - question.learningRate * dW2 : parameters.w2
    let dz1 = gate(matmul(dz2, transposed: w2), z)
    return TwoLayerParameters(
      w1: matmul(transposed: x, dz1), b1: dz1.sum(axis: 0), w2: dW2, b2: dz2.sum(axis: 0))
  }

  func updated(_ question: TrainingStepQuestion) -> TwoLayerParameters {
    let (old, step) = (question.parameters, gradients(question))
    let rate = direction * (usesRate ? question.learningRate : 1)
    return TwoLayerParameters(
      w1: old.w1 + rate * step.w1, b1: old.b1 + rate * biasRate * step.b1,
      w2: old.w2 + rate * step.w2, b2: old.b2 + rate * biasRate * step.b2)
  }
}
