import Backprop
import Testing

/// A small network of tanh, so that slopes change along a way.
private func network(_ inputs: Int, _ outputs: Int) -> some TensorLayer<Double> {
  var generator = SplitMix64(seed: 31)
  return Dense<Double>(inputs, 6, using: &generator).then(Activation.tanh)
    .then(Dense(6, outputs, using: &generator))
}

@Suite struct InputGradientTests {
  @Test(arguments: [[1, 1], [4, 3], [2, 5]])
  func `the gradient at the input is the slope of each sample's own score`(_ n: [Int]) {
    let (network, x) = (network(n[1], 3), random([n[0], n[1]], seed: 32))
    let classes = (0..<n[0]).map { $0 % 3 }
    let gradient = network.inputGradient(at: x, classes: classes)
    let slope = numericalGradient(
      of: { x in
        let logits = network(x)
        return classes.indices.reduce(0) { $0 + logits[$1, classes[$1]] }
      }, at: x)
    #expect(gradientsAgree(gradient, slope, loss: 1))
    #expect(saliency(gradient) == gradient.map { abs($0) })
    #expect(gradientTimesInput(gradient, x: x) == x * gradient)
  }

  @Test func `dropout is off: the gradient is that without it, and the same when asked twice`() {
    var generator = SplitMix64(seed: 33)
    let (first, second) = (
      Dense<Double>(4, 8, using: &generator), Dense<Double>(8, 2, using: &generator)
    )
    let network = first.then(Dropout(rate: 0.5)).then(second)
    let x = random([3, 4], seed: 34)
    let once = network.inputGradient(at: x, classes: [0, 1, 0])
    #expect(network.inputGradient(at: x, classes: [0, 1, 0]) == once)
    #expect(first.then(second).inputGradient(at: x, classes: [0, 1, 0]) == once)
  }

  @Test func `integrated gradients are those computed elsewhere`() {
    // f = x₀x₁ + x₂²
    let map = integratedGradients(
      at: Tensor<Double>([1, 2, 3]), baseline: zeros(3), steps: 4
    ) { Tensor([$0[1], $0[0], 2 * $0[2]]) }
    #expect(zip(map.scalars, [1, 1, 9]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `what they say adds up to f(x) - f(x′), better with more steps, and both ways`() {
    let network = network(5, 1)
    for seed in UInt64(1)...20 {
      let (x, baseline) = (random([1, 5], seed: seed), random([1, 5], seed: seed + 100))
      func map(_ steps: Int, from: Tensor<Double>, to: Tensor<Double>) -> Tensor<Double> {
        integratedGradients(at: to, baseline: from, steps: steps) {
          network.inputGradient(at: $0, classes: [0])
        }
      }
      let difference = network(x).item - network(baseline).item
      #expect(abs(map(200, from: baseline, to: x).sum() - difference) < 1e-3)
      let back = map(7, from: x, to: baseline) + map(7, from: baseline, to: x)
      #expect(back.norm() < 1e-12)
    }
  }

  @Test func `a linear function's are gradient times input, with one step`() {
    var generator = SplitMix64(seed: 35)
    let (dense, x) = (Dense<Double>(4, 1, using: &generator), random([2, 4], seed: 36))
    let gradient = dense.inputGradient(at: x, classes: [0, 0])
    let map = integratedGradients(at: x, baseline: 0 * x, steps: 1) {
      dense.inputGradient(at: $0, classes: [0, 0])
    }
    #expect((map - gradientTimesInput(gradient, x: x)).norm() < 1e-12)
  }

  @Test func `an error of the gradient comes out`() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try integratedGradients(at: zeros(2), baseline: zeros(2), steps: 3) {
        _ throws(Stop) -> Tensor<Double> in throw Stop()
      }
    }
  }

  @Test func `the sign attack moves by ε where there is a slope, within the range`() {
    let x = Tensor<Double>([0.5, 0.5, 0.5, 0.95, 0.05, 0])
    let slope = Tensor<Double>([3, -1e-9, 0, 2, -1, .infinity])
    let moved = signAttack(x, gradient: slope, epsilon: 0.125)
    #expect(moved == Tensor([0.625, 0.375, 0.5, 1, 0, 0.125]))
    #expect(signAttack(x, gradient: slope, epsilon: 0) == x)
    #expect(signAttack(x, gradient: 0 * x, epsilon: 0.3) == x)
    let lost = signAttack(x, gradient: x * .nan, epsilon: 0.1)
    #expect(lost.scalars.count { $0.isNaN } == lost.count)
  }

  @Test func `the sign attack raises the loss more than any other change of its size`() {
    // For a linear function exactly so: by ε·Σ|w|.
    let weight = random([6], seed: 37)
    let x = Tensor<Double>(repeating: 0.5, shape: [6])
    let rise = (weight * (signAttack(x, gradient: weight, epsilon: 0.1) - x)).sum()
    #expect(abs(rise - 0.1 * saliency(weight).sum()) < 1e-12)
    for seed in UInt64(1)...50 {
      let other = signAttack(x, gradient: random([6], seed: seed), epsilon: 0.1)
      #expect((weight * (other - x)).sum() <= rise + 1e-12)
    }
  }
}

@Suite struct GradCAMTests {
  @Test func `the map is the one computed elsewhere`() {
    let a = Tensor<Double>([1, 2, 0, 1, 0, 1, 3, 1], shape: [2, 2, 2])
    let dA = Tensor<Double>([0.4, 0, 0, 0.4, -0.1, -0.1, -0.1, -0.1], shape: [2, 2, 2])
    let map = gradCAM(activations: a, gradient: dA)
    #expect(map.shape == [2, 2])
    #expect(zip(map.scalars, [0.2, 0.3, 0, 0.1]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test(arguments: [[1, 1, 1], [3, 2, 5], [4, 3, 3]])
  func `it is the textbook's double loop, and never negative`(_ n: [Int]) {
    let (a, dA) = (random(n, seed: 41), random(n, seed: 42))
    let map = gradCAM(activations: a, gradient: dA)
    let area = n[1] * n[2]
    for p in 0..<area {
      var sum = 0.0
      for c in 0..<n[0] {
        let alpha = (0..<area).reduce(0) { $0 + dA.scalars[c * area + $1] } / Double(area)
        sum += alpha * a.scalars[c * area + p]
      }
      #expect(abs(map.scalars[p] - max(0, sum)) < 1e-12)
    }
  }

  @Test func `where all speaks against the class the map is zeros, and a NaN is shown`() {
    let a = saliency(random([3, 2, 2], seed: 43))
    #expect(gradCAM(activations: a, gradient: -a) == zeros(2, 2))
    let lost = gradCAM(activations: a, gradient: a * .nan)
    #expect(lost.scalars.count { $0.isNaN } == 4)
  }
}
