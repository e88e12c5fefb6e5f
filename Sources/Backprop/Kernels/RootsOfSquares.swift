// AdaGrad, RMSprop and Adam divide by the root of a sum or mean of squared gradients. Squares overflow,
// and vanish, long before the gradients do.

/// How such a sum s is remembered: as it is, or, where that would overflow or vanish, as -√s.
///
/// The usual loops know nothing of that. They go in blocks, and ask first whether a block needs more.
struct RootsOfSquares<Scalar: Real>: Sendable {
  /// Gradients between these bounds, and 0, have squares that can be added.
  private let least, most: Scalar

  /// The lower bound is none if ε is far above what squares lose.
  init(epsilon: Scalar) {
    let lossy = (Scalar.leastNormalMagnitude / Scalar.ulpOfOne).squareRoot()
    least = epsilon > 1024 * lossy ? 0 : lossy
    most = Scalar.greatestFiniteMagnitude.squareRoot() / 4
  }

  /// How many numbers are looked through before the loop that they stay in the cache for.
  static var block: Int { 512 }

  /// Whether squares of these gradients can be added to these sums as they are.
  @inline(__always)
  func areSquares(
    _ count: Int, _ g: UnsafePointer<Scalar>, _ s: UnsafeMutablePointer<Scalar>
  ) -> Bool {
    let (least, most, largest) = (least, most, Scalar.greatestFiniteMagnitude / 4)
    var others: Int32 = 0
    for i in 0..<count {
      let size = abs(g[i])
      others |= size < most ? 0 : 1
      others |= size >= least ? 0 : size == 0 ? 0 : 1
      others |= s[i] >= 0 ? 0 : 1
      others |= s[i] < largest ? 0 : 1
    }
    return others == 0
  }

  /// √(a·s + b·g²) for a remembered s, and how to remember its square.
  @inline(__always)
  func next(_ a: Scalar, _ s: Scalar, _ b: Scalar, _ g: Scalar) -> (root: Scalar, memory: Scalar) {
    let old = s < 0 ? -s : s.squareRoot()
    let size = max(old, abs(g))
    guard size > 0, size.isFinite else { return (size + abs(g), size + abs(g)) }
    let (x, y) = (old / size, g / size)
    let root = size * (a * (x * x) + b * (y * y)).squareRoot()
    return (root, root < most && root >= least ? root * root : -root)
  }
}

/// AdaGrad and RMSprop: s ← as + bg², θ ← θ - ηg/(√s + ε), in one pass over memory.
public struct RootRule<Scalar: Real>: Sendable {
  let a, b, rate, epsilon: Scalar

  public init(keeping a: Scalar, adding b: Scalar, rate: Scalar, epsilon: Scalar) {
    (self.a, self.b, self.rate, self.epsilon) = (a, b, rate, epsilon)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update(_ parameters: inout [Scalar], _ gradient: [Scalar], _ s: inout [Scalar]) {
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
