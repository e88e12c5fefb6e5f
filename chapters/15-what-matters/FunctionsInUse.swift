import Checking
import Core
import Importance
import Problems15

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let distillation: (DistillationQuestion) throws -> Matrix
  let quantize: (QuantizationQuestion) throws -> FakeQuantizationAnswer
  let maskedDense: (MaskedDenseQuestion) throws -> MaskedDenseGradients
  let sharedWeights: (SharedWeightQuestion) throws -> Matrix
  let integratedGradients: (IntegratedGradientsQuestion) throws -> Matrix
  let gradCAM: (GradCAMQuestion) throws -> Matrix

  /// Whether all is the library's: then layers compute in Float both ways.
  private let isLibrary: Bool

  init(_ source: Source) {
    if case .library = source { isLibrary = true } else { isLibrary = false }
    distillation = Chapter15Problems.distillation.function(from: source)
    quantize = Chapter15Problems.fakeQuantization.function(from: source)
    maskedDense = Chapter15Problems.maskedDense.function(from: source)
    sharedWeights = Chapter15Problems.sharedWeights.function(from: source)
    integratedGradients = Chapter15Problems.integratedGradients.function(from: source)
    gradCAM = Chapter15Problems.gradCAM.function(from: source)
  }
}

extension FunctionsInUse {
  /// A quantised layer, both ways through 15.2.
  func quantized(_ layer: Dense<Float>, bits: Int) -> AdaptedQuantizedDense {
    AdaptedQuantizedDense(
      QuantizedDense(layer, bits: bits), quantize: isLibrary ? nil : quantize)
  }

  /// A pruned layer, backwards through 15.3.
  func masked(_ layer: Dense<Float>, mask: Tensor<Float>) -> Adapted<MaskedDense<Float>> {
    let layer = MaskedDense(layer, mask: mask)
    guard isLibrary else { return Adapted(layer, gradients: maskedDense) }
    return Adapted(layer, gradient: { $0.gradient($1, $3) }, backward: { $0.backward($1, $3) })
  }

  /// A layer of k values, backwards through 15.4.
  func shared(_ layer: Dense<Float>, values: Int) -> Adapted<SharedDense<Float>> {
    let layer = SharedDense(layer, values: values)
    guard isLibrary else { return Adapted(layer, gradient: sharedWeights) }
    return Adapted(layer, gradient: { $0.gradient($1, $3) }, backward: { $0.backward($1, $3) })
  }
}
