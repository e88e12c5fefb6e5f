// The sum of many vectors on every machine, where each talks to one neighbour alone.

public import Core
import Kernels

/// One message of a ring: which chunk goes from a worker to the next, and what becomes of it there.
public struct RingMessage: Equatable, Sendable {
  public let from: Int
  public let to: Int
  public let chunk: Int
  /// Whether the receiver adds it to its own, as in the first half, or keeps it in place of its own.
  public let isAdded: Bool
}

/// The messages of a ring, step by step: in each step all workers send at the same time.
///
/// In step s of the first N - 1, worker w sends chunk w - s; in step s of the others chunk w + 1 - s, each
/// counted around the ring.
///
/// Source: Patarasuk, Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009.
public func ringMessages(workers n: Int) -> [[RingMessage]] {
  requireSize(n, "ringMessages: a number of workers")
  func wrapped(_ i: Int) -> Int { (i % n + n) % n }
  func step(_ s: Int, isAdded: Bool) -> [RingMessage] {
    (0..<n).map { w in
      RingMessage(
        from: w, to: wrapped(w + 1), chunk: wrapped(isAdded ? w - s : w + 1 - s), isAdded: isAdded)
    }
  }
  return (0..<n - 1).map { step($0, isAdded: true) } + (0..<n - 1).map { step($0, isAdded: false) }
}

/// The sum of all workers' vectors, on every worker, by messages around a ring.
///
/// Each vector is cut into as many chunks as there are workers, the first ones longer by one if that does
/// not divide. After the first half worker w holds the whole sum of chunk w + 1; the second half hands
/// these around. Each worker sends about 2(N - 1)/N of a vector, whatever N is.
///
/// Source: Patarasuk, Yuan, 2009.
///
/// - Parameter vectors: A row for each worker, `[workers, n]`.
/// - Returns: What each worker holds in the end, `[workers, n]`, all rows alike; and how many numbers each
///   has sent.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func ringAllReduce<Scalar: Real>(
  _ vectors: Tensor<Scalar>
) -> (results: Tensor<Scalar>, sent: [Int]) {
  require(
    vectors.rank == 2 && vectors.rows >= 1,
    "ringAllReduce: the vectors are \(vectors.shape); they must be [workers, n], a worker at least")
  let (workers, n) = (vectors.rows, vectors.columns)
  let chunks = evenParts(of: n, workers)
  var (results, sent) = (vectors, [Int](repeating: 0, count: workers))
  for messages in ringMessages(workers: workers) {
    // All send what they had before this step.
    let before = results
    for message in messages {
      for j in chunks[message.chunk] {
        let arrived = before.storage[message.from * n + j]
        let place = message.to * n + j
        results.storage[place] = message.isAdded ? before.storage[place] + arrived : arrived
      }
      sent[message.from] += chunks[message.chunk].count
    }
  }
  return (results, sent)
}
