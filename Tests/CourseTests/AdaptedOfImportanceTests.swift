import Backprop
import Course
import Testing

/// Layers in Float that go backward through answers in Double, beside the library's own.
@Suite struct AdaptedOfImportanceTests {
  private let dense: Dense<Float> = {
    var generator = SplitMix64(seed: 15)
    return Dense(5, 4, using: &generator)
  }()

  private func draw(_ shape: [Int], seed: UInt64) -> Tensor<Float> {
    var generator = SplitMix64(seed: seed)
    return Tensor(shape: shape, using: &generator)
  }

  private func isNear(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Bool {
    a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test func `a quantised layer on answers is what it is, and without any the library's`() {
    let layer = QuantizedDense(dense, bits: 3)
    let (x, dY) = (draw([6, 5], seed: 1), draw([6, 4], seed: 2))
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    let (dX, gradient) = layer.backward(dY, cache)
    let answers = Chapter15Problems.fakeQuantization.function(from: .library)
    for adapted in [
      AdaptedQuantizedDense(layer, quantize: answers), AdaptedQuantizedDense(layer, quantize: nil),
    ] {
      let (ownY, ownCache) = adapted.forward(x, in: &context)
      let (ownDX, own) = adapted.backward(dY, ownCache)
      #expect(isNear(ownY, y) && isNear(ownDX, dX) && isNear(own.weight, gradient.weight))
      #expect(isNear(adapted.gradient(dY, ownCache).weight, gradient.weight))
    }
  }

  @Test func `a pruned layer and one with shared weights on answers are what they are`() {
    let (x, dY) = (draw([6, 5], seed: 3), draw([6, 4], seed: 4))
    var context = Context.inference
    let masked = MaskedDense(
      dense, mask: magnitudeMask(of: dense.parameters.weight, pruning: 0.4))
    let pruned = Adapted(
      masked, gradients: Chapter15Problems.maskedDense.function(from: .library))
    let (dX, gradient) = masked.backward(dY, .init(x: x))
    let (ownDX, own) = pruned.backward(dY, pruned.forward(x, in: &context).cache)
    #expect(isNear(ownDX, dX) && isNear(own.weight, gradient.weight))
    let shared = SharedDense(dense, values: 3)
    let few = Adapted(
      shared, gradient: Chapter15Problems.sharedWeights.function(from: .library))
    let (dShared, codes) = shared.backward(dY, .init(x: x))
    let (ownDShared, ownCodes) = few.backward(dY, few.forward(x, in: &context).cache)
    #expect(isNear(ownDShared, dShared) && isNear(ownCodes.codebook, codes.codebook))
  }

  @Test func `a student's loss on answers is what it is`() {
    let (z, teacher) = (draw([4, 3], seed: 5), draw([4, 3], seed: 6))
    let own = adaptedDistillationLoss(
      logits: z, teacher: teacher, labels: [0, 1, 2, 0], temperature: 4, alpha: 0.7,
      gradient: Chapter15Problems.distillation.function(from: .library))
    let right = distillationLoss(
      logits: z, teacher: teacher, labels: [0, 1, 2, 0], temperature: 4, alpha: 0.7)
    #expect(abs(own.loss - right.loss) < 1e-5 && isNear(own.gradient, right.gradient))
  }
}
