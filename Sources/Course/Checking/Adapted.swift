public import Core

/// A layer whose backward is a closure, such as the answer to an exercise; the rest is the layer's own.
///
/// Each chapter says for its layers how ∂loss/∂y and the input become a question to an exercise, and
/// its answer a gradient.
public struct Adapted<Base: Layer>: Layer where Base: TensorLayer<Base.Scalar> {
  public typealias Scalar = Base.Scalar
  public typealias Parameters = Base.Parameters
  /// The input, and what the layer keeps of its forward pass.
  public typealias Cache = (x: Tensor<Scalar>, base: Base.Cache)

  /// From ∂loss/∂y to ∂loss/∂x and ∂loss/∂parameters.
  package typealias Backward = (
    _ layer: Base, _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, _ cache: Base.Cache
  ) -> (
    dInput: Tensor<Scalar>, gradient: Base.Parameters
  )
  /// The same without ∂loss/∂x.
  package typealias Gradient = (
    _ layer: Base, _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, _ cache: Base.Cache
  ) ->
    Base.Parameters

  /// The layer in all but its backward.
  public var layer: Base
  private let backward: Backward
  private let gradient: Gradient

  /// - Parameters:
  ///   - layer: The layer in all but its backward.
  ///   - gradient: What a first layer needs, if it is cheaper to have alone.
  ///   - backward: The chain rule.
  package init(_ layer: Base, gradient: Gradient? = nil, backward: @escaping Backward) {
    (self.layer, self.backward) = (layer, backward)
    self.gradient = gradient ?? { backward($0, $1, $2, $3).gradient }
  }

  public var parameters: Parameters { layer.parameters }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let (y, cache) = layer.forward(x, in: &context)
    return (y, (x, cache))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: Parameters) {
    backward(layer, dY, cache.x, cache.base)
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> Parameters {
    gradient(layer, dY, cache.x, cache.base)
  }

  public mutating func visit(
    _ other: Parameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    layer.visit(other, body)
  }

  public mutating func observe(_ cache: Cache) { layer.observe(cache.base) }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    layer.visitState(body)
  }
}
