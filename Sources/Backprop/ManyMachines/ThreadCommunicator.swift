// The ranks as threads of this process: for one machine, for tests, and to see that nothing else changes.

public import Core
import Foundation

/// A rank that is a thread of this process.
public struct ThreadCommunicator: Communicator, Sendable {
  public let rank: Int
  public var size: Int { meeting.size }
  fileprivate let meeting: Meeting

  public func sumOverAll<Scalar: Real>(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    try meeting.sum(x, from: rank)
  }
}

/// A rank is not there any more, or brings something else than the others.
public struct RankFailure: Failure, Equatable {
  public let rank: Int
  public let description: String
  public var exitCode: Int32 { 70 }
}

/// Calls `body` once for each rank, each on a thread of its own, and waits for all.
///
/// - Parameters:
///   - ranks: How many.
///   - body: What a rank does.
/// - Returns: What each has returned, in their order.
/// - Throws: The error of the first rank that threw one. The others are told where they wait for it.
public func onThreads<Result: Sendable>(
  _ ranks: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Result
) throws -> [Result] {
  requireSize(ranks, "onThreads: a number of ranks")
  let meeting = Meeting(size: ranks)
  let ends = Ends<Result>(ranks)
  for rank in 0..<ranks {
    let thread = Thread {
      let communicator = ThreadCommunicator(rank: rank, meeting: meeting)
      let end = Swift.Result { try body(communicator) }
      meeting.leave(rank)
      ends.set(end, of: rank)
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
  let results = ends.wait()
  // Who only missed another is not the one that failed.
  for case .failure(let error) in results where !(error is RankFailure) { throw error }
  return try results.map { try $0.get() }
}

/// What became of each rank; whoever waits is woken by the last.
private final class Ends<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var results: [Swift.Result<Value, any Error>?]

  init(_ count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ result: Swift.Result<Value, any Error>, of rank: Int) {
    condition.withLock {
      results[rank] = result
      condition.broadcast()
    }
  }

  func wait() -> [Swift.Result<Value, any Error>] {
    condition.withLock {
      while results.contains(where: { $0 == nil }) { condition.wait() }
      return results.compactMap { $0 }
    }
  }
}

/// Where the ranks of one process meet: the last to come computes the sum, in the order of the ranks.
private final class Meeting: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  /// What has been brought to this round.
  private var brought: [Any?]
  private var here = 0
  private var round = 0
  /// The sum of the last round.
  private var sum: Any?
  /// Why there can be no further round.
  private var failure: RankFailure?
  private var gone = [Int]()

  init(size: Int) {
    self.size = size
    brought = Array(repeating: nil, count: size)
  }

  func sum<Scalar: Real>(_ x: Tensor<Scalar>, from rank: Int) throws -> Tensor<Scalar> {
    try condition.withLock {
      let own = round
      brought[rank] = x
      here += 1
      if let first = gone.first { fail(first) }
      if here == size {
        addUp(Tensor<Scalar>.self)
      } else {
        while round == own, failure == nil { condition.wait() }
      }
      if round == own, let failure { throw failure }
      guard let sum = sum as? Tensor<Scalar> else {
        throw RankFailure(rank: rank, description: "rank \(rank) adds numbers of another type")
      }
      return sum
    }
  }

  private func addUp<Scalar: Real>(_ type: Tensor<Scalar>.Type) {
    var total: Tensor<Scalar>?
    for rank in 0..<size {
      guard let x = brought[rank] as? Tensor<Scalar>, x.shape == total?.shape ?? x.shape else {
        let others = total.map { "\($0.shape)" } ?? "\(Scalar.self)"
        failure = RankFailure(
          rank: rank,
          description:
            "rank \(rank) brings another shape or type to a sum than the ranks before it, "
            + "\(others): all ranks must make the same calls")
        condition.broadcast()
        return
      }
      total = total.map { $0 + x } ?? x
    }
    sum = total
    brought = Array(repeating: nil, count: size)
    (here, round) = (0, round + 1)
    condition.broadcast()
  }

  /// A rank has ended: where others wait for it they stop.
  func leave(_ rank: Int) {
    condition.withLock {
      gone.append(rank)
      if here > 0 { fail(rank) }
    }
  }

  private func fail(_ rank: Int) {
    if failure == nil {
      failure = RankFailure(
        rank: rank,
        description:
          "rank \(rank) has ended, and the others wait for it in a sum: it failed, or had "
          + "fewer steps than they; all ranks must make the same calls")
    }
    condition.broadcast()
  }
}
