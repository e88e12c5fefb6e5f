// What a training on many machines asks of what joins them: who am I, how many are we, and a sum.

public import Core

/// One of several ranks that compute together.
///
/// A training loop needs no more than these three.
public protocol Communicator {
  /// Which one this is, from 0.
  var rank: Int { get }
  /// How many there are.
  var size: Int { get }

  /// The sum of what all ranks bring, the same to the last bit on each of them.
  ///
  /// All must call it equally often, with tensors of one shape.
  ///
  /// - Throws: Where another rank has ended, or brought another shape.
  func sumOverAll<Scalar: Real>(_ x: Tensor<Scalar>) throws -> Tensor<Scalar>
}

extension Communicator {
  /// Whether all ranks hold the same numbers, bit for bit.
  ///
  /// Pieces of a fingerprint are summed, and their squares: the squares' mean is the mean's square only
  /// where all are equal. These sums are of whole numbers, and exact.
  public func allAgree<Scalar: Real>(on x: Tensor<Scalar>) throws -> Bool {
    let print = fingerprint(of: x)
    let pieces = (0..<8).map { Double(print >> (8 * UInt64($0)) & 0xFF) }
    let sums = try sumOverAll(Tensor(pieces + pieces.map { $0 * $0 }))
    return (0..<8).allSatisfy { Double(size) * sums[$0 + 8] == sums[$0] * sums[$0] }
  }
}

/// Sixty-four bits that differ where any bit of the numbers does, but for chance.
///
/// Source: Fowler, Noll, Vo, FNV-1a, 1991.
public func fingerprint<Scalar: Real>(of x: Tensor<Scalar>) -> UInt64 {
  x.scalars.withUnsafeBytes { bytes in
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
