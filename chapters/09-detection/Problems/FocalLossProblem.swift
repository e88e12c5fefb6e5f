public import Checking
public import Core
import Detection

/// A detector's scores, whether there is an object, and the two numbers of the focal loss.
public struct FocalLossQuestion: Question {
  /// z, one score for each cell.
  public var logits: Matrix
  /// 1 where there is an object, else 0.
  public var targets: Matrix
  public var alpha: Double
  public var gamma: Double

  public init(logits: Matrix, targets: Matrix, alpha: Double, gamma: Double) {
    (self.logits, self.targets, self.alpha, self.gamma) = (logits, targets, alpha, gamma)
  }

  /// Random scores, and an object in a third of the cells.
  fileprivate init(_ rows: Int, _ columns: Int, alpha: Double, gamma: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let z = Matrix(standardDeviation: 2, shape: [rows, columns], using: &generator)
    let chance = Matrix(uniform: 0...1, shape: [rows, columns], using: &generator)
    var targets = chance.map { $0 < 0.4 ? 1.0 : 0 }
    // Two at least, and an empty cell, so that what depends on how many there are shows.
    (targets.scalars[0], targets.scalars[1], targets.scalars[2]) = (1, 0, 1)
    self.init(logits: z, targets: targets, alpha: alpha, gamma: gamma)
  }

  /// Sure of everything, and half of it wrong.
  fileprivate static func sure(gamma: Double) -> Self {
    Self(
      logits: Matrix(rows: [[1000, -1000, 3], [-1000, 1000, 0]]),
      targets: Matrix(rows: [[1, 1, 0], [0, 0, 1]]), alpha: 0.3, gamma: gamma)
  }

  /// An image with nothing on it.
  fileprivate static var empty: Self {
    Self(
      logits: Matrix(rows: [[-2, 0.5, 1], [-1, -3, 0]]), targets: Matrix(shape: [2, 3]),
      alpha: 0.25, gamma: 2)
  }

  public var isPermitted: Bool {
    targets.scalars.allSatisfy { $0 == 0 || $0 == 1 } && 0 <= alpha && alpha <= 1 && gamma >= 0
      && gamma.isFinite
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits), ("targets", \.targets)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("alpha", \.alpha), ("gamma", \.gamma)]
  }
  public var summary: String {
    "logits \(logits.shape), targets \(targets.shape), alpha \(digits(alpha)), gamma \(digits(gamma))"
  }

  fileprivate var positives: Double { targets.sum() }
  fileprivate var divisor: Double { max(1, positives) }

  /// What a cell's gradient is made of.
  fileprivate struct Cell {
    let t: Double
    /// 2t - 1, and a.
    let sign: Double, weight: Double
    /// q = σ((2t - 1)·z), 1 - q, and -log q.
    let q: Double, rest: Double, surprise: Double
  }

  /// A gradient, cell by cell, divided by the number of objects unless another number is given.
  fileprivate func gradient(dividedBy divisor: Double? = nil, _ slope: (Cell) -> Double) -> Matrix {
    let divisor = divisor ?? self.divisor
    return logits.zip(targets) { z, t in
      let sign = 2 * t - 1
      let u = sign * z
      let cell = Cell(
        t: t, sign: sign, weight: t == 1 ? alpha : 1 - alpha, q: 1 / (1 + Double.exp(-u)),
        rest: 1 / (1 + Double.exp(u)), surprise: max(-u, 0) + Double.log(onePlus: .exp(-abs(u))))
      return slope(cell) / divisor
    }
  }

  /// The right slope of a cell, but for its weight and its sign.
  fileprivate func core(_ cell: Cell) -> Double {
    Double.pow(cell.rest, gamma) * (-gamma * cell.q * cell.surprise - cell.rest)
  }
}

