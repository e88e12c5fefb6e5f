import Core
import Figures
import ManyMachines
import Problems16
import Running

/// A training of which no image can say that it was there, or not much.
struct PrivateTraining {
  let noise: Double
  let digits: Digits
  let plan: Plan
  var clip: Float = 1
  var rate: Float = 0.5
  var lot: Double { 256 * Double(plan.privateImages) / 20_000 }
  var probability: Double { lot / Double(plan.privateImages) }
  var steps: Int { Int(Double(plan.privateEpochs) / probability) }

  var epsilon: Double {
    PrivacyAccountant(samplingRate: probability, noise: noise)
      .epsilon(steps: steps, delta: 1e-5)
  }

  /// Draws a lot, the labels' gradient at the logits, and noise for as many numbers.
  private func draw(
    _ count: Int, _ generator: inout SplitMix64
  ) -> (places: [Int], noise: Tensor<Float>) {
    let places = poissonLot(
      of: plan.privateImages, probability: probability, using: &generator)
    let noise = Tensor<Float>(
      standardDeviation: Float(noise), shape: [count], using: &generator)
    return (places, noise)
  }

  /// Each sample's own ∂loss/∂logits: the mean's, times the samples.
  private func slopes(_ logits: Tensor<Float>, _ places: [Int]) -> Tensor<Float> {
    let labels = places.map { digits.privateLabels[$0] }
    return softmaxCrossEntropy(logits: logits, labels: labels).gradient * Float(places.count)
  }

  /// Trains 784-32-10; also says which share of the gradients was shortened.
  func run(seed: UInt64) -> (network: SmallNetwork, clipped: Double) {
    var (network, generator) = (smallNetwork(seed: seed), SplitMix64(seed: seed + 4))
    var (clipped, seen) = (0, 0)
    for _ in 0..<steps {
      let (places, noise) = draw(network.parameters.count, &generator)
      guard !places.isEmpty else { continue }
      var context = Context.inference
      let x = digits.privateX.rows(places)
      let (z, firstCache) = network.first.first.forward(x, in: &context)
      let (h, reluCache) = network.first.second.forward(z, in: &context)
      let (logits, secondCache) = network.second.forward(h, in: &context)
      let dLogits = slopes(logits, places)
      let dH = network.second.backward(dLogits, secondCache).dInput
      let dZ = network.first.second.backward(dH, reluCache).dInput
      let layers = [
        DenseSamples(x: firstCache.x, dy: dZ), DenseSamples(x: h, dy: dLogits),
      ]
      let shaped = network.parameters.unflattened(noise)
      let gradients = privateGradients(
        layers, clip: clip, noise: [shaped.first.first, shaped.second], lot: Float(lot))
      for norm in perSampleNorms(layers) { clipped += norm > Double(clip) ? 1 : 0 }
      seen += places.count
      network.first.first.parameters = step(network.first.first.parameters, gradients[0])
      network.second.parameters = step(network.second.parameters, gradients[1])
    }
    return (network, Double(clipped) / Double(max(seen, 1)))
  }

  private func step(
    _ parameters: WeightAndBias<Float>, _ gradient: WeightAndBias<Float>
  ) -> WeightAndBias<Float> {
    WeightAndBias(
      weight: parameters.weight - rate * gradient.weight,
      bias: parameters.bias - rate * gradient.bias)
  }

  /// Trains a single dense layer, 784-10, with the answer to 16.5.
  func run(_ functions: FunctionsInUse, seed: UInt64) throws -> Dense<Float> {
    var generator = SplitMix64(seed: seed + 4)
    var layer = Dense<Float>(
      weight: Tensor(shape: [784, 10]), bias: Tensor(shape: [10]))
    for _ in 0..<steps {
      let (places, noise) = draw(7850, &generator)
      guard !places.isEmpty else { continue }
      let x = digits.privateX.rows(places)
      let shaped = layer.parameters.unflattened(noise)
      let question = PrivacyQuestion(
        x: Matrix(x), dy: Matrix(slopes(layer(x), places)), noiseW: Matrix(shaped.weight),
        noiseB: Matrix(shaped.bias), clip: Double(clip), lot: lot)
      let (_, dW, db) = try functions.privacy(question)
      requireShapes("16.5", ("dW", dW, question.noiseW), ("db", db, question.noiseB))
      layer.parameters = step(
        layer.parameters, WeightAndBias(weight: Tensor(dW), bias: Tensor(db)))
    }
    return layer
  }
}

/// Accuracy against ε.
func showPrivacy(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("A sum that says little about each")
  let noises = [0, 0.7, 1, 2]
  let trainings = noises.map { PrivateTraining(noise: $0, digits: digits, plan: plan) }
  screen.text(
    """
    Lots of \(Int(trainings[0].lot)) on average, of \(grouped(plan.privateImages)); C = 1, rate 0.5, \
    \(trainings[0].steps) steps, δ = 0.00001\(functions.isLibrary ? "" : "; one layer, 784-10").

    """)
  func epsilon(_ training: PrivateTraining) -> String {
    training.epsilon.isFinite ? significant(training.epsilon, 2) : "none"
  }
  guard functions.isLibrary else {
    var table = Table("noise σ", "ε", "right")
    for training in trainings {
      screen.progress("noise \(training.noise)")
      let share = digits.accuracy(try training.run(functions, seed: plan.seed))
      table.add(significant(training.noise, 2), epsilon(training), percent(share, 1))
    }
    screen.endProgress()
    screen.table(table)
    return
  }
  var (table, points) = (Table("noise σ", "ε", "right", "samples shortened"), [Point]())
  for training in trainings {
    screen.progress("noise \(training.noise)")
    let (network, clipped) = training.run(seed: plan.seed)
    let share = digits.accuracy(network)
    table.add(
      significant(training.noise, 2), epsilon(training), percent(share, 1), percent(clipped, 0))
    points.append(Point(training.epsilon, 100 * share))
  }
  screen.endProgress()
  screen.table(table)
  try screen.write(
    .lines(
      "Accuracy against ε, δ = 0.00001",
      description: "The smaller ε, the fewer are right; less than a point is lost.",
      x: Axis("ε", scale: .logarithmic), y: Axis("right, %"),
      [
        Series("with noise", points: points.filter { $0.x.isFinite }),
        Series(
          "no noise",
          points: points.filter { $0.x.isFinite }.map { Point($0.x, points[0].y) }),
      ]), "privacy")
}
