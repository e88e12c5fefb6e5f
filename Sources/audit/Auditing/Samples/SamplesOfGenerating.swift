import Backprop
import Course

// Chapter 13.
extension Samples {
  static var generating: [(String, Sample)] {
    typealias Problems = Chapter13Problems
    return [
      of(Problems.latentDraw) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        return LatentDrawQuestion(
          mean: draw.tensor(shape), logVariance: draw.tensor(shape), noise: draw.tensor(shape),
          dz: draw.tensor(shape))
      },
      of(Problems.divergence) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        return DivergenceQuestion(mean: draw.tensor(shape), logVariance: draw.tensor(shape))
      },
      of(Problems.discriminatorLoss) { draw in
        DiscriminatorQuestion(
          real: draw.logits([draw.size(1...6), 1]), fake: draw.logits([draw.size(1...6), 1]))
      },
      of(Problems.generatorStep) { draw in
        let (rows, pixels) = (draw.size(1...5), draw.size(1...5))
        let images = draw.once(in: 6) ? draw.logits([rows, pixels]) : draw.tensor([rows, pixels])
        return GeneratorStepQuestion(
          images: images, weight: draw.tensor([pixels, draw.size(1...4)]),
          loss: draw.pick([.nonSaturating, .saturating]))
      },
      of(Problems.noiseLoss) { draw in
        let (rows, columns) = (draw.size(1...5), draw.size(1...5))
        let shape = [rows, columns]
        return NoiseLossQuestion(
          prediction: draw.tensor(shape), noisy: draw.tensor(shape), noise: draw.tensor(shape),
          signals: draw.tensor([rows], in: 0.01...0.99, ends: false))
      },
      of(Problems.gaussianLikelihood) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        let targets = draw.tensor(shape)
        return LikelihoodQuestion(
          mean: draw.once(in: 6) ? targets : draw.tensor(shape), logVariance: draw.tensor(shape),
          targets: targets)
      },
      of(Problems.vectorQuantizer) { draw in
        let (rows, width) = (draw.size(1...6), draw.size(1...4))
        return QuantizerQuestion(
          z: draw.tensor([rows, width]), codebook: draw.tensor([draw.size(1...6), width]),
          dq: draw.tensor([rows, width]), beta: draw.once(in: 5) ? 0 : draw.number(0...2))
      },
    ]
  }
}
