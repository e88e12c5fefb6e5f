import Foundation

/// A floating-point type that the library computes in: `Float` to train, `Double` to check.
public protocol Real: BinaryFloatingPoint, SIMDScalar, Sendable, Codable {
  /// As many numbers as the widest registers hold, for the kernels.
  associatedtype Wide: SIMD where Wide.Scalar == Self
  /// Half as many.
  associatedtype Narrow: SIMD where Narrow.Scalar == Self

  /// eˣ.
  static func exp(_ x: Self) -> Self
  /// eˣ - 1, exact where x is small.
  static func expMinusOne(_ x: Self) -> Self
  /// The natural logarithm.
  static func log(_ x: Self) -> Self
  /// log(1 + x), exact where x is small.
  static func log(onePlus x: Self) -> Self
  /// The hyperbolic tangent.
  static func tanh(_ x: Self) -> Self
  /// log(1 + x) for x from 0 to 1.
  static func log(onePlusShare x: Self) -> Self
  /// x·σ(x) and its slope, in Double for a result of this type: far on the left σ is below Float's
  /// range before x·σ is.
  static func wideSiLU(_ x: Double) -> (value: Double, slope: Double)
  /// x·Φ(x) and its slope, with Φ(x) the probability that a standard normal number is below x; as
  /// `wideSiLU`, and since Φ feels the rounding of x²/2 a hundred times over.
  static func wideGELU(_ x: Double) -> (value: Double, slope: Double)
  /// σ(x) = 1/(1 + e⁻ˣ), to a unit or two of the last place, for loops that take many.
  static func quickLogistic(_ x: Self) -> Self
  /// The hyperbolic tangent, as `quickLogistic`.
  static func quickTanh(_ x: Self) -> Self
  /// The error function, 2/√π ∫₀ˣ e^(-t²) dt.
  static func erf(_ x: Self) -> Self
  /// The cosine of an angle in radians.
  static func cos(_ x: Self) -> Self
  /// The sine of an angle in radians.
  static func sin(_ x: Self) -> Self
  /// x to the power y.
  static func pow(_ x: Self, _ y: Self) -> Self
}

extension Float: Real {
  public typealias Wide = SIMD16<Float>
  public typealias Narrow = SIMD8<Float>

  @inlinable
  @inline(__always)
  public static func exp(_ x: Float) -> Float { Float(Elementary.exp(Double(x))) }
  public static func expMinusOne(_ x: Float) -> Float { Foundation.expm1(x) }
  public static func log(_ x: Float) -> Float { Foundation.log(x) }
  @inlinable
  @inline(__always)
  public static func log(onePlus x: Float) -> Float { Float(Elementary.log(onePlus: Double(x))) }
  @inlinable
  @inline(__always)
  public static func tanh(_ x: Float) -> Float { Float(Elementary.tanh(Double(x))) }
  @inlinable
  @inline(__always)
  public static func log(onePlusShare x: Float) -> Float {
    Float(Elementary.log(onePlusShare: Double(x)))
  }
  @inlinable
  @inline(__always)
  public static func wideSiLU(_ x: Double) -> (value: Double, slope: Double) { Elementary.silu(x) }
  @inlinable
  @inline(__always)
  public static func wideGELU(_ x: Double) -> (value: Double, slope: Double) { Elementary.gelu(x) }
  @inlinable
  @inline(__always)
  public static func quickLogistic(_ x: Float) -> Float { Elementary.logistic(x) }
  @inlinable
  @inline(__always)
  public static func quickTanh(_ x: Float) -> Float { Elementary.tanh(x) }
  public static func erf(_ x: Float) -> Float { Foundation.erf(x) }
  public static func cos(_ x: Float) -> Float { Foundation.cos(x) }
  public static func sin(_ x: Float) -> Float { Foundation.sin(x) }
  public static func pow(_ x: Float, _ y: Float) -> Float { Foundation.pow(x, y) }
}

extension Double: Real {
  public typealias Wide = SIMD8<Double>
  public typealias Narrow = SIMD4<Double>

  public static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  public static func expMinusOne(_ x: Double) -> Double { Foundation.expm1(x) }
  public static func log(_ x: Double) -> Double { Foundation.log(x) }
  public static func log(onePlus x: Double) -> Double { Foundation.log1p(x) }
  public static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
  public static func log(onePlusShare x: Double) -> Double { Foundation.log1p(x) }
  public static func wideSiLU(_ x: Double) -> (value: Double, slope: Double) {
    let e = exp(-abs(x))
    return (
      scaled(x, by: logistic(x)), logistic(x) + scaled(x, by: e / ((1 + e) * (1 + e)))
    )
  }
  /// By erfc, since 1 + erf loses all digits on the left.
  public static func wideGELU(_ x: Double) -> (value: Double, slope: Double) {
    let below = erfc(-x * 0.5.squareRoot()) / 2
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    return (scaled(x, by: below), below + scaled(x, by: density))
  }
  public static func quickLogistic(_ x: Double) -> Double { logistic(x) }
  public static func quickTanh(_ x: Double) -> Double { tanh(x) }
  public static func erf(_ x: Double) -> Double { Foundation.erf(x) }
  public static func cos(_ x: Double) -> Double { Foundation.cos(x) }
  public static func sin(_ x: Double) -> Double { Foundation.sin(x) }
  public static func pow(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }

  /// The complement 1 - erf(x), exact where erf is near 1.
  public static func erfc(_ x: Double) -> Double { Foundation.erfc(x) }
}
