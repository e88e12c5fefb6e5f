public import Checking
public import Core
import Importance

/// What a fake quantisation gives: the weights on their levels, and what is passed to W.
public typealias FakeQuantizationAnswer = (y: Matrix, dW: Matrix)

extension Chapter15Problems {
  /// 15.2, few bits forwards, and straight through backwards.
  public static var fakeQuantization: Problem<QuantizationQuestion, FakeQuantizationAnswer> {
    Problem(
      "15.2", "fakeQuantize", minutes: 20, difficulty: 2, section: "An honest lie",
      hints: [
        "Forward there are three small functions in a row: divide by the step, round, cut off. Then back to "
          + "the size of a weight. Backward, pretend that one of the three is not there. Which one, and what "
          + "do the other two do to a gradient?",
        "3 bits, so levels from -3 to 3, and a step of 0.5. W = 0.8 is 1.6 steps: level 2, y = 1. W = 1.6 is "
          + "3.2 steps: cut off, y = 1.5, and a little more W changes nothing. W = 1.5 is 3 steps, on the last "
          + "level: it still counts as inside. W = 0.75 is 1.5 steps, half way: the even level, 2. What does "
          + "each pass of its dy?",
        "y and dW have W's shape, whatever that is: `map` for one tensor, `zip` for two. q = 2^(bits - 1) - 1 "
          + "is (1 << (bits - 1)) - 1, a whole number: Double(…) of it. x.rounded() is not the rounding that "
          + "is asked for; x.rounded(.toNearestOrEven) is.",
        "y = s·clip(round(W/s), -q, q); dW = dy where |W/s| ≤ q, and 0 elsewhere",
        "let q = Double((1 << (bits - 1)) - 1); let y = weight.map { step * min(max(($0 / step).rounded("
          + ".toNearestOrEven), …), …) }; let dW = dy.zip(weight) { abs($1 / step) … ? … : 0 }",
      ],
      cases: QuantizationQuestion.cases,
      forward: nil,
      reference: right,
      parts: [Part("y") { $0.y }, Part("dW") { $0.dW }],
      misconceptions: quantizationMisconceptions,
      alternatives: [
        { question in
          // Cut off first: the bounds are levels themselves.
          let q = question.limit
          let cut = question.v.map { min(max($0, -q), q) }
          return (
            question.step * cut.map { $0.rounded(.toNearestOrEven) },
            question.dy * question.v.zip(cut) { $0 == $1 ? 1 : 0 }
          )
        },
        { question in
          // A remainder in the place of a rounding, and bounds at the size of weights.
          let bound = question.limit * question.step
          let y = question.weight.map { weight -> Double in
            if abs(weight) > bound { return weight > 0 ? bound : -bound }
            return weight - weight.remainder(dividingBy: question.step)
          }
          return (y, question.dy.zip(question.weight) { abs($1) > bound ? 0 : $0 })
        },
        { question in
          var (y, dW) = (question.weight, question.dy)
          for i in y.scalars.indices {
            let steps = question.weight.scalars[i] / question.step
            var level = steps.rounded(.down)
            let rest = steps - level
            if rest > 0.5 || (rest == 0.5 && level.truncatingRemainder(dividingBy: 2) != 0) {
              level += 1
            }
            if level > question.limit { level = question.limit }
            if level < -question.limit { level = -question.limit }
            y.scalars[i] = level * question.step
            if !(-question.limit...question.limit).contains(steps) { dW.scalars[i] = 0 }
          }
          return (y, dW)
        },
      ],
      given: { $0.tensors + [("W/step", $0.v)] },
      attempt: asks {
        try $0.fakeQuantize($1.weight, step: $1.step, bits: $1.bits, dy: $1.dy)
      }
    )
  }

  private static func right(_ question: QuantizationQuestion) -> FakeQuantizationAnswer {
    (
      Importance.fakeQuantize(question.weight, step: question.step, bits: question.bits),
      fakeQuantizeBackward(
        question.dy, weight: question.weight, step: question.step, bits: question.bits)
    )
  }

  /// The forward pass and the mask, with other bounds or another rounding.
  private static func quantized(
    _ question: QuantizationQuestion, low: Double? = nil, high: Double? = nil,
    _ round: (Double) -> Double = { $0.rounded(.toNearestOrEven) }
  ) -> FakeQuantizationAnswer {
    let (low, high) = (low ?? -question.limit, high ?? question.limit)
    return (
      question.v.map { question.step * min(max(round($0), low), high) },
      question.dy.zip(question.v) { low <= $1 && $1 <= high ? $0 : 0 }
    )
  }

  private static func wrong(
    _ name: String, _ sentence: String,
    answer: @escaping (QuantizationQuestion) -> FakeQuantizationAnswer
  ) -> Misconception<QuantizationQuestion, FakeQuantizationAnswer> {
    Misconception("quantize-" + name, sentence, answer: answer)
  }

