import Core
import Running
import Training

/// Three layers of one kind with ReLU between.
typealias ThreeLayers<Part: TensorLayer<Float>> = Then<
  Then<Then<Then<Part, Activation<Float>>, Part>, Activation<Float>>, Part
>

func threeLayers<Part>(_ layers: [Part]) -> ThreeLayers<Part> {
  layers[0].then(Activation.relu).then(layers[1]).then(Activation.relu).then(layers[2])
}

extension Then
where First == Then<Then<Then<Second, Activation<Float>>, Second>, Activation<Float>> {
  /// The three layers.
  var layers: [Second] { [first.first.first.first, first.first.second, second] }
}

/// Chapter 4's network: dense layers with ReLU between.
typealias BigNetwork = ThreeLayers<Dense<Float>>

func bigNetwork(seed: UInt64) -> BigNetwork {
  var generator = SplitMix64(seed: seed)
  return Dense<Float>(784, 256, using: &generator).then(Activation.relu)
    .then(Dense(256, 128, using: &generator)).then(Activation.relu)
    .then(Dense(128, 10, using: &generator))
}

/// A network of one hidden layer.
typealias SmallNetwork = Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>

func smallNetwork(_ hidden: Int, seed: UInt64) -> SmallNetwork {
  var generator = SplitMix64(seed: seed)
  return Dense<Float>(784, hidden, using: &generator).then(Activation.relu)
    .then(Dense(hidden, 10, using: &generator))
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// Trains a classifier with Adam, in batches of 64 that are drawn anew for each epoch.
  ///
  /// - Parameters:
  ///   - x: Images, `[n, …]`.
  ///   - epochs: How often each is seen.
  ///   - seed: Of their order.
  ///   - adam: The optimizer, which keeps its memory.
  ///   - loss: The loss of the logits for the images at some places.
  /// - Throws: `TrainingFailure` at the first step whose loss is no number.
  mutating func fit(
    _ x: Tensor<Float>, epochs: Int, seed: UInt64, with adam: inout Adam<Float>,
    loss: (_ logits: Tensor<Float>, _ places: [Int]) -> Loss<Float>
  ) throws {
    var (context, step) = (Context.training(seed: seed &+ 100), 0)
    for _ in 0..<epochs {
      for places in Batches(of: x.rows, size: 64, using: &context.generator) {
        _ = try trainingStep(x.rows(places), number: step, with: &adam, in: &context) {
          loss($0, places)
        }
        step += 1
      }
    }
  }

  /// The same with labels, and an optimizer of its own.
  mutating func fit(
    _ x: Tensor<Float>, _ labels: [Int], epochs: Int, seed: UInt64, rate: Float = 0.001
  ) throws {
    var adam = Adam<Float>(learningRate: rate)
    try fit(x, epochs: epochs, seed: seed, with: &adam) { logits, places in
      softmaxCrossEntropy(logits: logits, labels: places.map { labels[$0] })
    }
  }

  /// Repairs the network for an epoch; the share of right answers after that.
  mutating func repair(_ digits: Digits, _ plan: Plan) throws -> Double {
    try digits.repair(plan) { try fit($0, $1, epochs: 1, seed: plan.seed, rate: $2) }
    return digits.accuracy(predict(digits.testX))
  }
}

extension Digits {
  /// One epoch of the first images, in small steps: what repairs a network that has been made small.
  ///
  /// - Parameters:
  ///   - plan: How many images.
  ///   - train: Trains on images and labels, at a rate.
  /// - Throws: What `train` throws.
  func repair(
    _ plan: Plan, _ train: (_ x: Tensor<Float>, _ labels: [Int], _ rate: Float) throws -> Void
  ) rethrows {
    let count = min(plan.repair, labels.count)
    try train(x.rows(0..<count), Array(labels.prefix(count)), 0.0005)
  }
}

/// The network that is made small, and the memory of the optimizer that has trained it.
struct Trained {
  var network: BigNetwork
  var adam: Adam<Float>
}

/// Two epochs of chapter 4's network: what this chapter makes small, and asks for reasons.
func showBigNetwork(_ digits: Digits, _ plan: Plan, on screen: Screen) throws -> Trained {
  let trained = try trainedBigNetwork(digits, plan)
  screen.text(
    """

    The network: 784-256-128-10, \(grouped(trained.network.parameters.count)) numbers, two epochs of \
    \(grouped(digits.labels.count)) digits.
    It reads \(percent(digits.accuracy(trained.network.predict(digits.testX)), 1)) of \
    \(grouped(digits.testLabels.count)) test digits.
    """)
  return trained
}

func trainedBigNetwork(_ digits: Digits, _ plan: Plan) throws -> Trained {
  var trained = Trained(
    network: bigNetwork(seed: plan.seed), adam: Adam<Float>(learningRate: 0.001))
  try trained.network.fit(digits.x, epochs: 2, seed: plan.seed, with: &trained.adam) {
    logits, places in
    softmaxCrossEntropy(logits: logits, labels: places.map { digits.labels[$0] })
  }
  return trained
}
