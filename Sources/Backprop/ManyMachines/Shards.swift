// A gradient is a sum over samples. So it may be computed in parts, by anybody, in any order, and only
// the last bits can tell.

public import Core
import Kernels

/// The gradient of a whole batch, from the mean gradients of its shards.
///
///     g = Σ n_k·g_k / Σ n_k
///
/// A shard without samples counts for nothing, whatever stands in its row. For shards of one size this is
/// the plain mean; for others it is not.
///
/// Source: Dean et al., "Large scale distributed deep networks", 2012, section 4.
///
/// - Parameters:
///   - means: A row for each shard, the mean gradient of its samples, `[shards, n]`.
///   - sizes: How many samples each shard has, at least 0, and one at least in all.
/// - Returns: The gradient, `[n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func shardedGradient<Scalar: Real>(
  _ means: Tensor<Scalar>, sizes: [Int]
) -> Tensor<Scalar> {
  weightedMean(of: means, sizes: sizes, "shardedGradient")
}

/// The new weights of a round of federated averaging, from those that the clients have come to.
///
///     w = Σ n_k·w_k / Σ n_k
///
/// A client without samples has not trained: it counts for nothing, even where its row is no number.
///
/// Source: McMahan et al., "Communication-efficient learning of deep networks from decentralized data",
/// 2017, algorithm 1.
///
/// - Parameters:
///   - weights: A row for each client, `[clients, n]`.
///   - sizes: How many samples each client has, at least 0, and one at least in all.
/// - Returns: The weights for the next round, `[n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func federatedAverage<Scalar: Real>(
  _ weights: Tensor<Scalar>, sizes: [Int]
) -> Tensor<Scalar> {
  weightedMean(of: weights, sizes: sizes, "federatedAverage")
}

/// The mean of rows, each counted as often as its size says; summed in Double, in the rows' order.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func weightedMean<Scalar: Real>(
  of rows: Tensor<Scalar>, sizes: [Int], _ owner: String
) -> Tensor<Scalar> {
  require(
    rows.rank == 2 && rows.rows == sizes.count,
    "\(owner): \(sizes.count) sizes for rows of \(rows.shape); give a row for each, [\(sizes.count), n]"
  )
  require(
    sizes.allSatisfy { $0 >= 0 } && sizes.contains { $0 > 0 },
    "\(owner): the sizes are \(sizes); each must be at least 0, and one of them more: a mean of nothing "
      + "is no number")
  let n = rows.columns
  var sum = [Double](repeating: 0, count: n)
  for (k, size) in sizes.enumerated() where size > 0 {
    let weight = Double(size)
    for j in 0..<n { sum[j] += weight * Double(rows.storage[k * n + j]) }
  }
  let total = sizes.reduce(0.0) { $0 + Double($1) }
  guard sum.contains(where: \.isInfinite) else { return Tensor(sum.map { Scalar($0 / total) }) }
  // Weighed first, a mean is no larger than its largest number.
  sum = [Double](repeating: 0, count: n)
  for (k, size) in sizes.enumerated() where size > 0 {
    for j in 0..<n { sum[j] += Double(size) / total * Double(rows.storage[k * n + j]) }
  }
  return Tensor(sum.map { Scalar($0) })
}

/// Cuts 0 ..< count into parts one after the other, the first ones longer by one if `parts` does not divide.
///
/// With more parts than elements the last ones are empty.
public func evenParts(of count: Int, _ parts: Int) -> [Range<Int>] {
  require(count >= 0, "evenParts: \(count) elements cannot be cut")
  requireSize(parts, "evenParts: a number of parts")
  let (whole, rest) = count.quotientAndRemainder(dividingBy: parts)
  return (0..<parts).map { part in
    let start = part * whole + min(part, rest)
    return start..<start + whole + (part < rest ? 1 : 0)
  }
}

extension ParameterSet {
  /// All numbers in one row, in the order of visiting, `[count]`: what goes over a wire.
  public var flattened: Tensor<Scalar> {
    var numbers = [Scalar]()
    for (_, tensor) in named { numbers += tensor.storage }
    return Tensor(numbers)
  }

  /// The same set with other numbers, taken from a row in the order of visiting.
  public func unflattened(_ row: Tensor<Scalar>) -> Self {
    let count = count
    require(
      row.shape == [count],
      "unflattened: the row is \(row.shape); these parameters are \(count) numbers, [\(count)]")
    var (filled, start) = (self, 0)
    filled.visit(self) { _, tensor, _ in
      let end = start + tensor.count
      tensor = Tensor(Array(row.storage[start..<end]), shape: tensor.shape)
      start = end
    }
    return filled
  }
}
