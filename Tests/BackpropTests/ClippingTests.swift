import Backprop
import Testing

private func gradient(_ weight: [Double], _ bias: [Double]) -> WeightAndBias<Double> {
  WeightAndBias(weight: Tensor(rows: [weight]), bias: Tensor(bias))
}

@Suite struct ClippingTests {
  static let cases: [(Double, [Double], [Double])] = [
    (1, [0.6, 0], [0, 0.8]), (2.5, [1.5, 0], [0, 2]), (5, [3, 0], [0, 4]), (7, [3, 0], [0, 4]),
  ]

  @Test(arguments: cases)
  func `all tensors are shortened together, and none is made longer`(
    limit: Double, weight: [Double], bias: [Double]
  ) {
    var g = gradient([3, 0], [0, 4])
    #expect(g.clip(byGlobalNorm: limit) == 5)
    for (a, b) in zip(g.weight.scalars + g.bias.scalars, weight + bias) {
      #expect(abs(a - b) <= 1e-15)
    }
  }

  @Test func `a gradient of zero stays zero`() {
    var g = gradient([0, 0], [0, 0])
    #expect(g.clip(byGlobalNorm: 1) == 0)
    #expect(g.weight.scalars == [0, 0] && g.bias.scalars == [0, 0])
  }

  @Test(arguments: [1e-30, 1e-20, 1, 1e20, 1e37] as [Float])
  func `a norm whose squares leave the range of Float is still right`(scale: Float) {
    var g = WeightAndBias<Float>(
      weight: Tensor([3 * scale], shape: [1, 1]), bias: Tensor([-4 * scale]))
    #expect(abs(g.norm / (5 * scale) - 1) <= 1e-6)
    g.clip(byGlobalNorm: scale)
    #expect(abs(g.bias[0] / scale + 0.8) <= 1e-6)
  }

  @Test func `the norm of NaN is NaN, and of an infinity infinite`() {
    #expect(gradient([1, .nan], [2]).norm.isNaN)
    #expect(gradient([1, -.infinity], [2]).norm == .infinity)
    #expect(WeightAndBias<Double>(weight: Tensor(shape: [0, 2]), bias: Tensor([])).norm == 0)
  }

  @Test func `clipping by value bounds each element on its own`() {
    var g = gradient([3, -0.5], [-9, 0.25])
    g.clip(byValue: 1)
    #expect(g.weight.scalars == [1, -0.5] && g.bias.scalars == [-1, 0.25])
  }

  @Test func `gradients of small batches average to that of the large one`() {
    var generator = SplitMix64(seed: 1)
    let layer = Dense<Double>(3, 2, using: &generator)
    let x = Tensor<Double>(shape: [7, 3], using: &generator)
    let t = Tensor<Double>(shape: [7, 2], using: &generator)
    func gradient(_ range: Range<Int>) -> WeightAndBias<Double> {
      var context = Context.inference
      let (y, cache) = layer.forward(x.rows(range), in: &context)
      return layer.gradient(
        meanSquaredError(prediction: y, target: t.rows(range)).gradient, cache)
    }
    var accumulated = AccumulatedGradient(gradient(0..<3), samples: 3)
    accumulated.add(gradient(3..<5), samples: 2)
    accumulated.add(gradient(5..<7), samples: 2)
    #expect(accumulated.samples == 7)
    let whole = gradient(0..<7)
    #expect(close(accumulated.mean.weight, whole.weight, 1e-14))
    #expect(close(accumulated.mean.bias, whole.bias, 1e-14))
  }

  @Test func `a limit that is not positive is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var g = WeightAndBias<Double>(weight: Tensor(shape: [1, 1]), bias: Tensor([1]))
      g.clip(byGlobalNorm: 0)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("the limit is 0.0; it must be positive"))
  }
}

@Suite struct BreakdownTests {
  private let x = Tensor<Double>(rows: [[1, 2], [-3, 1], [2, 2]])
  private let target = Tensor<Double>(rows: [[1], [0], [2]])

  private var layer: Dense<Double> {
    Dense(weight: Tensor(rows: [[0.5], [-1]]), bias: Tensor([0]))
  }

  @Test func `training that runs away stops at a step, with advice, and before it spoils anything`()
  {
    var (network, sgd) = (layer, SGD<Double>(learningRate: 1e200))
    var (context, last) = (Context.training(seed: 0), layer.parameters.weight)
    let failure = #expect(throws: TrainingFailure.self) {
      for step in 0..<10 {
        last = network.parameters.weight
        _ = try network.trainingStep(x, number: step, with: &sgd, in: &context) {
          meanSquaredError(prediction: $0, target: target)
        }
      }
    }
    #expect(failure?.step == 1 && failure?.loss.isFinite == false)
    #expect(failure?.description.contains("at step 1, with a learning rate of 1e+200") == true)
    #expect(network.parameters.weight == last && last.scalars.allSatisfy(\.isFinite))
  }

  @Test func `the step that may fail is the step that may not`() throws {
    var (a, b, context) = (layer, layer, Context.training(seed: 0))
    var (first, second) = (Adam<Double>(), Adam<Double>())
    for step in 0..<3 {
      let loss = a.trainingStep(x, l2: 0.1, with: &first, in: &context) {
        meanSquaredError(prediction: $0, target: target)
      }
      let same = try b.trainingStep(x, number: step, l2: 0.1, with: &second, in: &context) {
        meanSquaredError(prediction: $0, target: target)
      }
      #expect(loss == same && a.parameters.weight == b.parameters.weight)
    }
  }
}
