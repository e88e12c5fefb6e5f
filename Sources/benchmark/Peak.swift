/// What a processor can do at most: multiply-adds of vectors in registers, without memory.
///
/// - Parameter rounds: How many times 24 of them are done, each independent of the others.
/// - Returns: The number of floating-point operations, two for each number of each multiply-add.
func multiplyAddsInRegisters(_ rounds: Int) -> Double {
  #if AVX512
    let lanes = registerLoop(rounds, SIMD16<Float>(repeating: 0.5))
  #elseif FMA
    let lanes = registerLoop(rounds, SIMD8<Float>(repeating: 0.5))
  #else
    let lanes = registerLoop(rounds, SIMD4<Float>(repeating: 0.5))
  #endif
  return Double(rounds) * 2 * Double(lanes * independentSums)
}

// As many as the registers hold: four units with a latency of four cycles want sixteen at least.
#if AVX512 || arch(arm64)
  private let independentSums = 24
#else
  private let independentSums = 12
#endif

@inline(__always)
private func registerLoop<V: SIMD<Float>>(_ rounds: Int, _ factor: V) -> Int {
  #if AVX512 || arch(arm64)
    var sums = InlineArray<24, V>(repeating: factor)
    let count = 24
  #else
    var sums = InlineArray<12, V>(repeating: factor)
    let count = 12
  #endif
  for _ in 0..<rounds {
    for s in 0..<count {
      #if FMA || arch(arm64)
        sums[s].addProduct(sums[s], factor)
      #else
        sums[s] = sums[s] * factor + factor
      #endif
    }
  }
  var total = V(repeating: 0)
  for s in 0..<count { total += sums[s] }
  // The sum is used, so that the loop is not left out: it is never NaN.
  return total.sum().isNaN ? 0 : V.scalarCount
}
