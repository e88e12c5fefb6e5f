import Backprop
import Testing

/// Steps of a gradient that changes from one to the next, θ - target, on two tensors.
private func path<Scalar: Real>(
  _ optimizer: some Optimizer<Scalar>, steps: Int
) -> [Tensor<Scalar>] {
  var optimizer = optimizer
  var layer = Dense<Scalar>(
    weight: Tensor(rows: [[1, -2], [0.5, 3], [0, -0.25]]), bias: Tensor([0.1, -0.2]))
  for _ in 0..<steps {
    let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
    let gradient = WeightAndBias(weight: 2 * weight + 0.5, bias: bias * bias - 1)
    optimizer.update(&layer, gradient)
  }
  return [layer.parameters.weight, layer.parameters.bias]
}

/// The same by hand: `rule` makes one number's next value from its gradient and its step.
private func path(steps: Int, rule: () -> (Double, Double, Int) -> Double) -> [Tensor<Double>] {
  func follow(_ start: [Double], _ slope: (Double) -> Double) -> [Double] {
    start.map { start in
      let next = rule()
      return (1...steps).reduce(start) { theta, step in next(theta, slope(theta), step) }
    }
  }
  return [
    Tensor(follow([1, -2, 0.5, 3, 0, -0.25]) { 2 * $0 + 0.5 }, shape: [3, 2]),
    Tensor(follow([0.1, -0.2]) { $0 * $0 - 1 }),
  ]
}

private func largestDifference<A: Real, B: Real>(_ a: [Tensor<A>], _ b: [Tensor<B>]) -> Double {
  zip(a, b).flatMap { zip($0.scalars, $1.scalars) }.map { abs(Double($0) - Double($1)) }.max()
    ?? .nan
}

/// Trains a net that is large enough for two threads to share its work.
private func trained(_ threads: Int) -> [Tensor<Float>] {
  let before = Threads.count
  Threads.count = threads
  defer { Threads.count = before }
  var generator = SplitMix64(seed: 71)
  var network = Dense<Float>(150, 200, using: &generator).then(Activation.relu)
    .then(Dropout(rate: 0.2)).then(Dense(200, 10, using: &generator))
  let x = Tensor<Float>(shape: [256, 150], using: &generator)
  let labels = (0..<256).map { _ in generator.integer(below: 10) }
  var (adam, context) = (Adam<Float>(), Context.training(seed: 72))
  for _ in 0..<3 {
    for places in Batches(of: 256, size: 60, using: &context.generator) {
      _ = network.trainingStep(
        x.rows(places), labels: places.map { labels[$0] }, l2: 0.001, with: &adam, in: &context)
    }
  }
  return network.parameters.named.map(\.value)
}

@Suite(.serialized) struct OptimizerTests {
  @Test func `SGD subtracts the rate times the gradient`() {
    let expected = path(steps: 10) { { theta, slope, _ in theta - 0.1 * slope } }
    #expect(largestDifference(path(SGD<Double>(learningRate: 0.1), steps: 10), expected) <= 1e-14)
    #expect(largestDifference(path(SGD<Float>(learningRate: 0.1), steps: 10), expected) <= 1e-5)
  }

  @Test func `ten steps of Adam are those of the paper's algorithm`() {
    let expected = path(steps: 10) {
      var (m, v) = (0.0, 0.0)
      return { theta, slope, step in
        m = 0.8 * m + 0.2 * slope
        v = 0.95 * v + 0.05 * slope * slope
        let mHat = m / (1 - Double.pow(0.8, Double(step)))
        let vHat = v / (1 - Double.pow(0.95, Double(step)))
        return theta - 0.05 * mHat / (vHat.squareRoot() + 1e-3)
      }
    }
    let exact = Adam<Double>(learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3)
    let rough = Adam<Float>(learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3)
    #expect(largestDifference(path(exact, steps: 10), expected) <= 1e-13)
    #expect(largestDifference(path(rough, steps: 10), expected) <= 1e-5)
  }

  @Test(arguments: [1e-3, 1.0, 1e6])
  func `Adam's first step has the length of its rate, whatever the gradient's`(scale: Double) {
    var adam = Adam<Double>(learningRate: 0.01)
    var layer = Dense<Double>(weight: Tensor(rows: [[1, 2]]), bias: Tensor([0, 0]))
    let gradient = WeightAndBias<Double>(
      weight: Tensor(rows: [[scale, -scale]]), bias: Tensor([0, scale]))
    adam.update(&layer, gradient)
    #expect(abs(layer.parameters.weight[0, 0] - 0.99) <= 1e-6)
    #expect(abs(layer.parameters.weight[0, 1] - 2.01) <= 1e-6)
    #expect(layer.parameters.bias[0] == 0)
    #expect(adam.step == 1)
  }

  @Test func `one seed gives the same bits twice, and with one thread and two`() {
    let first = trained(1)
    #expect(first == trained(1))
    #expect(first == trained(2))
  }

  @Test func `a step of training lowers the loss that it reports`() {
    var generator = SplitMix64(seed: 73)
    var network = Dense<Double>(3, 2, using: &generator)
    let (x, labels) = (
      Tensor<Double>(shape: [9, 3], using: &generator), [0, 1, 1, 0, 1, 0, 0, 1, 1]
    )
    var (sgd, context) = (SGD<Double>(learningRate: 0.1), Context.training(seed: 74))
    let expected = softmaxCrossEntropy(logits: network(x), labels: labels).loss
    let before = network.trainingStep(x, labels: labels, with: &sgd, in: &context)
    #expect(before == expected)
    #expect(softmaxCrossEntropy(logits: network(x), labels: labels).loss < before)
  }

  @Test func `another network's gradient is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var adam = Adam<Double>()
      var small = Dense<Double>(weight: Tensor(shape: [3, 2]), bias: Tensor(shape: [2]))
      adam.update(&small, small.parameters)
      var large = Dense<Double>(weight: Tensor(shape: [5, 2]), bias: Tensor(shape: [2]))
      adam.update(&large, large.parameters)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains("weight is [5, 2] now, another network than before; make a new optimizer"))
  }

  @Test func `the cosine begins at the peak, halves in the middle and ends at the floor`() {
    func rate(_ step: Int) -> Double { cosineSchedule(step: step, of: 8, from: 0.3, to: 0.1) }
    #expect(rate(0) == 0.3)
    #expect(abs(rate(4) - 0.2) <= 1e-15)
    #expect(abs(rate(2) - (0.2 + 0.1 * 0.5.squareRoot())) <= 1e-15)
    #expect(abs(rate(8) - 0.1) <= 1e-15 && rate(9) == rate(8))
  }
}
