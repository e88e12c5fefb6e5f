import Checking
import Core
import Reinforcement
import Running
import Training

/// REINFORCE: whole episodes, and the policy gradient with what came after each step.
struct Reinforce {
  var updates = 80
  var episodes = 16
  var gamma = 0.99
  var rate: Float = 0.01
  var entropy = 0.0

  init(_ plan: Plan) { if plan.isQuick { updates = 12 } }

  func train(
    _ functions: FunctionsInUse, seed: UInt64,
    report: (_ update: Int, _ mean: Double) -> Void = { _, _ in }
  ) throws -> Trained {
    var generator = SplitMix64(seed: seed)
    var network = smallNetwork(4, 32, 2, .tanh, using: &generator)
    var optimizer = Adam<Float>(learningRate: rate)
    var (curve, frames) = (Curve(every: 1), 0)
    for update in 0..<updates {
      var starts = SplitMix64(seed: generator.next())
      let played = playEpisodes(episodes, using: &starts) { (states: Tensor<Float>) in
        let actions = sampledActions(logits: network(states), using: &generator)
        return (actions, pushes(actions))
      }
      // Nobody knows what the clock has cut off: without a critic the bootstrap is 0.
      let returns = try zip(played.lengths, played.fell).flatMap { length, fell in
        try functions.returns(
          rewards: [Double](repeating: 1, count: length),
          done: (1...length).map { $0 == length && fell }, gamma: gamma, bootstrap: 0)
      }
      let advantages = standardized(Matrix(returns))
      _ = try network.step(played.states, with: &optimizer) {
        try functions.policyLoss(
          of: $0, actions: played.actions, advantages: advantages, entropy: entropy)
      }
      frames += played.actions.count
      curve.add(played.lengths, at: frames)
      report(update, played.meanReturn)
    }
    let greedy = greedyReturn(seed: seed) { network.bestPushes($0) }
    return Trained(
      seed: seed, network: network, curve: curve, frames: frames, greedy: greedy)
  }
}

/// Trains by REINFORCE on each seed.
func showReinforce(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws -> [Trained] {
  screen.section("REINFORCE")
  let run = Reinforce(plan)
  screen.text(
    "\(run.updates) updates of \(run.episodes) episodes; 200 is the most there is.\n")
  var table = Table("seed", "frames", "above 150 after", "last five updates", "greedy")
  let all = try trainEach(plan, on: screen, in: &table) { trained in
    let last = trained.curve.points.suffix(5)
    return [
      "\(trained.seed)", grouped(trained.frames), trained.curve.reached(above: 150),
      fixed(last.reduce(0) { $0 + $1.value } / Double(last.count), 0), fixed(trained.greedy, 1),
    ]
  } train: { seed in
    try run.train(functions, seed: seed) { update, mean in
      screen.progress("seed \(seed), update \(update), mean return \(fixed(mean, 0))")
    }
  }
  screen.table(table)
  return all
}