extension Chapter09Problems {
  /// 9.1, the gradient of the focal loss.
  public static var focalLoss: Problem<FocalLossQuestion, Matrix> {
    Problem(
      "9.1", "focalLossBackward", minutes: 25, difficulty: 3,
      section: "A loss over few of many",
      hints: [
        "Take one cell with t = 1, so that u = z. In how many places of its loss does q stand, and "
          + "which rule is for a product of two things that both move?",
        "z = 0, t = 1, γ = 2, a = 1: q = 0.5, and the loss is 0.25·log 2 = 0.173. The slope of "
          + "-log q is q - 1 = -0.5: times 0.25 that is -0.125. The slope of (1 - q)² is "
          + "-2·0.5·0.25 = -0.25: times log 2 that is -0.173. Together -0.298. What are both for a "
          + "γ of 3?",
        "All are [m, n]: cell by cell. P, the number of ones in targets, is one number for all of "
          + "them, and 1 where there is none. Where t = 0 the sign of z was turned on the way in.",
        "dz = a·(2t - 1)·(1 - q)^γ·(γ·q·log q + q - 1)/max(1, P), with log q as "
          + "-(max(-u, 0) + log(1 + exp(-abs(u)))), and q - 1 as -1/(1 + exp(u))",
        "let u = (2 * t - 1) * z\n"
          + "let surprise = max(-u, 0) + log(1 + exp(…))\n"
          + "let slope = pow(rest, gamma) * (-gamma * q * … - …)\n"
          + "return (t == 1 ? alpha : …) * (2 * t - 1) * slope / max(1, …)",
      ],
      cases: [
        Case(FocalLossQuestion(5, 3, alpha: 0.25, gamma: 2, seed: 911)),
        Case(FocalLossQuestion(4, 4, alpha: 0.6, gamma: 1.3, seed: 912)),
        Case(FocalLossQuestion(1, 7, alpha: 0.25, gamma: 0.5, seed: 913)),
        Case(FocalLossQuestion(6, 1, alpha: 0.3, gamma: 0, seed: 914)),
        Case(FocalLossQuestion(3, 5, alpha: 0.45, gamma: 0, seed: 916)),
        Case(FocalLossQuestion(3, 4, alpha: 0.9, gamma: 3, seed: 915)).rounded("logits"),
        Case(.sure(gamma: 2)), Case(.sure(gamma: 0.5)), Case(.empty),
      ],
      forward: {
        Detection.focalLoss(
          logits: $0.logits, targets: $0.targets, alpha: $0.alpha, gamma: $0.gamma
        ).loss
      },
      reference: {
        Detection.focalLoss(
          logits: $0.logits, targets: $0.targets, alpha: $0.alpha, gamma: $0.gamma
        ).gradient
      },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: focalMisconceptions,
      alternatives: [
        { question in
          // The product rule, written out: the slope of (1 - q)^γ, then that of log q.
          question.gradient { cell in
            let damping = Double.pow(cell.rest, question.gamma)
            let ofDamping = -question.gamma * damping * cell.q * cell.surprise
            let ofLogarithm = -damping * cell.rest
            return cell.weight * cell.sign * (ofDamping + ofLogarithm)
          }
        },
        { question in
          // Cells with an object and cells without, each with its own formula in p = σ(z).
          question.logits.zip(question.targets) { z, t in
            let (p, rest) = (1 / (1 + Double.exp(-z)), 1 / (1 + Double.exp(z)))
            let log1 = Double.log(onePlus: .exp(-abs(z)))
            let (a, g) = (question.alpha, question.gamma)
            let slope =
              t == 1
              ? a * Double.pow(rest, g) * (-g * p * (max(-z, 0) + log1) - rest)
              : (1 - a) * Double.pow(p, g) * (g * rest * (max(z, 0) + log1) + p)
            return slope / question.divisor
          }
        },
        { question in
          var gradient = question.logits
          for place in gradient.scalars.indices {
            let isObject = question.targets.scalars[place] == 1
            let u = isObject ? question.logits.scalars[place] : -question.logits.scalars[place]
            // 1 - q through tanh.
            let rest = (1 - Double.tanh(u / 2)) / 2
            let exact = u > 1 ? 1 / (1 + Double.exp(u)) : rest
            let log = u > 0 ? -Double.log(onePlus: .exp(-u)) : u - Double.log(onePlus: .exp(u))
            let slope =
              Double.pow(exact, question.gamma) * (question.gamma * (1 - exact) * log - exact)
            gradient.scalars[place] =
              (isObject ? question.alpha : question.alpha - 1) * slope / question.divisor
          }
          return gradient
        },
      ],
      given: { question in
        func each(_ value: @escaping (FocalLossQuestion.Cell) -> Double) -> Matrix {
          question.gradient(dividedBy: 1, value)
        }
        func damping(_ cell: FocalLossQuestion.Cell) -> Double {
          Double.pow(cell.rest, question.gamma)
        }
        return question.tensors + [
          ("q", each { $0.q }), ("1 - q", each { $0.rest }), ("log q", each { -$0.surprise }),
          ("a", each { $0.weight }), ("2t - 1", each { $0.sign }), ("(1 - q)^γ", each(damping)),
          (
            "the part through (1 - q)^γ",
            question.gradient {
              $0.weight * $0.sign * damping($0) * -question.gamma * $0.q * $0.surprise
            }
          ),
          (
            "the part through log q",
            question.gradient { $0.weight * $0.sign * damping($0) * -$0.rest }
          ),
        ]
      },
      attempt: asks {
        try $0.focalLossBackward(
          logits: $1.logits, targets: $1.targets, alpha: $1.alpha, gamma: $1.gamma)
      }
    )
  }

