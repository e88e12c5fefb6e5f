import Backprop
import Testing

@Suite struct DistillationTests {
  private let z = Tensor<Double>(rows: [[1, 0, -1], [0, 2, 1]])
  private let teacher = Tensor<Double>(rows: [[4, 1, 0], [-1, 3, 2]])

  @Test func `the loss and its gradient are those computed elsewhere`() {
    let (loss, dZ) = distillationLoss(
      logits: z, teacher: teacher, labels: [0, 2], temperature: 4, alpha: 0.7)
    #expect(abs(loss - 0.557162124829) < 1e-10)
    let expected = Tensor<Double>(
      [
        -0.22406118076, 0.134442151024, 0.089619029736, 0.129570024173, 0.034536881447,
        -0.16410690562,
      ], shape: [2, 3])
    #expect(isClose(dZ, expected))
  }

  @Test(arguments: [(1, 1), (1, 4), (5, 3), (4, 4)])
  func `the gradient is the slope, for any temperature and share`(m: Int, n: Int) {
    let (z, teacher) = (random([m, n], seed: 1, scale: 2), random([m, n], seed: 2, scale: 2))
    let labels = (0..<m).map { $0 % n }
    for (temperature, alpha) in [(1, 0.5), (0.5, 0.25), (4, 0.7), (9, 1), (2, 0)]
      as [(Double, Double)]
    {
      func loss(_ z: Tensor<Double>) -> Loss<Double> {
        distillationLoss(
          logits: z, teacher: teacher, labels: labels, temperature: temperature, alpha: alpha)
      }
      #expect(isSlope(loss(z).gradient, at: z) { loss($0).loss })
    }
  }

  @Test func `a student that agrees has nothing to learn, and no teacher is the labels alone`() {
    let same = distillationLoss(
      logits: z, teacher: z + 3, labels: [0, 1], temperature: 5, alpha: 1)
    #expect(abs(same.loss) < 1e-12 && same.gradient.norm() < 1e-12)
    let none = distillationLoss(
      logits: z, teacher: teacher, labels: [0, 1], temperature: 5, alpha: 0)
    #expect(none.gradient == softmaxCrossEntropy(logits: z, labels: [0, 1]).gradient)
    // A part that has no weight costs nothing, even where it is infinite.
    let closed = Tensor<Double>(rows: [[0, -.infinity]])
    func loss(_ teacher: Tensor<Double>, _ label: Int, _ alpha: Double) -> Double {
      distillationLoss(
        logits: closed, teacher: teacher, labels: [label], temperature: 2, alpha: alpha
      ).loss
    }
    #expect(loss(closed, 1, 1) == 0 && loss(closed, 1, 0.5) == .infinity)
    #expect(loss(zeros(1, 2), 0, 0) == 0 && loss(zeros(1, 2), 0, 0.5) == .infinity)
  }

  @Test func `the gradient of the soft part hardly changes with the temperature, thanks to T²`() {
    func size(_ temperature: Double) -> Double {
      distillationLoss(
        logits: z, teacher: teacher, labels: [0, 2], temperature: temperature, alpha: 1
      ).gradient.norm()
    }
    // At high temperatures it is (z - z′ - their means)/n, whatever T is (Hinton et al., equation 4).
    #expect(abs(size(100) / size(50) - 1) < 0.02)
    let difference = z - teacher
    let means = difference.mean(axis: 1)
    var limit = difference
    for i in 0..<2 { for j in 0..<3 { limit[i, j] = (difference[i, j] - means[i]) / 3 / 2 } }
    let hot = distillationLoss(
      logits: z, teacher: teacher, labels: [0, 2], temperature: 1e6, alpha: 1)
    #expect(zip(hot.gradient.scalars, limit.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `large scores stay finite, in Float as well, and a NaN is heard`() {
    let large = Tensor<Float>(rows: [[1000, -1000, 0], [-1000, 1000, 300]])
    let (loss, dZ) = distillationLoss(
      logits: large, teacher: -large, labels: [0, 1], temperature: 2, alpha: 0.5)
    #expect(loss.isFinite && dZ.scalars.allSatisfy(\.isFinite))
    let lost = Tensor<Double>(rows: [[.nan, 0]])
    let other = distillationLoss(
      logits: lost, teacher: zeros(1, 2), labels: [0], temperature: 2, alpha: 0.5)
    #expect(other.loss.isNaN && other.gradient[0, 0].isNaN)
  }
}

