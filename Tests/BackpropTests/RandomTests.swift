import Backprop
import Testing

@Suite struct `Random numbers` {
  @Test func `SplitMix64 yields the published sequence`() {
    var generator = SplitMix64(seed: 1_234_567)
    let found = (0..<5).map { _ in generator.next() }
    #expect(
      found == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test(arguments: [0, 1, 7, 64, 1001])
  func `numbers drawn at once are those drawn one by one, and the next goes on from there`(
    count: Int
  ) {
    for seed in [0, 1, .max] as [UInt64] {
      var (together, single) = (SplitMix64(seed: seed), SplitMix64(seed: seed))
      #expect(together.next(count) == (0..<count).map { _ in single.next() })
      #expect(together.next() == single.next())
    }
  }

  @Test func `a seed means the same numbers as in another language`() {
    // Computed by an independent implementation in Python.
    var uniform = SplitMix64(seed: 42)
    #expect(uniform.uniform() == 0.7415648787718233)
    #expect(uniform.uniform() == 0.1599103928769201)
    var normal = SplitMix64(seed: 42)
    for expected in [0.8822489062222688, -0.4508498757188601, 0.1883526341159315] {
      #expect(abs(normal.normal() - expected) <= 1e-14)
    }
    var order = SplitMix64(seed: 42)
    #expect(order.permutation(of: 10) == [8, 3, 6, 5, 4, 0, 9, 2, 1, 7])
  }

  @Test func `uniform numbers stay in 0 ..< 1 and fill it evenly`() {
    var generator = SplitMix64(seed: 1)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 {
      let u = generator.uniform()
      #expect(0 <= u && u < 1)
      counts[Int(u * 10)] += 1
    }
    // Each count is 10,000 with a standard deviation of 95.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 }, "\(counts)")
  }

  @Test func `the extreme bits give the extreme numbers, all of them finite`() {
    var zeros = Fixed(bits: 0)
    var ones = Fixed(bits: .max)
    #expect(zeros.uniform() == 0)
    #expect(ones.uniform() == 1 - 0x1p-53)
    #expect(zeros.normal() == 0)
    // √(106 ln 2), the largest that 53 bits can give.
    #expect(abs(ones.normal() - 8.571674348652905) <= 1e-12)
  }

  @Test func `normal numbers have the normal distribution's moments and tails`() {
    var generator = SplitMix64(seed: 2)
    let n = 100_000
    let z = (0..<n).map { _ in generator.normal() }
    func mean(_ f: (Double) -> Double) -> Double { z.reduce(0) { $0 + f($1) } / Double(n) }
    // Five standard errors each: √(1/n), √(2/n), √(15/n), √(96/n).
    #expect(abs(mean { $0 }) <= 0.0158)
    #expect(abs(mean { $0 * $0 } - 1) <= 0.0224)
    #expect(abs(mean { $0 * $0 * $0 }) <= 0.0613)
    #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) <= 0.155)
    for (bound, share) in [(0.0, 0.5), (1, 0.158655), (2, 0.022750), (3, 0.001350)] {
      let error = 5 * (share * (1 - share) / Double(n)).squareRoot()
      #expect(abs(mean { $0 > bound ? 1 : 0 } - share) <= error, "above \(bound)")
      #expect(abs(mean { $0 < -bound ? 1 : 0 } - share) <= error, "below \(-bound)")
    }
  }

  @Test func `neighbouring normal numbers are uncorrelated`() {
    var generator = SplitMix64(seed: 3)
    let z = (0..<100_000).map { _ in generator.normal() }
    let product = zip(z, z.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(z.count - 1)
    #expect(abs(product) <= 0.0158)
  }

  @Test(arguments: [0, 1, 2, 7, 64, 1000])
  func `a permutation holds every place once`(count: Int) {
    var generator = SplitMix64(seed: 4)
    let order = generator.permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
  }

  @Test func `a seed fixes a permutation, and another seed changes it`() {
    func order(_ seed: UInt64) -> [Int] {
      var generator = SplitMix64(seed: seed)
      return generator.permutation(of: 50)
    }
    #expect(order(5) == order(5))
    #expect(order(5) != order(6))
  }

  @Test func `all orders of four are equally frequent`() {
    var generator = SplitMix64(seed: 7)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[generator.permutation(of: 4), default: 0] += 1 }
    #expect(counts.count == 24)
    // Each count is 1,000 with a standard deviation of 31.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 160 }, "\(counts)")
  }

  @Test func `bits that would make a number likelier than others are drawn again`() {
    // 2⁶⁴ is 1 beyond a multiple of 3: one of the 2⁶⁴ patterns, 0, is in excess.
    var generator = Fixed(bits: 0, then: 1 << 63)
    #expect(generator.integer(below: 3) == 1)
    var one = Fixed(bits: .max)
    #expect(one.integer(below: 1) == 0)
  }

  @Test func `Float tensors are the Double tensors, rounded`() {
    var (a, b) = (SplitMix64(seed: 9), SplitMix64(seed: 9))
    let float = Tensor<Float>(normal: 1, standardDeviation: 2, shape: [3, 5], using: &a)
    let double = Tensor<Double>(normal: 1, standardDeviation: 2, shape: [3, 5], using: &b)
    #expect(float == Tensor<Float>(double))
    let uniform = Tensor<Float>(uniform: -0.25...0.75, shape: [0], using: &a)
    #expect(uniform.shape == [0])
    #expect(
      Tensor<Float>(uniform: -0.25...0.75, shape: [4, 2], using: &a)
        == Tensor<Float>(Tensor<Double>(uniform: -0.25...0.75, shape: [4, 2], using: &b)))
  }

  @Test func `tensors have the mean, spread and range asked for`() {
    var generator = SplitMix64(seed: 10)
    let normal = Tensor<Double>(
      normal: 3, standardDeviation: 0.5, shape: [100_000], using: &generator)
    #expect(abs(normal.mean() - 3) <= 0.008)
    #expect(abs((normal - normal.mean()).squaredNorm() / 100_000 - 0.25) <= 0.006)
    let uniform = Tensor<Double>(uniform: -2...4, shape: [100_000], using: &generator)
    #expect(-2 <= uniform.min() && uniform.min() < -1.99)
    #expect(3.99 < uniform.max() && uniform.max() <= 4)
    #expect(abs(uniform.mean() - 1) <= 0.03)
    let constant = Tensor<Float>(normal: 3, standardDeviation: 0, shape: [2], using: &generator)
    #expect(constant == Tensor([3, 3]))
  }

  @Test func `a negative standard deviation stops with a sentence`() async {
    await #expect(processExitsWith: .failure) {
      var generator = SplitMix64(seed: 0)
      _ = Tensor<Float>(normal: 0, standardDeviation: -1, shape: [2], using: &generator)
    }
  }
}

/// Yields the same bits for ever, or from the second draw on.
private struct Fixed: RandomNumberGenerator {
  var bits: UInt64
  var then: UInt64?

  mutating func next() -> UInt64 {
    defer { bits = then ?? bits }
    return bits
  }
}
