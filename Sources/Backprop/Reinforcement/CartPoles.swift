// Several poles at once: one forward pass of a network for all of them.

public import Core

/// What a step has led to, for each pole.
public struct CartPoleStep<Scalar: Real>: Sendable {
  /// The states that were reached, before any pole was put up again, `[count, 4]`.
  public let reached: Tensor<Scalar>
  /// Which poles fell: the task has ended there.
  public let fell: [Bool]
  /// Which poles stood until the clock ran out: no end of the task, and still the end of the episode.
  public let ranOut: [Bool]
  /// The lengths of the episodes that ended in this step.
  public let finished: [Int]
}

/// Poles that are put up again when they have fallen, or when their time is over.
public struct CartPoles<Scalar: Real>: Sendable {
  /// The poles as they stand.
  public private(set) var poles: [CartPole]
  /// How many steps each has stood.
  public private(set) var ages: [Int]
  /// How many steps an episode lasts at most.
  public let limit: Int
  private var generator: SplitMix64

  public init(_ count: Int, limit: Int = 200, seed: UInt64) {
    requireSize(count, "CartPoles: a number of poles")
    requireSize(limit, "CartPoles: a limit")
    var generator = SplitMix64(seed: seed)
    poles = (0..<count).map { _ in CartPole(using: &generator) }
    ages = [Int](repeating: 0, count: count)
    (self.limit, self.generator) = (limit, generator)
  }

  /// The state of each pole, `[count, 4]`.
  public var states: Tensor<Scalar> {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    get {
      var states = Tensor<Scalar>(shape: [poles.count, 4])
      for (i, pole) in poles.enumerated() {
        states.storage[4 * i] = Scalar(pole.position)
        states.storage[4 * i + 1] = Scalar(pole.velocity)
        states.storage[4 * i + 2] = Scalar(pole.angle)
        states.storage[4 * i + 3] = Scalar(pole.angularVelocity)
      }
      return states
    }
  }

  /// Lets 0.02 s pass: action 1 pushes to the right, 0 to the left.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func step(actions: [Int]) -> CartPoleStep<Scalar> {
    for action in actions {
      require(
        action == 0 || action == 1,
        "CartPoles: the action \(action); it must be 0, to the left, or 1, to the right")
    }
    return step(forces: actions.map { $0 == 1 ? CartPole.push : -CartPole.push })
  }

  /// Lets 0.02 s pass under a force for each pole, and puts up again those whose episode is over.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func step(forces: [Double]) -> CartPoleStep<Scalar> {
    require(
      forces.count == poles.count,
      "CartPoles: \(forces.count) pushes for \(poles.count) poles; give one to each")
    for i in poles.indices {
      poles[i].step(force: forces[i])
      ages[i] += 1
    }
    let (reached, fell) = (states, poles.map(\.hasFallen))
    let ranOut = poles.indices.map { !fell[$0] && ages[$0] >= limit }
    var finished = [Int]()
    for i in poles.indices where fell[i] || ranOut[i] {
      finished.append(ages[i])
      poles[i] = CartPole(using: &generator)
      ages[i] = 0
    }
    return CartPoleStep(reached: reached, fell: fell, ranOut: ranOut, finished: finished)
  }
}
