import Kernels

/// A function that a network applies to every number on its way, and that function's slope.
///
/// It must not be linear: two linear layers in a row are one linear layer.
public enum Activation<Scalar: Real>: Sendable, Equatable {
  /// y = x.
  case identity
  /// y = σ(x) = 1/(1 + e⁻ˣ), in (0, 1).
  case sigmoid
  /// y = tanh x, in (-1, 1).
  case tanh
  /// y = max(x, 0).
  case relu
  /// y = x where x > 0, else slope·x (Maas, Hannun, Ng, 2013).
  case leakyReLU(slope: Scalar)
  /// y = x where x > 0, else alpha·(eˣ - 1) (Clevert, Unterthiner, Hochreiter, 2016).
  case elu(alpha: Scalar)
  /// y = log(1 + eˣ), a smooth ReLU.
  case softplus
  /// y = x·σ(x), also called swish (Elfwing, Uchibe, Doya, 2018).
  case silu
  /// y = x·Φ(x), Φ the normal distribution function, exact by erf (Hendrycks, Gimpel, 2016).
  case gelu

  /// The function's value.
  @inline(__always)
  public func value(at x: Scalar) -> Scalar {
    switch self {
    case .identity: x
    case .sigmoid: logistic(x)
    case .tanh: Scalar.tanh(x)
    case .relu: x <= 0 ? 0 : x  // so that NaN stays NaN
    case .leakyReLU(let slope): x > 0 ? x : scaled(x, by: slope)
    case .elu(let alpha): x > 0 ? x : alpha * Scalar.expMinusOne(x)
    case .softplus: (x > 0 ? x : 0) + Scalar.log(onePlusShare: Scalar.exp(-abs(x)))
    case .silu: Scalar(Scalar.wideSiLU(Double(x)).value)
    case .gelu: Scalar(Scalar.wideGELU(Double(x)).value)
    }
  }

  /// The slope of the function, ∂y/∂x.
  ///
  /// At its corner, x = 0, a ReLU has none; by convention it is what holds for x < 0. The slopes of
  /// sigmoid and tanh are computed from x, not as y(1 - y) and 1 - y²: near y = 1 those lose all
  /// digits, and these are as exact on the right as on the left.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  @inline(__always)
  public func derivative(at x: Scalar) -> Scalar {
    switch self {
    case .identity: return 1
    case .sigmoid:
      // forward: y = 1/(1 + e⁻ˣ), so y(1 - y) = e⁻ˣ/(1 + e⁻ˣ)², the same for x and -x
      return logisticSlope(x)
    case .tanh:
      // forward: y = tanh x = 2σ(2x) - 1, so 1 - y² = 4σ′(2x)
      return 4 * logisticSlope(2 * x)
    case .relu: return x > 0 ? 1 : x <= 0 ? 0 : x
    case .leakyReLU(let slope): return x > 0 ? 1 : x <= 0 ? slope : x
    case .elu(let alpha): return x > 0 ? 1 : alpha * Scalar.exp(x)
    case .softplus: return logistic(x)
    case .silu:
      // forward: y = x·σ(x), so σ(x) + x·σ′(x)
      return Scalar(Scalar.wideSiLU(Double(x)).slope)
    case .gelu:
      // forward: y = x·Φ(x), and Φ′ = φ, so Φ(x) + x·φ(x)
      return Scalar(Scalar.wideGELU(Double(x)).slope)
    }
  }
}

/// The functions whose value and slope come of one exponential.
private enum SmoothGate { case silu, gelu }

extension Activation: Layer {
  /// The activation's input, any shape.
  public struct Cache: Sendable {
    public let x: Tensor<Scalar>
    /// The slopes there, and of what function, where they came with the values.
    fileprivate var slopes: (of: SmoothGate, values: [Scalar])?

    public init(x: Tensor<Scalar>) { self.x = x }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    var cache = Cache(x: x)
    if context.mode == .training, let gate {
      let (y, slopes) = valuesAndSlopes(x.storage, gate)
      cache.slopes = (gate, slopes)
      return (Tensor(y, shape: x.shape), cache)
    }
    return (callAsFunction(x), cache)
  }

  /// Which of those it is, if one.
  private var gate: SmoothGate? {
    switch self {
    case .silu: .silu
    case .gelu: .gelu
    default: nil
    }
  }

