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
  public var value: Double
  public var tangent: Double

  /// Creates a number; with no tangent it is a constant.
  public init(_ value: Double, tangent: Double = 0) {
    self.value = value
    self.tangent = tangent
  }

  public func constant(_ value: Double) -> Dual { Dual(value) }

  // y = f(a)       y′ = ∂y/∂a·a′
  public static func apply(_ operation: Operation, _ a: Dual) -> Dual {
    let y = operation(a.value)
    return Dual(y.value, tangent: passed(a.tangent, through: y.slopeA))
  }

  // y = f(a, b)    y′ = ∂y/∂a·a′ + ∂y/∂b·b′
  public static func apply(_ operation: Operation, _ a: Dual, _ b: Dual) -> Dual {
    let y = operation(a.value, b.value)
    let (fromA, fromB) = (
      passed(a.tangent, through: y.slopeA), passed(b.tangent, through: y.slopeB)
    )
    return Dual(y.value, tangent: fromA + fromB)
  }
}
