public import Checking
public import Core
import Reinforcement

/// The gradients of a squashed Gaussian.
public typealias SquashedGaussianAnswer = (dMean: Matrix, dLogDeviation: Matrix)

/// A draw of actions, and the gradients that arrive at them and at their log-probability.
public struct SquashedGaussianQuestion: Question {
  public var dAction: Matrix
  public var dLogProbability: Matrix
  public var mean: Matrix
  public var logDeviation: Matrix
  public var noise: Matrix

  public init(
    dAction: Matrix, dLogProbability: Matrix, mean: Matrix, logDeviation: Matrix, noise: Matrix
  ) {
    (self.dAction, self.dLogProbability) = (dAction, dLogProbability)
    (self.mean, self.logDeviation, self.noise) = (mean, logDeviation, noise)
  }

  init(_ batch: Int, _ width: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: [batch, width], using: &generator)
    }
    let logProbabilities: Matrix = Tensor(shape: [batch], using: &generator)
    self.init(
      dAction: draw(), dLogProbability: logProbabilities, mean: draw(0.7),
      logDeviation: draw(0.6) - 0.4, noise: draw())
  }

  var batch: Int { mean.rows }
  var width: Int { mean.columns }

  public var isPermitted: Bool { logDeviation.scalars.allSatisfy { abs($0) <= 20 } }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("dAction", \.dAction), ("dLogProbability", \.dLogProbability), ("μ", \.mean),
      ("s", \.logDeviation), ("ε", \.noise),
    ]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of an action's numbers", \.width)]
  }

  fileprivate var deviation: Matrix { exp(logDeviation) }
  fileprivate var u: Matrix { mean + deviation * noise }
  fileprivate var action: Matrix { tanh(u) }
  /// 1 - a².
  fileprivate var slope: Matrix { u.map { Activation<Double>.tanh.derivative(at: $0) } }
  /// dlogπ beside each number of the action.
  fileprivate var dLog: Matrix { spread(dLogProbability, width) }

  fileprivate var forward: Double {
    let draw = squashedGaussian(mean: mean, logDeviation: logDeviation, noise: noise)
    return (dAction * draw.action).sum() + (dLogProbability * draw.logProbability).sum()
  }
  fileprivate var reference: SquashedGaussianAnswer {
    let draw = squashedGaussian(mean: mean, logDeviation: logDeviation, noise: noise)
    return Reinforcement.squashedGaussianBackward(
      dAction: dAction, dLogProbability: dLogProbability, draw.cache)
  }

  /// du, or another one in its place, to the answer; `factor` is ∂u/∂s, and `own` what s gets from -s.
  fileprivate func gradients(
    du: Matrix? = nil, factor: Matrix? = nil, own: Matrix? = nil
  ) -> SquashedGaussianAnswer {
    let du = du ?? dAction * slope + 2 * action * dLog
    return (du, du * (factor ?? deviation * noise) + (own ?? -1 * dLog))
  }
}

