import Backprop
import Testing

@Suite struct ShardTests {
  @Test func `the gradient of the whole is the one computed elsewhere`() {
    let means = Tensor<Double>([1, 2, 4, -1], shape: [2, 2])
    #expect(isClose(shardedGradient(means, sizes: [3, 1]), Tensor([1.75, 1.25])))
  }

  @Test(arguments: [[50, 30, 28, 20], [1], [2, 2, 2], [1, 7]])
  func `unequal shards give a network's gradient of the whole batch`(sizes: [Int]) {
    var generator = SplitMix64(seed: 1)
    let count = sizes.reduce(0, +)
    let network = Dense<Double>(6, 5, using: &generator).then(Activation.tanh)
      .then(Dense(5, 3, using: &generator))
    let (x, labels) = (
      random([count, 6], seed: 2), (0..<count).map { _ in generator.integer(below: 3) }
    )
    func gradient(_ places: Range<Int>) -> Tensor<Double> {
      var context = Context.inference
      let (y, cache) = network.forward(x.rows(places), in: &context)
      let dY = softmaxCrossEntropy(logits: y, labels: Array(labels[places])).gradient
      return network.gradient(dY, cache).flattened
    }
    var start = 0
    let rows = sizes.map { size in
      defer { start += size }
      return gradient(start..<start + size)
    }
    let whole = gradient(0..<count)
    let means = Tensor(rows.flatMap(\.scalars), shape: [sizes.count, whole.count])
    #expect(isClose(shardedGradient(means, sizes: sizes), whole, 1e-15))
  }

  @Test func `who has nothing counts for nothing, even as NaN; another NaN goes through`() {
    let weights = Tensor<Double>([1, 2, .nan, .infinity, 5, 6], shape: [3, 2])
    #expect(federatedAverage(weights, sizes: [1, 0, 3]) == Tensor([4, 5]))
    #expect(federatedAverage(weights, sizes: [1, 1, 3])[0].isNaN)
  }

  @Test func `parameters go into a row and come back`() {
    var generator = SplitMix64(seed: 3)
    let layer = Dense<Float>(3, 2, using: &generator).then(Dense(2, 1, using: &generator))
    let row = layer.parameters.flattened
    #expect(row.count == 11 && row.scalars.first == layer.parameters.first.weight[0, 0])
    let doubled = layer.parameters.unflattened(2 * row)
    #expect(doubled.second.weight == 2 * layer.parameters.second.weight)
    #expect(doubled.flattened == 2 * row)
  }

  @Test func `parts cover all, differ by one at most, and may be empty`() {
    #expect(evenParts(of: 7, 3) == [0..<3, 3..<5, 5..<7])
    #expect(evenParts(of: 2, 4) == [0..<1, 1..<2, 2..<2, 2..<2])
  }
}

@Suite struct RingTests {
  @Test func `sums and traffic are those computed elsewhere`() {
    let rows = [1.0, 10, 100].flatMap { factor in (1...7).map { factor * Double($0) } }
    let (results, sent) = ringAllReduce(Tensor(rows, shape: [3, 7]))
    let expected: [Double] = [111, 222, 333, 444, 555, 666, 777]
    #expect(results == Tensor(expected + expected + expected, shape: [3, 7]))
    #expect(sent == [10, 9, 9])
  }

  @Test func `for any size every worker gets the sum, and sends all chunks but one in each half`() {
    for workers in 1...7 {
      for n in [0, 1, 3, 7, 20] {
        let vectors = random([workers, n], seed: UInt64(workers * 100 + n))
        let (results, sent) = ringAllReduce(vectors)
        let total = vectors.sum(axis: 0)
        for w in 0..<workers {
          #expect(isClose(results.rows([w]).reshaped([n]), total, 1e-12))
          #expect(results.rows([w]) == results.rows([0]), "the same to the last bit")
        }
        #expect(sent.reduce(0, +) == 2 * (workers - 1) * n)
      }
    }
  }