  /// The right y, and what is passed back changed.
  private static func passing(
    _ name: String, _ sentence: String, _ pass: @escaping (QuantizationQuestion) -> Matrix
  ) -> Misconception<QuantizationQuestion, FakeQuantizationAnswer> {
    wrong(name, sentence) { (right($0).y, pass($0)) }
  }

  private static var quantizationMisconceptions:
    [Misconception<QuantizationQuestion, FakeQuantizationAnswer>]
  {
    [
      passing(
        "true-derivative",
        "This is the true derivative: rounding is flat, so 0. With it no weight ever moves. Straight through "
          + "means that backward takes rounding for the identity, and passes dy inside the bounds."
      ) { 0 * $0.dy },
      passing(
        "passes-outside",
        "Only rounding is taken for the identity. The cut at ±q stays: a weight beyond it changes nothing, "
          + "and gets 0. You passed dy everywhere."
      ) { $0.dy },
      passing(
        "bounds-exclusive",
        "A weight that lies exactly on the last level is inside: |W/s| ≤ q, with the bound. You gave it 0."
      ) { question in question.dy.zip(question.v) { abs($1) < question.limit ? $0 : 0 } },
      passing(
        "decided-by-the-level",
        "Here inside is asked of W/s itself, as if round were not there. You asked the rounded number, as "
          + "PyTorch's own fake quantisation does, and so let through what lies up to half a step beyond the "
          + "last level."
      ) { question in
        question.dy.zip(question.v) {
          abs($1.rounded(.toNearestOrEven)) <= question.limit ? $0 : 0
        }
      },
      passing(
        "bounds-exclusive-of-the-level",
        "You asked the rounded number, and gave 0 to the last level itself: whatever is rounded to it stands "
          + "still for ever. Inside is asked of W/s: |W/s| ≤ q, with the bound."
      ) { question in
        question.dy.zip(question.v) { abs($1.rounded(.toNearestOrEven)) < question.limit ? $0 : 0 }
      },
      passing(
        "compared-without-the-step",
        "Levels are counted in steps: compare W/s with q, not W itself."
      ) { question in question.dy.zip(question.weight) { abs($1) <= question.limit ? $0 : 0 } },
      passing(
        "multiplied-by-the-step",
        "Divided by s and multiplied by s again: the two cancel, and inside dy passes as it is. Yours has a "
          + "factor s."
      ) { right($0).dW * $0.step },
      passing(
        "divided-by-the-step",
        "Divided by s and multiplied by s again: the two cancel, and inside dy passes as it is. Yours is "
          + "divided by s."
      ) { right($0).dW / $0.step },
      passing(
        "gradient-of-the-cut-ones",
        "You kept the gradient where W is cut off, and dropped it inside. It is the other way round."
      ) { $0.dy - right($0).dW },
      wrong(
        "all-bits-on-each-side",
        "b bits have 2^b patterns for both signs together: the last level is q = 2^(b-1) - 1. You took "
          + "2^b - 1 on each side."
      ) {
        let q = 2 * $0.limit + 1
        return quantized($0, low: -q, high: q)
      },
      wrong(
        "one-level-more",
        "The last level is q = 2^(b-1) - 1. You took 2^(b-1), one more: with 0 these are more levels than b "
          + "bits have patterns."
      ) { quantized($0, low: -$0.limit - 1, high: $0.limit + 1) },
      wrong(
        "one-level-more-below",
        "The levels are symmetric here, -q…q. You have one more below, as whole numbers in two's complement "
          + "have."
      ) { quantized($0, low: -$0.limit - 1) },
      wrong(
        "rounds-half-away",
        "Half way goes to the even level: .rounded(.toNearestOrEven). Swift's plain .rounded() goes away "
          + "from zero."
      ) { quantized($0) { $0.rounded() } },
      wrong(
        "rounds-half-up",
        "Half way goes to the even level: .rounded(.toNearestOrEven). You took ⌊v + ½⌋, always the upper one."
      ) { quantized($0) { ($0 + 0.5).rounded(.down) } },
      wrong(
        "truncates",
        "Each weight goes to its nearest level. You cut off what is behind the point, towards zero."
      ) { quantized($0) { $0.rounded(.towardZero) } },
      wrong(
        "rounds-down",
        "Each weight goes to its nearest level. You took the one below."
      ) { quantized($0) { $0.rounded(.down) } },
      wrong(
        "levels-not-scaled-back",
        "y is a weight again, s times the level. You returned the level."
      ) { (right($0).y / $0.step, right($0).dW) },
      wrong(
        "not-cut-off",
        "y stays within ±q steps: levels beyond are cut off. You rounded alone."
      ) { question in
        (
          question.v.map { question.step * $0.rounded(.toNearestOrEven) }, right(question).dW
        )
      },
      wrong(
        "not-rounded",
        "Forward the rounding is real: y lies on levels. Only backward takes it for the identity. You cut "
          + "off, and did not round."
      ) { quantized($0) { $0 } },
    ]
  }
}
