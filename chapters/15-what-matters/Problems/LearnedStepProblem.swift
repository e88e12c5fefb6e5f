public import Checking
public import Core
import Importance

/// The gradients of a fake quantisation whose step is learned.
public typealias LearnedStepAnswer = (dW: Matrix, dStep: Double)

extension Chapter15Problems {
  /// 15.7, the gradient of the step between levels.
  public static var learnedStep: Problem<QuantizationQuestion, LearnedStepAnswer> {
    Problem(
      "15.7", "learnedStepBackward", minutes: 25, difficulty: 3, isChallenge: true,
      section: "A step that learns",
      hints: [
        "s stands twice in y = s·clip(round(W/s), -q, q): before, and under W. Take the two uses one after "
          + "the other, and remember what backward takes round for.",
        "3 bits, s = 0.5. W = 0.8 is v = 1.6 steps, level 2, y = 1. If s grows a little, the level stays and "
          + "y grows by 2 for each 1 of s: that is the first use. By the second, v = W/s falls by 1.6/s for "
          + "each 1, and with round taken for the identity y falls by s times that. What is left in all? "
          + "W = 1.6 is cut off at level 3: which of the two uses is left there?",
        "dW has W's shape, as in 15.2. There is one s for all weights, and ds is one number: a sum over all "
          + "of them, each with its dy.",
        "v = W/s; dW = dy where |v| ≤ q, and 0 elsewhere; ds = Σ dy·(round(v) - v) where |v| ≤ q, plus "
          + "Σ dy·(±q) elsewhere, with v's sign",
        "var ds = 0.0; for i in dy.scalars.indices { let v = weight.scalars[i] / step; let level = …; if "
          + "abs(v) <= q { dW.scalars[i] = …; ds += dy.scalars[i] * (level - …) } else { ds += … } }",
      ],
      cases: QuantizationQuestion.cases,
      forward: nil,
      reference: right,
      parts: [
        Part("dW") { $0.dW }, Part("dStep") { Matrix([$0.dStep], shape: []) },
      ],
      misconceptions: learnedStepMisconceptions,
      alternatives: [
        { question in
          // Both uses of s in turn: y/s for the first, -v inside for the second.
          let y = fakeQuantize(question.weight, step: question.step, bits: question.bits)
          let dW = passed(question)
          let first = (question.dy * y).sum() / question.step
          return (dW, first - (dW * question.v).sum())
        },
        { question in
          var (dW, ds) = (question.dy, 0.0)
          for i in dW.scalars.indices {
            let (v, q) = (question.weight.scalars[i] / question.step, question.limit)
            if v > q {
              ds += q * question.dy.scalars[i]
              dW.scalars[i] = 0
            } else if v < -q {
              ds -= q * question.dy.scalars[i]
              dW.scalars[i] = 0
            } else {
              ds += (v.rounded(.toNearestOrEven) - v) * question.dy.scalars[i]
            }
          }
          return (dW, ds)
        },
        { question in
          let q = question.limit
          let cut = question.v.map { min(max($0, -q), q) }
          let rounding = cut.map { $0.rounded(.toNearestOrEven) - $0 }
          let beyond = question.v.zip(cut) { $0 == $1 ? 0 : $1 }
          return (passed(question), (question.dy * (rounding + beyond)).sum())
        },
      ],
      given: { $0.tensors + [("W/step", $0.v)] },
      attempt: asks {
        try $0.learnedStepBackward($1.dy, weight: $1.weight, step: $1.step, bits: $1.bits)
      }
    )
  }

  private static func right(_ question: QuantizationQuestion) -> LearnedStepAnswer {
    let (dW, dStep) = Importance.learnedStepBackward(
      question.dy, weight: question.weight, step: question.step, bits: question.bits)
    return (dW, dStep)
  }

  /// What is passed to W.
  private static func passed(_ question: QuantizationQuestion) -> Matrix {
    fakeQuantizeBackward(
      question.dy, weight: question.weight, step: question.step, bits: question.bits)
  }

  /// Σ dy times what each weight has to say of s: inside, and beyond.
  private static func stepGradient(
    _ question: QuantizationQuestion,
    inside: (_ v: Double) -> Double = { $0.rounded(.toNearestOrEven) - $0 },
    beyond: (_ v: Double, _ q: Double) -> Double = { $0 > 0 ? $1 : -$1 },
    isInside: (_ v: Double, _ q: Double) -> Bool = { abs($0) <= $1 }
  ) -> Double {
    let q = question.limit
    return zip(question.dy.scalars, question.v.scalars).reduce(0) { sum, place in
      let (dy, v) = place
      return sum + dy * (isInside(v, q) ? inside(v) : beyond(v, q))
    }
  }

  private static func wrong(
    _ name: String, _ sentence: String, _ step: @escaping (QuantizationQuestion) -> Double
  ) -> Misconception<QuantizationQuestion, LearnedStepAnswer> {
    Misconception("learned-step-" + name, sentence) { (passed($0), step($0)) }
  }