@Suite struct FakeQuantizationTests {
  private let weight = Tensor<Double>([0.04, 0.26, -0.9, 1.4])
  private let dY = Tensor<Double>([1, 2, 3, 4])

  @Test func `levels, the straight-through gradient and the step's are those computed elsewhere`() {
    let y = fakeQuantize(weight, step: 0.1, bits: 4)
    #expect(isClose(y, Tensor([0, 0.3, -0.7, 0.7])) && abs((y * dY).sum() - 1.3) < 1e-10)
    let passed = fakeQuantizeBackward(dY, weight: weight, step: 0.1, bits: 4)
    #expect(passed == Tensor([1, 2, 0, 0]))
    let (dWeight, dStep) = learnedStepBackward(dY, weight: weight, step: 0.1, bits: 4)
    #expect(dWeight == passed && abs(dStep - 7.4) < 1e-10)
  }

  @Test func `half way goes to the even level, a bound is inside, half a step beyond is not`() {
    let places = Tensor<Double>([0.5, 1.5, -0.5, 2.5, -2.5, 3, -3, 3.25, -3.5])
    let y = fakeQuantize(0.25 * places, step: 0.25, bits: 3)
    #expect(y == Tensor([0, 0.5, 0, 0.5, -0.5, 0.75, -0.75, 0.75, -0.75]))
    let ones = Tensor<Double>(repeating: 1, shape: [9])
    let passed = fakeQuantizeBackward(ones, weight: 0.25 * places, step: 0.25, bits: 3)
    #expect(passed == Tensor([1, 1, 1, 1, 1, 1, 1, 0, 0]))
  }

  @Test(arguments: [2, 3, 4, 8, 16])
  func `with its own step a tensor has no number beyond, is near, and stays on its levels`(
    bits: Int
  ) {
    for seed in UInt64(1)...200 {
      var generator = SplitMix64(seed: seed)
      let weight = Tensor<Float>(shape: [3, 5], using: &generator)
      let step = quantizationStep(of: weight, bits: bits)
      let y = fakeQuantize(weight, step: step, bits: bits)
      let q = Float(quantizationLimit(bits: bits))
      // The largest weight has a gradient as well: its place is no more than q, rounding or not.
      // So it is in Double as well, where an answer to an exercise is asked for it.
      #expect(weight.scalars.allSatisfy { abs($0 / step) <= q })
      #expect(weight.scalars.allSatisfy { abs(Double($0) / Double(step)) <= Double(q) })
      #expect((weight - y).scalars.allSatisfy { abs($0) <= step * 0.51 })
      #expect(fakeQuantize(y, step: step, bits: bits) == y)
      #expect(Set(y.scalars).count <= 2 * Int(q) + 1)
    }
  }

  @Test func `a learned step's gradient is the slope where nothing changes its level`() {
    // With W a constant y = s·level: the slope by s is the level. Straight through takes W/s off inside.
    let (weight, dY) = (random([4, 3], seed: 3, scale: 2), random([4, 3], seed: 4))
    let (dWeight, dStep) = learnedStepBackward(dY, weight: weight, step: 0.6, bits: 3)
    let flat = numericalGradient(
      of: { (fakeQuantize(weight, step: $0.item, bits: 3) * dY).sum() }, at: Tensor([0.6]))
    #expect(abs(flat.item - (dStep + (dWeight * weight).sum() / 0.6)) < 1e-6)
  }

