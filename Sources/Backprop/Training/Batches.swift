import Core
import Kernels

// Which samples go where: into the mini-batches of an epoch, into training, validation and test
// sets, into folds. All deal in places (row numbers): `inputs.rows(places)` fetches the rows.

/// The mini-batches of one epoch: each sample's place in exactly one of them.
///
///     for places in Batches(of: images.count, size: 64, using: &generator) {
///       let x = inputs.rows(places)                  // [places.count, features]
///       let t = places.map { labels[$0] }
///
/// Shuffle anew each epoch: make a new `Batches`, with the same generator.
public struct Batches: RandomAccessCollection, Sendable {
  /// The samples' places in the order in which the epoch visits them.
  private let order: [Int]
  private let size: Int

  public let startIndex = 0
  /// The number of batches.
  public let endIndex: Int

  /// Creates the batches of an epoch that visits the samples in their own order.
  ///
  /// The last batch is smaller if `size` does not divide `count`. `dropLast` leaves it out, for
  /// layers that cannot do with one sample, as batch normalization.
  public init(of count: Int, size: Int, dropLast: Bool = false) {
    require(count >= 0, "Batches: there cannot be \(count) samples")
    requireRoom(count, bytesEach: MemoryLayout<Int>.stride, "Batches")
    self.init(order: Array(0..<count), size: size, dropLast: dropLast)
  }

  /// Creates the batches of an epoch that visits the samples in random order.
  public init(
    of count: Int, size: Int, dropLast: Bool = false,
    using generator: inout some RandomNumberGenerator
  ) {
    require(count >= 0, "Batches: there cannot be \(count) samples")
    self.init(order: generator.permutation(of: count), size: size, dropLast: dropLast)
  }

  private init(order: [Int], size: Int, dropLast: Bool) {
    require(size >= 1, "Batches: a batch of \(size) samples is asked for; it needs 1 at least")
    self.order = order
    self.size = size
    let (whole, rest) = order.count.quotientAndRemainder(dividingBy: size)
    endIndex = rest == 0 || dropLast ? whole : whole + 1
  }

  /// The places of the samples in a batch.
  public subscript(batch: Int) -> [Int] {
    require(
      indices.contains(batch), "Batches: there is no batch \(batch), only \(count) from 0 on")
    let start = batch * size
    return Array(order[start..<start + Swift.min(size, order.count - start)])
  }
}

/// Deals the places 0 ..< count at random to three sets that have no sample in common.
///
/// The training set learns, the validation set chooses (when to stop, which rate), the test set is
/// looked at once. Training gets what the other two leave.
public func split(
  of count: Int, validation: Int, test: Int = 0, using generator: inout some RandomNumberGenerator
) -> (training: [Int], validation: [Int], test: [Int]) {
  require(
    validation >= 0 && test >= 0 && validation <= count && test <= count - validation,
    "split: \(validation) samples for validation and \(test) for testing cannot be taken from "
      + "\(count)")
  let order = generator.permutation(of: count)
  let (first, second) = (validation, validation + test)
  return (Array(order[second...]), Array(order[..<first]), Array(order[first..<second]))
}

/// Deals the places 0 ..< count at random to the k folds of a cross-validation.
///
/// Each sample validates in exactly one fold and trains in the k - 1 others. Sizes differ by one
/// at most: the first `count` mod `k` folds validate on one sample more.
public func folds(
  of count: Int, into k: Int, using generator: inout some RandomNumberGenerator
) -> [(training: [Int], validation: [Int])] {
  require(
    2 <= k && k <= count,
    "folds: \(count) samples cannot be dealt to \(k) folds; take 2 at least, and no more than "
      + "there are samples")
  let order = generator.permutation(of: count)
  let (size, larger) = count.quotientAndRemainder(dividingBy: k)
  return (0..<k).map { fold in
    let start = fold * size + min(fold, larger)
    let end = start + size + (fold < larger ? 1 : 0)
    return (Array(order[..<start] + order[end...]), Array(order[start..<end]))
  }
}
