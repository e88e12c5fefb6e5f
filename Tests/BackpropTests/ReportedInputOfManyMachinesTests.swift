import Backprop
import Testing

/// Inputs with which other libraries of many machines have gone wrong in public, each as the kind that it is.
@Suite struct ReportedInputOfManyMachinesTests {
  /// S went to 0, or to ∞, and never came back: pytorch 98828, apex 834, FactSeg 6, DeepSpeed 1599.
  @Test func `a loss scale stays a number, and so does what is divided by it`() throws {
    try check(Float.self)
    try check(Double.self)
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      let good = WeightAndBias<Scalar>(weight: Tensor([0], shape: [1, 1]), bias: Tensor([1]))
      let bad = WeightAndBias<Scalar>(weight: Tensor([.nan], shape: [1, 1]), bias: Tensor([1]))
      var scale = LossScale<Scalar>(1024, patience: 1)
      for _ in 0..<3000 { _ = scale.unscaled(good) }
      #expect(scale.scale.isFinite && scale.scale > 1e38)
      let large = scale.unscaled(good)
      #expect((large?.bias[0] ?? 0) > 0)
      for _ in 0..<3000 { _ = scale.unscaled(bad) }
      #expect(scale.scale > 0)
      let least = scale.unscaled(good)
      let small = try #require(least)
      #expect(small.bias[0].isFinite && small.weight[0, 0] == 0)
    }
  }

  /// numpy 12845, intel/llvm 1395, ocannl 981, half-rs 25, gorse 1240, runtime 130583.
  @Test func `sixteen bits round once, to even, into the subnormal and beyond the largest`() {
    let halves: [(Double, Double)] = [
      (65504, 65504), (65519.99, 65504), (65520, .infinity), (-65520, -.infinity),
      (0x1p-24, 0x1p-24), (0x1p-25, 0), (0x1.000002p-25, 0x1p-24), (0x1.8p-24, 0x1p-23),
      (-0x1p-26, -0.0), (0x1.ffdp-15, 0x1p-14), (0x1.ffcp-15, 0x1p-14), (0x1.ffbp-15, 0x1.ff8p-15),
      (2049, 2048), (2051, 2052), (1e-300, 0), (.infinity, .infinity),
    ]
    for (x, half) in halves {
      #expect(SixteenBits.half.rounded(x) == half, "\(x)")
      let float = SixteenBits.half.rounded(Float(x))
      #expect(float == Float(half) || Float(x) != Float(exactly: x), "\(x)")
      #expect(float.sign == Float(x).sign)
    }
    // All of them, and what lies half way between two neighbours.
    let wrong = (UInt16(0)..<0x7BFF).filter { bits in
      let (low, high) = (value(bits), value(bits + 1))
      let middle = (low + high) / 2
      return SixteenBits.half.rounded(low) != low
        || SixteenBits.half.rounded(middle) != (bits % 2 == 0 ? low : high)
        || SixteenBits.half.rounded(middle.nextUp) != high
        || SixteenBits.half.rounded(middle.nextDown) != low
    }
    #expect(wrong.isEmpty)
    #expect(SixteenBits.bfloat16.rounded(Float.greatestFiniteMagnitude) == .infinity)
    #expect(SixteenBits.bfloat16.rounded(Float(0.2691408770292272)) == 0.26953125)
    #expect(SixteenBits.bfloat16.rounded(Float.signalingNaN).isNaN)
    #expect(SixteenBits.bfloat16.rounded(Float.leastNonzeroMagnitude) == 0)
  }

  /// The number that the bits of a finite half stand for.
  private func value(_ bits: UInt16) -> Double {
    let (exponent, fraction) = (Int(bits >> 10), Double(bits & 0x3FF))
    return exponent == 0
      ? fraction * 0x1p-24
      : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
  }

  /// Clients without samples, rows of large numbers: flower 7645 and 7693, FedML 175.
  @Test func `a mean of clients' weights is none larger than their largest`() {
    let most = Double.greatestFiniteMagnitude
    let rows = Tensor<Double>(rows: [[most, 1], [most, 3], [.nan, .infinity]])
    #expect(federatedAverage(rows, sizes: [3, 1, 0]).scalars == [most, 1.5])
    #expect(shardedGradient(Tensor<Float>(rows: [[2, 3]]), sizes: [7]).scalars == [2, 3])
  }

  /// A length whose square overflows, or that the share of C is lost beside: opacus 161, 612 and 420.
  @Test func `a sample is as long as C at most, however long it was`() {
    check(Float.self, 1e30, 1e-30)
    check(Double.self, 1e200, 1e-200)
    func check<Scalar: Real>(_ type: Scalar.Type, _ big: Scalar, _ tiny: Scalar) {
      func shortened(_ x: [Scalar], _ dy: [Scalar], _ clip: Scalar) -> WeightAndBias<Scalar> {
        let layer = DenseSamples(
          x: Tensor(x, shape: [1, x.count]), dy: Tensor(dy, shape: [1, dy.count]))
        let noise = WeightAndBias(
          weight: Tensor<Scalar>(shape: [x.count, dy.count]),
          bias: Tensor<Scalar>(shape: [dy.count]))
        return privateGradients([layer], clip: clip, noise: [noise], lot: 1)[0]
      }
      for size in [big, 1, tiny] {
        let long = shortened([3 * big, 4 * big], [size], 2)
        #expect(abs(long.weight[0, 0] - 1.2) < 1e-5 && abs(long.weight[1, 0] - 1.6) < 1e-5)
      }
      let short = shortened([0], [3 * tiny, 4 * tiny], tiny)
      #expect(abs(short.bias[0] / tiny - 0.6) < 1e-5 && abs(short.bias[1] / tiny - 0.8) < 1e-5)
      #expect(shortened([1], [0], 1).bias[0] == 0)
      let layers = [
        DenseSamples(x: Tensor([tiny], shape: [1, 1]), dy: Tensor([tiny], shape: [1, 1]))
      ]
      #expect(abs(perSampleNorms(layers)[0] / Double(tiny) - 1) < 1e-6)
      // A lot that nobody has come to: the noise alone.
      let empty = [DenseSamples<Scalar>(x: Tensor(shape: [0, 3]), dy: Tensor(shape: [0, 2]))]
      let ones = WeightAndBias(
        weight: Tensor<Scalar>(repeating: 1, shape: [3, 2]),
        bias: Tensor<Scalar>(repeating: 1, shape: [2]))
      let hidden = privateGradients(empty, clip: 2, noise: [ones], lot: 4)[0]
      #expect(hidden.weight.scalars.allSatisfy { $0 == 0.5 } && hidden.bias.scalars == [0.5, 0.5])
    }
  }

  /// Privacy that was spent, and came out as 0, none or below it: tensorflow/privacy 166, opacus 49 and 604.
  @Test func `what a step spends is above 0 however little it is, and infinite without noise`() {
    // By 60 digits.
    let known: [(q: Double, noise: Double, order: Int, divergence: Double)] = [
      (1e-9, 1, 2, 1.71828182846e-18), (1e-9, 1, 32, 2.74925114843e-17),
      (1e-9, 1, 256, 107.195466454), (1e-6, 2, 2, 2.84025416688e-13),
      (0.00105, 1, 2, 1.89440392149e-6), (0.02048, 1.54, 256, 50.0684472844), (1, 2, 6, 0.75),
    ]
    for (q, noise, order, divergence) in known {
      let found = PrivacyAccountant(samplingRate: q, noise: noise).divergence(order: order)
      #expect(abs(found / divergence - 1) < 1e-10, "\(q), \(noise), \(order): \(found)")
    }
    for q in [1e-300, 0.01, 1] {
      #expect(PrivacyAccountant(samplingRate: q, noise: 1e-200).divergence(order: 2) == .infinity)
      #expect(PrivacyAccountant(samplingRate: q, noise: 1e200).divergence(order: 9) == 0)
    }
    let accountant = PrivacyAccountant(samplingRate: 0.00105, noise: 1)
    #expect(abs(accountant.epsilon(steps: 1464, delta: 1e-5) - 0.979911039789) < 1e-10)
  }

  /// More than k of equal sizes, signs lost, NaN: pfl-research 65, mergekit 677, lrp.
  @Test func `k numbers are sent, of equal and of no numbers, too, and nothing is lost`() {
    let step = Tensor<Float>([1, -1, .nan, 1, -0.0])
    for k in 0...5 {
      let (sent, memory) = topKWithMemory(step, memory: 0 * Tensor(repeating: 1, shape: [5]), k: k)
      let kept = zip(sent.scalars, memory.scalars).map { $0 + $1 }
      #expect(sent.scalars.count { $0 != 0 } == min(k, 4))
      #expect(zip(kept, step.scalars).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    }
  }

  /// Rings of one, of more workers than numbers, of none: pypto 2093.
  @Test func `a ring ends with the sum on all, and each chunk is sent 2(N - 1) times`() {
    for (workers, n) in [(1, 4), (3, 0), (3, 1), (4, 2), (5, 7)] {
      let (results, sent) = ringAllReduce(Tensor<Double>(repeating: 1, shape: [workers, n]))
      #expect(results.scalars.allSatisfy { $0 == Double(workers) })
      #expect(sent.reduce(0, +) == 2 * (workers - 1) * n)
    }
  }

  /// A gradient that was detached, or a step of nothing: MAML-Pytorch 26, 32 and 63.
  @Test func `a step with the rate 0 moves nothing, however steep it is`() {
    let support = TaskSamples<Float>(x: Tensor(rows: [[1e30]]), y: Tensor(rows: [[0]]))
    let query = TaskSamples<Float>(x: Tensor(rows: [[1]]), y: Tensor(rows: [[3]]))
    let (loss, adapted, gradient) = linearMAML(
      Tensor([1]), support: support, query: query, rate: 0)
    #expect(loss == 4 && adapted.scalars == [1] && gradient.scalars == [-4])
  }
}
