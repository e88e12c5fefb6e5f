import Backprop
import Testing

/// What is representable is reached, though squares and sums on the way are not.
@Suite struct OverflowTests {
  private func near<Scalar: Real>(_ a: Scalar, _ b: Double, within error: Double = 1e-6) -> Bool {
    abs(Double(a) - b) <= error * abs(b)
  }

  @Test func `a length is that of the numbers, not of their squares`() {
    #expect(near(Tensor([1e200, 1e200]).norm(), 1e200 * 2.0.squareRoot(), within: 1e-15))
    #expect(near(Tensor([3e-200, 4e-200]).norm(), 5e-200, within: 1e-15))
    #expect(near(Tensor<Float>([3e-25, 4e-25]).norm(), 5e-25))
    #expect(near(Tensor<Float>([3e30, 4e30]).norm(), 5e30))
    let unit = Float.leastNonzeroMagnitude
    #expect(near(Tensor([3 * unit, 4 * unit]).norm(), 5 * Double(unit), within: 0.01))
    #expect(Tensor<Float>([3e38, 3e38]).norm() == .infinity)
    #expect(Tensor<Double>([0, 0]).norm().sign == .plus)
    #expect(Tensor<Double>(shape: [0]).norm() == 0)
    #expect(Tensor<Double>([3, -.infinity]).norm() == .infinity)
    let gradient = WeightAndBias(
      weight: Tensor<Float>([3e30], shape: [1, 1]), bias: Tensor<Float>([4e30]))
    #expect(gradient.norm == Tensor<Float>([3e30, 4e30]).norm())
  }

  @Test(
    arguments: [
      ([3e38, 3e38], 1), ([3e30, -4e30], 2), ([1e38, 2e38], 1e-10), ([3e38, 0], 1e38),
      ([3e10, 4e10], 1e-30),
    ] as [([Float], Float)])
  func `clipping keeps the direction of any finite gradient`(_ g: [Float], _ limit: Float) {
    var gradient = WeightAndBias(weight: Tensor([g[0]], shape: [1, 1]), bias: Tensor([g[1]]))
    gradient.clip(byGlobalNorm: limit)
    let (a, b) = (Double(g[0]), Double(g[1]))
    let length = (a * a + b * b).squareRoot()
    #expect(near(gradient.weight.item, a / length * Double(limit)))
    #expect(near(gradient.bias.item, b / length * Double(limit)))
  }

  @Test func `a mean is reached though its sum is not`() {
    let large = Tensor<Float>(repeating: 3e38, shape: [20, 20])
    #expect(near(large.mean(), 3e38) && large.mean(axis: 0).scalars.allSatisfy { near($0, 3e38) })
    #expect(near(Tensor([1e308, 1.5e308]).mean(), 1.25e308))
    #expect(Tensor([1, .infinity]).mean() == .infinity)
    let zero = Tensor<Float>(shape: [20, 20])
    #expect(near(meanAbsoluteError(prediction: large, target: zero).loss, 3e38))
    #expect(near(huber(prediction: large, target: zero).loss, 3e38))
    #expect(near(meanSquaredError(prediction: zero + 1.5e19, target: zero).loss, 2.25e38))
  }

  static let scales: [Float] = [1e-17, 1e-15, 1, 1e10, 1e19, 1e20, 1e30, 1.5e38]

  @Test(arguments: scales)
  func `norms see the shape of numbers, not their size`(_ scale: Float) {
    let x: [Float] = [-1, 0, 1, 0.5]
    // The mean is 1/8, the variance 35/64.
    let exact = x.map { (Double($0) - 0.125) / (35.0 / 64).squareRoot() }
    for epsilon in [Float.leastNonzeroMagnitude, 1e-5] where epsilon < 1e-6 || scale >= 1e10 {
      var context = Context.training(seed: 1)
      let scaled = Tensor(x.map { $0 * scale })
      let rows = LayerNorm<Float>(4, epsilon: epsilon)
        .forward(scaled.reshaped([1, 4]), in: &context)
      let columns = BatchNorm<Float>(1, epsilon: epsilon)
        .forward(scaled.reshaped([4, 1]), in: &context)
      for (got, exact) in zip(rows.output.scalars + columns.output.scalars, exact + exact) {
        #expect(near(got, exact, within: 1e-5), "\(scale), ε = \(epsilon)")
      }
      let inverse = 1 / (Double(scale) * (35.0 / 64).squareRoot())
      #expect(near(rows.cache.inverse[0], inverse, within: 1e-5))
    }
  }

