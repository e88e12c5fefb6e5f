// What people from other languages write for a tensor. What means one thing here works; the rest does
// not compile, and its message says what to write.

extension Tensor {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// The matrix with rows and columns exchanged, `transposed` by its name in formulas.
  public var T: Tensor { transposed }
}

/// eˣ of every element.
public func exp<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map { Scalar.exp($0) } }

/// The natural logarithm of every element.
public func log<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map { Scalar.log($0) } }

/// The hyperbolic tangent of every element.
public func tanh<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map { Scalar.tanh($0) } }

/// The square root of every element.
public func sqrt<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map { $0.squareRoot() } }

/// Every element to one power.
public func pow<Scalar>(_ x: Tensor<Scalar>, _ exponent: Scalar) -> Tensor<Scalar> {
  x.map { Scalar.pow($0, exponent) }
}

// MARK: What does not compile

infix operator ** : BitwiseShiftPrecedence

extension Tensor {
  @available(*, unavailable, message: "^ is no power in Swift: write y * y, or pow(y, 2)")
  public static func ^ (y: Tensor, exponent: Scalar) -> Tensor { never() }

  @available(*, unavailable, message: "Swift has no power operator: write y * y, or pow(y, 2)")
  public static func ** (y: Tensor, exponent: Scalar) -> Tensor { never() }
}

// A condition is about one number: of a tensor, each element has its own.
extension Tensor {
  @available(
    *, unavailable,
    message: "ask each element, not the tensor: dy.zip(x) { dy, x in x > 0 ? dy : 0 }"
  )
  public static func > (x: Tensor, bound: Scalar) -> Bool { never() }

  @available(
    *, unavailable,
    message: "ask each element, not the tensor: dy.zip(x) { dy, x in x >= 0 ? dy : 0 }"
  )
  public static func >= (x: Tensor, bound: Scalar) -> Bool { never() }

  @available(
    *, unavailable,
    message: "ask each element, not the tensor: dy.zip(x) { dy, x in x < 0 ? 0 : dy }"
  )
  public static func < (x: Tensor, bound: Scalar) -> Bool { never() }

  @available(
    *, unavailable,
    message: "ask each element, not the tensor: dy.zip(x) { dy, x in x <= 0 ? 0 : dy }"
  )
  public static func <= (x: Tensor, bound: Scalar) -> Bool { never() }
}

extension Tensor {
  @available(
    *, unavailable,
    message: "a condition is no number: dy.zip(x) { dy, x in x > 0 ? dy : 0 } asks each element"
  )
  public static func * (dy: Tensor, isOpen: Bool) -> Tensor { never() }
}

// The 0 of `x > 0 ? dy : 0`, where dy is a tensor.
@available(
  *, unavailable, message: "a number is no tensor: Matrix(shape: x.shape) is one of zeros"
)
extension Tensor: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { never() }
}

@available(*, unavailable, message: "write x.T, or x.transposed")
public func transpose<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { never() }

@available(*, unavailable, message: "write x.map { abs($0) }")
public func abs<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { never() }

@available(*, unavailable, message: "write x.map { max($0, 0) }; x.max() is the largest element")
public func max<Scalar>(_ x: Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> { never() }

@available(*, unavailable, message: "write x.map { min($0, 1) }; x.min() is the smallest element")
public func min<Scalar>(_ x: Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> { never() }

/// The body of a function that nothing can call.
private func never() -> Never { fatalError("this function cannot be called") }