  private static var focalMisconceptions: [Misconception<FocalLossQuestion, Matrix>] {
    /// A wrong slope of a cell.
    func wrong(
      _ name: String, _ sentence: String,
      slope: @escaping (FocalLossQuestion, FocalLossQuestion.Cell) -> Double
    ) -> Misconception<FocalLossQuestion, Matrix> {
      Misconception(name, sentence) { question in question.gradient { slope(question, $0) } }
    }
    return [
      wrong(
        "focal-factor-constant",
        "You took (1 - q)^γ for a constant, as a `detach` on it would. It is made of z like q itself, "
          + "and brings γ·q·log q."
      ) { $1.weight * $1.sign * Double.pow($1.rest, $0.gamma) * -$1.rest },
      wrong(
        "focal-only-factor",
        "This is the slope through (1 - q)^γ alone. log q moves too, and brings q - 1."
      ) {
        $1.weight * $1.sign * Double.pow($1.rest, $0.gamma) * -$0.gamma * $1.q * $1.surprise
      },
      wrong(
        "focal-log-without-q",
        "The slope of (1 - q)^γ with respect to u is -γ·(1 - q)^γ·q: the inner derivative q(1 - q) "
          + "leaves a factor q, and you left it out."
      ) {
        $1.weight * $1.sign * Double.pow($1.rest, $0.gamma) * (-$0.gamma * $1.surprise - $1.rest)
      },
      Misconception(
        "focal-divided-by-all",
        "You divided by the number of all cells. Most of them are empty: the loss is divided by the "
          + "number of objects, the ones in the targets."
      ) { question in
        question.gradient(dividedBy: Double(question.logits.count)) {
          $0.weight * $0.sign * question.core($0)
        }
      },
      Misconception(
        "focal-divided-by-rows",
        "You divided by the number of rows. The loss is divided by the number of objects, the ones in "
          + "the targets of the whole batch."
      ) { question in
        question.gradient(dividedBy: Double(question.logits.rows)) {
          $0.weight * $0.sign * question.core($0)
        }
      },
      Misconception(
        "focal-not-divided",
        "The sum is divided by the number of objects, the ones in the targets."
      ) { question in
        question.gradient(dividedBy: 1) { $0.weight * $0.sign * question.core($0) }
      },
      Misconception(
        "focal-no-object",
        "On an image with nothing on it you divided by 0. The divisor is max(1, P)."
      ) { question in
        question.gradient(dividedBy: question.positives) {
          $0.weight * $0.sign * question.core($0)
        }
      },
      wrong(
        "focal-alpha-for-both",
        "α is the weight of cells with an object; an empty one has 1 - α."
      ) { $0.alpha * $1.sign * $0.core($1) },
      wrong(
        "focal-alpha-forgotten",
        "A cell with an object counts α times, an empty one 1 - α times: the weights are missing."
      ) { $1.sign * $0.core($1) },
      wrong(
        "focal-alpha-objects-only",
        "An empty cell counts 1 - α times. You weighed the cells with an object with α, and the empty ones "
          + "not at all."
      ) { ($1.t == 1 ? $0.alpha : 1) * $1.sign * $0.core($1) },
      wrong(
        "focal-alpha-exchanged",
        "α belongs to the cells with an object, 1 - α to the empty ones. You exchanged them."
      ) { (1 - $1.weight) * $1.sign * $0.core($1) },
      wrong(
        "focal-power-of-q",
        "Damped is what is easy, where q is near 1: the factor is (1 - q)^γ, not q^γ."
      ) {
        $1.weight * $1.sign * Double.pow($1.q, $0.gamma)
          * (-$0.gamma * $1.q * $1.surprise - $1.rest)
      },
      wrong(
        "focal-sign-forgotten",
        "In empty cells the sign is wrong: there u = -z, and the chain rule brings the factor 2t - 1."
      ) { $1.weight * $0.core($1) },
      wrong(
        "focal-uphill",
        "All signs are turned: a larger score of a cell with an object makes the loss smaller."
      ) { -$1.weight * $1.sign * $0.core($1) },
      wrong(
        "focal-log-of-zero",
        "Where the network is sure and wrong, q rounds to 0 and log q is infinite: 0·∞ is no number. "
          + "Compute log q as -(max(-u, 0) + log(1 + exp(-abs(u))))."
      ) {
        $1.weight * $1.sign * Double.pow($1.rest, $0.gamma)
          * ($0.gamma * $1.q * Double.log($1.q) - $1.rest)
      },
      wrong(
        "focal-power-below-zero",
        "Right on paper, but for γ under 1 you take a negative power of 1 - q, which is infinite where q "
          + "rounds to 1. Let (1 - q)^(γ - 1) and q(1 - q) cancel before you compute."
      ) { question, cell in
        let slope =
          -question.gamma * Double.pow(cell.rest, question.gamma - 1) * cell.surprise * cell.q
          * cell.rest
        return cell.weight * cell.sign
          * (slope - Double.pow(cell.rest, question.gamma) * cell.rest)
      },
    ]
  }
}
