public import Core

/// A residual block, y = F(x) + x: the body F learns what is to be added to its input.
///
/// ∂y/∂x = ∂F/∂x + 1, so a gradient passes whole, whatever the body does to it.
///
/// Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, equation 1.
public struct Residual<Body: Layer>: Layer where Body: TensorLayer<Body.Scalar> {
  public typealias Scalar = Body.Scalar

  /// F, whose output has the shape of its input.
  public var body: Body

  public init(_ body: Body) { self.body = body }

  public var parameters: Body.Parameters { body.parameters }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Body.Cache) {
    let (change, cache) = body.forward(x, in: &context)
    require(
      change.shape == x.shape,
      "Residual: the body makes \(change.shape) of \(x.shape), which cannot be added; "
        + "use Projected, whose shortcut changes the shape too")
    return (change + x, cache)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Body.Cache
  ) -> (dInput: Tensor<Scalar>, gradient: Body.Parameters) {
    // forward: y = F(x) + x
    // so:      dx = (dx through F) + dy, since x goes two ways
    let (dX, gradient) = body.backward(dY, cache)
    return (dX + dY, gradient)
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Body.Cache) -> Body.Parameters {
    body.gradient(dY, cache)
  }

  public mutating func visit(
    _ other: Body.Parameters,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    self.body.visit(other, body)
  }

  public mutating func observe(_ cache: Body.Cache) { body.observe(cache) }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    self.body.visitState(body)
  }
}

extension Residual: Sendable where Body: Sendable {}

/// A residual block that changes the shape, y = F(x) + S(x), with a projection S for its shortcut.
///
/// Source: He, Zhang, Ren, Sun, CVPR 2016, equation 2.
public struct Projected<Body: Layer, Shortcut: Layer>: Layer
where Body: TensorLayer<Body.Scalar>, Shortcut: TensorLayer<Body.Scalar> {
  public typealias Scalar = Body.Scalar
  public typealias Cache = (body: Body.Cache, shortcut: Shortcut.Cache)

  /// F.
  public var body: Body
  /// S, whose output has the shape of F's.
  public var shortcut: Shortcut

  public init(_ body: Body, shortcut: Shortcut) { (self.body, self.shortcut) = (body, shortcut) }

  public var parameters: Branches<Body.Parameters, Shortcut.Parameters> {
    Branches(body: body.parameters, shortcut: shortcut.parameters)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let (change, bodyCache) = body.forward(x, in: &context)
    let (projection, shortcutCache) = shortcut.forward(x, in: &context)
    require(
      change.shape == projection.shape,
      "Projected: the body makes \(change.shape) of \(x.shape), the shortcut \(projection.shape); "
        + "give both the same channels and the same stride")
    return (change + projection, (bodyCache, shortcutCache))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: Branches<Body.Parameters, Shortcut.Parameters>) {
    // forward: y = F(x) + S(x)
    let (dThroughBody, bodyGradient) = body.backward(dY, cache.body)
    let (dThroughShortcut, shortcutGradient) = shortcut.backward(dY, cache.shortcut)
    return (
      dThroughBody + dThroughShortcut, Branches(body: bodyGradient, shortcut: shortcutGradient)
    )
  }

  public func gradient(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> Branches<Body.Parameters, Shortcut.Parameters> {
    Branches(
      body: body.gradient(dY, cache.body), shortcut: shortcut.gradient(dY, cache.shortcut))
  }

  public mutating func visit(
    _ other: Branches<Body.Parameters, Shortcut.Parameters>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    self.body.visit(other.body) { body("body." + $0, &$1, $2) }
    shortcut.visit(other.shortcut) { body("shortcut." + $0, &$1, $2) }
  }

  public mutating func observe(_ cache: Cache) {
    body.observe(cache.body)
    shortcut.observe(cache.shortcut)
  }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    self.body.visitState { body("body." + $0, &$1) }
    shortcut.visitState { body("shortcut." + $0, &$1) }
  }
}

extension Projected: Sendable where Body: Sendable, Shortcut: Sendable {}

/// The parameters of a residual block's body and of its shortcut.
public struct Branches<Body: ParameterSet, Shortcut: ParameterSet>: ParameterSet
where Body.Scalar == Shortcut.Scalar {
  public var body: Body
  public var shortcut: Shortcut

  public init(body: Body, shortcut: Shortcut) { (self.body, self.shortcut) = (body, shortcut) }

  public mutating func visit(
    _ other: Branches, _ body: (String, inout Tensor<Body.Scalar>, Tensor<Body.Scalar>) -> Void
  ) {
    self.body.visit(other.body) { body("body." + $0, &$1, $2) }
    shortcut.visit(other.shortcut) { body("shortcut." + $0, &$1, $2) }
  }
}
