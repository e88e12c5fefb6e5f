// AdaGrad, RMSprop and Adam divide by the root of a sum or mean of squared gradients. Squares overflow,
// and vanish, long before the gradients do.

public import Kernels

/// How such a sum s is remembered: as it is, or, where that would overflow or vanish, by its root r as
/// -2ᵏ·√r.
///
/// The usual loops know nothing of that. They go in blocks, and look first whether a block needs more: the
/// power of two makes one such number outweigh all others of its block.
struct RootsOfSquares<Scalar: Real>: Sendable {
  /// The bounds of roots that are remembered as squares.
  ///
  /// There is no lower one where ε is far above what squares lose.
  private let least, most: Scalar
  /// What the sums of a block stay below, and 2ᵏ.
  private let largest, power: Scalar

  init(epsilon: Scalar) {
    func two(_ exponent: Int) -> Scalar {
      Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1)
    }
    let range = Int(Scalar.greatestFiniteMagnitude.exponent) + 1  // 128 or 1024
    most = two(range / 4)
    largest = most * most * Scalar(Self.block)
    power = two(range / 2)
    let lossy = (Scalar.leastNormalMagnitude / Scalar.ulpOfOne).squareRoot()
    least = epsilon > 1024 * lossy ? 0 : lossy
  }

  /// How many numbers a block has.
  static var block: Int { 4096 }

  /// Whether squares of these gradients can be added to these sums as they are.
  @inline(__always)
  func areSquares(
    _ count: Int, _ g: UnsafePointer<Scalar>, _ s: UnsafeMutablePointer<Scalar>
  ) -> Bool {
    guard least == 0 else { return false }
    let width = Scalar.Wide.scalarCount
    var (squares, sums) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
    var i = 0
    while i &+ width <= count {
      let gradient = UnsafeRawPointer(g + i).loadUnaligned(as: Scalar.Wide.self)
      squares += gradient * gradient
      sums += UnsafeRawPointer(s + i).loadUnaligned(as: Scalar.Wide.self)
      i &+= width
    }
    var (square, sum) = (squares.sum(), sums.sum())
    while i < count {
      square += g[i] * g[i]
      sum += s[i]
      i &+= 1
    }
    return square <= largest && sum >= 0 && sum <= largest
  }

  /// √(a·s + b·g²) for a remembered s, and how to remember its square.
  @inline(__always)
  func next(_ a: Scalar, _ s: Scalar, _ b: Scalar, _ g: Scalar) -> (root: Scalar, memory: Scalar) {
    let old = s < 0 ? (s / power) * (s / power) : s.squareRoot()
    let size = max(old, abs(g))
    guard size > 0, size.isFinite else { return (size + abs(g), size + abs(g)) }
    let (x, y) = (old / size, g / size)
    let root = size * (a * (x * x) + b * (y * y)).squareRoot()
    return (root, root < most && root >= least ? root * root : -power * root.squareRoot())
  }
}

/// AdaGrad and RMSprop: s ← as + bg², θ ← θ - ηg/(√s + ε), in one pass over memory.
package struct RootRule<Scalar: Real>: Sendable {
  let a, b, rate, epsilon: Scalar

  package init(keeping a: Scalar, adding b: Scalar, rate: Scalar, epsilon: Scalar) {
    (self.a, self.b, self.rate, self.epsilon) = (a, b, rate, epsilon)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func update(_ parameters: inout [Scalar], _ gradient: [Scalar], _ s: inout [Scalar]) {
    require(
      parameters.count == gradient.count && s.count == gradient.count,
      "RootRule: arrays of \(parameters.count), \(gradient.count) and \(s.count) numbers")
    parameters.withUnsafeMutableBufferPointer { theta in
      gradient.withUnsafeBufferPointer { g in
        s.withUnsafeMutableBufferPointer { s in
          guard let theta = theta.baseAddress, let g = g.baseAddress, let s = s.baseAddress
          else { return }
          parallel(gradient.count, grain: 64, worth: gradient.count > 20_000) { range in
            for start in stride(
              from: range.lowerBound, to: range.upperBound, by: RootsOfSquares<Scalar>.block)
            {
              let count = min(RootsOfSquares<Scalar>.block, range.upperBound &- start)
              step(count, theta + start, g + start, s + start)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func step(
    _ count: Int, _ theta: UnsafeMutablePointer<Scalar>, _ g: UnsafePointer<Scalar>,
    _ s: UnsafeMutablePointer<Scalar>
  ) {
    let (a, b, rate, epsilon) = (a, b, rate, epsilon)
    let roots = RootsOfSquares(epsilon: epsilon)
    if roots.areSquares(count, g, s) {
      for i in 0..<count {
        let sum = a * s[i] + b * (g[i] * g[i])
        s[i] = sum
        theta[i] -= rate * g[i] / (sum.squareRoot() + epsilon)
      }
    } else {
      for i in 0..<count {
        let (root, memory) = roots.next(a, s[i], b, g[i])
        s[i] = memory
        theta[i] -= rate * (g[i] / (root + epsilon))
      }
    }
  }
}

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
  ///
  /// Where v would overflow or vanish its root is remembered, `RootsOfSquares`.
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
              for start in stride(
                from: range.lowerBound, to: range.upperBound, by: RootsOfSquares<Scalar>.block)
              {
                let count = min(RootsOfSquares<Scalar>.block, range.upperBound &- start)
                step(count, theta + start, g + start, m + start, v + start)
              }
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
    let roots = RootsOfSquares(epsilon: epsilon)
    guard roots.areSquares(count, g, v) else {
      for i in 0..<count {
        let first = beta1 * m[i] + rest1 * g[i]
        let (root, memory) = roots.next(beta2, v[i], rest2, g[i])
        m[i] = first
        v[i] = memory
        theta[i] -= rate * (first / (root * correction.squareRoot() + epsilon))
      }
      return
    }
    for i in 0..<count {
      let first = beta1 * m[i] + rest1 * g[i]
      let second = beta2 * v[i] + rest2 * (g[i] * g[i])
      m[i] = first
      v[i] = second
      theta[i] -= rate * first / ((second * correction).squareRoot() + epsilon)
    }
  }
}
