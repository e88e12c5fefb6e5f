import Backprop
import Course
import Testing

/// Ten steps on a function whose gradient changes on the way, in two tensors of different sizes.
private func path(_ optimizer: any Optimizer<Double>) -> [Matrix] {
  func follow(_ optimizer: some Optimizer<Double>) -> [Matrix] {
    var optimizer = optimizer
    var layer = Dense<Double>(
      weight: Tensor(rows: [[1, -2], [0.5, 3], [0, -0.25]]), bias: Tensor([0.1, -0.2]))
    for _ in 0..<10 {
      let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
      optimizer.update(&layer, WeightAndBias(weight: 2 * weight + 0.5, bias: bias * bias - 1))
    }
    return layer.parameters.named.map(\.value)
  }
  return follow(optimizer)
}

private func farthest(_ a: [Matrix], _ b: [Matrix]) -> Double {
  zip(a, b).map { ($0 - $1).map { abs($0) }.max() }.max() ?? .nan
}

struct AdaptedOptimizerTests {
  @Test(arguments: 0..<5)
  func `with the formulas of chapter 6 an adapter takes the library's steps`(index: Int) {
    let momentum = Chapter06Problems.momentum.function(from: .library)
    let pairs: [(adapted: any Optimizer<Double>, library: any Optimizer<Double>)] = [
      (
        AdaptedOptimizer.momentum("6.1", learningRate: 0.1, step: momentum),
        Momentum(learningRate: 0.1)
      ),
      (
        AdaptedOptimizer.momentum(
          "6.2", learningRate: 0.1, step: Chapter06Problems.nesterov.function(from: .library)),
        Nesterov(learningRate: 0.1)
      ),
      (
        AdaptedOptimizer.rmsprop(
          learningRate: 0.1, step: Chapter06Problems.rmsprop.function(from: .library)),
        RMSprop(learningRate: 0.1)
      ),
      (
        AdaptedOptimizer.adam(
          learningRate: 0.1, step: Chapter06Problems.adam.function(from: .library)),
        Adam(learningRate: 0.1)
      ),
      (
        ClippedOptimizer(AdaptedOptimizer.momentum("6.1", learningRate: 0.1, step: momentum)) {
          try Chapter06Problems.clipByGlobalNorm.function(from: .library)(
            ClippingQuestion(gradients: $0, limit: 1))
        }, Clipped(Momentum(learningRate: 0.1), toGlobalNorm: 1)
      ),
    ]
    #expect(farthest(path(pairs[index].adapted), path(pairs[index].library)) <= 1e-12)
  }

  @Test func `a bug in a step changes where it leads`() {
    let wrong = Chapter06Problems.adam.function(from: .bug("adam-no-bias-correction"))
    let bug = path(AdaptedOptimizer.adam(learningRate: 0.1, step: wrong))
    #expect(farthest(bug, path(Adam(learningRate: 0.1))) > 0.01)
  }
}