extension Chapter14Problems {
  /// 14.6, back through a squashed draw and its density.
  public static var squashedGaussian: Problem<SquashedGaussianQuestion, SquashedGaussianAnswer> {
    Problem(
      "14.6", "squashedGaussianBackward", minutes: 35, difficulty: 4, section: "Any force",
      hints: [
        "Everything goes through u but for one thing: log π has s once more, alone. So find du first. "
          + "u reaches the loss on two ways, through a, and through the last term of log π.",
        "One number: μ = 0, s = 0, ε = 1, so u = 1, a = 0.762, 1 - a² = 0.42. Raise u by h: a rises by 0.42h. "
          + "-log(1 - a²) rises by (2·0.762/0.42)·0.42h = 1.523h: the 0.42 cancels. With da = 1 and dlogπ = 2 "
          + "that is 0.42 + 2·1.523. Now s: by how much does u rise? And -s?",
        "dAction, μ, s, ε and both gradients are [m, d]; dLogProbability is [m], one number for the d of a row. "
          + "log π is a sum over d, no mean. ε has no gradient.",
        "du = dAction(1 - a²) + 2a·dlogπ; dMean = du; dLogDeviation = du·eˢ·ε - dlogπ",
        "for i in …, for j in …: let deviation = exp(logDeviation[i, j]); let u = mean[i, j] + …; "
          + "let a = tanh(u); let du = dAction[i, j] * (…) + 2 * a * …; dMean[i, j] = du; "
          + "dLogDeviation[i, j] = du * … - …",
      ],
      cases: [
        Case(SquashedGaussianQuestion(5, 3, seed: 1451)),
        Case(SquashedGaussianQuestion(4, 4, seed: 1452)),
        Case(SquashedGaussianQuestion(1, 6, seed: 1453)),
        Case(SquashedGaussianQuestion(6, 1, seed: 1454)),
        Case(
          SquashedGaussianQuestion(
            dAction: Matrix(rows: [[1, 2]]), dLogProbability: Matrix([0.2]),
            mean: Matrix(rows: [[0, 0.5]]), logDeviation: Matrix(rows: [[-1, 0]]),
            noise: Matrix(rows: [[1, -0.5]]))),
        // So far out that a is rounded to ±1, and 1 - a² to 0.
        Case(
          SquashedGaussianQuestion(
            dAction: Matrix(rows: [[1, -2, 0.5], [1.5, 0, 1]]),
            dLogProbability: Matrix([0.5, -1.25]),
            mean: Matrix(rows: [[30, -25, 1], [0, -40, 0.5]]),
            logDeviation: Matrix(rows: [[0, -1, 0.5], [1, 0, -0.5]]),
            noise: Matrix(rows: [[1, 0.5, 0], [-0.5, -1, 1]]))),
        Case(SquashedGaussianQuestion(3, 2, seed: 1455)).rounded(),
      ],
      forward: { $0.forward },
      reference: { $0.reference },
      parts: [
        Part("dMean", of: \.mean) { $0.dMean },
        // Right, if it is made of du in the right way, whatever du was.
        Part(
          "dLogDeviation", of: \.logDeviation,
          by: { $1.dMean * $0.deviation * $0.noise - $0.dLog }, value: { $0.dLogDeviation }),
      ],
      misconceptions: squashedGaussianMisconceptions,
      alternatives: [
        { $0.gradients() },
        { question in
          // -log(1 - a²) = 2u + 2 softplus(-2u) - 2 log 2, and its slope is 2 - 4σ(-2u).
          let sigma = Activation<Double>.sigmoid(-2 * question.u)
          let du = question.dAction * question.slope + question.dLog * (2 - 4 * sigma)
          return question.gradients(du: du)
        },
        { question in
          // Number by number, the two ways of the loss one after the other.
          var (dMean, dS) = (0 * question.mean, 0 * question.mean)
          for i in 0..<question.batch {
            for j in 0..<question.width {
              let spread = Double.exp(question.logDeviation[i, j]) * question.noise[i, j]
              let a = Double.tanh(question.mean[i, j] + spread)
              dMean[i, j] += question.dAction[i, j] * (1 - a) * (1 + a)
              dMean[i, j] += question.dLogProbability[i] * (a + a)
              dS[i, j] = dMean[i, j] * spread - question.dLogProbability[i]
            }
          }
          return (dMean, dS)
        },
      ],
      given: { question in
        question.tensors + [
          ("u", question.u), ("a", question.action), ("eˢ", question.deviation),
          ("dlogπ", question.dLog), ("a·dlogπ", question.action * question.dLog),
          ("eˢ·ε", question.deviation * question.noise),
        ]
      },
      attempt: asks {
        try $0.squashedGaussianBackward(
          dAction: $1.dAction, dLogProbability: $1.dLogProbability, mean: $1.mean,
          logDeviation: $1.logDeviation, noise: $1.noise)
      }
    )
  }

