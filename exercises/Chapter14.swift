import Problems14

public enum Answers: Chapter14 {
  /// Exercise 14.1: the gradient of a choice that went well or badly.
  ///
  ///     loss = -1/m Σ A·log π(a)   π = softmax(logits), in each row
  ///
  /// a is the action that was taken in a row, A how much better than expected it went. A is a constant. The
  /// mean is over the m rows. Scores of ±1000 must give finite gradients.
  /// Lesson: chapter 14, "A gradient through a choice". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 14.1`
  ///
  /// - Parameters:
  ///   - logits: A score for each action, `[m, actions]`; m is at least 1.
  ///   - actions: The action taken in each row, m numbers from 0.
  ///   - advantages: A, `[m]`, of any sign.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[m, actions]`.
  public static func policyGradientBackward(
    logits: Matrix, actions: [Int], advantages: Matrix
  ) throws -> Matrix {
    throw Todo("14.1")
  }

  /// Exercise 14.2: what came after each step, what is later counting less.
  ///
  ///     G_t = r_t + γ·r_{t+1} + γ²·r_{t+2} + …   up to the first step that is done, that one included
  ///
  /// done[t] says that the task ended with step t: nothing comes after it, and the next step is the first of
  /// another task. Where no step from t on is done, the recording was cut: then γ to the number of steps left,
  /// times the bootstrap, is added. A value is asked here, no gradient.
  /// Lesson: chapter 14, "What came after". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 14.2`
  ///
  /// - Parameters:
  ///   - rewards: r, `[T]`; T is at least 1.
  ///   - done: T of them.
  ///   - gamma: γ, in 0...1.
  ///   - bootstrap: What is expected from the state after the last step on.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: G, `[T]`.
  public static func discountedReturns(
    rewards: Matrix, done: [Bool], gamma: Double, bootstrap: Double
  ) throws -> Matrix {
    throw Todo("14.2")
  }

  /// Exercise 14.3: the gradient of a bonus for being undecided.
  ///
  ///     loss = -β·1/m Σ H   H = -Σ π·log π, over a row's actions   π = softmax(logits)
  ///
  /// `softmax(logits)` is π, `logSumExp(logits)` the log Σ eᶻ of each row, `[m]`, and log π = z - log Σ eᶻ.
  /// Scores of ±1000 must give finite gradients: there π is rounded to 0, and log π must not be taken of that.
  /// Lesson: chapter 14, "Not sure too soon". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 14.3`
  ///
  /// - Parameters:
  ///   - logits: A score for each action, `[m, actions]`.
  ///   - strength: β, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[m, actions]`.
  public static func entropyBonusBackward(logits: Matrix, strength: Double) throws -> Matrix {
    throw Todo("14.3")
  }

  /// Exercise 14.4: the gradient of Q-learning.
  ///
  ///     loss = 1/m Σ (q[a] - y)²   y = r + γ·max nextQ, over a row's actions, and r alone where done
  ///
  /// y is a constant, whatever it was made of. The mean is over the m rows.
  /// Lesson: chapter 14, "The value of an action". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 14.4`
  ///
  /// - Parameters:
  ///   - q: The value of each action before the step, `[m, actions]`.
  ///   - actions: The action taken in each row.
  ///   - rewards: r, `[m]`.
  ///   - done: Whether the task ended with the step.
  ///   - nextQ: The value of each action after the step, `[m, actions]`.
  ///   - gamma: γ, in 0...1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂q, `[m, actions]`.
  public static func qLearningBackward(
    q: Matrix, actions: [Int], rewards: Matrix, done: [Bool], nextQ: Matrix, gamma: Double
  ) throws -> Matrix {
    throw Todo("14.4")
  }

  /// Exercise 14.5: the gradients of an actor and a critic.
  ///
  ///     loss = -1/m Σ A·log π(a) + c·1/m Σ (V - G)² - β·1/m Σ H   A = G - V, stopped
  ///
  /// π = softmax(logits) and H its entropy, as in 14.1 and 14.3. Stopped: in the first term A is a constant, and
  /// V gets no gradient from there.
  /// Lesson: chapter 14, "Actor and critic". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 14.5`
  ///
  /// - Parameters:
  ///   - logits: The actor's scores, `[m, actions]`.
  ///   - values: V, what the critic expected, `[m]`.
  ///   - actions: The action taken in each row.
  ///   - returns: G, what came, `[m]`.
  ///   - valueStrength: c, at least 0.
  ///   - entropyStrength: β, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[m, actions]`, and ∂loss/∂V, `[m]`.
  public static func actorCriticBackward(
    logits: Matrix, values: Matrix, actions: [Int], returns: Matrix, valueStrength: Double,
    entropyStrength: Double
  ) throws -> (dLogits: Matrix, dValues: Matrix) {
    throw Todo("14.5")
  }

  /// Exercise 14.6: back through an action that is a squashed draw, and through its density.
  ///
  ///     u = μ + eˢ⊙ε   a = tanh u
  ///     log π(a) = Σ [-½ε² - s - ½log 2π - log(1 - a²)], over the d numbers of a row
  ///
  /// dAction arrives at a, dLogProbability at log π(a). ε is a constant. Draws far out, |u| = 40, must give finite
  /// gradients: a is rounded to ±1 there.
  /// Lesson: chapter 14, "Any force". About 35 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 14.6`
  ///
  /// - Parameters:
  ///   - dAction: ∂loss/∂a, `[m, d]`.
  ///   - dLogProbability: ∂loss/∂log π(a), `[m]`.
  ///   - mean: μ, `[m, d]`.
  ///   - logDeviation: s, the logarithm of the standard deviation, `[m, d]`.
  ///   - noise: ε, `[m, d]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂μ and ∂loss/∂s, each `[m, d]`.
  public static func squashedGaussianBackward(
    dAction: Matrix, dLogProbability: Matrix, mean: Matrix, logDeviation: Matrix, noise: Matrix
  ) throws -> (dMean: Matrix, dLogDeviation: Matrix) {
    throw Todo("14.6")
  }

  /// Exercise 14.7: the gradient of PPO's clipped surrogate.
  ///
  ///     loss = -1/m Σ min(r·A, clip(r, 1 - ε, 1 + ε)·A)   r = π(a)/π_old(a)   π = softmax(logits)
  ///
  /// clip brings r into the range. π_old and A are constants. Nobody meets r = 1 ± ε exactly. Where A = 0, nothing
  /// is gained or lost.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 14, "Many steps with one batch". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 14.7`
  ///
  /// - Parameters:
  ///   - logits: A score for each action now, `[m, actions]`.
  ///   - actions: The action taken in each row.
  ///   - oldLogProbabilities: log π_old(a), `[m]`.
  ///   - advantages: A, `[m]`.
  ///   - epsilon: ε, above 0, below 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[m, actions]`.
  public static func clippedSurrogateBackward(
    logits: Matrix, actions: [Int], oldLogProbabilities: Matrix, advantages: Matrix,
    epsilon: Double
  ) throws -> Matrix {
    throw Todo("14.7")
  }
}