  @Test func `tiny numbers beside the usual ε stay tiny`() {
    var context = Context.training(seed: 1)
    let y = LayerNorm<Float>(2).forward(Tensor(rows: [[1e-25, -1e-25]]), in: &context).output
    #expect(near(y[0, 0], 1e-25 / 1e-5.squareRoot()) && y[0, 1] == -y[0, 0])
  }

  @Test func `equal numbers give exactly 0, whatever they are and how many`() {
    var generator = SplitMix64(seed: 8)
    var wrong: [Float] = []
    for count in [2, 7, 10, 49, 100, 1000, 5000] {
      let layer = LayerNorm<Float>(count)
      let numbers =
        Tensor<Float>(uniform: -3000...3000, shape: [100], using: &generator).scalars
        + [1999, 1.5678, 1234, 1e10, -7e9, 1e-30, 3e38, 7 * Float.leastNonzeroMagnitude]
      let x = Tensor(numbers.flatMap { [Float](repeating: $0, count: count) })
        .reshaped([numbers.count, count])
      var context = Context.training(seed: 1)
      for y in [
        layer.forward(x, in: &context).output,
        BatchNorm<Float>(numbers.count).forward(x.transposed, in: &context).output,
        LayerNorm<Float>(count, epsilon: Float.leastNonzeroMagnitude)
          .forward(x, in: &context).output,
      ] {
        wrong += y.scalars.filter { $0 != 0 }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) of them, such as \(wrong.first ?? 0)")
  }

  @Test(arguments: [[40000, 40001, 40002, 40003], [80000, 80001, 80002, 80003]] as [[Float]])
  func `numbers far from 0 and close together are told apart`(_ x: [Float]) {
    var context = Context.training(seed: 1)
    let y = LayerNorm<Float>(4).forward(Tensor(rows: [x]), in: &context).output
    let root = (1.25 + 1e-5).squareRoot()
    for (got, exact) in zip(y.scalars, [-1.5, -0.5, 0.5, 1.5]) {
      #expect(near(got, exact / root, within: 1e-5))
    }
    // In use as well: the running mean is taken away before anything is multiplied.
    var norm = BatchNorm<Float>(1)
    norm.runningMean = Tensor([x[0]])
    norm.runningVariance = Tensor([0])
    let used = norm(Tensor(x, shape: [4, 1]))
    #expect(used[0, 0] == 0 && near(used[1, 0], 1 / 1e-5.squareRoot()))
  }

  @Test func `NaN and infinity in a row spoil that row alone`() {
    var context = Context.training(seed: 1)
    let x = Tensor<Float>(rows: [[1, .nan], [1, .infinity], [1, 2]])
    let y = LayerNorm<Float>(2).forward(x, in: &context).output
    #expect(y.scalars.map { $0.isNaN } == [true, true, true, true, false, false])
  }

  @Test(arguments: [1e-20, 1e-5, 1, 1e10, 1e19, 1e20, 1e30, 3e38] as [Float])
  func `steps that divide by the gradient's size have it at any size`(_ size: Float) {
    func steps(_ optimizer: some Optimizer<Float>) -> [Float] {
      var (optimizer, point) = (optimizer, Tensor<Float>([0, 0]))
      return (0..<3).map { _ in
        let before = point[0]
        optimizer.update(&point, Tensor([size, -size]))
        return before - point[0]
      }
    }
    let tiny: Float = 1e-30
    #expect(
      steps(Adam(learningRate: 0.5, epsilon: tiny)).allSatisfy { near($0, 0.5, within: 1e-4) })
    #expect(
      steps(AdamW(learningRate: 0.5, epsilon: tiny, decay: 0)).allSatisfy {
        near($0, 0.5, within: 1e-4)
      })
    // The root of a sum may be beyond the largest number where no gradient is.
    let sums = steps(AdaGrad(learningRate: 0.5, epsilon: tiny))
    for (got, n) in zip(sums, [1.0, 2, 3]) where size < 1e38 || n == 1 {
      #expect(near(got, 0.5 / n.squareRoot(), within: 1e-4))
    }
    let means = steps(RMSprop(learningRate: 0.5, rho: 0.9, epsilon: tiny))
    for (got, share) in zip(means, [0.1, 0.19, 0.271]) {
      #expect(near(got, 0.5 / share.squareRoot(), within: 1e-4))
    }
  }

  @Test(arguments: [0, 1, 1e12, 1e20, 1e30, .infinity, .nan] as [Float])
  func `a number's steps do not depend on the numbers beside it`(_ size: Float) {
    func check(_ optimizer: some Optimizer<Float>, _ place: Int) {
      var generator = SplitMix64(seed: 7)
      let gradients = (0..<4).map { step in
        var gradient = Tensor<Float>(shape: [200], using: &generator)
        if step == 1 { gradient[place] = size }
        return gradient
      }
      var (whole, together) = (optimizer, Tensor<Float>(shape: [200]))
      for gradient in gradients { whole.update(&together, gradient) }
      for i in [place, (place + 1) % 200, (place + 70) % 200, 199] {
        var (single, alone) = (optimizer, Tensor<Float>([0]))
        for gradient in gradients { single.update(&alone, Tensor([gradient[i]])) }
        #expect(alone[0] == together[i] || alone[0].isNaN && together[i].isNaN, "\(place), \(i)")
      }
    }
    for place in [0, 63, 64, 130, 199] {
      check(Adam(learningRate: 0.1), place)
      check(RMSprop(learningRate: 0.1, rho: 0.9, epsilon: 1e-8), place)
      check(AdaGrad(learningRate: 0.1, epsilon: 1e-8), place)
      check(Adam(learningRate: 0.1, epsilon: 1e-30), place)
    }
  }

  @Test func `one huge gradient is forgotten at the pace of its average`() {
    // Beside it an ordinary one, which must not feel it.
    var (optimizer, point) = (
      RMSprop<Float>(learningRate: 1, rho: 0.5, epsilon: 1e-8), Tensor<Float>([0, 0])
    )
    optimizer.update(&point, Tensor([1e25, 1]))
    var exact = [0.5 * 1e50, 0.5]
    for _ in 0..<200 {
      let before = point
      optimizer.update(&point, Tensor([1, 1]))
      exact = exact.map { 0.5 * $0 + 0.5 }
      for i in 0..<2 {
        #expect(abs(Double(before[i] - point[i]) - 1 / exact[i].squareRoot()) <= 2e-5)
      }
    }
  }

  @Test(arguments: [0.999999999, 1 - 1e-12, 1e-9, 1e-12])
  func `dropout drops as many as its rate says, near 0 and near 1`(_ rate: Double) {
    let rare = min(rate, 1 - rate)
    let limit = UInt64(rare * 0x1p64)
    let layer = Dropout<Double>(rate: rate)
    // Draws on both sides of the threshold, no further than its own width from it.
    for share in [0.5, 0.9, 1.1, 2] {
      let distance = UInt64(share * Double(limit))
      let draw = rate < 0.5 ? distance : 0 &- distance
      var context = Context.training(seed: seed(drawing: draw))
      let y = layer.forward(Tensor([1]), in: &context).output
      let isRare = share < 1
      #expect((y[0] == 0) == (isRare == (rate < 0.5)))
    }
  }

  /// The seed whose first 64 bits are these: the steps of `SplitMix64`, backwards.
  private func seed(drawing bits: UInt64) -> UInt64 {
    func unshifted(_ z: UInt64, _ shift: UInt64) -> UInt64 {
      (0...64 / shift).reduce(z) { x, _ in z ^ (x >> shift) }
    }
    let third = unshifted(bits, 31) &* 0x3196_42b2_d24d_8ec3
    let second = unshifted(third, 27) &* 0x96de_1b17_3f11_9089
    return unshifted(second, 30) &- 0x9e37_79b9_7f4a_7c15
  }
}
