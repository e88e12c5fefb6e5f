import Kernels

// Randomness is an argument: what draws takes `using: &generator`, and a seed fixes every number.

/// A small seeded generator of 64 random bits, for runs that can be repeated.
///
/// It adds an odd constant, the golden ratio's fraction of 2⁶⁴, and mixes the sum; every
/// seed starts elsewhere in one cycle of 2⁶⁴ numbers. Not for secrets.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014,
/// with the mixing constants of the authors' `SplittableRandom`.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// Where it is in its cycle: a generator with this for its seed goes on from here.
  public private(set) var state: UInt64

  /// Creates the generator that a seed stands for: the same seed, the same numbers.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// The next numbers at once, each what `next()` would give: none waits for the one before.
  package mutating func next(_ count: Int) -> [UInt64] {
    requireRoom(count, bytesEach: MemoryLayout<UInt64>.stride, "SplitMix64.next")
    let start = state
    state &+= UInt64(count) &* Self.step
    return [UInt64](unsafeUninitializedCapacity: count) { bits, filled in
      for i in 0..<count { bits[i] = Self.mixed(start &+ UInt64(i &+ 1) &* Self.step) }
      filled = count
    }
  }

  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always)
  private static func mixed(_ sum: UInt64) -> UInt64 {
    var z = sum
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

// Swift's `random(in:)` and `shuffle(using:)` may change their use of a generator from one release
// to the next. These do not: a seed printed in a lesson keeps its meaning.
extension RandomNumberGenerator {
  /// A number from the uniform distribution on [0, 1): the upper 53 bits, divided by 2⁵³.
  @specialized(where Self == SplitMix64)
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number from the normal distribution with mean 0 and variance 1.
  ///
  ///     z = √(-2 ln(1 - u)) · cos(2πv),    u, v uniform on [0, 1)
  ///
  /// Of the pair that the method yields, the one with the sine is dropped, so that nothing has to
  /// be kept between calls. Since 1 - u ≥ 2⁻⁵³, |z| stays below 8.6.
  ///
  /// Source: Box, Muller, "A note on the generation of random normal deviates", 1958.
  @specialized(where Self == SplitMix64)
  public mutating func normal() -> Double {
    let radius = (-2 * Double.log(1 - uniform())).squareRoot()
    return radius * Double.cos(2 * Double.pi * uniform())
  }

  /// One of the numbers 0, 1, … count - 1, each as likely as any other.
  ///
  /// The high half of bits × count is the number. The few low halves that would make some
  /// numbers likelier are drawn again.
  ///
  /// Source: Lemire, "Fast random integer generation in an interval", 2019, algorithm 5.
  @specialized(where Self == SplitMix64)
  public mutating func integer(below count: Int) -> Int {
    require(count >= 1, "integer(below:): there is no number from 0 below \(count)")
    let range = UInt64(count)
    let threshold = (0 &- range) % range  // 2⁶⁴ mod count
    while true {
      let (high, low) = next().multipliedFullWidth(by: range)
      if low >= threshold { return Int(high) }
    }
  }

  /// The numbers 0, 1, … count - 1 in random order, each order as likely as any other.
  ///
  /// Source: Fisher, Yates, 1938, in the form of Durstenfeld, 1964.
  ///
  /// - Complexity: O(count).
  @specialized(where Self == SplitMix64)
  public mutating func permutation(of count: Int) -> [Int] {
    require(count >= 0, "permutation(of:): \(count) numbers cannot be put in order")
    requireRoom(count, bytesEach: MemoryLayout<Int>.stride, "permutation(of:)")
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }
}

// Drawn in Double and then rounded: with one seed, a Float tensor is the Double tensor, rounded.
extension Tensor {
  /// Creates a tensor of independent numbers from a normal distribution, in row-major order.
  @specialized(where Scalar == Float, Generator == SplitMix64)
  @specialized(where Scalar == Double, Generator == SplitMix64)
  public init<Generator: RandomNumberGenerator>(
    normal mean: Scalar = 0, standardDeviation: Scalar = 1, shape: [Int],
    using generator: inout Generator
  ) {
    require(
      mean.isFinite && standardDeviation.isFinite && standardDeviation >= 0,
      "Tensor(normal:): the mean is \(mean) and the standard deviation \(standardDeviation); "
        + "both must be finite, the latter at least 0")
    self.init(shape: shape)
    let (mean, deviation) = (Double(mean), Double(standardDeviation))
    for i in 0..<count { storage[i] = Scalar(mean + deviation * generator.normal()) }
  }

  /// Creates a tensor of independent numbers spread evenly over a range, in row-major order.
  @specialized(where Scalar == Float, Generator == SplitMix64)
  @specialized(where Scalar == Double, Generator == SplitMix64)
  public init<Generator: RandomNumberGenerator>(
    uniform range: ClosedRange<Scalar>, shape: [Int], using generator: inout Generator
  ) {
    let lower = Double(range.lowerBound)
    let width = Double(range.upperBound) - lower
    require(
      lower.isFinite && width.isFinite,
      "Tensor(uniform:): the range \(range) must be finite, and so must its width")
    self.init(shape: shape)
    for i in 0..<count { storage[i] = Scalar(lower + width * generator.uniform()) }
  }
}
