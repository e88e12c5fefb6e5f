public import Core
import Kernels

/// How an image drowns in noise, step by step.
///
/// β_t is the share of variance that is new in step t, counted from 0, and ᾱ_t = Π(1 - β) what is left of
/// the image's: x_t = √ᾱ_t·x₀ + √(1 - ᾱ_t)·ε, in one go for any t.
///
/// Source: Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 4.
public struct NoiseSchedule: Sendable {
  /// β_t.
  public let betas: [Double]
  /// ᾱ_t.
  public let signals: [Double]
  /// 1 - ᾱ_t, the noise's share of variance, with all its digits where ᾱ_t is rounded to 1.
  public let noises: [Double]

  /// A schedule of one's own; each β is above 0, and at most 1.
  ///
  /// A last β of 1 leaves nothing of the image, ᾱ = 0.
  public init(betas: [Double]) {
    require(!betas.isEmpty, "NoiseSchedule: no β is given; it needs one step at least")
    for (t, beta) in betas.enumerated() {
      require(
        0 < beta && beta <= 1,
        "NoiseSchedule: β is \(beta) in step \(t); it must be above 0, at most 1: with few "
          + "steps, take a smaller last β")
    }
    self.betas = betas
    var (signals, noises) = ([Double](), [Double]())
    for beta in betas {
      let (signal, noise) = (signals.last ?? 1, noises.last ?? 0)
      signals.append(signal * (1 - beta))
      // 1 - ᾱ(1 - β), with nothing taken from 1
      noises.append(noise + signal * beta)
    }
    (self.signals, self.noises) = (signals, noises)
  }

  /// β from one number to another, in equal strides.
  public static func linear(
    steps: Int, from first: Double = 0.001, to last: Double = 0.2
  ) -> NoiseSchedule {
    requireSize(steps, "NoiseSchedule: a number of steps")
    return NoiseSchedule(
      betas: (0..<steps).map {
        first + (last - first) * (steps == 1 ? 1 : Double($0) / Double(steps - 1))
      })
  }

  /// ᾱ as the square of a cosine, β at most 0.999: less time in noise alone.
  ///
  /// Source: Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021,
  /// equation 17.
  public static func cosine(steps: Int, offset: Double = 0.008) -> NoiseSchedule {
    requireSize(steps, "NoiseSchedule: a number of steps")
    requireNotNegative(offset, "NoiseSchedule: the offset")
    func signal(_ t: Int) -> Double {
      let root = Double.cos((Double(t) / Double(steps) + offset) / (1 + offset) * .pi / 2)
      return root * root
    }
    return NoiseSchedule(betas: (0..<steps).map { min(1 - signal($0 + 1) / signal($0), 0.999) })
  }

  /// T, how many steps it has.
  public var steps: Int { betas.count }

  /// ᾱ at some steps, a number for each sample.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func signals<Scalar: Real>(
    at places: [Int], as type: Scalar.Type = Scalar.self
  ) -> Tensor<Scalar> {
    for t in places { requireStep(t) }
    return Tensor(places.map { Scalar(signals[$0]) })
  }

  /// x_t = √ᾱ_t·x₀ + √(1 - ᾱ_t)·ε, each row at a step of its own.
  ///
  /// - Parameters:
  ///   - x: Images x₀, `[m, n]`, from -1 to 1.
  ///   - places: t of each row.
  ///   - noise: ε, `[m, n]`.
  /// - Returns: x_t, `[m, n]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func noised<Scalar: Real>(
    _ x: Tensor<Scalar>, at places: [Int], noise: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    require(
      x.rank == 2 && x.shape == noise.shape && places.count == x.rows,
      "noised: images \(x.shape), noise \(noise.shape) and \(places.count) steps; give one "
        + "matrix's shape, "
        + "and a step for each row")
    for t in places { requireStep(t) }
    let image = places.map { Scalar(signals[$0].squareRoot()) }
    let rest = places.map { Scalar(noises[$0].squareRoot()) }
    return x.scaledRows(image) + noise.scaledRows(rest)
  }

  /// One step back, from x_t to x_(t-1), when an image x̂₀ is predicted.
  ///
  /// A draw around (√ᾱ_(t-1)·β_t·x̂₀ + √(1 - β_t)·(1 - ᾱ_(t-1))·x_t)/(1 - ᾱ_t) with the variance
  /// β_t·(1 - ᾱ_(t-1))/(1 - ᾱ_t). x̂₀ is cut off at ±1 first. At t = 0, where ᾱ_(-1) = 1, this is x̂₀, and
  /// nothing is drawn.
  ///
  /// Source: Ho et al., 2020, equations 6 and 7, algorithm 2.
  ///
  /// - Parameters:
  ///   - x: x_t, `[m, n]`.
  ///   - prediction: x̂₀, `[m, n]`.
  ///   - t: The step, the same for all rows.
  ///   - noise: What is drawn, N(0, 1), `[m, n]`.
  /// - Returns: x_(t-1), `[m, n]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func stepBack<Scalar: Real>(
    _ x: Tensor<Scalar>, prediction: Tensor<Scalar>, at t: Int, noise: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    require(
      x.shape == prediction.shape && x.shape == noise.shape,
      "stepBack: x \(x.shape), prediction \(prediction.shape) and noise \(noise.shape) must have "
        + "one shape"
    )
    requireStep(t)
    let (beta, noiseNow) = (betas[t], noises[t])
    let (signalBefore, noiseBefore) = t == 0 ? (1, 0) : (signals[t - 1], noises[t - 1])
    let image = Scalar(signalBefore.squareRoot() * beta / noiseNow)
    let own = Scalar((1 - beta).squareRoot() * noiseBefore / noiseNow)
    let deviation = Scalar((beta * noiseBefore / noiseNow).squareRoot())
    // Comparisons let a NaN through.
    let cut = generate(prediction.storage) { $0 > 1 ? 1 : $0 < -1 ? -1 : $0 }
    let mean = image * Tensor(cut, shape: x.shape) + own * x
    return t == 0 ? mean : mean + deviation * noise
  }

  private func requireStep(_ t: Int) {
    require(
      0 <= t && t < steps, "NoiseSchedule: there is no step \(t); the steps are 0 to \(steps - 1)")
  }
}

extension Tensor {
  /// Each row times a number of its own.
  func scaledRows(_ factors: [Scalar]) -> Tensor {
    let columns = rows == 0 ? 0 : count / rows
    var result = self
    for (row, factor) in factors.enumerated() {
      for place in row * columns..<(row + 1) * columns { result.storage[place] *= factor }
    }
    return result
  }
}

/// Steps as vectors of sines and cosines, from fast to slow: `[count]` → `[count, width]`.
///
/// Column 2k is sin(t/10000^(2k/width)), column 2k + 1 the cosine. A network reads from them what a single
/// number would hide: which of two near steps it is, and which part of the way.
///
/// Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.5; for steps of noise Ho et al.,
/// 2020, appendix B.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func timeEmbedding<Scalar: Real>(
  _ places: [Int], width: Int, as type: Scalar.Type = Scalar.self
) -> Tensor<Scalar> {
  requireSize(width, "timeEmbedding: a width")
  var embedding = Tensor<Scalar>(shape: [places.count, width])
  for (row, t) in places.enumerated() {
    for column in 0..<width {
      let speed = Double.pow(10_000, -Double(column / 2 * 2) / Double(width))
      let angle = Double(t) * speed
      embedding.storage[row * width + column] = Scalar(
        column % 2 == 0 ? Double.sin(angle) : Double.cos(angle))
    }
  }
  return embedding
}
