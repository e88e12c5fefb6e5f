import Backprop
import Course

// Chapter 14.
extension Samples {
  static var reinforcement: [(String, Sample)] {
    typealias Problems = Chapter14Problems
    return [
      of(Problems.policyGradient) { draw in
        let (m, n) = (draw.size(1...5), draw.size(1...5))
        return PolicyGradientQuestion(
          logits: draw.logits([m, n]), actions: draw.labels(m, classes: n),
          advantages: draw.tensor([m]))
      },
      of(Problems.discountedReturns) { draw in
        let steps = draw.size(1...8)
        return ReturnsQuestion(
          rewards: draw.tensor([steps]), done: draw.list(steps) { $0.once(in: 4) },
          gamma: draw.pick([0, 0.5, 0.9, 0.99, 1]), bootstrap: draw.number(-5...5))
      },
      of(Problems.entropyBonus) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        return EntropyQuestion(logits: draw.logits(shape), strength: draw.pick([0, 0.01, 0.5, 2]))
      },
      of(Problems.qLearning) { draw in
        let (m, n) = (draw.size(1...5), draw.size(1...5))
        return QLearningQuestion(
          q: draw.tensor([m, n]), actions: draw.labels(m, classes: n), rewards: draw.tensor([m]),
          done: draw.list(m) { $0.once(in: 3) }, nextQ: draw.tensor([m, n]),
          gamma: draw.pick([0, 0.5, 0.9, 1]))
      },
      of(Problems.actorCritic) { draw in
        let (m, n) = (draw.size(1...5), draw.size(1...5))
        return ActorCriticQuestion(
          logits: draw.tensor([m, n]), values: draw.tensor([m]),
          actions: draw.labels(m, classes: n),
          returns: draw.tensor([m]), valueStrength: draw.pick([0, 0.5, 2]),
          entropyStrength: draw.pick([0, 0.01, 0.5]))
      },
      of(Problems.squashedGaussian) { draw in
        let shape = [draw.size(1...5), draw.size(1...4)]
        let size = draw.once(in: 5) ? 20.0 : 1
        return SquashedGaussianQuestion(
          dAction: draw.tensor(shape), dLogProbability: draw.tensor([shape[0]]),
          mean: size * draw.tensor(shape), logDeviation: draw.tensor(shape, in: -3...1.5),
          noise: draw.tensor(shape))
      },
      of(Problems.clippedSurrogate) { draw in
        let (m, n) = (draw.size(1...5), draw.size(1...4))
        let (logits, actions) = (draw.tensor([m, n]), draw.labels(m, classes: n))
        let ratios = draw.tensor([m], in: 0.3...2.5)
        return ClippedSurrogateQuestion(
          logits: logits, actions: actions,
          oldLogProbabilities: logProbabilities(of: actions, logits: logits) - log(ratios),
          advantages: draw.tensor([m]), epsilon: draw.pick([0.1, 0.2, 0.37]))
      },
    ]
  }
}
