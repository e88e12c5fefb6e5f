/// One step of Adam over an array of parameters, in one pass over memory.
public struct AdamRule<Scalar: Real>: Sendable {
  let beta1, beta2, epsilon: Scalar
  /// η/(1 - β₁ᵗ): the bias correction of m, moved out of the loop.
  let rate: Scalar
  /// 1/(1 - β₂ᵗ), that of v.
  let correction: Scalar

  public init(beta1: Scalar, beta2: Scalar, epsilon: Scalar, learningRate: Scalar, step: Int) {
    require(step >= 1, "AdamRule: step \(step); steps count from 1")
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    rate = learningRate / (1 - Scalar.pow(beta1, Scalar(step)))
    correction = 1 / (1 - Scalar.pow(beta2, Scalar(step)))
  }

  /// m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², θ ← θ - η·m̂/(√v̂ + ε).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update(
    _ parameters: inout [Scalar], _ gradient: [Scalar], _ m: inout [Scalar], _ v: inout [Scalar]
  ) {
    require(
      parameters.count == gradient.count && m.count == gradient.count && v.count == gradient.count,
      "AdamRule: \(parameters.count) parameters, \(gradient.count) gradients, \(m.count) and "
        + "\(v.count) averages; it needs as many of each")
    parameters.withUnsafeMutableBufferPointer { theta in
      gradient.withUnsafeBufferPointer { g in
        m.withUnsafeMutableBufferPointer { m in
          v.withUnsafeMutableBufferPointer { v in
            guard let theta = theta.baseAddress, let g = g.baseAddress, let m = m.baseAddress,
              let v = v.baseAddress
            else { return }
            parallel(gradient.count, grain: 64, worth: gradient.count > 20_000) { range in
              let start = range.lowerBound
              step(range.count, theta + start, g + start, m + start, v + start)
            }
          }
        }
      }
    }
  }

  /// The loop itself, in a form that vectorises: locals and plain pointers.
  @inline(__always)
  private func step(
    _ count: Int, _ theta: UnsafeMutablePointer<Scalar>, _ g: UnsafePointer<Scalar>,
    _ m: UnsafeMutablePointer<Scalar>, _ v: UnsafeMutablePointer<Scalar>
  ) {
    let (beta1, beta2, rate) = (beta1, beta2, rate)
    let (correction, epsilon) = (correction, epsilon)
    let (rest1, rest2) = (1 - beta1, 1 - beta2)
    for i in 0..<count {
      let first = beta1 * m[i] + rest1 * g[i]
      let second = beta2 * v[i] + rest2 * (g[i] * g[i])
      m[i] = first
      v[i] = second
      theta[i] -= rate * first / ((second * correction).squareRoot() + epsilon)
    }
  }
}
