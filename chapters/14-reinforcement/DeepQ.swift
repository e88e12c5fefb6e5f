import Core
import Reinforcement
import Running
import Training

/// Where the targets of Q-learning come from.
enum Targets: CaseIterable {
  /// A copy that is renewed now and then.
  case frozenCopy
  /// The network itself, stopped.
  case itself
  /// The network itself, and the gradient goes through the target as well.
  case itselfNotStopped

  var name: String {
    switch self {
    case .frozenCopy: "frozen copy"
    case .itself: "itself, stopped"
    case .itselfNotStopped: "itself, not stopped"
    }
  }
}

/// DQN: the values of actions, learned from a memory of steps.
struct DeepQ {
  var frames = 20_000
  var poles = 8
  var capacity = 20_000
  var batch = 64
  var gamma = 0.99
  var reward: Float = 1
  var rate: Float = 0.001
  var copyEvery = 100
  var targets = Targets.frozenCopy
  /// Whether a fall is taken for a step like any other.
  var endIsIgnored = false
  /// Whether the clock's end is taken for a fall.
  var clockIsAFall = false

  init(_ plan: Plan) { if plan.isQuick { frames = 2400 } }

  var steps: Int { frames / poles }

  func train(
    _ functions: FunctionsInUse, seed: UInt64,
    report: (_ step: Int, SmallNetwork) -> Void = { _, _ in }
  ) throws -> Trained {
    var generator = SplitMix64(seed: seed)
    var network = smallNetwork(4, 64, 2, .relu, using: &generator)
    var copy = network
    var optimizer = Adam<Float>(learningRate: rate)
    var environment = CartPoles<Float>(poles, seed: generator.next())
    var memory = ReplayMemory<Float, Int>(capacity: capacity, width: 4)
    let rewards = [Float](repeating: reward, count: poles)
    var curve = Curve(every: frames / 40)
    for step in 0..<steps {
      // ε falls from 1 to 0.05 over the first half.
      let epsilon = max(0.05, 1 - 1.9 * Double(step) / Double(steps))
      let states = environment.states
      let actions = epsilonGreedyActions(network(states), epsilon: epsilon, using: &generator)
      let result = environment.step(actions: actions)
      var done = endIsIgnored ? [Bool](repeating: false, count: poles) : result.fell
      if clockIsAFall { for i in done.indices where result.ranOut[i] { done[i] = true } }
      memory.add(
        states: states, actions: actions, rewards: rewards, done: done, nextStates: result.reached)
      curve.add(result.finished, at: (step + 1) * poles)
      guard memory.count >= 4 * batch else { continue }
      let drawn = memory.sample(batch, using: &generator)
      if targets == .itselfNotStopped {
        try stepThroughTarget(&network, drawn, functions, &optimizer)
      } else {
        let nextQ = targets == .frozenCopy ? copy(drawn.nextStates) : network(drawn.nextStates)
        _ = try network.step(drawn.states, with: &optimizer) {
          try functions.qLoss(of: $0, drawn, nextQ: nextQ, gamma: gamma)
        }
      }
      if step % copyEvery == 0 { copy = network }
      report(step, network)
    }
    let greedy = greedyReturn(seed: seed) { network.bestPushes($0) }
    return Trained(
      seed: seed, network: network, curve: curve, frames: steps * poles, greedy: greedy)
  }

  /// One step with the gradient that goes through the target as well: the whole slope of (Q - y)².
  private func stepThroughTarget(
    _ network: inout SmallNetwork, _ drawn: Transitions<Float, Int>, _ functions: FunctionsInUse,
    _ optimizer: inout Adam<Float>
  ) throws {
    var context = Context.inference
    let (nextQ, nextCache) = network.forward(drawn.nextStates, in: &context)
    let (q, cache) = network.forward(drawn.states, in: &context)
    let dQ = try functions.qLoss(of: q, drawn, nextQ: nextQ, gamma: gamma).gradient
    // forward: (Q(a) - r - γ·max nextQ)², so the best next value gets -γ of what Q(a) gets.
    var dNextQ = nextQ * 0
    for (i, best) in nextQ.argmaxOfRows().enumerated() where !drawn.done[i] {
      dNextQ[i, best] = -Float(gamma) * dQ[i, drawn.actions[i]]
    }
    optimizer.update(
      &network, network.gradient(dQ, cache) + network.gradient(dNextQ, nextCache))
  }
}

/// Trains DQN on each seed.
func showDeepQ(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws -> [Trained] {
  screen.section("DQN")
  let run = DeepQ(plan)
  screen.text(
    "\(grouped(run.steps)) steps of \(run.poles) poles, a batch of \(run.batch) from memory at each.\n"
  )
  var table = Table("seed", "frames", "last, ε = 0.05", "greedy")
  let all = try trainEach(plan, on: screen, in: &table) { trained in
    [
      "\(trained.seed)", grouped(trained.frames), fixed(trained.curve.last, 0),
      fixed(trained.greedy, 1),
    ]
  } train: { seed in
    try run.train(functions, seed: seed) { step, _ in
      if step % 50 == 0 { screen.progress("seed \(seed), step \(grouped(step))") }
    }
  }
  screen.table(table)
  return all
}
