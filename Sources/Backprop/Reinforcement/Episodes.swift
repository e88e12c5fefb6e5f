// Whole episodes from start to end, many side by side.

public import Core

/// Episodes, one behind the other: the frames of the first, then those of the second.
public struct Episodes<Scalar: Real>: Sendable {
  /// The states, `[frames, 4]`.
  public let states: Tensor<Scalar>
  /// The actions taken in them.
  public let actions: [Int]
  /// How many frames each episode has: with a reward of 1 a frame, its return.
  public let lengths: [Int]
  /// Which episodes ended with a fall; the others at the limit of time.
  public let fell: [Bool]

  /// The mean return.
  public var meanReturn: Double { Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)) }
}

/// Plays episodes of cart-pole side by side, each until its pole falls or the clock runs out.
///
/// An episode that is over takes no more part: the batch becomes smaller.
///
/// - Parameters:
///   - count: How many episodes.
///   - limit: How many frames each lasts at most.
///   - generator: The source of the starts; what `forces` draws is its own affair.
///   - choose: Actions and forces for the states of the poles that still stand, `[standing, 4]`.
/// - Throws: What `choose` throws.
/// - Returns: The episodes, in the order of their starts.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func playEpisodes<Scalar: Real>(
  _ count: Int, limit: Int = 200, using generator: inout SplitMix64,
  choose: (_ states: Tensor<Scalar>) throws -> (actions: [Int], forces: [Double])
) rethrows -> Episodes<Scalar> {
  requireSize(count, "playEpisodes: a number of episodes")
  requireSize(limit, "playEpisodes: a limit")
  var poles = (0..<count).map { _ in CartPole(using: &generator) }
  var standing = Array(0..<count)
  var seen = [[Scalar]](repeating: [], count: count)
  var taken = [[Int]](repeating: [], count: count)
  var fell = [Bool](repeating: false, count: count)
  for _ in 0..<limit where !standing.isEmpty {
    var states = Tensor<Scalar>(shape: [standing.count, 4])
    for (row, i) in standing.enumerated() {
      states.storage[4 * row] = Scalar(poles[i].position)
      states.storage[4 * row + 1] = Scalar(poles[i].velocity)
      states.storage[4 * row + 2] = Scalar(poles[i].angle)
      states.storage[4 * row + 3] = Scalar(poles[i].angularVelocity)
    }
    let (actions, forces) = try choose(states)
    require(
      actions.count == standing.count && forces.count == standing.count,
      "playEpisodes: \(actions.count) actions and \(forces.count) forces for \(standing.count) poles"
    )
    for (row, i) in standing.enumerated() {
      seen[i] += states.storage[4 * row..<4 * row + 4]
      taken[i].append(actions[row])
      poles[i].step(force: forces[row])
      fell[i] = poles[i].hasFallen
    }
    standing.removeAll { fell[$0] }
  }
  let lengths = taken.map(\.count)
  return Episodes(
    states: Tensor(Array(seen.joined()), shape: [lengths.reduce(0, +), 4]),
    actions: Array(taken.joined()), lengths: lengths, fell: fell)
}
