import Core
import Datasets
import Embeddings
import Images
import Training

/// Digits in the place of faces: 0 to 6, turned and mirrored, to learn what is the same, and 7, 8, 9, which
/// nobody has seen.
struct Faces {
  let train: ImageData
  let test: ImageData
  /// The places of each digit's images among those to train with.
  private let places: [[Int]]
  /// The held-out digits, one a row, `[n, 784]`.
  let strangers: Tensor<Float>
  let strangersLabels: [Int]

  /// A class is a digit from 0 to 6 in one of eight positions.
  static let classes = 56

  init(_ plan: Plan) throws {
    let (train, test) = try MNIST.load()
    (self.train, self.test) = (train, test)
    let labels = train.labels
    places = (0..<10).map { digit in labels.indices.filter { labels[$0] == digit } }
    let held = test.labels.indices.filter { test.labels[$0] > 6 }
    let some = test.samples(at: plan.isQuick ? Array(held.prefix(600)) : held)
    (strangers, strangersLabels) = (some.inputs(), some.labels)
  }

  /// Where each pixel comes from, for an image turned by 0°, 90°, 180°, 270°, then the same mirrored.
  private static let sources: [[Int]] = (0..<8).map { position in
    (0..<784).map { place in
      var (y, x) = (place / 28, place % 28)
      for _ in 0..<position % 4 { (y, x) = (x, 27 - y) }
      return 28 * y + (position < 4 ? x : 27 - x)
    }
  }

  /// An image of a class, as a row of numbers from 0 to 1.
  private func image(of label: Int, using generator: inout SplitMix64) -> [Float] {
    let own = places[label / 8]
    let start = 784 * own[generator.integer(below: own.count)]
    return Self.sources[label % 8].map { Float(train.pixels[start + $0]) / 255 }
  }

  /// Some images of each of some classes, moved by up to two pixels, `[count, 1, 28, 28]`; all first images
  /// come first, then all second ones.
  func batch(
    classes: Int, images: Int, using generator: inout SplitMix64
  ) -> (x: Tensor<Float>, labels: [Int]) {
    let chosen = Array(generator.permutation(of: Self.classes).prefix(classes))
    let labels = (0..<images).flatMap { _ in chosen }
    let rows = labels.flatMap { image(of: $0, using: &generator) }
    let moved = randomlyShifted(
      Tensor(rows, shape: [labels.count, 784]), height: 28, width: 28, upTo: 2, using: &generator)
    return (moved.reshaped([labels.count, 1, 28, 28]), labels)
  }
}

/// A small LeNet that ends in 32 numbers.
///
/// It begins as PyTorch's layers do, weights and biases uniform in ±1/√fanIn: closer together than by He,
/// so that no distance is beyond the margin before the first step.
func faceNetwork(seed: UInt64) -> some TensorLayer<Float> & Sendable {
  var generator = SplitMix64(seed: seed)
  func bias(_ outputs: Int, fanIn: Int) -> Tensor<Float> {
    Initializer.uniformFanIn([outputs], fanIn: fanIn, fanOut: outputs, using: &generator)
  }
  func convolution(_ channels: Int, _ outputs: Int) -> Conv2d<Float> {
    var layer = Conv2d<Float>(
      channels, outputs, kernel: 5, ConvolutionGeometry(), .uniformFanIn, using: &generator)
    layer.parameters.bias = bias(outputs, fanIn: 25 * channels)
    return layer
  }
  func dense(_ inputs: Int, _ outputs: Int) -> Dense<Float> {
    var layer = Dense<Float>(inputs, outputs, .uniformFanIn, using: &generator)
    layer.parameters.bias = bias(outputs, fanIn: inputs)
    return layer
  }
  let (first, second) = (convolution(1, 16), convolution(16, 32))
  let (third, last) = (dense(512, 64), dense(64, 32))
  return ImagesIn<Float>().then(first).then(MaxPool2d(2)).then(Activation.relu)
    .then(second).then(MaxPool2d(2)).then(Activation.relu)
    .then(Flatten()).then(third).then(Activation.relu).then(last)
}

/// What a network is trained with.
enum Lesson {
  case triplets(TripletChoice, rate: Float)
  case infoNCE
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// Trains an embedding; `watch` sees each step's loss and outputs.
  mutating func learn(
    _ lesson: Lesson, _ functions: FunctionsInUse, _ faces: Faces, steps: Int, seed: UInt64,
    watch: (_ step: Int, _ loss: Double, _ outputs: Tensor<Float>) -> Void = { _, _, _ in }
  ) throws {
    var generator = SplitMix64(seed: seed &+ 7)
    var context = Context.training(seed: seed)
    var rate: Float = 0.001
    if case .triplets(_, let own) = lesson { rate = own }
    var adam = Adam<Float>(learningRate: rate)
    for step in 0..<steps {
      let (x, labels) =
        switch lesson {
        case .triplets: faces.batch(classes: 16, images: 4, using: &generator)
        case .infoNCE: faces.batch(classes: 32, images: 2, using: &generator)
        }
      var outputs = Tensor<Float>(shape: [0, 32])
      let loss = try trainingStep(x, with: &adam, in: &context) { (h) throws -> Loss<Float> in
        outputs = h
        return switch lesson {
        case .triplets(let choice, _):
          try functions.tripletLoss(of: h, labels: labels, choice: choice)
        case .infoNCE: try functions.infoNCE(of: h)
        }
      }
      watch(step, Double(loss), outputs)
    }
  }

  /// The normalised outputs for images, one a row: `[n, 784]` → `[n, 32]`.
  func embedded(_ rows: Tensor<Float>) -> Tensor<Float> {
    l2Normalize(predict(rows.reshaped([rows.rows, 1, 28, 28]), batch: 250))
  }
}

/// The share of right answers where one example of each of three digits is known.
func oneShotAccuracy(
  _ vectors: Tensor<Float>, _ labels: [Int], trials: Int, seed: UInt64
) -> Double {
  var generator = SplitMix64(seed: seed &+ 11)
  let places = (7...9).map { digit in labels.indices.filter { labels[$0] == digit } }
  var right = 0
  for _ in 0..<trials {
    let known = places.map { $0[generator.integer(below: $0.count)] }
    let digit = generator.integer(below: 3)
    var asked = known[digit]
    while asked == known[digit] {
      asked = places[digit][generator.integer(below: places[digit].count)]
    }
    let distances = known.map { distance(vectors, $0, asked) }
    let nearest = distances.indices.min { distances[$0] < distances[$1] }
    if nearest == digit { right += 1 }
  }
  return Double(right) / Double(trials)
}

/// Pairs of images with how near they are, and whether both are the same digit, in half of the pairs.
func verificationPairs(
  _ vectors: Tensor<Float>, _ labels: [Int], pairs: Int, seed: UInt64
) -> (scores: [Double], isSame: [Bool]) {
  var generator = SplitMix64(seed: seed &+ 12)
  var (scores, isSame) = ([Double](), [Bool]())
  while scores.count < pairs {
    let (a, b) = (
      generator.integer(below: labels.count), generator.integer(below: labels.count)
    )
    let wanted = scores.count % 2 == 0
    guard a != b, (labels[a] == labels[b]) == wanted else { continue }
    scores.append(-distance(vectors, a, b))
    isSame.append(wanted)
  }
  return (scores, isSame)
}

/// The squared distance of two rows.
private func distance(_ vectors: Tensor<Float>, _ a: Int, _ b: Int) -> Double {
  Double((vectors.rows([a]) - vectors.rows([b])).squaredNorm())
}