  private static var squashedGaussianMisconceptions:
    [Misconception<SquashedGaussianQuestion, SquashedGaussianAnswer>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (SquashedGaussianQuestion) -> SquashedGaussianAnswer
    ) -> Misconception<SquashedGaussianQuestion, SquashedGaussianAnswer> {
      Misconception("squash-" + name, sentence, answer: answer)
    }
    func through(
      _ name: String, _ sentence: String, du: @escaping (SquashedGaussianQuestion) -> Matrix
    ) -> Misconception<SquashedGaussianQuestion, SquashedGaussianAnswer> {
      wrong(name, sentence) { $0.gradients(du: du($0)) }
    }
    func drawn(
      _ name: String, _ sentence: String, u: @escaping (SquashedGaussianQuestion) -> Matrix
    ) -> Misconception<SquashedGaussianQuestion, SquashedGaussianAnswer> {
      wrong(name, sentence) { question in
        let a = tanh(u(question))
        return question.gradients(du: question.dAction * (1 - a * a) + 2 * a * question.dLog)
      }
    }
    return [
      through(
        "density-of-u",
        "log π is the density of a, not of u: the squashing's -log(1 - a²) has the slope 2a in u. You left "
          + "it out."
      ) { $0.dAction * $0.slope },
      through(
        "slope-missing", "The way through a = tanh u has the slope 1 - a². You left it out."
      ) { $0.dAction + 2 * $0.action * $0.dLog },
      wrong(
        "own-deviation-forgotten",
        "log π has -s, which u does not pass on: a wider draw is less dense. ds gets -dlogπ for it."
      ) { $0.gradients(own: 0 * $0.mean) },
      wrong("own-deviation-sign", "log π has -s: it gives ds -dlogπ. You added dlogπ.") {
        $0.gradients(own: $0.dLog)
      },
      wrong("noise-forgotten", "u = μ + eˢε: in s it has the slope eˢε. You left out ε.") {
        $0.gradients(factor: $0.deviation)
      },
      wrong(
        "deviation-forgotten", "u = μ + eˢε: in s it has the slope eˢε. You left out eˢ."
      ) { $0.gradients(factor: $0.noise) },
      wrong(
        "divided-by-dimensions",
        "log π is a sum over the d numbers of an action. You divided its gradient by d."
      ) { question in
        let share = question.dLog / Double(question.width)
        return question.gradients(
          du: question.dAction * question.slope + 2 * question.action * share, own: -1 * share)
      },
      wrong(
        "log-variance",
        "s is the logarithm of the standard deviation, so u = μ + eˢε. You took it for that of the variance."
      ) { question in
        let deviation = exp(0.5 * question.logDeviation)
        let action = tanh(question.mean + deviation * question.noise)
        let du = question.dAction * (1 - action * action) + 2 * action * question.dLog
        return (du, 0.5 * (du * deviation * question.noise - question.dLog))
      },
      wrong(
        "log-variance-half",
        "s is the logarithm of the standard deviation: its slope is eˢε, without a ½, which a log variance "
          + "would have."
      ) { $0.gradients(factor: 0.5 * $0.deviation * $0.noise, own: -0.5 * $0.dLog) },
      wrong(
        "deviation-itself", "s is the logarithm of the deviation: u = μ + eˢε, not μ + sε."
      ) { question in
        let action = tanh(question.mean + question.logDeviation * question.noise)
        let du = question.dAction * (1 - action * action) + 2 * action * question.dLog
        return (du, du * question.noise - question.dLog / question.logDeviation)
      },
      through(
        "correction-sign", "log π has minus log(1 - a²): its slope in u is +2a. You subtracted it."
      ) { $0.dAction * $0.slope - 2 * $0.action * $0.dLog },
      through(
        "correction-half", "The slope of -log(1 - a²) in u is 2a. The 2 is missing."
      ) { $0.dAction * $0.slope + $0.action * $0.dLog },
      through(
        "correction-at-the-action",
        "2a/(1 - a²) is the slope of -log(1 - a²) in a. Asked is that in u: times 1 - a², which cancels."
      ) { $0.dAction * $0.slope + 2 * $0.action / $0.slope * $0.dLog },
      through(
        "correction-squashed-again",
        "The slope of -log(1 - a²) in u is 2a: the tanh's slope has cancelled. You multiplied by 1 - a² once "
          + "more."
      ) { ($0.dAction + 2 * $0.action * $0.dLog) * $0.slope },
      through(
        "zero-divided-by-zero",
        "Where a is rounded to ±1, 1 - a² is 0, and 0/0 is no number. Let the fraction cancel before you "
          + "compute: 2a."
      ) { question in
        let slope = 1 - question.action * question.action
        return question.dAction * slope + 2 * question.action * slope / slope * question.dLog
      },
      through(
        "epsilon-added",
        "log(1 - a² + 10⁻⁶), as many programs have it, is another function, and where a is near ±1 a very "
          + "different one. Its fraction cancels without any ε: 2a."
      ) { question in
        let slope = 1 - question.action * question.action
        return question.dAction * slope + 2 * question.action * slope / (slope + 1e-6)
          * question.dLog
      },
      wrong(
        "density-with-u-fixed",
        "The -½ε² in log π is of the noise, a constant: when μ or s moves, u moves along. You took the density "
          + "at a u that stays."
      ) { question in
        let own = question.dLog * question.noise
        let plain = question.gradients()
        return (
          plain.dMean + own / question.deviation, plain.dLogDeviation + own * question.noise
        )
      },
      through(
        "density-forgotten",
        "The loss has log π in it: dlogπ reaches u as well, with the factor 2a."
      ) { $0.dAction * $0.slope + 2 * $0.action },
      through(
        "tanh-forgotten", "a is tanh u. You took u for the action, in both of its ways."
      ) { $0.dAction * (1 - $0.u * $0.u) + 2 * $0.u * $0.dLog },
      drawn(
        "noise-forgotten-in-the-draw",
        "u = μ + eˢε: the draw has the noise in it. You took a = tanh μ."
      ) { $0.mean },
      drawn(
        "deviation-forgotten-in-the-draw",
        "u = μ + eˢε: the noise is as wide as eˢ says. You took μ + ε."
      ) { $0.mean + $0.noise },
      drawn("mean-forgotten-in-the-draw", "u = μ + eˢε: the draw is around μ. You took eˢε alone.")
      {
        $0.deviation * $0.noise
      },
      drawn("noise-added-to-the-deviation", "u = μ + eˢ·ε, a product. You added eˢ and ε.") {
        $0.mean + $0.deviation + $0.noise
      },
      drawn("noise-subtracted", "u = μ + eˢε, with a plus. You subtracted the noise.") {
        $0.mean - $0.deviation * $0.noise
      },
      drawn("deviation-only-in-the-draw", "u = μ + eˢε. You added s itself.") {
        $0.mean + $0.logDeviation
      },
      through(
        "slope-without-square", "The slope of tanh is 1 - a². The square is missing."
      ) { $0.dAction * (1 - $0.action) + 2 * $0.action * $0.dLog },
      through("slope-with-plus", "The slope of tanh is 1 - a², with a minus.") {
        $0.dAction * (1 + $0.action * $0.action) + 2 * $0.action * $0.dLog
      },
      through("slope-without-one", "The slope of tanh is 1 - a². You took a² alone.") {
        $0.dAction * $0.action * $0.action + 2 * $0.action * $0.dLog
      },
      through("slope-divided", "The slope of tanh is a factor of dAction. You divided by it.") {
        $0.dAction / $0.slope + 2 * $0.action * $0.dLog
      },
      through("slope-added", "The slope of tanh is a factor of dAction. You added it.") {
        $0.dAction + $0.slope + 2 * $0.action * $0.dLog
      },
      through("correction-without-a", "The slope of -log(1 - a²) in u is 2a. The a is missing.") {
        $0.dAction * $0.slope + 2 * $0.dLog
      },
      through(
        "correction-of-the-noise", "The slope of -log(1 - a²) in u is 2a. You took 2ε."
      ) { $0.dAction * $0.slope + 2 * $0.noise * $0.dLog },
      through(
        "ways-multiplied", "u reaches the loss on two ways, and ways add. You multiplied them."
      ) { $0.dAction * $0.slope * 2 * $0.action * $0.dLog },
      wrong(
        "density-to-the-first-number-only",
        "log π is a sum over all numbers of an action: dlogπ goes to each of them. You gave it to the first."
      ) { question in
        let first =
          question.dLog
          * spread(Matrix((0..<question.width).map { $0 == 0 ? 1 : 0 }), question.batch).T
        return question.gradients(
          du: question.dAction * question.slope + 2 * question.action * first, own: -1 * first)
      },
    ]
  }
}
