public import Core

/// A dense layer that computes with few bits and learns with all: y = x·Q(W) + b.
///
/// Q is ``fakeQuantize(_:step:bits:)`` with the step max|W|/q of the moment, a constant for the gradient.
/// What the optimizer moves is W, the master weights in full precision: steps far smaller than a level add
/// up there until a weight changes its level. Biases are not quantised.
///
/// - Note: The arithmetic stays that of `Scalar`: this shows what few bits cost, not what they save.
public struct QuantizedDense<Scalar: Real>: Layer, Sendable {
  /// `weight` is W, `[inputs, outputs]`, not quantised; `bias` is b, `[outputs]`.
  public var parameters: WeightAndBias<Scalar>
  /// b, the bits of a weight.
  public let bits: Int

  public typealias Cache = Dense<Scalar>.Cache

  /// A layer with a dense layer's weights.
  public init(_ layer: Dense<Scalar>, bits: Int) {
    _ = quantizationLimit(bits: bits)
    (parameters, self.bits) = (layer.parameters, bits)
  }

  /// The step of the weights as they are.
  public var step: Scalar { quantizationStep(of: parameters.weight, bits: bits) }

  /// The dense layer that is computed with: Q(W) and b.
  public var quantized: Dense<Scalar> {
    Dense(
      weight: fakeQuantize(parameters.weight, step: step, bits: bits), bias: parameters.bias)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    quantized.forward(x, in: &context)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    let (dX, gradient) = quantized.backward(dY, cache)
    return (dX, straightThrough(gradient))
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> WeightAndBias<Scalar> {
    straightThrough(quantized.gradient(dY, cache))
  }

  /// From the quantised weights to W: forward it is Q = s·clip(round(W/s), -q, q).
  private func straightThrough(_ gradient: WeightAndBias<Scalar>) -> WeightAndBias<Scalar> {
    let dW = fakeQuantizeBackward(
      gradient.weight, weight: parameters.weight, step: step, bits: bits)  // [inputs, outputs]
    return WeightAndBias(weight: dW, bias: gradient.bias)
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
