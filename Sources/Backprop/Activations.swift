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
    case .sigmoid: 1 / (1 + Scalar.exp(-x))
    case .tanh: Scalar.tanh(x)
    case .relu: x <= 0 ? 0 : x  // so that NaN stays NaN
    case .leakyReLU(let slope): x > 0 ? x : slope * x
    case .elu(let alpha): x > 0 ? x : alpha * Scalar.expMinusOne(x)
    case .softplus: (x > 0 ? x : 0) + Scalar.log(onePlus: Scalar.exp(-abs(x)))
    case .silu: x / (1 + Scalar.exp(-x))
    case .gelu: x * normalDistribution(x)
    }
  }

  /// The slope of the function, ∂y/∂x.
  ///
  /// At its corner, x = 0, a ReLU has none; by convention it is what holds for x < 0.
  @inline(__always)
  public func derivative(at x: Scalar) -> Scalar {
    switch self {
    case .identity: return 1
    case .sigmoid:
      // forward: y = 1 / (1 + e⁻ˣ)
      let y = value(at: x)
      return y * (1 - y)
    case .tanh:
      // forward: y = tanh x
      let y = value(at: x)
      return 1 - y * y
    case .relu: return x > 0 ? 1 : 0
    case .leakyReLU(let slope): return x > 0 ? 1 : slope
    case .elu(let alpha): return x > 0 ? 1 : alpha * Scalar.exp(x)
    case .softplus: return 1 / (1 + Scalar.exp(-x))
    case .silu:
      // forward: y = x·σ(x)
      let sigma = 1 / (1 + Scalar.exp(-x))
      return sigma + x * sigma * (1 - sigma)
    case .gelu:
      // forward: y = x·Φ(x), and Φ′ = φ
      return normalDistribution(x) + x * normalDensity(x)
    }
  }
}

/// Φ(x), the probability that a standard normal number is below x.
@inline(__always)
private func normalDistribution<Scalar: Real>(_ x: Scalar) -> Scalar {
  (1 + Scalar.erf(x * Scalar(0.5).squareRoot())) / 2
}

/// φ(x) = e^(-x²/2)/√(2π), the slope of Φ.
@inline(__always)
private func normalDensity<Scalar: Real>(_ x: Scalar) -> Scalar {
  Scalar.exp(-x * x / 2) / (2 * Scalar.pi).squareRoot()
}

extension Activation: Layer {
  /// The activation's input, any shape.
  public struct Cache: Sendable {
    public let x: Tensor<Scalar>

    public init(x: Tensor<Scalar>) { self.x = x }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    (callAsFunction(x), Cache(x: x))
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    // forward: y = f(x), element by element
    // so:      dx = dy · f′(x)
    let (x, shape) = (cache.x, cache.x.shape)
    require(
      dY.shape == shape, "\(self) backward: dy is \(dY.shape), should be \(shape), the shape of x")
    if self == .relu {
      // A loop of its own, which vectorises.
      return (Tensor(rectifiedGradient(x.storage, dY.storage), shape: shape), NoParameters())
    }
    let dX = generate(x.storage, dY.storage) { $1 * derivative(at: $0) }
    return (Tensor(dX, shape: shape), NoParameters())
  }

  /// The function of every element.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let y = self == .relu ? rectified(x.storage) : generate(x.storage, value)
    return Tensor(y, shape: x.shape)
  }
}
