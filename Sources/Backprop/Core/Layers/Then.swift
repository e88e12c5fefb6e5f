/// Two layers, one after the other: y = second(first(x)).
///
/// Its backward is the chain rule, and nothing else: the second layer's first, then the first's.
public struct Then<First: Layer, Second: Layer>: Layer
where
  First.Scalar == Second.Scalar, First.Output == Second.Input,
  First.Output == Second.InputGradient
{
  public typealias Scalar = First.Scalar
  public typealias Cache = (first: First.Cache, second: Second.Cache)

  public var first: First
  public var second: Second

  public init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }

  public var parameters: Pair<First.Parameters, Second.Parameters> {
    Pair(first.parameters, second.parameters)
  }

  public func forward(
    _ x: First.Input, in context: inout Context
  ) -> (output: Second.Output, cache: Cache) {
    let (hidden, firstCache) = first.forward(x, in: &context)
    let (y, secondCache) = second.forward(hidden, in: &context)
    return (y, (firstCache, secondCache))
  }

  public func backward(
    _ dY: Second.Output, _ cache: Cache
  ) -> (dInput: First.InputGradient, gradient: Pair<First.Parameters, Second.Parameters>) {
    // forward: hidden = first(x), y = second(hidden)
    let (dHidden, secondGradient) = second.backward(dY, cache.second)
    let (dX, firstGradient) = first.backward(dHidden, cache.first)
    return (dX, Pair(firstGradient, secondGradient))
  }

  public func gradient(
    _ dY: Second.Output, _ cache: Cache
  ) -> Pair<First.Parameters, Second.Parameters> {
    // Nobody asks for ∂loss/∂hidden if the first layer has no parameters, as where images come in.
    if let none = NoParameters<Scalar>() as? First.Parameters {
      return Pair(none, second.gradient(dY, cache.second))
    }
    let (dHidden, secondGradient) = second.backward(dY, cache.second)
    return Pair(first.gradient(dHidden, cache.first), secondGradient)
  }

  public mutating func visit(
    _ other: Pair<First.Parameters, Second.Parameters>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    first.visit(other.first) { body("first." + $0, &$1, $2) }
    second.visit(other.second) { body("second." + $0, &$1, $2) }
  }

  public mutating func observe(_ cache: Cache) {
    first.observe(cache.first)
    second.observe(cache.second)
  }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    first.visitState { body("first." + $0, &$1) }
    second.visitState { body("second." + $0, &$1) }
  }
}

extension Then: Sendable where First: Sendable, Second: Sendable {}

extension Layer {
  /// This layer, followed by another.
  public func then<Next: Layer>(_ next: Next) -> Then<Self, Next>
  where Next.Scalar == Scalar, Next.Input == Output, Next.InputGradient == Output {
    Then(self, next)
  }
}