  private static func passing(
    _ name: String, _ sentence: String, _ pass: @escaping (QuantizationQuestion) -> Matrix
  ) -> Misconception<QuantizationQuestion, LearnedStepAnswer> {
    Misconception("learned-step-" + name, sentence) { (pass($0), right($0).dStep) }
  }

  private static var learnedStepMisconceptions:
    [Misconception<QuantizationQuestion, LearnedStepAnswer>]
  {
    [
      wrong(
        "level-alone",
        "s stands under W as well: v = W/s falls as s grows. Inside, round(v) - v is left. You have "
          + "round(v) alone, the first use."
      ) { stepGradient($0, inside: { $0.rounded(.toNearestOrEven) }) },
      wrong(
        "nothing-beyond",
        "Beyond the last level y is ±q·s, and grows with s: ds gets dy·(±q) there. You gave it nothing."
      ) { stepGradient($0, beyond: { _, _ in 0 }) },
      wrong(
        "masked-levels",
        "The mask belongs to W. s counts beyond it too, with ±q, and inside with round(v) - v. You took the "
          + "levels, and W's mask."
      ) {
        stepGradient($0, inside: { $0.rounded(.toNearestOrEven) }, beyond: { _, _ in 0 })
      },
      wrong(
        "averaged",
        "One s serves all weights, and its gradient is a sum over them. You took a mean."
      ) { right($0).dStep / Double($0.dy.count) },
      wrong(
        "paper-s-scale",
        "Here ds is the plain sum. You divided by √(n·q), as LSQ does to slow the step down."
      ) { right($0).dStep / (Double($0.dy.count) * $0.limit).squareRoot() },
      wrong(
        "opposite",
        "Inside it is round(v) - v, beyond it is +q above and -q below. Yours has the wrong sign."
      ) { -right($0).dStep },
      wrong(
        "difference-turned",
        "Inside it is round(v) - v: where rounding takes v up, a wider step takes y up. You have "
          + "v - round(v)."
      ) { stepGradient($0, inside: { $0 - $0.rounded(.toNearestOrEven) }) },
      wrong(
        "bound-without-sign",
        "Below the lowest level y is -q·s: ds gets dy·(-q) there. You took +q on both sides."
      ) { stepGradient($0, beyond: { $1 }) },
      wrong(
        "weight-for-v",
        "What is compared with the level is v = W/s, counted in steps. You took W."
      ) { question in
        stepGradient(question, inside: { $0.rounded(.toNearestOrEven) - $0 * question.step })
      },
      wrong(
        "value-of-y",
        "Beyond, y = ±q·s has the slope ±q with respect to s. You took y itself, ±q·s."
      ) { question in
        stepGradient(question, beyond: { ($0 > 0 ? $1 : -$1) * question.step })
      },
      wrong(
        "chain-of-the-inside-alone",
        "s stands before the level as well: inside, round(v) - v. You have -v alone, the second use."
      ) { stepGradient($0, inside: { -$0 }) },
      wrong(
        "bounds-exclusive",
        "A weight exactly on the last level is inside: round(v) - v is 0 there. You counted it as beyond."
      ) { stepGradient($0, isInside: { abs($0) < $1 }) },
      wrong(
        "rounds-half-away",
        "Half way goes to the even level: .rounded(.toNearestOrEven). Swift's plain .rounded() goes away "
          + "from zero."
      ) { stepGradient($0, inside: { $0.rounded() - $0 }) },
      Misconception(
        "learned-step-open-interval",
        "The paper's interval is open, and on its bounds s gets ±q, W nothing. Here exactly on ±q is inside, for "
          + "W as for s."
      ) { question in
        (
          question.dy.zip(question.v) { abs($1) < question.limit ? $0 : 0 },
          stepGradient(question, isInside: { abs($0) < $1 })
        )
      },
      Misconception(
        "learned-step-decided-by-the-level",
        "Inside is asked of v itself, as if round were not there. You asked round(v), for W as for s, and so count "
          + "as inside what lies up to half a step beyond the last level."
      ) { question in
        (
          question.dy.zip(question.v) {
            abs($1.rounded(.toNearestOrEven)) <= question.limit ? $0 : 0
          }, stepGradient(question, isInside: { abs($0.rounded(.toNearestOrEven)) <= $1 })
        )
      },
      passing(
        "passes-outside",
        "dW is as in 15.2: a weight beyond the last level changes nothing, and gets 0. You passed dy "
          + "everywhere."
      ) { $0.dy },
      passing(
        "true-derivative",
        "dW is as in 15.2: backward takes rounding for the identity, and passes dy inside the bounds. Yours "
          + "is 0."
      ) { 0 * $0.dy },
      passing(
        "mask-exclusive",
        "dW is as in 15.2: exactly on the last level counts as inside, |W/s| ≤ q. You gave it 0."
      ) { question in question.dy.zip(question.v) { abs($1) < question.limit ? $0 : 0 } },
    ]
  }
}