  @Test func `zeros, the smallest numbers, infinities and NaN have an answer`() {
    #expect(quantizationStep(of: zeros(3), bits: 4) == 1)
    #expect(fakeQuantize(zeros(3), step: 1, bits: 4) == zeros(3))
    let least = Tensor<Double>([.leastNonzeroMagnitude])
    #expect(quantizationStep(of: least, bits: 4) > 0)
    #expect(
      fakeQuantize(Tensor<Double>([.infinity, -.infinity]), step: 2, bits: 3) == Tensor([6, -6]))
    let lost = Tensor<Double>([.nan, 1])
    #expect(quantizationStep(of: lost, bits: 4).isNaN)
    #expect(fakeQuantize(lost, step: 1, bits: 4)[0].isNaN)
    #expect(fakeQuantize(lost, step: .nan, bits: 4)[1].isNaN)
  }

  @Test func `a quantised layer computes with levels, and its master weights learn`() {
    let dense = Dense(weight: random([3, 4], seed: 5), bias: random([4], seed: 6))
    let layer = QuantizedDense(dense, bits: 3)
    let (x, dY) = (random([5, 3], seed: 7), random([5, 4], seed: 8))
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    let levels = fakeQuantize(dense.parameters.weight, step: layer.step, bits: 3)
    #expect(y == Dense(weight: levels, bias: dense.parameters.bias)(x))
    let (dX, gradient) = layer.backward(dY, cache)
    #expect(isClose(dX, matmul(dY, transposed: levels)))
    #expect(isClose(gradient.weight, matmul(transposed: x, dY)))
    #expect(layer.gradient(dY, cache).weight == gradient.weight)
    // A step far smaller than a level changes W, and only many of them change y.
    var (learner, rule) = (layer, SGD<Double>(learningRate: 1e-6))
    rule.update(&learner, gradient)
    #expect(learner.parameters.weight != layer.parameters.weight)
  }
}

@Suite struct PruningTests {
  @Test func `the smallest go, of equal ones the first, and a NaN stays`() {
    let weight = Tensor<Double>([0.5, -0.1, 0.1, 3, -2, 0.1], shape: [2, 3])
    #expect(magnitudeMask(of: weight, pruning: 0.34) == Tensor([1, 0, 0, 1, 1, 1], shape: [2, 3]))
    #expect(magnitudeMask(of: weight, pruning: 0.5) == Tensor([1, 0, 0, 1, 1, 0], shape: [2, 3]))
    #expect(magnitudeMask(of: weight, pruning: 0.45) == magnitudeMask(of: weight, pruning: 0.5))
    #expect(magnitudeMask(of: weight, pruning: 0).sum() == 6)
    #expect(magnitudeMask(of: weight, pruning: 1).sum() == 0)
    #expect(magnitudeMask(of: Tensor<Double>([.nan, 1]), pruning: 0.5) == Tensor([1, 0]))
  }

  @Test(arguments: [[1, 1, 1], [5, 3, 4], [1, 4, 2], [3, 3, 3]])
  func `the gradients of a masked layer are slopes, and 0 where a weight is cut`(_ n: [Int]) {
    let weight = random([n[1], n[2]], seed: 11)
    let mask = magnitudeMask(of: random([n[1], n[2]], seed: 12), pruning: 0.4)
    let bias = random([n[2]], seed: 13)
    let (x, dY) = (random([n[0], n[1]], seed: 14), random([n[0], n[2]], seed: 15))
    func layer(_ weight: Tensor<Double>, _ bias: Tensor<Double>) -> MaskedDense<Double> {
      MaskedDense(Dense(weight: weight, bias: bias), mask: mask)
    }
    let own = layer(weight, bias)
    let (dX, gradient) = own.backward(dY, .init(x: x))
    #expect(isSlope(dX, at: x) { (own($0) * dY).sum() })
    #expect(isSlope(gradient.weight, at: weight) { (layer($0, bias)(x) * dY).sum() })
    #expect(isSlope(gradient.bias, at: bias) { (layer(weight, $0)(x) * dY).sum() })
    #expect(own.gradient(dY, .init(x: x)).weight == gradient.weight)
    #expect(zip(gradient.weight.scalars, mask.scalars).allSatisfy { $1 == 1 || $0 == 0 })
  }

  @Test func `what an optimizer remembers revives a weight, and the layer does not care`() {
    let weight = Tensor<Double>(rows: [[1, 2], [3, 4]])
    let mask = Tensor<Double>(rows: [[0, 1], [1, 1]])
    var layer = MaskedDense(Dense(weight: weight, bias: zeros(2)), mask: mask)
    var adam = Adam<Double>(learningRate: 0.1)
    // A gradient from before the cut, and one from after it.
    adam.update(&layer, WeightAndBias(weight: weight, bias: zeros(2)))
    adam.update(
      &layer, layer.gradient(random([3, 2], seed: 16), .init(x: random([3, 2], seed: 17))))
    #expect(layer.parameters.weight[0, 0] != 0)
    #expect(layer.pruned.parameters.weight[0, 0] == 0)
    // Not even where it has become infinite, or no number.
    for value in [Double.infinity, .nan] {
      layer.parameters.weight[0, 0] = value
      #expect(layer.pruned.parameters.weight[0, 0] == 0)
      #expect(layer(random([3, 2], seed: 17)).scalars.allSatisfy { $0.isFinite })
    }
  }
}

