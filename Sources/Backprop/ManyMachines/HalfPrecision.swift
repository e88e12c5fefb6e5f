// Sixteen bits in the place of thirty-two: what half precision does to values, said in Float.

public import Core
import Kernels

/// A format of sixteen bits.
///
/// `half` has 11 significant bits and small exponents (IEEE 754, binary16): 65,504 is its largest number,
/// 2⁻²⁴ its smallest. `bfloat16` has the exponents of Float, and 8 significant bits.
public enum SixteenBits: Sendable, CaseIterable {
  case half, bfloat16

  /// How many significant bits a normal number has, the leading one among them.
  public var significantBits: Int { self == .half ? 11 : 8 }
  /// The exponent below which bits get lost: that of the smallest normal number.
  public var leastExponent: Int { self == .half ? -14 : -126 }

  /// The nearest number of the format, of two equally near ones the even one; ∞ beyond the largest.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func rounded<Scalar: Real>(_ x: Scalar) -> Scalar {
    guard x.isFinite, x != 0 else { return x }
    let exponent = max(Int(x.exponent), leastExponent)
    let unit = Scalar(
      sign: .plus, exponent: Scalar.Exponent(exponent - significantBits + 1), significand: 1)
    let nearest = (x / unit).rounded(.toNearestOrEven) * unit
    return abs(nearest) > largest(as: Scalar.self)
      ? (x < 0 ? -Scalar.infinity : Scalar.infinity) : nearest
  }

  private func largest<Scalar: Real>(as type: Scalar.Type) -> Scalar {
    self == .half ? 65504 : Scalar(Float(bitPattern: 0x7F7F_0000))
  }

  /// The same for each number of a tensor.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func rounded<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.map { rounded($0) }
  }

  /// The same for each parameter: the copy of sixteen bits that a forward pass computes with.
  public func rounded<Parameters: ParameterSet>(_ parameters: Parameters) -> Parameters {
    var copy = parameters
    copy.visit(parameters) { _, tensor, value in tensor = rounded(value) }
    return copy
  }
}

/// What goes through, forward and backward, keeps sixteen bits: y = round(x), dX = round(dY).
///
/// Rounding has the slope 0 nearly everywhere. Backward does not take that for the gradient: it rounds
/// what passes, as a machine does that computes in sixteen bits. There are no differences to agree with.
public struct Rounding<Scalar: Real>: Layer, Sendable {
  public typealias Cache = [Int]
  public let format: SixteenBits

  public init(_ format: SixteenBits) { self.format = format }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [Int]) { (format.rounded(x), x.shape) }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: [Int]
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    require(
      dY.shape == cache,
      "Rounding backward: dY is \(dY.shape), the input was \(cache); both are alike")
    return (format.rounded(dY), NoParameters())
  }
}

/// A number S that the loss is multiplied with, so that small gradients are not lost in sixteen bits.
///
/// The gradient comes S times too large and is divided by S in Float, before anything looks at its length.
/// Where one of its numbers is infinite or none, the step is left out, and S halved; after some good
/// steps S is doubled. It stays where S and 1/S are numbers: a loss that is none at any S does not take it to
/// 0, nor gradients of 0 to ∞.
///
/// Source: Micikevicius et al., "Mixed precision training", 2018, section 3.2.
public struct LossScale<Scalar: Real>: Sendable {
  /// S, a power of two: multiplying with it and dividing by it cost no bits.
  public private(set) var scale: Scalar
  /// After how many good steps in a row S is doubled.
  public let patience: Int
  private var good = 0

  public init(_ scale: Scalar = 1024, patience: Int = 2000) {
    requirePositive(scale, "LossScale: S")
    require((1 / scale).isFinite, "LossScale: S is \(scale); its inverse must be finite, too")
    requireSize(patience, "LossScale: a number of good steps")
    (self.scale, self.patience) = (scale, patience)
  }

  /// The gradient divided by S, or nil where the step is to be left out.
  public mutating func unscaled<Gradient: ParameterSet>(
    _ gradient: Gradient
  ) -> Gradient? where Gradient.Scalar == Scalar {
    let used = scale
    guard gradient.named.allSatisfy(\.value.isFinite) else {
      (scale, good) = (max(scale / 2, .leastNormalMagnitude), 0)
      return nil
    }
    good += 1
    if good == patience { (scale, good) = ((scale * 2).isFinite ? scale * 2 : scale, 0) }
    return gradient * (1 / used)
  }
}
