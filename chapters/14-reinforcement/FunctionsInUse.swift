import Checking
import Core
import Problems14
import Reinforcement

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let policyGradient: (PolicyGradientQuestion) throws -> Matrix
  let discountedReturns: (ReturnsQuestion) throws -> Matrix
  let entropyBonus: (EntropyQuestion) throws -> Matrix
  let qLearning: (QLearningQuestion) throws -> Matrix
  let actorCritic: (ActorCriticQuestion) throws -> ActorCriticAnswer
  let squashedGaussian: (SquashedGaussianQuestion) throws -> SquashedGaussianAnswer

  init(_ source: Source) {
    policyGradient = Chapter14Problems.policyGradient.function(from: source)
    discountedReturns = Chapter14Problems.discountedReturns.function(from: source)
    entropyBonus = Chapter14Problems.entropyBonus.function(from: source)
    qLearning = Chapter14Problems.qLearning.function(from: source)
    actorCritic = Chapter14Problems.actorCritic.function(from: source)
    squashedGaussian = Chapter14Problems.squashedGaussian.function(from: source)
  }
}

// The networks compute in Float; what an exercise asks for, in between, in Double.
extension FunctionsInUse {
  /// What came after each step of one recording.
  func returns(
    rewards: [Double], done: [Bool], gamma: Double, bootstrap: Double
  ) throws -> [Double] {
    let question = ReturnsQuestion(
      rewards: Matrix(rewards), done: done, gamma: gamma, bootstrap: bootstrap)
    let returns = try discountedReturns(question)
    requireShapes("14.2", ("returns", returns, question.rewards))
    return returns.scalars
  }

  /// Policy gradient and entropy bonus.
  func policyLoss(
    of logits: Tensor<Float>, actions: [Int], advantages: Matrix, entropy strength: Double
  ) throws -> Loss<Float> {
    let question = PolicyGradientQuestion(
      logits: Matrix(logits), actions: actions, advantages: advantages)
    let loss = policyGradientLoss(
      logits: question.logits, actions: actions, advantages: advantages
    ).loss
    var gradient = try policyGradient(question)
    requireShapes("14.1", ("dLogits", gradient, question.logits))
    if strength > 0 {
      let bonus = try entropyBonus(
        EntropyQuestion(logits: question.logits, strength: strength))
      requireShapes("14.3", ("dLogits", bonus, question.logits))
      gradient += bonus
    }
    return (Float(loss), Tensor<Float>(gradient))
  }

  /// The loss of Q-learning, and ∂loss/∂q.
  func qLoss(
    of q: Tensor<Float>, _ steps: Transitions<Float, Int>, nextQ: Tensor<Float>, gamma: Double
  )
    throws -> Loss<Float>
  {
    let question = QLearningQuestion(
      q: Matrix(q), actions: steps.actions, rewards: Matrix(steps.rewards), done: steps.done,
      nextQ: Matrix(nextQ), gamma: gamma)
    let targets = qTargets(
      rewards: question.rewards, done: steps.done, nextQ: question.nextQ, gamma: gamma)
    let loss = qLearningLoss(q: question.q, actions: steps.actions, targets: targets).loss
    let dQ = try qLearning(question)
    requireShapes("14.4", ("dQ", dQ, question.q))
    return (Float(loss), Tensor<Float>(dQ))
  }

  /// The loss of an actor and a critic with one output, scores first and the value last.
  func actorCriticLoss(
    of output: Tensor<Float>, actions: [Int], returns: Matrix, valueStrength: Double,
    entropyStrength: Double
  ) throws -> Loss<Float> {
    let (logits, values) = Matrix(output).split(atColumn: output.columns - 1)
    let question = ActorCriticQuestion(
      logits: logits, values: values.reshaped([values.rows]), actions: actions, returns: returns,
      valueStrength: valueStrength, entropyStrength: entropyStrength)
    let loss = Reinforcement.actorCriticLoss(
      logits: logits, values: question.values, actions: actions, returns: returns,
      valueStrength: valueStrength, entropyStrength: entropyStrength
    ).loss
    let (dLogits, dValues) = try actorCritic(question)
    requireShapes(
      "14.5", ("dLogits", dLogits, logits), ("dValues", dValues, question.values))
    let dOutput = columns(dLogits, dValues.reshaped([dValues.count, 1]))
    return (Float(loss), Tensor<Float>(dOutput))
  }

  /// The gradients of a squashed Gaussian whose mean and log deviation are one output, `[m, 2d]`.
  func squashedGradient(
    dAction: Tensor<Float>, dLogProbability: Tensor<Float>, of output: Tensor<Float>,
    noise: Tensor<Float>
  ) throws -> Tensor<Float> {
    let (mean, logDeviation) = Matrix(output).split(atColumn: output.columns / 2)
    let question = SquashedGaussianQuestion(
      dAction: Matrix(dAction), dLogProbability: Matrix(dLogProbability), mean: mean,
      logDeviation: logDeviation, noise: Matrix(noise))
    let (dMean, dLogDeviation) = try squashedGaussian(question)
    requireShapes("14.6", ("dMean", dMean, mean), ("dLogDeviation", dLogDeviation, mean))
    return Tensor<Float>(columns(dMean, dLogDeviation))
  }
}
