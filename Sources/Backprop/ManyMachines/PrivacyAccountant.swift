// What all those noisy steps say about one sample, in one number.

import Core
import Kernels

/// How much privacy a training has spent: Rényi divergences of its steps, added up.
///
/// Each step takes every sample with the probability q, by itself (Poisson sampling), and adds noise of the
/// deviation σ·C to a sum in which a sample has at most the length C. For lots drawn otherwise, such as
/// shuffled batches, the number says nothing.
///
///     ρ(α) = 1/(α-1) · log Σₖ (α over k)·(1-q)^(α-k)·qᵏ·exp((k² - k)/2σ²)
///          = 1/(α-1) · log(1 + Σₖ (α over k)·(1-q)^(α-k)·qᵏ·(exp((k² - k)/2σ²) - 1))
///     ε = min over α of  steps·ρ(α) + log(1/δ)/(α-1)
///
/// The second form has all its digits also where a step spends next to nothing, and millions are taken.
///
/// Source: Mironov, Talwar, Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019,
/// section 3.3, for whole orders α from 2 to 256; Mironov, "Rényi differential privacy", 2017,
/// proposition 3, for ε.
public struct PrivacyAccountant: Sendable, Equatable {
  /// q, above 0, at most 1.
  public let samplingRate: Double
  /// σ, at least 0.
  public let noise: Double

  public init(samplingRate: Double, noise: Double) {
    require(
      samplingRate > 0 && samplingRate <= 1,
      "PrivacyAccountant: samples are taken with probability \(samplingRate); it must be above 0, at most 1"
    )
    requireNotNegative(noise, "PrivacyAccountant: the noise σ")
    (self.samplingRate, self.noise) = (samplingRate, noise)
  }

  /// ρ(α), the divergence of one step; infinite without noise.
  public func divergence(order: Int) -> Double {
    require(order >= 2, "PrivacyAccountant: the order is \(order); it must be 2 or more")
    guard noise > 0 else { return .infinity }
    let a = Double(order)
    // Nobody is left out: the plain Gaussian mechanism.
    guard samplingRate < 1 else { return a / 2 / noise / noise }
    let (stay, go) = (Double.log(onePlus: -samplingRate), Double.log(samplingRate))
    var (logBinomial, logs) = (0.0, [Double]())
    for k in 0...order {
      let count = Double(k)
      // For k = 0 and 1 the exponent is 0, and eˣ - 1 nothing.
      if k >= 2 {
        let growth = logExpMinusOne((count * count - count) / 2 / noise / noise)
        logs.append(logBinomial + (a - count) * stay + count * go + growth)
      }
      logBinomial += Double.log(a - count) - Double.log(count + 1)
    }
    let largest = logs.max() ?? 0
    guard largest.isFinite else { return largest > 0 ? .infinity : 0 }
    let sum = largest + Double.log(logs.reduce(0) { $0 + Double.exp($1 - largest) })
    return Activation<Double>.softplus.value(at: sum) / (a - 1)
  }

  /// log(eˣ - 1) for x ≥ 0, where eˣ may overflow.
  private func logExpMinusOne(_ x: Double) -> Double {
    x > 1 ? x + Double.log(onePlus: -Double.exp(-x)) : Double.log(Double.expMinusOne(x))
  }

  /// ε after some steps: an upper bound, for a δ between 0 and 1.
  public func epsilon(steps: Int, delta: Double) -> Double {
    require(steps >= 0, "PrivacyAccountant: \(steps) steps cannot have been taken")
    require(
      delta > 0 && delta < 1, "PrivacyAccountant: δ is \(delta); it must be between 0 and 1")
    guard steps > 0 else { return 0 }
    return (2...256).reduce(.infinity) { least, order in
      min(
        least,
        Double(steps) * divergence(order: order) - Double.log(delta) / Double(order - 1))
    }
  }
}
