public import Checking
public import Core
import Images

/// The input and parameters of a basic block, and the gradient that arrives at its output.
public struct BasicBlockQuestion: Question {
  public var x: Matrix
  public var w1: Matrix, gamma1: Matrix, beta1: Matrix
  public var w2: Matrix, gamma2: Matrix, beta2: Matrix
  public var dy: Matrix
  /// What the learner's function is given for the convolutions and the normalizations.
  public let steps: BlockSteps
  private let known: BasicBlockCache?

  /// A question about a block in a network, whose forward pass has been run.
  public init(
    dy: Matrix, cache: BasicBlockCache, parameters: BasicBlockParameters, steps: BlockSteps
  ) {
    (x, self.dy, self.steps, known) = (cache.x, dy, steps, cache)
    (w1, gamma1, beta1) = (parameters.w1, parameters.gamma1, parameters.beta1)
    (w2, gamma2, beta2) = (parameters.w2, parameters.gamma2, parameters.beta2)
  }

  /// A question about a block with random numbers in it, its images of a shape `[m, c, h, w]`.
  public init(x shape: [Int], seed: UInt64, steps: BlockSteps = .textbook) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let channels = shape[1]
    x = draw(shape)
    (w1, gamma1, beta1) = (draw([channels, channels, 3, 3]), draw([channels]), draw([channels]))
    (w2, gamma2, beta2) = (draw([channels, channels, 3, 3]), draw([channels]), draw([channels]))
    dy = draw(shape)
    (self.steps, known) = (steps, nil)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("w1", \.w1), ("gamma1", \.gamma1), ("beta1", \.beta1), ("w2", \.w2),
      ("gamma2", \.gamma2), ("beta2", \.beta2), ("dy", \.dy),
    ]
  }

  public var summary: String { "x \(x.shape), w1 and w2 \(w1.shape), dy \(dy.shape)" }
  public var label: String { "x \(x.shape)" }

  /// What the forward pass leaves for the backward pass.
  public var cache: BasicBlockCache {
    if let known { return known }
    let z1 = blockConvolution(x, w1)
    let n1 = batchNormOfImages(z1, gamma1, beta1)
    let h = Activation.relu(n1)
    let z2 = blockConvolution(h, w2)
    let s = batchNormOfImages(z2, gamma2, beta2) + x
    return BasicBlockCache(x: x, z1: z1, n1: n1, h: h, z2: z2, s: s)
  }

  /// The forward pass.
  public var y: Matrix { Activation.relu(cache.s) }

  public var parameters: BasicBlockParameters {
    BasicBlockParameters(
      w1: w1, gamma1: gamma1, beta1: beta1, w2: w2, gamma2: gamma2, beta2: beta2)
  }

  static var cases: [Case<BasicBlockQuestion>] {
    // A block that is silent at first, γ₂ = 0: then s = x, with zeros in it, the corner of ReLU.
    // One channel of n₁ is zero as well.
    var silent = BasicBlockQuestion(x: [2, 3, 3, 4], seed: 95)
    (silent.gamma2, silent.beta2) = (silent.gamma2 * 0, silent.beta2 * 0)
    (silent.gamma1[1], silent.beta1[1]) = (0, 0)
    silent.x = silent.x.map { abs($0) < 0.4 ? 0 : $0 }
    return [
      Case(smooth(x: [3, 2, 4, 5], seed: 92)), Case(smooth(x: [2, 3, 3, 3], seed: 93)),
      Case(smooth(x: [1, 1, 4, 3], seed: 94)),
      Case(silent, isCorner: true),
      Case(BasicBlockQuestion(x: [3, 2, 2, 3], seed: 96)).rounded(isCorner: true),
    ]
  }
}

extension BasicBlockQuestion {
  /// Random numbers, drawn again until central differences can tell what is right: no number is next
  /// to a corner of ReLU, and no channel is all but constant.
  private static func smooth(x shape: [Int], seed: UInt64) -> BasicBlockQuestion {
    var (question, seed) = (BasicBlockQuestion(x: shape, seed: seed), seed)
    while !question.isSmooth {
      seed += 1000
      question = BasicBlockQuestion(x: shape, seed: seed)
    }
    return question
  }

  private var isSmooth: Bool {
    let cache = cache
    let isFarFromCorners = [cache.n1, cache.s].allSatisfy {
      $0.scalars.allSatisfy { abs($0) > 1e-3 }
    }
    return isFarFromCorners
      && [cache.z1, cache.z2].allSatisfy {
        normalized(channelColumns($0)).deviation.scalars.allSatisfy { $0 > 0.1 }
      }
  }
}

extension BlockSteps {
  /// The two steps as textbook loops.
  public static var textbook: BlockSteps {
    BlockSteps(
      convolution: { dz, x, weight in
        let geometry = ConvolutionGeometry(padding: 1)
        return (
          conv2dReferenceBackwardInput(dz, inputShape: x.shape, weight: weight, geometry),
          conv2dReferenceBackwardWeight(dz, x, weightShape: weight.shape, geometry)
        )
      }, batchNorm: batchNormOfImagesBackward)
  }
}

/// The convolution of a block, 3×3 with padding 1.
func blockConvolution(_ x: Matrix, _ weight: Matrix) -> Matrix {
  let bias = Matrix(shape: [weight.shape[0]])
  return conv2dReference(x, weight: weight, bias: bias, ConvolutionGeometry(padding: 1))
}

/// ε of batch normalization in this chapter.
public let blockEpsilon = 1e-5

/// n = γ·ẑ + β with ẑ = (z - μ)/√(σ² + ε), each channel over the batch and all positions.
func batchNormOfImages(_ z: Matrix, _ gamma: Matrix, _ beta: Matrix) -> Matrix {
  channelImages(normalized(channelColumns(z)).unit * gamma + beta, like: z.shape)
}

/// Its gradients: dz = γ/√(σ² + ε)·(dn - mean(dn) - ẑ·mean(dn·ẑ)), dγ = Σ dn·ẑ, dβ = Σ dn.
func batchNormOfImagesBackward(
  _ dn: Matrix, _ z: Matrix, _ gamma: Matrix
) -> (dz: Matrix, dGamma: Matrix, dBeta: Matrix) {
  let dRows = channelColumns(dn)  // [h·w·m, c]
  let (unit, deviation) = normalized(channelColumns(z))
  let dz =
    (dRows - dRows.mean(axis: 0) - unit * (dRows * unit).mean(axis: 0)) * (gamma / deviation)
  return (channelImages(dz, like: z.shape), (dRows * unit).sum(axis: 0), dRows.sum(axis: 0))
}

private func normalized(_ rows: Matrix) -> (unit: Matrix, deviation: Matrix) {
  let centred = rows - rows.mean(axis: 0)
  let deviation = ((centred * centred).mean(axis: 0) + blockEpsilon).map { $0.squareRoot() }
  return (centred / deviation, deviation)
}

/// One column a channel, one row a position of an image: `[m, c, h, w]` → `[h·w·m, c]`.
package func channelColumns(_ images: Matrix) -> Matrix {
  let channels = images.shape[1]
  return samplesLast(images).reshaped([channels, images.count / channels]).transposed
}

/// What undoes `channelColumns`: `[h·w·m, c]` → `[m, c, h, w]`.
package func channelImages(_ columns: Matrix, like shape: [Int]) -> Matrix {
  samplesFirst(columns.transposed.reshaped([shape[1], shape[2], shape[3], shape[0]]))
}