  @Test func `in each step every worker sends once, and gets once`() {
    for step in ringMessages(workers: 5) {
      #expect(step.map(\.from) == Array(0..<5) && Set(step.map(\.to)).count == 5)
      #expect(Set(step.map(\.chunk)).count == 5)
    }
    #expect(ringMessages(workers: 5).count == 8 && ringMessages(workers: 1).isEmpty)
  }
}

@Suite struct TopKTests {
  @Test func `what is sent and what is kept are those computed elsewhere`() {
    let (sent, memory) = topKWithMemory(
      Tensor<Double>([0.5, -2, 1, 2, -0.1]), memory: Tensor([0.6, 0, 0.5, -0.5, 0]), k: 2)
    #expect(sent == Tensor([0, -2, 1.5, 0, 0]))
    #expect(isClose(memory, Tensor([1.1, 0, 0, 1.5, -0.1])))
  }

  @Test func `nothing is lost over many steps, and ties go to the first`() {
    var (memory, sum, all) = (
      Tensor<Double>(shape: [9]), Tensor<Double>(shape: [9]), Tensor<Double>(shape: [9])
    )
    for step in 0..<50 {
      let x = random([9], seed: UInt64(step))
      let (sent, rest) = topKWithMemory(x, memory: memory, k: 2)
      #expect(sent.scalars.count { $0 != 0 } == 2)
      (memory, sum, all) = (rest, sum + sent, all + x)
    }
    #expect(isClose(sum + memory, all, 1e-12))
    let ties = topKWithMemory(Tensor<Float>([1, -1, 1]), memory: Tensor([0, 0, 0]), k: 2)
    #expect(ties.sent == Tensor([1, -1, 0]) && ties.memory == Tensor([0, 0, 1]))
  }

  @Test func `a NaN is sent, not kept for ever`() {
    let (sent, memory) = topKWithMemory(
      Tensor<Double>([1, .nan, 3]), memory: Tensor([0, 0, 0]), k: 1)
    #expect(sent[1].isNaN && memory == Tensor([1, 0, 3]))
  }
}

@Suite struct ParameterServerTests {
  @Test func `a gradient is as stale as versions came between`() {
    var server = ParameterServer(Tensor<Double>([1, 2]), learningRate: 0.5)
    let (_, first) = server.pull()
    server.push(Tensor([2, 0]), of: first)
    server.push(Tensor([0, 2]), of: first)
    #expect(server.weights == Tensor([0, 1]))
    #expect(server.staleness == [0, 1] && server.version == 2)
    server.push(Tensor([0, 0]), of: 1)
    server.push(Tensor([0, 0]), of: 3)
    #expect(server.staleness == [0, 1, 1, 0])
  }
}

@Suite struct PrivacyTests {
  private let x = Tensor<Double>([1, 2, 0, 1, 2, 0], shape: [3, 2])
  private let dy = Tensor<Double>([1, -2, 0.1], shape: [3, 1])

  private func none(_ inputs: Int, _ outputs: Int) -> WeightAndBias<Double> {
    WeightAndBias(weight: Tensor(shape: [inputs, outputs]), bias: Tensor(shape: [outputs]))
  }

