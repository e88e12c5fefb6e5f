import Backprop
import Testing

@Suite struct MetaLearningTests {
  private func task(_ m: Int, _ inputs: Int, seed: UInt64) -> TaskSamples<Double> {
    TaskSamples(x: random([m, inputs], seed: seed), y: random([m, 1], seed: seed + 1))
  }

  @Test func `the linear model's loss and gradient are those computed elsewhere`() {
    let support = TaskSamples<Double>(
      x: Tensor([1, 0, 1, 2], shape: [2, 2]), y: Tensor([2, 1], shape: [2, 1]))
    let query = TaskSamples<Double>(
      x: Tensor([0, 1, 2, 1, 1, 1], shape: [3, 2]), y: Tensor([1, 0, 1], shape: [3, 1]))
    let (loss, _, gradient) = linearMAML(
      Tensor([1, -1]), support: support, query: query, rate: 0.1)
    #expect(abs(loss - 2.21666666667) < 1e-10)
    #expect(isClose(gradient, Tensor([1.96, -0.453333333333])))
  }

  @Test(arguments: [(1, 1, 1), (3, 2, 4), (5, 4, 2)])
  func `the linear model's gradient is the slope of its loss`(s: Int, n: Int, q: Int) {
    let (support, query) = (task(s, n, seed: 20), task(q, n, seed: 22))
    let w = random([n], seed: 24)
    func loss(_ w: Tensor<Double>) -> Double {
      linearMAML(w, support: support, query: query, rate: 0.2).loss
    }
    let gradient = linearMAML(w, support: support, query: query, rate: 0.2).gradient
    #expect(gradientsAgree(gradient, numericalGradient(of: loss, at: w), loss: loss(w)))
  }

  /// A network with other numbers in its parameters.
  private func changed(
    _ network: ReLUNetwork<Double>, _ row: Tensor<Double>
  ) -> ReLUNetwork<Double> {
    var copy = network
    copy.parameters = network.parameters.unflattened(row)
    return copy
  }

  @Test(arguments: [[1, 4, 3, 1], [2, 5, 1], [3, 1]])
  func `gradient, curvature and the gradient through a step are slopes`(widths: [Int]) {
    var generator = SplitMix64(seed: 30)
    var network = ReLUNetwork<Double>(widths, using: &generator)
    // Biases that are not 0, so that no unit stands on its corner.
    network.visit(network.parameters) { _, tensor, _ in
      tensor += Tensor(standardDeviation: 0.3, shape: tensor.shape, using: &generator)
    }
    let (support, query) = (task(6, widths[0], seed: 31), task(5, widths[0], seed: 33))
    let row = network.parameters.flattened
    let (loss, gradient) = network.loss(support)
    #expect(
      gradientsAgree(
        gradient.flattened,
        numericalGradient(of: { changed(network, $0).loss(support).loss }, at: row), loss: loss))
    // H·v is the slope of v·∇L.
    let v = random(row.shape, seed: 35)
    let product = network.curvature(along: network.parameters.unflattened(v), support).flattened
    let differences = numericalGradient(
      of: { (changed(network, $0).loss(support).gradient.flattened * v).sum() }, at: row)
    #expect(gradientsAgree(product, differences, loss: loss))
    let meta = network.maml(support: support, query: query, rate: 0.05)
    let through = numericalGradient(
      of: { changed(network, $0).maml(support: support, query: query, rate: 0.05).loss }, at: row)
    #expect(gradientsAgree(meta.gradient.flattened, through, loss: meta.loss))
    let first = network.maml(support: support, query: query, rate: 0.05, isFirstOrder: true)
    #expect(!isClose(first.gradient.flattened, meta.gradient.flattened, 1e-4))
  }

  @Test func `steps on a task lower its loss`() {
    var generator = SplitMix64(seed: 40)
    let network = ReLUNetwork<Double>([1, 8, 1], using: &generator)
    let support = task(10, 1, seed: 41)
    let losses = [0, 1, 10].map {
      network.adapted(to: support, rate: 0.02, steps: $0).loss(support).loss
    }
    #expect(losses[0] > losses[1] && losses[1] > losses[2])
  }
}
