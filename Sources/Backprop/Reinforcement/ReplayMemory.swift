// What has happened, kept to be learned from again and again, in any order.

public import Core

/// Some steps of the past, a step a row.
public struct Transitions<Scalar: Real, Action: Sendable>: Sendable {
  /// The states before, `[m, width]`.
  public let states: Tensor<Scalar>
  /// The actions taken.
  public let actions: [Action]
  /// The rewards that came, `[m]`.
  public let rewards: Tensor<Scalar>
  /// Whether the task ended there.
  public let done: [Bool]
  /// The states after, `[m, width]`.
  public let nextStates: Tensor<Scalar>
}

/// The last steps of a player, as many as it holds: each new one takes the place of the oldest.
///
/// Drawn in random order, steps that follow each other no longer stand beside each other in a batch.
///
/// Source: Lin, "Self-improving reactive agents based on reinforcement learning, planning and teaching",
/// 1992; Mnih et al., 2015.
public struct ReplayMemory<Scalar: Real, Action: Sendable>: Sendable {
  /// How many steps it holds at most.
  public let capacity: Int
  /// How many numbers a state has.
  public let width: Int
  /// How many steps it holds.
  public private(set) var count = 0
  private var next = 0
  private var states: [Scalar] = []
  private var nextStates: [Scalar] = []
  private var actions: [Action] = []
  private var rewards: [Scalar] = []
  private var done: [Bool] = []

  public init(capacity: Int, width: Int) {
    requireSize(capacity, "ReplayMemory: a capacity")
    requireSize(width, "ReplayMemory: a state's width")
    (self.capacity, self.width) = (capacity, width)
  }

  /// Keeps some steps, a row each.
  ///
  /// - Parameters:
  ///   - before: The states before, `[m, width]`.
  ///   - taken: The actions taken, m of them.
  ///   - received: The rewards, m of them.
  ///   - ended: Whether the task ended; not where a clock ran out.
  ///   - after: The states after, `[m, width]`, before anything began anew.
  @specialized(where Scalar == Float, Action == Int)
  @specialized(where Scalar == Float, Action == Float)
  @specialized(where Scalar == Double, Action == Int)
  public mutating func add(
    states before: Tensor<Scalar>, actions taken: [Action], rewards received: [Scalar],
    done ended: [Bool], nextStates after: Tensor<Scalar>
  ) {
    let m = taken.count
    require(
      before.shape == [m, width] && after.shape == [m, width] && received.count == m
        && ended.count == m,
      "ReplayMemory.add: states \(before.shape) and \(after.shape), \(m) actions, \(received.count) "
        + "rewards, \(ended.count) ends; states must be [m, \(width)], and all else m")
    for i in 0..<m {
      let row = i * width..<(i + 1) * width
      if count < capacity {
        states += before.storage[row]
        nextStates += after.storage[row]
        actions.append(taken[i])
        rewards.append(received[i])
        done.append(ended[i])
        count += 1
      } else {
        for (j, source) in zip(next * width..<(next + 1) * width, row) {
          states[j] = before.storage[source]
          nextStates[j] = after.storage[source]
        }
        actions[next] = taken[i]
        rewards[next] = received[i]
        done[next] = ended[i]
      }
      next = (next + 1) % capacity
    }
  }

  /// Draws steps, each as likely as any other, the same one twice at times.
  @specialized(where Scalar == Float, Action == Int)
  @specialized(where Scalar == Float, Action == Float)
  @specialized(where Scalar == Double, Action == Int)
  public func sample(
    _ m: Int, using generator: inout SplitMix64
  ) -> Transitions<Scalar, Action> {
    require(
      m >= 1 && count >= 1,
      "ReplayMemory.sample: \(m) steps of \(count) that are kept; both must be 1 or more")
    let places = (0..<m).map { _ in generator.integer(below: count) }
    func rows(_ storage: [Scalar]) -> Tensor<Scalar> {
      var rows = [Scalar]()
      rows.reserveCapacity(m * width)
      for place in places { rows += storage[place * width..<(place + 1) * width] }
      return Tensor(rows, shape: [m, width])
    }
    return Transitions(
      states: rows(states), actions: places.map { actions[$0] },
      rewards: Tensor(places.map { rewards[$0] }), done: places.map { done[$0] },
      nextStates: rows(nextStates))
  }
}