  @Test func `lengths and gradients are those computed elsewhere`() {
    let layer = DenseSamples(x: x, dy: dy)
    let norms = perSampleNorms([layer])
    #expect(isClose(Tensor(norms), Tensor([2.44948974278, 2.82842712475, 0.22360679775])))
    let gradient = privateGradients([layer], clip: 1, noise: [none(2, 1)], lot: 3)[0]
    #expect(
      isClose(gradient.weight, Tensor([0.202749430155, 0.0364632665804], shape: [2, 1])))
    #expect(isClose(gradient.bias, Tensor([-0.0662861635742])))
  }

  @Test func `the length of a network's gradient is that of the sample alone`() {
    var generator = SplitMix64(seed: 5)
    let first = Dense<Double>(4, 3, using: &generator)
    let second = Dense<Double>(3, 2, using: &generator)
    let (x, labels) = (random([5, 4], seed: 6), [0, 1, 1, 0, 1])
    /// What each layer sees of some samples, and their mean gradient's length.
    func pass(_ places: [Int]) -> (layers: [DenseSamples<Double>], norm: Double) {
      var context = Context.inference
      let (z, firstCache) = first.forward(x.rows(places), in: &context)
      let (h, reluCache) = Activation.relu.forward(z, in: &context)
      let (y, secondCache) = second.forward(h, in: &context)
      let mean = softmaxCrossEntropy(logits: y, labels: places.map { labels[$0] }).gradient
      let dY = mean * Double(places.count)
      let (dH, g2) = second.backward(dY, secondCache)
      let dZ = Activation.relu.backward(dH, reluCache).dInput
      let g1 = first.gradient(dZ, firstCache)
      let layers = [DenseSamples(x: x.rows(places), dy: dZ), DenseSamples(x: h, dy: dY)]
      return (layers, Pair(g1, g2).norm)
    }
    let norms = perSampleNorms(pass(Array(0..<5)).layers)
    for i in 0..<5 { #expect(abs(norms[i] - pass([i]).norm) < 1e-12) }
  }

  @Test func `no sample's part is longer than C, the noise is C·z/B, and an empty lot is noise`() {
    let (x, dy) = (random([6, 3], seed: 7, scale: 3), random([6, 2], seed: 8, scale: 3))
    for i in 0..<6 {
      let one = privateGradients(
        [DenseSamples(x: x.rows([i]), dy: dy.rows([i]))], clip: 0.7, noise: [none(3, 2)], lot: 1)[0]
      #expect(one.norm < 0.7 + 1e-12)
    }
    let z = WeightAndBias(weight: random([3, 2], seed: 9), bias: random([2], seed: 10))
    let empty = DenseSamples<Double>(x: Tensor(shape: [0, 3]), dy: Tensor(shape: [0, 2]))
    let noise = privateGradients([empty], clip: 2, noise: [z], lot: 8)[0]
    #expect(isClose(noise.weight, z.weight / 4) && isClose(noise.bias, z.bias / 4))
  }

  @Test(arguments: [(0.7, 5.4643995045927), (1, 2.2003581823640923), (2, 0.6350778262573354)])
  func `ε is the one computed elsewhere`(noise: Double, epsilon: Double) {
    let accountant = PrivacyAccountant(samplingRate: 256.0 / 20_000, noise: noise)
    #expect(abs(accountant.epsilon(steps: 312, delta: 1e-5) - epsilon) < 1e-9)
  }

  @Test func `more steps, less noise or a larger share cost more; no noise hides nothing`() {
    func epsilon(_ q: Double, _ noise: Double, _ steps: Int) -> Double {
      PrivacyAccountant(samplingRate: q, noise: noise).epsilon(steps: steps, delta: 1e-5)
    }
    #expect(epsilon(0.01, 1, 200) < epsilon(0.01, 1, 400))
    #expect(epsilon(0.01, 2, 200) < epsilon(0.01, 1, 200))
    #expect(epsilon(0.01, 1, 200) < epsilon(0.02, 1, 200))
    #expect(epsilon(0.01, 0, 1) == .infinity && epsilon(0.01, 1, 0) == 0)
    #expect(PrivacyAccountant(samplingRate: 0.01, noise: 0).divergence(order: 2) == .infinity)
    // With everybody in: the Gaussian mechanism, order by order.
    #expect(PrivacyAccountant(samplingRate: 1, noise: 2).divergence(order: 8) == 1)
  }

  @Test func `a lot has each sample with its probability, in their order`() {
    var generator = SplitMix64(seed: 4)
    let lot = poissonLot(of: 20_000, probability: 0.1, using: &generator)
    #expect(abs(lot.count - 2000) < 200 && lot == lot.sorted() && Set(lot).count == lot.count)
    #expect(poissonLot(of: 9, probability: 0, using: &generator) == [])
    #expect(poissonLot(of: 9, probability: 1, using: &generator) == Array(0..<9))
  }
}

