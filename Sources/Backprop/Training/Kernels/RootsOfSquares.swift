// AdaGrad, RMSprop and Adam divide by the root of a sum or mean of squared gradients. Squares overflow,
// and vanish, long before the gradients do.

public import Kernels

/// How such a sum s is remembered: as it is, or, where that would overflow or vanish, by its root r as
/// -2ᵏ·√r.
///
/// The usual loops know nothing of that. They take four vectors at a time, and look whether one of the sums
/// needs more before they store anything: the power of two makes one such number outweigh all others.
struct RootsOfSquares<Scalar: Real>: Sendable {
  /// The bounds of roots that are remembered as squares.
  ///
  /// There is no lower one where ε is far above what squares lose.
  private let least, most: Scalar
  /// What sums are for the usual loops to take them, and 2ᵏ.
  private let largest, power: Scalar

  init(epsilon: Scalar) {
    func two(_ exponent: Int) -> Scalar {
      Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1)
    }
    let range = Int(Scalar.greatestFiniteMagnitude.exponent) + 1  // 128 or 1024
    most = two(range / 4)
    power = two(range / 2)
    let lossy = (Scalar.leastNormalMagnitude / Scalar.ulpOfOne).squareRoot()
    least = epsilon > 1024 * lossy ? 0 : lossy
    largest = least == 0 ? most * most : -1
  }

  /// How many numbers four vectors have.
  static var group: Int { 4 &* Scalar.Wide.scalarCount }

  /// Four vectors of the next sums a·s + b·g², if all of them and of the old ones are squares.
  @inline(__always)
  func squares(
    _ a: Scalar, _ s: UnsafePointer<Scalar>, _ b: Scalar, _ g: UnsafePointer<Scalar>
  ) -> (Scalar.Wide, Scalar.Wide, Scalar.Wide, Scalar.Wide)? {
    let width = Scalar.Wide.scalarCount
    let (g0, g1) = (Scalar.Wide(at: g), Scalar.Wide(at: g + width))
    let (g2, g3) = (Scalar.Wide(at: g + 2 &* width), Scalar.Wide(at: g + 3 &* width))
    let (s0, s1) = (Scalar.Wide(at: s), Scalar.Wide(at: s + width))
    let (s2, s3) = (Scalar.Wide(at: s + 2 &* width), Scalar.Wide(at: s + 3 &* width))
    let (next0, next1) = (a * s0 + b * (g0 * g0), a * s1 + b * (g1 * g1))
    let (next2, next3) = (a * s2 + b * (g2 * g2), a * s3 + b * (g3 * g3))
    let (old, next) = ((s0 + s1) + (s2 + s3), (next0 + next1) + (next2 + next3))
    return areSquares(old, next) ? (next0, next1, next2, next3) : nil
  }

  /// Whether no number of `old` is below 0, and none of `next` too large.
  ///
  /// Vectors of a type that is not known are compared number by number: here it is made known.
  @inline(__always)
  private func areSquares(_ old: Scalar.Wide, _ next: Scalar.Wide) -> Bool {
    func both<Vector: SIMD>(_ type: Vector.Type) -> (Vector, Vector) {
      (unsafeBitCast(old, to: type), unsafeBitCast(next, to: type))
    }
    if Scalar.self == Float.self {
      let (old, next) = both(Float.Wide.self)
      return all((old .>= 0) .& (next .<= Float(largest)))
    }
    guard Scalar.self == Double.self else { return false }
    let (old, next) = both(Double.Wide.self)
    return all((old .>= 0) .& (next .<= Double(largest)))
  }

  /// The next sum a·s + b·g², if it and the old one are squares.
  @inline(__always)
  func square(_ a: Scalar, _ s: Scalar, _ b: Scalar, _ g: Scalar) -> Scalar? {
    let next = a * s + b * (g * g)
    return s >= 0 && next <= largest ? next : nil
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

extension SIMD where Scalar: Real {
  /// The numbers from here on.
  @inline(__always)
  fileprivate init(at place: UnsafePointer<Scalar>) {
    self = UnsafeRawPointer(place).loadUnaligned(as: Self.self)
  }

  @inline(__always)
  fileprivate func store(at place: UnsafeMutablePointer<Scalar>) {
    UnsafeMutableRawPointer(place).storeBytes(of: self, as: Self.self)
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
            step(range.count, theta + range.lowerBound, g + range.lowerBound, s + range.lowerBound)
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
    /// The step of a vector, from its next sums.
    @inline(__always) func vector(_ i: Int, _ sum: Scalar.Wide) {
      let size = rate * Scalar.Wide(at: g + i) / (sum.squareRoot() + epsilon)
      (Scalar.Wide(at: theta + i) - size).store(at: theta + i)
      sum.store(at: s + i)
    }
    /// The step of one number.
    @inline(__always) func number(_ i: Int) {
      if let sum = roots.square(a, s[i], b, g[i]) {
        s[i] = sum
        theta[i] -= rate * g[i] / (sum.squareRoot() + epsilon)
      } else {
        let (root, memory) = roots.next(a, s[i], b, g[i])
        s[i] = memory
        theta[i] -= rate * (g[i] / (root + epsilon))
      }
    }
    let (group, width) = (RootsOfSquares<Scalar>.group, Scalar.Wide.scalarCount)
    var i = 0
    while i &+ group <= count {
      if let sums = roots.squares(a, s + i, b, g + i) {
        vector(i, sums.0)
        vector(i &+ width, sums.1)
        vector(i &+ 2 &* width, sums.2)
        vector(i &+ 3 &* width, sums.3)
      } else {
        for j in i..<(i &+ group) { number(j) }
      }
      i &+= group
    }
    for j in i..<count { number(j) }
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
    let roots = RootsOfSquares(epsilon: epsilon)
    /// The step of a vector, from its next mean squares.
    @inline(__always) func vector(_ i: Int, _ second: Scalar.Wide) {
      let first = beta1 * Scalar.Wide(at: m + i) + rest1 * Scalar.Wide(at: g + i)
      let size = rate * first / ((second * correction).squareRoot() + epsilon)
      (Scalar.Wide(at: theta + i) - size).store(at: theta + i)
      first.store(at: m + i)
      second.store(at: v + i)
    }
    /// The step of one number.
    @inline(__always) func number(_ i: Int) {
      let first = beta1 * m[i] + rest1 * g[i]
      m[i] = first
      if let second = roots.square(beta2, v[i], rest2, g[i]) {
        v[i] = second
        theta[i] -= rate * first / ((second * correction).squareRoot() + epsilon)
      } else {
        let (root, memory) = roots.next(beta2, v[i], rest2, g[i])
        v[i] = memory
        theta[i] -= rate * (first / (root * correction.squareRoot() + epsilon))
      }
    }
    let (group, width) = (RootsOfSquares<Scalar>.group, Scalar.Wide.scalarCount)
    var i = 0
    while i &+ group <= count {
      if let seconds = roots.squares(beta2, v + i, rest2, g + i) {
        vector(i, seconds.0)
        vector(i &+ width, seconds.1)
        vector(i &+ 2 &* width, seconds.2)
        vector(i &+ 3 &* width, seconds.3)
      } else {
        for j in i..<(i &+ group) { number(j) }
      }
      i &+= group
    }
    for j in i..<count { number(j) }
  }
}