@Suite struct SharedWeightTests {
  @Test func `the gradient of a codebook is the one computed elsewhere`() {
    let (codebook, index) = (Tensor<Double>([-1, 0, 1]), [0, 1, 2, 2, 2, 0])
    let dW = Tensor<Double>([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(sharedWeightBackward(dW, index: index, of: 3) == Tensor([7, 2, 12]))
    #expect((sharedWeight(codebook, index: index, shape: [2, 3]) * dW).sum() == 5)
    #expect(sharedWeightBackward(dW, index: index, of: 5) == Tensor([7, 2, 12, 0, 0]))
  }

  @Test(arguments: [[1, 1, 1, 1], [5, 3, 4, 4], [1, 4, 2, 6], [3, 3, 3, 2]])
  func `the gradients of a layer with shared weights are slopes`(_ n: [Int]) {
    var generator = SplitMix64(seed: 21)
    let index = (0..<n[1] * n[2]).map { _ in generator.integer(below: n[3]) }
    let (codebook, bias) = (random([n[3]], seed: 22), random([n[2]], seed: 23))
    let (x, dY) = (random([n[0], n[1]], seed: 24), random([n[0], n[2]], seed: 25))
    func layer(_ codebook: Tensor<Double>) -> SharedDense<Double> {
      SharedDense(codebook: codebook, index: index, shape: [n[1], n[2]], bias: bias)
    }
    let (dX, gradient) = layer(codebook).backward(dY, .init(x: x))
    #expect(isSlope(dX, at: x) { (layer(codebook)($0) * dY).sum() })
    #expect(isSlope(gradient.codebook, at: codebook) { (layer($0)(x) * dY).sum() })
    #expect(isClose(gradient.bias, dY.sum(axis: 0)))
    let alone = layer(codebook).gradient(dY, .init(x: x))
    #expect(alone.codebook == gradient.codebook && alone.bias == gradient.bias)
  }

  @Test func `k-means finds values that lie in heaps, and gives each number its nearest`() {
    let weight = Tensor<Double>([1, 9, 1.2, 5, 0.8, 5.2, 8.8, 4.8, 9.2], shape: [3, 3])
    let (values, index) = codebook(of: weight, values: 3)
    #expect(isClose(values, Tensor([1, 5, 9])) && index == [0, 2, 0, 1, 0, 1, 2, 1, 2])
    for k in [1, 2, 5, 16, 40] {
      let weight = random([8, 9], seed: UInt64(k))
      let (values, index) = codebook(of: weight, values: k)
      #expect(values.scalars == values.scalars.sorted() && values.count == k)
      for (x, place) in zip(weight.scalars, index) {
        let nearest = values.scalars.map { abs($0 - x) }.min() ?? 0
        #expect(abs(values.scalars[place] - x) <= nearest + 1e-12)
      }
      for (place, value) in values.scalars.enumerated() where index.contains(place) {
        let own = zip(weight.scalars, index).filter { $0.1 == place }.map(\.0)
        #expect(abs(own.reduce(0, +) / Double(own.count) - value) < 1e-12, "the mean of its own")
      }
    }
    // A value without numbers stays where it is.
    #expect(codebook(of: Tensor([0.0, 0, 10]), values: 3).values == Tensor([0, 5, 10]))
    let (one, places) = codebook(of: Tensor([2.0, 2, 2]), values: 4)
    #expect(places.allSatisfy { one.scalars[$0] == 2 })
  }

  @Test func `a million uses of a value lose none of them in Float`() {
    let dW = Tensor<Float>(repeating: 0.1, shape: [1000, 1000])
    let sum = sharedWeightBackward(dW, index: [Int](repeating: 1, count: 1_000_000), of: 2)
    #expect(abs(sum[1] - 100_000) < 0.1 && sum[0] == 0)
  }

  @Test func `a layer of a dense layer's weights comes near to it`() {
    let dense = Dense(weight: random([20, 10], seed: 26), bias: random([10], seed: 27))
    let shared = SharedDense(dense, values: 64)
    let x = random([4, 20], seed: 28)
    #expect((shared(x) - dense(x)).norm() < 0.1 * dense(x).norm())
  }
}
