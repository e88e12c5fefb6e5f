import Core

/// A number that carries a derivative along: `Value` in reverse mode, `Dual` in forward mode.
///
/// A function written once for any such number can be differentiated in both directions:
/// ```swift
/// func bell<Number: DifferentiableNumber>(_ x: Number) -> Number { exp(-(x * x)) }
/// ```
/// Each type says in `apply` what it does with an operation's value and slopes; all arithmetic follows.
public protocol DifferentiableNumber {
  /// The number itself.
  var value: Double { get }

  /// Another number, one that does not depend on anything.
  func constant(_ value: Double) -> Self

  /// The operation's result at one number.
  static func apply(_ operation: ScalarOperation, _ a: Self) -> Self

  /// The operation's result at two numbers.
  static func apply(_ operation: ScalarOperation, _ a: Self, _ b: Self) -> Self

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  static func + (a: Self, b: Double) -> Self
  static func - (a: Self, b: Double) -> Self
  static func * (a: Self, b: Double) -> Self
  static func / (a: Self, b: Double) -> Self
  static func + (a: Double, b: Self) -> Self
  static func - (a: Double, b: Self) -> Self
  static func * (a: Double, b: Self) -> Self
  static func / (a: Double, b: Self) -> Self
}

// The operators stand here once for each type: in a long formula the compiler finds those of a type in
// milliseconds, and those of a protocol's extension in seconds.

extension Value {
  public static func + (a: Value, b: Value) -> Value { apply(.add, a, b) }
  public static func - (a: Value, b: Value) -> Value { apply(.subtract, a, b) }
  public static func * (a: Value, b: Value) -> Value { apply(.multiply, a, b) }
  public static func / (a: Value, b: Value) -> Value { apply(.divide, a, b) }
  public static prefix func - (a: Value) -> Value { apply(.negate, a) }
  public static func += (a: inout Value, b: Value) { a = a + b }
  public static func -= (a: inout Value, b: Value) { a = a - b }
  public static func *= (a: inout Value, b: Value) { a = a * b }
  public static func /= (a: inout Value, b: Value) { a = a / b }
  public static func += (a: inout Value, b: Double) { a = a + b }
  public static func -= (a: inout Value, b: Double) { a = a - b }
  public static func *= (a: inout Value, b: Double) { a = a * b }
  public static func /= (a: inout Value, b: Double) { a = a / b }

  public static func + (a: Value, b: Double) -> Value { a + a.constant(b) }
  public static func - (a: Value, b: Double) -> Value { a - a.constant(b) }
  public static func * (a: Value, b: Double) -> Value { a * a.constant(b) }
  public static func / (a: Value, b: Double) -> Value { a / a.constant(b) }

  public static func + (a: Double, b: Value) -> Value { b.constant(a) + b }
  public static func - (a: Double, b: Value) -> Value { b.constant(a) - b }
  public static func * (a: Double, b: Value) -> Value { b.constant(a) * b }
  public static func / (a: Double, b: Value) -> Value { b.constant(a) / b }
}

extension Dual {
  public static func + (a: Dual, b: Dual) -> Dual { apply(.add, a, b) }
  public static func - (a: Dual, b: Dual) -> Dual { apply(.subtract, a, b) }
  public static func * (a: Dual, b: Dual) -> Dual { apply(.multiply, a, b) }
  public static func / (a: Dual, b: Dual) -> Dual { apply(.divide, a, b) }
  public static prefix func - (a: Dual) -> Dual { apply(.negate, a) }
  public static func += (a: inout Dual, b: Dual) { a = a + b }
  public static func -= (a: inout Dual, b: Dual) { a = a - b }
  public static func *= (a: inout Dual, b: Dual) { a = a * b }
  public static func /= (a: inout Dual, b: Dual) { a = a / b }
  public static func += (a: inout Dual, b: Double) { a = a + b }
  public static func -= (a: inout Dual, b: Double) { a = a - b }
  public static func *= (a: inout Dual, b: Double) { a = a * b }
  public static func /= (a: inout Dual, b: Double) { a = a / b }

  public static func + (a: Dual, b: Double) -> Dual { a + a.constant(b) }
  public static func - (a: Dual, b: Double) -> Dual { a - a.constant(b) }
  public static func * (a: Dual, b: Double) -> Dual { a * a.constant(b) }
  public static func / (a: Dual, b: Double) -> Dual { a / a.constant(b) }

  public static func + (a: Double, b: Dual) -> Dual { b.constant(a) + b }
  public static func - (a: Double, b: Dual) -> Dual { b.constant(a) - b }
  public static func * (a: Double, b: Dual) -> Dual { b.constant(a) * b }
  public static func / (a: Double, b: Dual) -> Dual { b.constant(a) / b }
}

/// The power aⁿ, for a constant exponent.
public func pow<Number: DifferentiableNumber>(_ a: Number, _ n: Double) -> Number {
  .apply(.power(n), a)
}

/// The power aᵇ; both may be numbers of the computation.
///
/// NaN for a broken power of a negative number.
/// ∂/∂a = b·aᵇ⁻¹ and ∂/∂b = aᵇ·log a, which is 0 where a = 0 and b ≥ 0, and NaN where a < 0.
public func pow<Number: DifferentiableNumber>(_ a: Number, _ b: Number) -> Number {
  .apply(.raise, a, b)
}

/// The power aᵇ of a constant.
public func pow<Number: DifferentiableNumber>(_ a: Double, _ b: Number) -> Number {
  .apply(.raise, b.constant(a), b)
}

/// The exponential eᵃ.
public func exp<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.exp, a) }

/// The natural logarithm of a: -∞ at 0, NaN below.
public func log<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.log, a) }

/// The hyperbolic tangent of a.
public func tanh<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.tanh, a) }

/// The logistic function 1/(1 + e⁻ᵃ).
public func sigmoid<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.sigmoid, a) }

/// The rectifier max(0, a), with slope 0 at 0.
public func relu<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.relu, a) }

/// The absolute value |a|, with slope 0 at 0.
public func abs<Number: DifferentiableNumber>(_ a: Number) -> Number { .apply(.absolute, a) }

/// The larger of two numbers, the first of two equal ones.
///
/// The one that is taken has the slope 1, the other 0.
/// So `max(0, x)` has ReLU's slope 0 at 0, and `max(x, 0)` has 1 there.
public func max<Number: DifferentiableNumber>(_ a: Number, _ b: Number) -> Number {
  .apply(.maximum, a, b)
}

/// The larger of a number and a constant.
public func max<Number: DifferentiableNumber>(_ a: Number, _ b: Double) -> Number {
  max(a, a.constant(b))
}

/// The larger of a constant and a number.
public func max<Number: DifferentiableNumber>(_ a: Double, _ b: Number) -> Number {
  max(b.constant(a), b)
}

/// The smaller of two numbers, the first of two equal ones.
///
/// The one that is taken has the slope 1, the other 0.
public func min<Number: DifferentiableNumber>(_ a: Number, _ b: Number) -> Number {
  .apply(.minimum, a, b)
}

/// The smaller of a number and a constant.
public func min<Number: DifferentiableNumber>(_ a: Number, _ b: Double) -> Number {
  min(a, a.constant(b))
}

/// The smaller of a constant and a number.
public func min<Number: DifferentiableNumber>(_ a: Double, _ b: Number) -> Number {
  min(b.constant(a), b)
}
