public import Checking
public import Core
public import Importance

// What chapter 15 trains computes in Float; what an exercise is asked for, in between, in Double.

/// A student's loss whose gradient comes from an answer to 15.1.
public func adaptedDistillationLoss(
  logits: Tensor<Float>, teacher: Tensor<Float>, labels: [Int], temperature: Double,
  alpha: Double, gradient: (DistillationQuestion) throws -> Matrix
) -> Loss<Float> {
  let question = DistillationQuestion(
    z: Matrix(logits), teacher: Matrix(teacher), labels: labels, temperature: temperature,
    alpha: alpha)
  let loss = distillationLoss(
    logits: question.z, teacher: question.teacher, labels: labels, temperature: temperature,
    alpha: alpha
  ).loss
  let dz = answer("15.1") { try gradient(question) }
  requireShapes("15.1", ("dz", dz, question.z))
  return (Float(loss), Tensor<Float>(dz))
}

/// A quantised dense layer, both ways through an answer to 15.2, or through the library where none is given.
public struct AdaptedQuantizedDense: Layer {
  public typealias Scalar = Float
  public var layer: QuantizedDense<Float>
  private let quantize: ((QuantizationQuestion) throws -> FakeQuantizationAnswer)?

  /// The input, and the dense layer of quantised weights that it went through.
  public typealias Cache = (dense: Dense<Float>, x: Dense<Float>.Cache)

  public init(
    _ layer: QuantizedDense<Float>,
    quantize: ((QuantizationQuestion) throws -> FakeQuantizationAnswer)?
  ) {
    (self.layer, self.quantize) = (layer, quantize)
  }

  public var parameters: WeightAndBias<Float> { layer.parameters }

  private func answer(
    _ dY: Tensor<Float>, _ quantize: (QuantizationQuestion) throws -> FakeQuantizationAnswer
  ) -> FakeQuantizationAnswer {
    let question = QuantizationQuestion(
      weight: Matrix(layer.parameters.weight), dy: Matrix(dY), step: Double(layer.step),
      bits: layer.bits)
    let found = Checking.answer("15.2") { try quantize(question) }
    requireShapes("15.2", ("y", found.y, question.weight), ("dW", found.dW, question.weight))
    return found
  }

  public func forward(
    _ x: Tensor<Float>, in context: inout Context
  ) -> (output: Tensor<Float>, cache: Cache) {
    var dense = layer.quantized
    if let quantize {
      dense.parameters.weight = Tensor<Float>(answer(0 * layer.parameters.weight, quantize).y)
    }
    let (y, cache) = dense.forward(x, in: &context)
    return (y, (dense, cache))
  }

  public func backward(
    _ dY: Tensor<Float>, _ cache: Cache
  ) -> (dInput: Tensor<Float>, gradient: WeightAndBias<Float>) {
    guard let quantize else { return layer.backward(dY, cache.x) }
    let (dX, gradient) = cache.dense.backward(dY, cache.x)
    return (dX, passed(gradient, quantize))
  }

  public func gradient(_ dY: Tensor<Float>, _ cache: Cache) -> WeightAndBias<Float> {
    guard let quantize else { return layer.gradient(dY, cache.x) }
    return passed(cache.dense.gradient(dY, cache.x), quantize)
  }

  private func passed(
    _ gradient: WeightAndBias<Float>,
    _ quantize: (QuantizationQuestion) throws -> FakeQuantizationAnswer
  ) -> WeightAndBias<Float> {
    WeightAndBias(
      weight: Tensor<Float>(answer(gradient.weight, quantize).dW), bias: gradient.bias)
  }

  public mutating func visit(
    _ other: WeightAndBias<Float>, _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
  ) {
    layer.visit(other, body)
  }
}

extension Adapted where Base == MaskedDense<Float> {
  /// A pruned layer whose gradients come from an answer to 15.3.
  public init(
    _ layer: MaskedDense<Float>,
    gradients: @escaping (MaskedDenseQuestion) throws -> MaskedDenseGradients
  ) {
    let mask = Matrix(layer.mask)
    self.init(
      layer,
      backward: { layer, dY, x, _ in
        let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
        let question = MaskedDenseQuestion(
          x: Matrix(x), weight: Matrix(weight), bias: Matrix(bias), mask: mask, dy: Matrix(dY))
        let (dx, dW, db) = answer("15.3") { try gradients(question) }
        requireShapes(
          "15.3", ("dx", dx, question.x), ("dW", dW, question.weight), ("db", db, question.bias))
        return (
          Tensor<Float>(dx), WeightAndBias(weight: Tensor<Float>(dW), bias: Tensor<Float>(db))
        )
      })
  }
}

extension Adapted where Base == SharedDense<Float> {
  /// A layer with shared weights whose codebook's gradient comes from an answer to 15.4.
  public init(
    _ layer: SharedDense<Float>, gradient: @escaping (SharedWeightQuestion) throws -> Matrix
  ) {
    let columns = layer.expanded.parameters.weight.columns
    let index = stride(from: 0, to: layer.index.count, by: columns).map {
      Array(layer.index[$0..<$0 + columns])
    }
    self.init(
      layer,
      backward: { layer, dY, x, cache in
        let (dX, dense) = layer.expanded.backward(dY, cache)
        let question = SharedWeightQuestion(
          codebook: Matrix(layer.parameters.codebook), dW: Matrix(dense.weight), index: index)
        let dC = answer("15.4") { try gradient(question) }
        requireShapes("15.4", ("dC", dC, question.codebook))
        return (dX, CodebookAndBias(codebook: Tensor<Float>(dC), bias: dense.bias))
      })
  }
}
