import Core
import Images
import Importance
import Problems15

/// A network with feature maps: three convolutions, the mean of each map, and a dense layer behind.
///
/// Its logits are sums over positions, which is what Grad-CAM's one weight a map supposes.
struct ConvolutionalNetwork {
  typealias Block = Then<Then<Conv2d<Float>, MaxPool2d<Float>>, Activation<Float>>
  typealias Body = Then<
    Then<Then<Then<ImagesIn<Float>, Block>, Block>, Conv2d<Float>>, Activation<Float>
  >
  typealias Head = Then<GlobalAveragePool<Float>, Dense<Float>>

  /// Up to the feature maps `[32, 7, 7, m]`, and from there to the logits.
  private var network: Then<Body, Head>

  /// One that has seen each image once.
  init(_ digits: Digits, _ plan: Plan) throws {
    var generator = SplitMix64(seed: plan.seed &+ 90)
    let same = ConvolutionGeometry(padding: 1)
    func block(_ channels: Int, _ outputs: Int) -> Block {
      Conv2d<Float>(channels, outputs, kernel: 3, same, using: &generator)
        .then(MaxPool2d(2)).then(Activation.relu)
    }
    let body = ImagesIn<Float>().then(block(1, 16)).then(block(16, 32))
      .then(Conv2d(32, 32, kernel: 3, same, using: &generator)).then(Activation.relu)
    network = body.then(
      GlobalAveragePool<Float>().then(Dense(32, 10, .glorot, using: &generator)))
    let count = min(plan.seen, digits.labels.count)
    try network.fit(
      Self.images(digits.x.rows(0..<count)), Array(digits.labels.prefix(count)), epochs: 1,
      seed: plan.seed, rate: 0.003)
  }

  private static func images(_ rows: Tensor<Float>) -> Tensor<Float> {
    rows.reshaped([rows.rows, 1, 28, 28])
  }

  /// The logits for digits, one a row.
  func predict(_ rows: Tensor<Float>) -> Tensor<Float> { network.predict(Self.images(rows)) }

  func accuracy(_ digits: Digits) -> Double { digits.accuracy(predict(digits.testX)) }

  /// ∂logit/∂x, one row a digit.
  func inputGradient(at rows: Tensor<Float>, classes: [Int]) -> Tensor<Float> {
    network.inputGradient(at: Self.images(rows), classes: classes).reshaped(rows.shape)
  }

  /// Grad-CAM of each digit, enlarged to its size: every number of 7×7 sixteen times.
  func gradCAM(_ chosen: MappedDigits, _ functions: FunctionsInUse) throws -> Tensor<Float> {
    var maps = [Float]()
    for (place, label) in chosen.labels.enumerated() {
      var context = Context.inference
      let image = Self.images(chosen.x.rows([place]))
      let activations = network.first.forward(image, in: &context).output  // [32, 7, 7, 1]
      let (logits, cache) = network.second.forward(activations, in: &context)
      let score: Tensor<Float> = oneHot([label], classes: logits.columns)
      let gradient = network.second.backward(score, cache).dInput
      let shape = Array(activations.shape.dropLast())
      let map = try functions.gradCAM(
        GradCAMQuestion(
          activations: Matrix(activations.reshaped(shape)),
          gradient: Matrix(gradient.reshaped(shape))))
      for y in 0..<28 { for x in 0..<28 { maps.append(Float(map[y / 4, x / 4])) } }
    }
    return Tensor(maps, shape: chosen.x.shape)
  }
}
