import Checking
import Core
import Reinforcement
import Running
import Training

/// Some steps of many poles at once, as an actor has chosen them.
struct Rollout {
  var states: [Tensor<Float>] = []
  var actions: [[Int]] = []
  /// Scores and values, as they were when the actions were chosen.
  var outputs: [Tensor<Float>] = []
  var steps: [CartPoleStep<Float>] = []
  var finished: [Int] = []

  /// Lets a network play.
  init(
    _ poles: inout CartPoles<Float>, _ network: SmallNetwork, steps count: Int,
    using generator: inout SplitMix64
  ) {
    for _ in 0..<count {
      let seen = poles.states
      let output = network(seen)
      let taken = sampledActions(logits: output.split(atColumn: 2).left, using: &generator)
      let step = poles.step(actions: taken)
      states.append(seen)
      outputs.append(output)
      actions.append(taken)
      steps.append(step)
      finished += step.finished
    }
  }

  /// Rewards and ends of one pole.
  ///
  /// Where its clock ran out, what would have come is added to the last reward, and the next episode begins:
  /// an end for the sum, none for the task.
  func recording(
    of pole: Int, _ network: SmallNetwork, reward: Double, gamma: Double, clockIsAFall: Bool
  ) -> (rewards: [Double], done: [Bool]) {
    var (rewards, done) = ([Double](), [Bool]())
    for step in steps {
      var received = reward
      if step.ranOut[pole] && !clockIsAFall {
        received += gamma * Double(network(step.reached.rows(pole..<pole + 1))[0, 2])
      }
      rewards.append(received)
      done.append(step.fell[pole] || step.ranOut[pole])
    }
    return (rewards, done)
  }

  /// All states, pole after pole, `[poles × steps, 4]`.
  func flat(_ tensors: [Tensor<Float>]) -> Tensor<Float> {
    let all = Tensor(
      Array(tensors.map(\.scalars).joined()),
      shape: [tensors.count * tensors[0].rows, tensors[0].columns])
    let poles = tensors[0].rows
    return all.rows((0..<poles).flatMap { pole in tensors.indices.map { $0 * poles + pole } })
  }

  /// All actions, in the same order.
  var flatActions: [Int] { actions[0].indices.flatMap { pole in actions.map { $0[pole] } } }
}

/// Actor and critic on one trunk, a step after every few frames.
struct ActorCritic {
  var updates = 400
  var poles = 16
  var steps = 16
  var gamma = 0.99
  var reward = 0.1
  var rate: Float = 0.005
  var valueStrength = 0.5
  var entropyStrength = 0.01
  var clockIsAFall = false

  init(_ plan: Plan) { if plan.isQuick { updates = 30 } }

  func train(
    _ functions: FunctionsInUse, seed: UInt64,
    report: (_ update: Int, _ mean: Double) -> Void = { _, _ in }
  ) throws -> Trained {
    var generator = SplitMix64(seed: seed)
    var network = smallNetwork(4, 64, 3, .tanh, using: &generator)
    var optimizer = Clipped(Adam<Float>(learningRate: rate), toGlobalNorm: 0.5)
    var environment = CartPoles<Float>(poles, seed: generator.next())
    var (curve, frames) = (Curve(every: 2048), 0)
    for update in 0..<updates {
      let rollout = Rollout(&environment, network, steps: steps, using: &generator)
      let after = network(environment.states)
      let returns = try (0..<poles).flatMap { pole in
        let (rewards, done) = rollout.recording(
          of: pole, network, reward: reward, gamma: gamma, clockIsAFall: clockIsAFall)
        return try functions.returns(
          rewards: rewards, done: done, gamma: gamma, bootstrap: Double(after[pole, 2]))
      }
      _ = try network.step(rollout.flat(rollout.states), with: &optimizer) {
        try functions.actorCriticLoss(
          of: $0, actions: rollout.flatActions, returns: Matrix(returns),
          valueStrength: valueStrength, entropyStrength: entropyStrength)
      }
      frames += poles * steps
      curve.add(rollout.finished, at: frames)
      report(update, curve.last)
    }
    let greedy = greedyReturn(seed: seed) { network.bestPushes($0) }
    return Trained(
      seed: seed, network: network, curve: curve, frames: frames, greedy: greedy)
  }
}

/// Trains actor and critic on each seed, and with a reward that drowns the actor.
func showActorCritic(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws -> [Trained] {
  screen.section("Actor and critic")
  let run = ActorCritic(plan)
  screen.text(
    "\(run.updates) updates of \(run.poles) poles × \(run.steps) steps.\n")
  var table = Table("", "frames", "above 150 after", "last", "greedy")
  func row(_ reward: String, _ trained: Trained) -> [String] {
    [
      "reward \(reward), seed \(trained.seed)", grouped(trained.frames),
      trained.curve.reached(above: 150), fixed(trained.curve.last, 0), fixed(trained.greedy, 1),
    ]
  }
  let all = try trainEach(plan, on: screen, in: &table) {
    row("0.1", $0)
  } train: { seed in
    try run.train(functions, seed: seed) { update, mean in
      screen.progress("seed \(seed), update \(update), mean return \(fixed(mean, 0))")
    }
  }
  var loud = run
  loud.reward = 1
  for seed in plan.seeds {
    table.add(row("1", try loud.train(functions, seed: seed)))
  }
  screen.table(table)
  return all
}
