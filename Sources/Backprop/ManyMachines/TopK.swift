// Less to send: the few largest numbers of a step now, the others later.

public import Core
import Kernels

/// Sends the k largest numbers of a step, and remembers what it has not sent.
///
///     v = memory + step        sent: the k entries of v with the largest |v|, 0 elsewhere
///     memory ← v - sent        w ← w - sent
///
/// Of equal sizes the one with the lower index goes first. Nothing is lost, only late: the sum of all that
/// was sent and of the memory is the sum of all steps. A NaN counts as the largest, and is sent.
///
/// Source: Stich, Cordonnier, Jaggi, "Sparsified SGD with memory", 2018, algorithm 1; Aji, Heafield,
/// "Sparse communication for distributed gradient descent", 2017.
///
/// - Parameters:
///   - step: η·g, of any shape.
///   - memory: What has not been sent so far, of the same shape; zeros at first.
///   - k: How many numbers are sent, from 0 to all.
/// - Returns: What is sent, and the new memory.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func topKWithMemory<Scalar: Real>(
  _ step: Tensor<Scalar>, memory: Tensor<Scalar>, k: Int
) -> (sent: Tensor<Scalar>, memory: Tensor<Scalar>) {
  require(
    step.shape == memory.shape,
    "topKWithMemory: the step is \(step.shape), the memory \(memory.shape); both must be of one shape"
  )
  require(
    0 <= k && k <= step.count,
    "topKWithMemory: \(k) of \(step.count) numbers are to be sent; it must be from 0 to all")
  var (sent, kept) = (Tensor<Scalar>(shape: step.shape), memory + step)
  for place in placesOfLargest(kept.storage, k) {
    sent.storage[place] = kept.storage[place]
    kept.storage[place] = 0
  }
  return (sent, kept)
}

/// Where the k numbers of the largest size stand; of equal ones those that come first.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func placesOfLargest<Scalar: Real>(_ x: [Scalar], _ k: Int) -> [Int] {
  let sizes = x.map { $0.isNaN ? .infinity : abs($0) }
  // Numbers are sorted faster than places: the k-th largest says which go, but for those equal to it.
  guard k > 0 else { return [] }
  let least = sizes.sorted(by: >)[k - 1]
  var (places, equals) = ([Int](), [Int]())
  for (place, size) in sizes.enumerated() where size >= least {
    if size > least { places.append(place) } else { equals.append(place) }
  }
  return places + equals.prefix(k - places.count)
}
