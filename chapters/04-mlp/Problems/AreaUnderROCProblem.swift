public import Checking
public import Core
import Training

/// A score for each sample, and whether it is a positive.
public struct ScoresQuestion: Question {
  public let scores: [Double]
  public let positives: [Bool]

  public init(scores: [Double], positives: [Bool]) {
    (self.scores, self.positives) = (scores, positives)
  }

  /// Random scores in steps of 1/levels, so that some are equal; positives score higher on average.
  init(_ count: Int, positives: Int, levels: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.positives = generator.permutation(of: count).map { $0 < positives }
    scores = self.positives.map { isPositive in
      let score = (generator.uniform() + (isPositive ? generator.uniform() : 0)) / 2
      return (score * Double(levels)).rounded() / Double(levels)
    }
  }

  public var isPermitted: Bool {
    positives.contains(true) && positives.contains(false)
  }
  public var tensors: [(name: String, value: Matrix)] {
    [("scores", Matrix(scores)), ("positives", Matrix(positives.map { $0 ? 1 : 0 }))]
  }
}

extension Chapter04Problems {
  /// 4.6, the area under the ROC curve.
  public static var areaUnderROC: Problem<ScoresQuestion, Double> {
    Problem(
      "4.6", "areaUnderROC", minutes: 20, difficulty: 3, isChallenge: true,
      section: "The area under the ROC curve",
      hints: [
        "The area is a probability: draw a positive and a negative at random. How often "
          + "does the positive have the higher score?",
        "Positives with the scores 0.9 and 0.5, negatives with 0.5 and 0.1: four pairs. The "
          + "positive wins three, and one is a tie. What is the area?",
        "Two loops, over the positives and over the negatives; one number comes out.",
        "(pairs where the positive scores higher + ½ · pairs with equal scores) / "
          + "(positives · negatives)",
        "for p in scores.indices where positives[p] { for n in scores.indices where !positives[n] "
          + "{ if scores[p] > scores[n] { wins += 1 } else if … { wins += … } } }; return wins / …",
      ],
      cases: [
        Case(ScoresQuestion(13, positives: 5, levels: 6, seed: 51)),
        Case(ScoresQuestion(20, positives: 8, levels: 1_000_000, seed: 52)),
        Case(
          ScoresQuestion(
            scores: [0.5, 0.5, 0.5, 0.5, 0.5], positives: [true, false, true, false, false])),
        Case(ScoresQuestion(scores: [0.1, 0.9, 0.3], positives: [true, false, true])),
        Case(ScoresQuestion(scores: [0.2, 0.7], positives: [false, true])),
        Case(ScoresQuestion(60, positives: 7, levels: 4, seed: 53)),
        Case(
          ScoresQuestion(scores: [-3, 4, -2, 2, -1], positives: [false, true, false, false, true])),
      ],
      forward: nil,
      reference: { Training.areaUnderROC(scores: $0.scores, isPositive: $0.positives) },
      parts: [Part("area") { Matrix([$0], shape: []) }],
      misconceptions: areaMisconceptions,
      alternatives: [
        { pairs($0) { $0 > $1 ? 1 : $0 == $1 ? 0.5 : 0 } },
        { trapezoids($0) },
        { rankSum($0) },
      ],
      attempt: asks { try $0.areaUnderROC(scores: $1.scores, positives: $1.positives) }
    )
  }

  private static var areaMisconceptions: [Misconception<ScoresQuestion, Double>] {
    [
      Misconception(
        "auc-ties-lost", "A positive and a negative with equal scores count half, not 0."
      ) { pairs($0) { $0 > $1 ? 1 : 0 } },
      Misconception(
        "auc-ties-won", "A positive and a negative with equal scores count half, not 1."
      ) { pairs($0) { $0 >= $1 ? 1 : 0 } },
      Misconception(
        "auc-reversed",
        "You have 1 minus the area: a positive should score higher than a negative. "
          + "Thresholds go down from the highest score."
      ) { pairs($0) { $0 < $1 ? 1 : $0 == $1 ? 0.5 : 0 } },
      Misconception(
        "auc-of-all-pairs",
        "Only pairs of one positive and one negative count: divide by positives · negatives, "
          + "not by all pairs of samples."
      ) {
        let mixed = pairs($0) { $0 > $1 ? 1 : $0 == $1 ? 0.5 : 0 }
        let (count, positives) = (Double($0.scores.count), Double($0.positives.count { $0 }))
        return mixed * positives * (count - positives) / (count * (count - 1) / 2)
      },
      Misconception(
        "auc-unsorted",
        "You walked through the samples as they came: sort them by score first, highest first."
      ) { staircase($0, order: Array($0.scores.indices)) },
      Misconception(
        "auc-one-step-per-tie",
        "Equal scores cross the threshold together: one slanted step for all of them. "
          + "One sample at a time makes the area depend on their order."
      ) { question in
        let scores = question.scores
        // By falling score, and equal ones as they came.
        return staircase(
          question,
          order: scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) })
      },
      Misconception(
        "auc-is-accuracy",
        "This is the accuracy at the threshold ½. The area asks how well the scores are ordered, "
          + "with no threshold at all."
      ) { question in
        let right = zip(question.scores, question.positives).count { ($0 >= 0.5) == $1 }
        return Double(right) / Double(question.scores.count)
      },
    ]
  }
}

/// The mean over all pairs of a positive and a negative, scored by a rule of one's own.
private func pairs(
  _ question: ScoresQuestion, rule: (_ positive: Double, _ negative: Double) -> Double
) -> Double {
  let labelled = zip(question.scores, question.positives)
  let positives = labelled.filter(\.1).map(\.0)
  let negatives = labelled.filter { !$0.1 }.map(\.0)
  let wins = positives.reduce(0) { sum, p in sum + negatives.reduce(0) { $0 + rule(p, $1) } }
  return wins / Double(positives.count * negatives.count)
}

/// The area under a curve that takes one sample at a time: right only without ties.
private func staircase(_ question: ScoresQuestion, order: [Int]) -> Double {
  var (found, area) = (0.0, 0.0)
  for i in order {
    if question.positives[i] { found += 1 } else { area += found }
  }
  let positives = Double(question.positives.count { $0 })
  return area / (positives * (Double(question.scores.count) - positives))
}

/// The area by the trapezoidal rule on the curve's points.
private func trapezoids(_ question: ScoresQuestion) -> Double {
  let curve = rocCurve(scores: question.scores, isPositive: question.positives)
  return zip(curve, curve.dropFirst()).reduce(0) { area, points in
    let width = points.1.falsePositiveRate - points.0.falsePositiveRate
    return area + width * (points.0.truePositiveRate + points.1.truePositiveRate) / 2
  }
}

/// The area from the ranks of the positives, equal scores sharing their mean rank.
private func rankSum(_ question: ScoresQuestion) -> Double {
  let scores = question.scores
  let ranks = scores.map { score in
    Double(scores.count { $0 < score }) + (Double(scores.count { $0 == score }) + 1) / 2
  }
  let positives = Double(question.positives.count { $0 })
  let sum = zip(ranks, question.positives).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
  return (sum - positives * (positives + 1) / 2)
    / (positives * (Double(scores.count) - positives))
}
