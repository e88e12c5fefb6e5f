// Few numbers for many weights: a codebook, and for each weight a place in it.

public import Core

/// W = C[index]: each weight is one of k shared values.
///
/// - Parameters:
///   - codebook: C, `[k]`.
///   - index: A place in C for each weight, in row-major order.
///   - shape: W's shape.
/// - Returns: W.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sharedWeight<Scalar: Real>(
  _ codebook: Tensor<Scalar>, index: [Int], shape: [Int]
) -> Tensor<Scalar> {
  require(codebook.rank == 1, "sharedWeight: the codebook is \(codebook.shape); it must be [k]")
  requirePlaces(index, below: codebook.count, "sharedWeight")
  return Tensor(index.map { codebook.scalars[$0] }, shape: shape)
}

/// dC[j] = Σ dW where index = j: all uses of a value add up, and one that nobody uses gets 0.
///
/// Source: Han, Mao, Dally, "Deep compression", 2016, equation 3.
///
/// - Parameters:
///   - dWeight: ∂loss/∂W.
///   - index: A place in C for each weight, in row-major order.
///   - k: How many values are shared.
/// - Returns: ∂loss/∂C, `[k]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sharedWeightBackward<Scalar: Real>(
  _ dWeight: Tensor<Scalar>, index: [Int], of k: Int
) -> Tensor<Scalar> {
  requireSize(k, "sharedWeightBackward: a number of shared values")
  require(
    index.count == dWeight.count,
    "sharedWeightBackward: dW is \(dWeight.shape), the index has \(index.count) places; give one for "
      + "each weight")
  requirePlaces(index, below: k, "sharedWeightBackward")
  // forward: W = C[index]; thousands of uses are added in Double
  var sums = [Double](repeating: 0, count: k)
  for (place, gradient) in zip(index, dWeight.scalars) { sums[place] += Double(gradient) }
  return Tensor(sums.map { Scalar($0) })  // [k]
}

private func requirePlaces(_ index: [Int], below k: Int, _ name: String) {
  let stray = index.first { !(0..<k).contains($0) }
  require(
    stray == nil, "\(name): the place \(stray ?? 0) is none of 0…\(k - 1), a codebook of \(k)")
}

/// k shared values for a tensor's numbers, and each number's place, by k-means in one dimension.
///
/// The values begin evenly between the smallest and the largest number, which keeps some for the few large
/// ones. Then each number goes to the nearest value, and each value to the mean of its numbers, until
/// nothing moves, 50 times at most. A value without numbers stays where it is.
///
/// Source: Lloyd, "Least squares quantization in PCM", 1982; the start is "linear" in Han, Mao, Dally, 2016,
/// section 3.2.
///
/// - Parameters:
///   - weight: W, any shape, finite.
///   - k: How many values, at least 1.
/// - Returns: C, `[k]`, rising, and a place in it for each weight, in row-major order.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func codebook<Scalar: Real>(
  of weight: Tensor<Scalar>, values k: Int
) -> (values: Tensor<Scalar>, index: [Int]) {
  requireSize(k, "codebook: a number of values")
  require(
    weight.count > 0 && weight.scalars.allSatisfy(\.isFinite),
    "codebook: W is \(weight.shape); it must have an element at least, and finite ones alone")
  // In units of which sums stay in range.
  let unit = weight.scalars.contains { abs(Double($0)) > 0x1p970 } ? 0x1p-50 : 1
  let sorted = weight.scalars.map { Double($0) * unit }.sorted()
  let (low, high) = (sorted[0], sorted[sorted.count - 1])
  let sums = SumsFromZero(sorted)
  var values = (0..<k).map { j in
    k == 1 ? (low + high) / 2 : low + (high - low) * (Double(j) / Double(k - 1))
  }
  for _ in 0..<50 {
    let borders =
      [0] + zip(values, values.dropFirst()).map { firstPlace(above: ($0 + $1) / 2, in: sorted) }
      + [sorted.count]
    let means = values.indices.map { j in
      let count = borders[j + 1] - borders[j]
      return count <= 0
        ? values[j] : sums.between(borders[j], borders[j + 1]) / Double(count)
    }
    if means == values { break }
    values = means
  }
  let middles = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
  let index = weight.scalars.map { firstPlace(above: Double($0) * unit, in: middles, orAt: true) }
  return (Tensor(values.map { Scalar($0 / unit) }), index)
}

/// The sum of any piece of a rising list at once, from the sums between 0 and each place.
///
/// They begin at 0 on both sides, so that a few large numbers take no digits of the small ones.
private struct SumsFromZero {
  private let zero: Int
  private var sums: [Double]

  init(_ sorted: [Double]) {
    zero = firstPlace(above: 0, in: sorted, orAt: true)
    sums = [Double](repeating: 0, count: sorted.count + 1)
    for i in zero..<sorted.count { sums[i + 1] = sums[i] + sorted[i] }
    for i in (0..<zero).reversed() { sums[i] = sums[i + 1] + sorted[i] }
  }

  func between(_ start: Int, _ end: Int) -> Double {
    if start >= zero { return sums[end] - sums[start] }
    return end <= zero ? sums[start] - sums[end] : sums[start] + sums[end]
  }
}

/// How many numbers of a rising list are at most a bound; with `orAt` how many are below it.
private func firstPlace(above bound: Double, in list: [Double], orAt: Bool = false) -> Int {
  var (low, high) = (0, list.count)
  while low < high {
    let middle = (low + high) / 2
    if list[middle] < bound || (!orAt && list[middle] == bound) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return low
}
