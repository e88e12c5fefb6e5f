import Backprop
import Course

// Chapter 15.
extension Samples {
  static var importance: [(String, Sample)] {
    typealias Problems = Chapter15Problems
    return [
      of(Problems.distillation) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        return DistillationQuestion(
          z: draw.logits(shape), teacher: draw.logits(shape),
          labels: draw.labels(shape[0], classes: shape[1]), temperature: draw.number(0.5...6),
          alpha: draw.once(in: 6) ? draw.pick([0, 1]) : draw.number(0...1))
      },
      of(Problems.fakeQuantization) { quantization(&$0) },
      of(Problems.maskedDense) { draw in
        let (m, inputs, outputs) = (draw.size(1...4), draw.size(1...4), draw.size(1...4))
        let kept = draw.number(0...1)
        return MaskedDenseQuestion(
          x: draw.tensor([m, inputs]), weight: draw.tensor([inputs, outputs]),
          bias: draw.tensor([outputs]),
          mask: Matrix(
            draw.list(inputs * outputs) { $0.number(0...1) < kept ? 1 : 0 },
            shape: [inputs, outputs]), dy: draw.tensor([m, outputs]))
      },
      of(Problems.sharedWeights) { draw in
        let (inputs, outputs, k) = (draw.size(1...4), draw.size(1...4), draw.size(1...6))
        return SharedWeightQuestion(
          codebook: draw.tensor([k]), dW: draw.tensor([inputs, outputs]),
          index: draw.list(inputs) { $0.labels(outputs, classes: k) })
      },
      of(Problems.integratedGradients) { draw in
        let shape = draw.pick([[1], [4], [2, 3], [3, 2], [1, 2, 2]])
        let n = shape.reduce(1, *)
        return IntegratedGradientsQuestion(
          x: draw.tensor(shape), baseline: draw.tensor(shape), curvature: draw.tensor([n, n]),
          cubic: draw.tensor([n]), steps: draw.size(1...6))
      },
      of(Problems.gradCAM) { draw in
        let shape = [draw.size(1...5), draw.size(1...4), draw.size(1...4)]
        return GradCAMQuestion(activations: draw.tensor(shape), gradient: draw.tensor(shape))
      },
      of(Problems.learnedStep) { quantization(&$0) },
    ]
  }

  /// Weights at any places, or on levels, half way between them and beyond: there the steps are powers of
  /// two, so that a place is what it says.
  private static func quantization(_ draw: inout Draw) -> QuantizationQuestion {
    let shape = draw.pick([[1], [5], [2, 3], [3, 1], [4, 4], [2, 1, 3, 2]])
    let (step, bits) = (draw.pick([0.03125, 0.25, 0.5, 1, 2]), draw.size(2...8))
    let limit = Double((1 << (bits - 1)) - 1)
    let places = draw.list(shape.reduce(1, *)) { draw -> Double in
      switch draw.size(0...4) {
      case 0: draw.pick([limit, -limit, limit + 0.5, -limit - 0.5, limit + 1, 0])
      case 1: Double(draw.size(-4...4)) / 2
      default: draw.number(-1.6 * limit - 1...1.6 * limit + 1)
      }
    }
    return QuantizationQuestion(
      weight: Matrix(places, shape: shape) * step, dy: draw.tensor(shape), step: step, bits: bits)
  }
}
