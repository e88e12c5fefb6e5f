import Core
import Reinforcement
import Running
import Training

/// SAC: any force in ±10, an actor that climbs two critics, and a memory.
struct SoftActorCritic {
  var steps = 2000
  var poles = 8
  var batch = 64
  var gamma = 0.99
  var reward: Float = 0.1
  /// α, what a nat of entropy is worth.
  var alpha: Float = 0.01
  var rate: Float = 0.003
  /// How much of the way the critics' copies follow at each step.
  var share: Float = 0.01

  init(_ plan: Plan) { if plan.isQuick { steps = 250 } }

  /// An action drawn from the actor's output, with all that backward needs.
  private struct Draw {
    let noise: Tensor<Float>
    let action: Tensor<Float>
    let logProbability: Tensor<Float>
  }

  /// The actor's output with its log deviations held within -4 and 1.
  private func bounded(_ output: Tensor<Float>) -> Tensor<Float> {
    let (mean, s) = output.split(atColumn: 1)
    return columns(mean, s.map { min(max($0, -4), 1) })
  }

  private func draw(_ output: Tensor<Float>, using generator: inout SplitMix64) -> Draw {
    let (mean, s) = output.split(atColumn: 1)
    let noise = Tensor<Float>(shape: mean.shape, using: &generator)
    let drawn = squashedGaussian(mean: mean, logDeviation: s, noise: noise)
    return Draw(noise: noise, action: drawn.action, logProbability: drawn.logProbability)
  }

  func train(
    _ functions: FunctionsInUse, seed: UInt64, report: (_ step: Int) -> Void = { _ in }
  ) throws -> Trained {
    var generator = SplitMix64(seed: seed)
    var actor = smallNetwork(4, 64, 2, .relu, using: &generator)
    var critics = (0..<2).map { _ in smallNetwork(5, 64, 1, .relu, using: &generator) }
    var copies = critics
    var actorOptimizer = Adam<Float>(learningRate: rate)
    var criticOptimizers = critics.map { _ in Adam<Float>(learningRate: rate) }
    var environment = CartPoles<Float>(poles, seed: generator.next())
    var memory = ReplayMemory<Float, Float>(capacity: 20_000, width: 4)
    let rewards = [Float](repeating: reward, count: poles)
    var curve = Curve(every: poles * steps / 40)
    for step in 0..<steps {
      let states = environment.states
      let action = draw(bounded(actor(states)), using: &generator).action
      let result = environment.step(forces: action.scalars.map { CartPole.push * Double($0) })
      memory.add(
        states: states, actions: action.scalars, rewards: rewards, done: result.fell,
        nextStates: result.reached)
      curve.add(result.finished, at: (step + 1) * poles)
      guard memory.count >= 4 * batch else { continue }
      let drawn = memory.sample(batch, using: &generator)
      let taken = Tensor(drawn.actions, shape: [batch, 1])
      // The critics' target: the worse of the copies' guesses, and the entropy of the next action.
      let next = draw(bounded(actor(drawn.nextStates)), using: &generator)
      let nextInput = columns(drawn.nextStates, next.action)
      let guesses = copies.map { $0(nextInput) }
      let worse = guesses[0].zip(guesses[1]) { min($0, $1) }
      let soft = worse - (alpha * next.logProbability).reshaped([batch, 1])
      let target = qTargets(
        rewards: drawn.rewards, done: drawn.done, nextQ: soft, gamma: Float(gamma)
      ).reshaped([batch, 1])
      let input = columns(drawn.states, taken)
      for i in critics.indices {
        _ = try critics[i].step(input, with: &criticOptimizers[i]) {
          meanSquaredError(prediction: $0, target: target)
        }
      }
      try climb(&actor, critics, drawn.states, functions, &actorOptimizer, &generator)
      for i in copies.indices { copies[i].follow(critics[i], share: share) }
      report(step)
    }
    let greedy = greedyReturn(seed: seed) { states in
      actor(states).split(atColumn: 1).left.scalars.map {
        CartPole.push * Double.tanh(Double($0))
      }
    }
    return Trained(
      seed: seed, network: actor, curve: curve, frames: steps * poles, greedy: greedy)
  }

  /// One step of the actor: 1/m Σ α·log π(a) - min Q(s, a), back through critics that stay as they are.
  private func climb(
    _ actor: inout SmallNetwork, _ critics: [SmallNetwork], _ states: Tensor<Float>,
    _ functions: FunctionsInUse, _ optimizer: inout Adam<Float>, _ generator: inout SplitMix64
  ) throws {
    let m = states.rows
    _ = try actor.step(states, with: &optimizer) { raw in
      let output = bounded(raw)
      let drawn = draw(output, using: &generator)
      let input = columns(states, drawn.action)
      var context = Context.inference
      let forward = critics.map { $0.forward(input, in: &context) }
      // The worse critic of each row has its say.
      let first = forward[0].output.zip(forward[1].output) { $0 <= $1 ? 1 : 0 }
      let slopes = [first, 1 - first].map { $0 * (-1 / Float(m)) }
      var dInput = Tensor<Float>(shape: input.shape)
      for i in critics.indices {
        dInput += critics[i].backward(slopes[i], forward[i].cache).dInput
      }
      let dAction = dInput.split(atColumn: 4).right
      let dLog = Tensor<Float>(repeating: alpha / Float(m), shape: [m])
      let dOutput = try functions.squashedGradient(
        dAction: dAction, dLogProbability: dLog, of: output, noise: drawn.noise)
      let worse = forward[0].output.zip(forward[1].output) { min($0, $1) }
      let loss = alpha * drawn.logProbability.mean() - worse.mean()
      // A log deviation at its bound does not move further out.
      let gated = dOutput.zip(raw.zip(output) { $0 == $1 ? 1 : 0 }) { $0 * $1 }
      return (loss, gated)
    }
  }
}

/// Trains SAC on each seed.
func showSoftActorCritic(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws
  -> [Trained]
{
  screen.section("SAC, with any force")
  let run = SoftActorCritic(plan)
  screen.text("\(grouped(run.steps)) steps of \(run.poles) poles, α = 0.01.\n")
  var table = Table("seed", "frames", "last", "greedy")
  let all = try trainEach(plan, on: screen, in: &table) { trained in
    [
      "\(trained.seed)", grouped(trained.frames), fixed(trained.curve.last, 0),
      fixed(trained.greedy, 1),
    ]
  } train: { seed in
    try run.train(functions, seed: seed) { step in
      if step % 50 == 0 { screen.progress("seed \(seed), step \(grouped(step))") }
    }
  }
  screen.table(table)
  return all
}