@Suite struct HalfPrecisionTests {
  @Test(
    arguments: [
      (65504, 65504), (65519.99, 65504), (65520, .infinity), (0x1p-24, 0x1p-24), (0x1p-25, 0),
      (0x1.8p-25, 0x1p-24), (1 + 0x1p-11, 1), (1 + 0x1.8p-10, 1 + 0x1p-9), (-1e6, -.infinity),
      (0, 0), (0.1, 0.0999755859375), (2049, 2048), (2051, 2052),
    ] as [(Double, Double)])
  func `half precision takes the nearest number, of two the even one`(x: Double, half: Double) {
    #expect(SixteenBits.half.rounded(x) == half)
    #expect(SixteenBits.half.rounded(Float(half)) == Float(half))
  }

  @Test func `every number of half precision stays, and what lies between goes to a neighbour`() {
    var last = 0.0
    for bits in 1..<0x7C00 {
      let (exponent, fraction) = (bits >> 10, Double(bits & 0x3FF))
      let x =
        exponent == 0
        ? fraction * 0x1p-24
        : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
      #expect(SixteenBits.half.rounded(x) == x && SixteenBits.half.rounded(-Float(x)) == -Float(x))
      let between = last + 0.3 * (x - last)
      #expect(SixteenBits.half.rounded(between) == last)
      last = x
    }
    #expect(last == 65504)
  }

  @Test func `bfloat16 keeps Float's exponents and 8 bits`() {
    let format = SixteenBits.bfloat16
    #expect(format.rounded(Float(1e-30)) != 0 && format.rounded(Float(1e30)).isFinite)
    #expect(format.rounded(Float(257)) == 256 && format.rounded(Float(259)) == 260)
    #expect(format.rounded(Float.greatestFiniteMagnitude) == .infinity)
    let largest = Float(bitPattern: 0x7F7F_0000)
    #expect(format.rounded(largest) == largest && format.rounded(-largest) == -largest)
    for bits in stride(from: UInt32(1), to: 0x7F80, by: 37) {
      let x = Float(bitPattern: bits << 16)
      #expect(format.rounded(x) == x && format.rounded(x.nextUp) == x)
    }
    #expect(format.rounded(Float.nan).isNaN)
  }

  @Test func `rounding rounds both ways, and keeps shapes`() {
    let layer = Rounding<Float>(.half)
    var context = Context.inference
    let (y, cache) = layer.forward(Tensor([0.1, 1e-9], shape: [1, 2]), in: &context)
    #expect(y == Tensor([0.0999755859375, 0], shape: [1, 2]))
    let dX = layer.backward(Tensor([1e-8, 2049], shape: [1, 2]), cache).dInput
    #expect(dX == Tensor([0, 2048], shape: [1, 2]))
  }

  @Test func `a loss scale is halved by an infinity, and doubled by patience`() {
    var scale = LossScale<Double>(1024, patience: 2)
    let good = WeightAndBias(weight: Tensor<Double>([512], shape: [1, 1]), bias: Tensor([1024]))
    #expect(scale.unscaled(good)?.weight.item == 0.5 && scale.scale == 1024)
    #expect(scale.unscaled(good)?.bias.scalars == [1] && scale.scale == 2048)
    for value in [Double.infinity, .nan] {
      let before = scale.scale
      let bad = WeightAndBias(weight: Tensor([value], shape: [1, 1]), bias: Tensor([0]))
      #expect(scale.unscaled(bad) == nil && scale.scale == before / 2)
    }
    // Steps in a row: an infinity between them begins the count anew, and so does a doubling.
    var patient = LossScale<Double>(8, patience: 3)
    let bad = WeightAndBias(weight: Tensor([Double.nan], shape: [1, 1]), bias: Tensor([0]))
    let scales = [good, good, bad, good, good, good, good, good, good].map {
      _ = patient.unscaled($0)
      return patient.scale
    }
    #expect(scales == [8, 8, 4, 4, 4, 8, 8, 8, 16])
  }
}
