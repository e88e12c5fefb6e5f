import Core
import Reinforcement
import Running
import Training

/// PPO: several passes over each batch, as far as the clip lets them.
struct ProximalPolicy {
  var updates = 40
  var poles = 16
  var steps = 64
  var epochs = 4
  var batch = 256
  var gamma = 0.99
  var lambda = 0.95
  var reward = 0.1
  var rate: Float = 0.003
  var epsilon = 0.2
  var entropyStrength = 0.01
  var valueStrength = 0.5

  init(_ plan: Plan) { if plan.isQuick { updates = 6 } }

  func train(
    seed: UInt64, report: (_ update: Int, _ mean: Double) -> Void = { _, _ in }
  ) throws -> Trained {
    var generator = SplitMix64(seed: seed)
    var network = smallNetwork(4, 64, 3, .tanh, using: &generator)
    var optimizer = Clipped(Adam<Float>(learningRate: rate), toGlobalNorm: 0.5)
    var environment = CartPoles<Float>(poles, seed: generator.next())
    var (curve, frames) = (Curve(every: poles * steps), 0)
    for update in 0..<updates {
      let rollout = Rollout(&environment, network, steps: steps, using: &generator)
      let after = network(environment.states)
      let states = rollout.flat(rollout.states)
      let (logits, values) = Tensor<Double>(rollout.flat(rollout.outputs)).split(atColumn: 2)
      let actions = rollout.flatActions
      var advantages = [Double]()
      for pole in 0..<poles {
        let (rewards, done) = rollout.recording(
          of: pole, network, reward: reward, gamma: gamma, clockIsAFall: false)
        let own = values.rows(pole * steps..<(pole + 1) * steps)
        advantages +=
          generalizedAdvantages(
            rewards: Tensor<Double>(rewards), values: own.reshaped([steps]), done: done,
            gamma: gamma,
            lambda: lambda, bootstrap: Double(after[pole, 2])
          ).scalars
      }
      let returns = Tensor<Double>(advantages) + values.reshaped([values.rows])
      let old = logProbabilities(of: actions, logits: logits)
      let scaled = standardized(Tensor<Double>(advantages))
      for _ in 0..<epochs {
        let order = generator.permutation(of: states.rows)
        for start in stride(from: 0, to: order.count, by: batch) {
          let places = Array(order[start..<min(start + batch, order.count)])
          _ = try network.step(states.rows(places), with: &optimizer) { output in
            loss(
              of: output, actions: places.map { actions[$0] }, old: old.rows(places),
              advantages: scaled.rows(places), returns: returns.rows(places))
          }
        }
      }
      frames += poles * steps
      curve.add(rollout.finished, at: frames)
      report(update, curve.last)
    }
    let greedy = greedyReturn(seed: seed) { network.bestPushes($0) }
    return Trained(
      seed: seed, network: network, curve: curve, frames: frames, greedy: greedy)
  }

  /// Clipped surrogate, value error and entropy.
  private func loss(
    of output: Tensor<Float>, actions: [Int], old: Tensor<Double>, advantages: Tensor<Double>,
    returns: Tensor<Double>
  ) -> Loss<Float> {
    let (logits, values) = Tensor<Double>(output).split(atColumn: 2)
    let policy = clippedSurrogate(
      logits: logits, actions: actions, oldLogProbabilities: old, advantages: advantages,
      epsilon: epsilon)
    let entropy = entropyBonus(logits: logits, strength: entropyStrength)
    let value = meanSquaredError(prediction: values.reshaped([values.rows]), target: returns)
    let dLogits = policy.gradient + entropy.gradient
    let dValues = (valueStrength * value.gradient).reshaped([values.rows, 1])
    return (
      Float(policy.loss + entropy.loss + valueStrength * value.loss),
      Tensor<Float>(columns(dLogits, dValues))
    )
  }
}

/// Trains PPO on each seed, with the clip and without.
func showProximalPolicy(_ plan: Plan, on screen: Screen) throws -> [Trained] {
  screen.section("PPO")
  let run = ProximalPolicy(plan)
  screen.text(
    """
    \(run.updates) updates of \(run.poles) poles × \(run.steps) steps, \(run.epochs) passes over each, in batches of \(run.batch).

    """)
  var table = Table("seed", "frames", "above 150 after", "last", "greedy")
  let all = try trainEach(plan, on: screen, in: &table) { trained in
    [
      "\(trained.seed)", grouped(trained.frames), trained.curve.reached(above: 150),
      fixed(trained.curve.last, 0), fixed(trained.greedy, 1),
    ]
  } train: { seed in
    try run.train(seed: seed) { update, mean in
      screen.progress("seed \(seed), update \(update), mean return \(fixed(mean, 0))")
    }
  }
  screen.table(table)
  return all
}
