public import Checking
public import Core
public import Generating

/// Made images, the discriminator that looks at them, and which loss the generator has.
public struct GeneratorStepQuestion: Question {
  /// `[m, n]`; no answer is given them.
  public var images: Matrix
  /// The discriminator's weights W, `[n, h]`; no answer is given them.
  public var weight: Matrix
  public let loss: GeneratorLoss
  /// What a discriminator in a training has said and can do.
  private let known: (logits: Matrix, steps: DiscriminatorSteps)?

  /// A question of a training, whose discriminator is what it is.
  public init(
    images: Matrix, logits: Matrix, loss: GeneratorLoss, discriminator: DiscriminatorSteps
  ) {
    (self.images, self.loss, known) = (images, loss, (logits, discriminator))
    weight = Matrix(shape: [images.columns, 1])
  }

  /// A question with a small discriminator: z = Σ leakyReLU(x·W), along each row.
  public init(images: Matrix, weight: Matrix, loss: GeneratorLoss) {
    (self.images, self.weight, self.loss, known) = (images, weight, loss, nil)
  }

  init(
    _ rows: Int, _ pixels: Int, hidden: Int, _ loss: GeneratorLoss, size: Double = 1, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    let images: Matrix = Tensor(shape: [rows, pixels], using: &generator)
    self.init(
      images: size * images, weight: Tensor(shape: [pixels, hidden], using: &generator), loss: loss)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("images", \.images), ("W", \.weight)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of images", \.images.rows)]
  }
  public var summary: String {
    "logits [\(images.rows), 1] of images \(images.shape), \(loss.rawValue)"
  }

  /// What the discriminator says, `[m, 1]`.
  public var logits: Matrix { known?.logits ?? SmallDiscriminator(weight: weight).logits(images) }

  /// The discriminator's functions; each call begins with the same discriminator.
  public var discriminator: DiscriminatorSteps {
    if let known { return known.steps }
    let (images, turn) = (images, Turn(weight: weight))
    return DiscriminatorSteps(
      backward: { turn.discriminator.backward($0, images: images) },
      update: { turn.discriminator.weight = turn.discriminator.weight - 0.5 * $0 })
  }

  /// ∂loss/∂images for some ∂loss/∂logits.
  func throughDiscriminator(_ dLogits: Matrix) -> Matrix {
    answer("13.4") { try discriminator.backward(dLogits).dImages }
  }
}

/// A discriminator that its update changes.
private final class Turn {
  var discriminator: SmallDiscriminator

  init(weight: Matrix) { discriminator = SmallDiscriminator(weight: weight) }
}

/// z = Σ leakyReLU(x·W), along each row.
private struct SmallDiscriminator {
  /// W, `[n, h]`.
  var weight: Matrix

  private var activation: Activation<Double> { .leakyReLU(slope: 0.2) }

  func logits(_ x: Matrix) -> Matrix {
    activation(matmul(x, weight)).sum(axis: 1).reshaped([x.rows, 1])
  }

  func backward(_ dLogits: Matrix, images x: Matrix) -> (dImages: Matrix, dWeights: Matrix) {
    require(
      dLogits.shape == [x.rows, 1],
      "discriminator.backward: dLogits is \(dLogits.shape), should be [\(x.rows), 1], a number for "
        + "each image"
    )
    let u = matmul(x, weight)  // [m, h]
    // forward: z = Σ leakyReLU(u)
    let spread = matmul(dLogits, Matrix(repeating: 1, shape: [1, weight.columns]))
    let du = spread * u.map { activation.derivative(at: $0) }
    // forward: u = x·W
    return (matmul(du, transposed: weight), matmul(transposed: x, du))
  }
}