  /// The function of every element and its slope there, where both come of one exponential in Double:
  /// that is most of the work, and so is done once.
  @inline(__always)
  private func valuesAndSlopes(_ x: [Scalar], _ gate: SmoothGate) -> ([Scalar], [Scalar]) {
    switch gate {
    case .silu:
      generatePairs(x, x, worth: isWorthThreads(x)) { x, _, y, slopes, count in
        for i in 0..<count {
          let (value, slope) = Scalar.wideSiLU(Double(x[i]))
          (y[i], slopes[i]) = (Scalar(value), Scalar(slope))
        }
      }
    case .gelu:
      generatePairs(x, x, worth: isWorthThreads(x)) { x, _, y, slopes, count in
        for i in 0..<count {
          let (value, slope) = Scalar.wideGELU(Double(x[i]))
          (y[i], slopes[i]) = (Scalar(value), Scalar(slope))
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    // forward: y = f(x), element by element
    // so:      dx = dy · f′(x)
    let (x, shape) = (cache.x, cache.x.shape)
    requireFiniteConstant()
    require(
      dY.shape == shape, "\(self) backward: dy is \(dY.shape), should be \(shape), the shape of x")
    if let (function, slopes) = cache.slopes, function == gate {
      let dX = generateParts(slopes, dY.storage, worth: x.count > 40_000) { slopes, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * slopes[i] }
      }
      return (Tensor(dX, shape: shape), NoParameters())
    }
    if let dX = gradientInOneLoop(x.storage, dY.storage) {
      return (Tensor(dX, shape: shape), NoParameters())
    }
    let dX = generate(x.storage, dY.storage) { $1 * derivative(at: $0) }
    return (Tensor(dX, shape: shape), NoParameters())
  }

  /// dy·f′(x) where the function is named in the loop, which then vectorises.
  @inline(__always)
  private func gradientInOneLoop(_ x: [Scalar], _ dY: [Scalar]) -> [Scalar]? {
    switch self {
    case .relu: rectifiedGradient(x, dY)
    case .leakyReLU(let slope):
      generateParts(x, dY, worth: x.count > 40_000) { x, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * (x[i] > 0 ? 1 : x[i] <= 0 ? slope : x[i]) }
      }
    case .sigmoid:
      generateParts(x, dY, worth: isWorthThreads(x)) { x, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * Self.sigmoid.derivative(at: x[i]) }
      }
    case .tanh:
      generateParts(x, dY, worth: isWorthThreads(x)) { x, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * Self.tanh.derivative(at: x[i]) }
      }
    case .silu:
      generateParts(x, dY, worth: isWorthThreads(x)) { x, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * Self.silu.derivative(at: x[i]) }
      }
    case .gelu:
      generateParts(x, dY, worth: isWorthThreads(x)) { x, dY, dX, count in
        for i in 0..<count { dX[i] = dY[i] * Self.gelu.derivative(at: x[i]) }
      }
    default: nil
    }
  }

  /// Whether there are so many exponentials that several threads are faster.
  private func isWorthThreads(_ x: [Scalar]) -> Bool { x.count > 10_000 }

  /// Stops with a sentence unless the slope of a leaky ReLU, or the α of an ELU, is a number.
  private func requireFiniteConstant() {
    switch self {
    case .leakyReLU(let slope): requireFinite(slope, "leakyReLU: the slope")
    case .elu(let alpha): requireFinite(alpha, "elu: alpha")
    default: break
    }
  }

  /// The function of every element.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    requireFiniteConstant()
    let y =
      switch self {
      case .relu: rectified(x.storage)
      case .leakyReLU(let slope):
        generateParts(x.storage, x.storage, worth: x.count > 40_000) { x, _, y, count in
          for i in 0..<count { y[i] = x[i] > 0 ? x[i] : scaled(x[i], by: slope) }
        }
      case .sigmoid:
        generateParts(x.storage, x.storage, worth: isWorthThreads(x.storage)) { x, _, y, count in
          for i in 0..<count { y[i] = Self.sigmoid.value(at: x[i]) }
        }
      case .tanh:
        generateParts(x.storage, x.storage, worth: isWorthThreads(x.storage)) { x, _, y, count in
          for i in 0..<count { y[i] = Self.tanh.value(at: x[i]) }
        }
      case .silu:
        generateParts(x.storage, x.storage, worth: isWorthThreads(x.storage)) { x, _, y, count in
          for i in 0..<count { y[i] = Self.silu.value(at: x[i]) }
        }
      case .gelu:
        generateParts(x.storage, x.storage, worth: isWorthThreads(x.storage)) { x, _, y, count in
          for i in 0..<count { y[i] = Self.gelu.value(at: x[i]) }
        }
      default: generate(x.storage, value)
      }
    return Tensor(y, shape: x.shape)
  }
}
