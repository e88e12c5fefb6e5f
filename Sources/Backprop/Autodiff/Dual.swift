import Core

/// A dual number a + a′·ε with ε² = 0: a value, and the speed at which it changes.
///
/// Forward mode. One pass gives the derivative of every result along one direction, the tangents
/// that the inputs were given: a Jacobian-vector product. A gradient takes one pass an input.
/// ```swift
/// let x = Dual(3, tangent: 1)
/// print((x * x).tangent)  // 6.0
/// ```
/// W. K. Clifford, "Preliminary sketch of biquaternions" (1873), for the numbers; R. E. Wengert,
/// "A simple automatic derivative evaluation program" (1964), for their use.
public struct Dual: DifferentiableNumber, Equatable, Sendable {
  public var value: Double { didSet { approaches = [] } }
  public var tangent: Double { didSet { approaches = [] } }

  /// Value and tangent from above and from below where Double is too short for them; else none.
  private var approaches: [Approach] = []

  private struct Approach: Sendable {
    var value, tangent: Extended
  }

  /// Creates a number; with no tangent it is a constant.
  public init(_ value: Double, tangent: Double = 0) {
    self.value = value
    self.tangent = tangent
  }

  public static func == (a: Dual, b: Dual) -> Bool {
    a.value == b.value && a.tangent == b.tangent
  }

  public func constant(_ value: Double) -> Dual { Dual(value) }

  // y = f(a)       y′ = ∂y/∂a·a′
  public static func apply(_ operation: ScalarOperation, _ a: Dual) -> Dual {
    let y = operation(a.value)
    let result = Dual(y.value, tangent: passed(a.tangent, through: y.slopeA))
    if a.approaches.isEmpty, y.value.isNormal, y.slopeA.isNormal { return result }
    return result.approached(a, Dual(0), operation, y)
  }

  // y = f(a, b)    y′ = ∂y/∂a·a′ + ∂y/∂b·b′
  public static func apply(_ operation: ScalarOperation, _ a: Dual, _ b: Dual) -> Dual {
    let y = operation(a.value, b.value)
    let (fromA, fromB) = (
      passed(a.tangent, through: y.slopeA), passed(b.tangent, through: y.slopeB)
    )
    let result = Dual(y.value, tangent: fromA + fromB)
    if a.approaches.isEmpty, b.approaches.isEmpty, y.value.isNormal, y.slopeA.isNormal,
      y.slopeB.isNormal
    {
      return result
    }
    return result.approached(a, b, operation, y)
  }

  /// The same result by `Extended`, where 0 met ∞, or may do so further on.
  private func approached(
    _ a: Dual, _ b: Dual, _ operation: ScalarOperation,
    _ y: (value: Double, slopeA: Double, slopeB: Double)
  ) -> Dual {
    guard !y.value.isNaN else { return self }
    let approaches = [1.0, -1].enumerated().map { place, sign in
      let (a, b) = (a.approach(place, sign), b.approach(place, sign))
      let y = operation.extended(a.value, b.value, plain: y)
      return Approach(value: y.value, tangent: y.slopeA * a.tangent + y.slopeB * b.tangent)
    }
    var result = self
    result.tangent = Extended.limit(approaches[0].tangent, approaches[1].tangent)
    let isShort = approaches.contains {
      !value.isNormal || ($0.tangent.factor != 0 && !result.tangent.isNormal)
    }
    if isShort { result.approaches = approaches }
    return result
  }

  private func approach(_ place: Int, _ sign: Double) -> Approach {
    if !approaches.isEmpty { return approaches[place] }
    return Approach(
      value: value == 0 ? .nearZero(sign: sign) : Extended(value), tangent: Extended(tangent))
  }
}
