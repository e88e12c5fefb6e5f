public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
extension Tensor {
  public init(
    normal mean: Scalar = 0, standardDeviation: Scalar = 1, shape: [Int],
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      (0..<shape.reduce(1, *)).map { _ in
        let u = 1 - Double.random(in: 0..<1, using: &generator),
          v = Double.random(in: 0..<1, using: &generator)
        return mean + standardDeviation
          * Scalar((-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v))
      }, shape: shape)
  }
}
extension Tensor {
  public init(
    uniform range: ClosedRange<Scalar>, shape: [Int],
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      (0..<shape.reduce(1, *)).map { _ in
        Scalar(
          Double.random(in: Double(range.lowerBound)...Double(range.upperBound), using: &generator))
      }, shape: shape)
  }
}
