import Backprop
import Course

// Chapters 6 and 7.
extension Samples {
  static var optimizers: [(String, Sample)] {
    typealias Problems = Chapter06Problems
    func shape(_ draw: inout Draw) -> [Int] { draw.list(draw.size(1...4)) { $0.size(1...3) } }
    func momentum(_ draw: inout Draw) -> MomentumQuestion {
      let shape = shape(&draw)
      return MomentumQuestion(
        parameter: draw.tensor(shape), gradient: draw.tensor(shape), velocity: draw.tensor(shape),
        learningRate: draw.number(0.001...3), beta: draw.once(in: 6) ? 0 : draw.number(0...0.999))
    }
    return [
      of(Problems.momentum, draw: momentum), of(Problems.nesterov, draw: momentum),
      of(Problems.rmsprop) {
        let shape = shape(&$0)
        return RMSpropQuestion(
          parameter: $0.tensor(shape), gradient: $0.tensor(shape),
          squares: $0.tensor(shape).map { $0 * $0 }, learningRate: $0.number(0.001...2),
          rho: $0.number(0...0.99), epsilon: $0.once(in: 8) ? 1.3 : $0.number(1e-3...0.3))
      },
      of(Problems.adam) {
        let shape = shape(&$0)
        return AdamQuestion(
          parameter: $0.tensor(shape), gradient: $0.tensor(shape), m: $0.tensor(shape),
          v: $0.tensor(shape).map { $0 * $0 }, step: $0.size(1...50),
          learningRate: $0.number(0.001...2), beta1: $0.number(0...0.95),
          beta2: $0.number(0...0.999), epsilon: $0.once(in: 8) ? 1.3 : $0.number(1e-3...0.3))
      },
      of(Problems.clipByGlobalNorm) {
        let count = $0.size(1...3)
        let gradients = $0.list(count) { draw in
          let shape = shape(&draw)
          return draw.tensor(shape)
        }
        let norm = gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
        let limit = $0.once(in: 2) ? $0.number(0.1...5) : max(norm, 0.1) * $0.number(0.2...2)
        return ClippingQuestion(gradients: gradients, limit: limit)
      },
      of(Problems.warmupCosine) {
        let warmup = $0.size(0...9)
        let total = warmup + $0.size(1...20)
        let peak = $0.number(0.001...3)
        return WarmupQuestion(
          step: $0.size(0...total + 4), warmup: warmup, total: total, peak: peak,
          minimum: peak * $0.number(0...1))
      },
      of(Problems.newton) {
        let n = $0.size(1...5)
        var (hessian, gradient) = (Matrix(shape: [n, n]), Matrix(shape: [n]))
        // Matrices without an inverse, and those close to one, are not asked about.
        while (try? solve(hessian, gradient)).map({ $0.norm() > 50 }) ?? true {
          let root = $0.tensor([n, n])
          hessian = root + root.transposed
          // Whole numbers, of which elimination leaves zeros in any place, or next to nothing.
          if $0.once(in: 2) {
            let tiny = $0.once(in: 2) ? 1e-20 : 0
            hessian = hessian.map { abs($0) < 0.7 ? tiny : min(max($0.rounded(), -2), 2) }
          }
          gradient = $0.tensor([n])
        }
        return NewtonQuestion(parameter: $0.tensor([n]), gradient: gradient, hessian: hessian)
      },
    ]
  }

  static var depth: [(String, Sample)] {
    typealias Problems = Chapter07Problems
    func normalization(_ draw: inout Draw, rows: ClosedRange<Int>) -> NormalizationQuestion {
      let shape = [draw.size(rows), draw.size(1...6)]
      return NormalizationQuestion(
        x: draw.tensor(shape) + draw.number(-1...1), gamma: draw.tensor([shape[1]]),
        beta: draw.tensor([shape[1]]), epsilon: draw.pick([1e-3, 0.01, 0.1, 0.5, 1.3]),
        dy: draw.tensor(shape))
    }
    return [
      of(Problems.glorot) { FanQuestion(fanIn: $0.size(1...900), fanOut: $0.size(1...900)) },
      of(Problems.he) { FanInQuestion(fanIn: $0.size(1...900)) },
      of(Problems.gradientNorms) {
        let count = $0.size(1...4)
        return WeightGradientsQuestion(
          gradients: $0.list(count) { $0.tensor([$0.size(1...4), $0.size(1...4)]) })
      },
      of(Problems.unfusedBatchNorm) {
        let whole = normalization(&$0, rows: 2...6)
        return UnfusedNormalizationQuestion(
          x: whole.x, gamma: whole.gamma, epsilon: whole.epsilon, dy: whole.dy)
      },
      of(Problems.batchNorm) { normalization(&$0, rows: 2...6) },
      of(Problems.layerNorm) { normalization(&$0, rows: 1...6) },
      of(Problems.rnnStep) {
        let (m, inputs) = ($0.size(1...5), $0.size(1...4))
        let hidden = $0.once(in: 3) ? inputs : $0.size(1...4)
        return RNNStepQuestion(
          x: $0.tensor([m, inputs]), previous: $0.tensor([m, hidden], in: -1...1),
          inputWeight: 0.5 * $0.tensor([inputs, hidden]),
          hiddenWeight: 0.5 * $0.tensor([hidden, hidden]), bias: $0.tensor([hidden]),
          dOutput: $0.tensor([m, hidden]), future: $0.tensor([m, hidden]))
      },
    ]
  }
}
