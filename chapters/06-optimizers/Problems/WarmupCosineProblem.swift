public import Checking
public import Core
import Training

/// A step of a training, and the schedule's four numbers.
public struct WarmupQuestion: Question {
  public let step: Int
  public let warmup: Int
  public let total: Int
  public var peak: Double
  public var minimum: Double

  public init(step: Int, warmup: Int, total: Int, peak: Double, minimum: Double) {
    (self.step, self.warmup, self.total) = (step, warmup, total)
    (self.peak, self.minimum) = (peak, minimum)
  }

  public var isPermitted: Bool { 0 <= minimum && minimum <= peak }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("peak", \.peak), ("minimum", \.minimum)]
  }

  public var tensors: [(name: String, value: Matrix)] { [] }
  public var summary: String {
    "step \(step), warmup \(warmup), total \(total), peak \(digits(peak)), "
      + "minimum \(digits(minimum))"
  }
  public var label: String { "step \(step) of \(total)" }
}

extension Chapter06Problems {
  /// 6.6, a learning rate that rises in a line and falls in half a cosine.
  public static var warmupCosine: Problem<WarmupQuestion, Double> {
    func ask(
      _ step: Int, _ warmup: Int, _ total: Int, _ minimum: Double = 0.02, peak: Double = 0.3
    ) -> Case<WarmupQuestion> {
      Case(WarmupQuestion(step: step, warmup: warmup, total: total, peak: peak, minimum: minimum))
    }
    return Problem(
      "6.6", "warmupCosine", minutes: 10, difficulty: 2, section: "Schedules",
      hints: [
        "Two pieces: a straight line while step < warmup, half a cosine after it.",
        "w = 4, K = 12, η = 0.1, ηmin = 0: the first four rates are 0.025, 0.05, 0.075 and 0.1. The "
          + "cosine begins at k = 4 and ends at k = 12. What is the rate at k = 8, half way?",
        "k, w and K are whole numbers: turn them into Doubles before you divide, or 3/8 is 0.",
        "η(k + 1)/w for k < w; then ηmin + ½(η - ηmin)(1 + cos(π·(k - w)/(K - w))); "
          + "from step K on, ηmin",
        "if step < warmup { return peak * Double(step + 1) / Double(warmup) }; "
          + "let share = Double(min(step, total) - warmup) / Double(…); "
          + "return minimum + (peak - minimum) * (1 + Double.cos(…)) / 2",
      ],
      cases: [
        ask(2, 8, 50), ask(0, 8, 50), ask(7, 8, 50), ask(8, 8, 50), ask(20, 8, 50),
        ask(43, 8, 50, 0), ask(49, 8, 50), ask(50, 8, 50), ask(57, 8, 50), ask(5, 0, 21),
        ask(1, 3, 9, 0.1), ask(2, 4, 17, 1.6, peak: 3.7), ask(9, 4, 17, 1.6, peak: 3.7),
        ask(17, 4, 17, 1.6, peak: 3.7),
      ],
      forward: nil,
      reference: {
        Schedule.warmupCosine(
          peak: $0.peak, floor: $0.minimum, warmup: $0.warmup, steps: $0.total)($0.step)
      },
      parts: [Part("the rate") { Matrix([$0], shape: []) }],
      misconceptions: warmupMisconceptions,
      alternatives: [
        { question in
          // ½(1 + cos a) = 1 - sin²(a/2), from the peak down.
          let (k, w) = (Double(question.step), Double(question.warmup))
          if question.step < question.warmup { return (k * question.peak + question.peak) / w }
          let quarter = Double.pi / 2 * min(1, (k - w) / (Double(question.total) - w))
          let sine = Double.sin(quarter)
          return question.peak - (question.peak - question.minimum) * sine * sine
        },
        { WarmupByHand().rate($0) },
        { question in
          // ½(1 + cos a) = cos²(a/2).
          guard question.step >= question.warmup else {
            return question.peak / Double(question.warmup) * Double(1 + question.step)
          }
          let left = Double(max(0, question.total - question.step))
          let share = 1 - left / Double(question.total - question.warmup)
          let half = Double.cos(Double.pi / 2 * share)
          return question.peak * half * half + question.minimum * (1 - half * half)
        },
      ],
      attempt: asks {
        try $0.warmupCosine(
          step: $1.step, warmup: $1.warmup, total: $1.total, peak: $1.peak, minimum: $1.minimum)
      }
    )
  }

  private static var warmupMisconceptions: [Misconception<WarmupQuestion, Double>] {
    [
      mistaken(
        "warmup-from-zero",
        "The first step has the rate η/w: η(k + 1)/w. With η·k/w the first step is lost, its rate "
          + "is 0."
      ) { $0.rise = { Double($0.step) / Double($0.warmup) } },
      mistaken(
        "warmup-cosine-from-step-zero",
        "The cosine begins where the warm-up ends: its share is (k - w)/(K - w). Yours is k/K, and "
          + "jumps."
      ) { $0.share = { Double(min($0.step, $0.total)) / Double($0.total) } },
      mistaken(
        "warmup-cosine-over-total",
        "After the warm-up K - w steps are left for the cosine. You divided by K, so that it never "
          + "reaches the minimum."
      ) { $0.share = { Double(min($0.step, $0.total) - $0.warmup) / Double($0.total) } },
      mistaken(
        "warmup-cosine-late",
        "The cosine begins at step w, where the warm-up ends. Yours is w steps late: step already "
          + "counts the warm-up, take w away once."
      ) { $0.share = { Double(min($0.step, $0.total) - 2 * $0.warmup) / rest($0) } },
      mistaken(
        "warmup-cosine-late-and-short",
        "The warm-up is taken away twice, from the step and from the length of the cosine. It is "
          + "over once: (k - w)/(K - w)."
      ) {
        $0.share = { question in
          let late = max(0, min(question.step, question.total) - 2 * question.warmup)
          return Double(late) / (rest(question) - Double(question.warmup))
        }
      },
      mistaken(
        "warmup-cosine-short",
        "The cosine has the K - w steps after the warm-up. Yours is w steps shorter, and at the "
          + "minimum too early."
      ) {
        $0.share = { question in
          let step = Double(min(question.step, question.total) - question.warmup)
          return min(1, step / (rest(question) - Double(question.warmup)))
        }
      },
      mistaken(
        "warmup-cosine-ends-a-step-early",
        "The minimum is reached at step K. Yours is there at K - 1: the cosine's length is K - w, "
          + "nothing is taken off it."
      ) {
        $0.share = { min(1, Double(min($0.step, $0.total) - $0.warmup) / (rest($0) - 1)) }
      },
      mistaken(
        "warmup-cosine-begins-a-step-late",
        "Only the rise counts k + 1. In the cosine the step is k: at k = w the rate is the peak."
      ) { $0.share = { min(1, Double(min($0.step, $0.total) + 1 - $0.warmup) / rest($0)) } },
      mistaken(
        "warmup-minimum-forgotten",
        "The rate falls to the minimum, not to 0: ηmin + ½(η - ηmin)(1 + cos …)."
      ) { $0.minimum = { _ in 0 } },
      mistaken(
        "warmup-minimum-added",
        "The cosine goes from η to ηmin, so its height is η - ηmin. You put ηmin on top of a fall "
          + "by the whole η."
      ) { $0.height = { $0.peak } },
      mistaken(
        "warmup-cosine-rises-again",
        "A cosine comes up again after step K. From K on the rate stays at the minimum: take "
          + "min(step, total)."
      ) { $0.share = { Double($0.step - $0.warmup) / Double($0.total - $0.warmup) } },
      mistaken(
        "warmup-integer-division",
        "Whole numbers divide to whole numbers in Swift: 3/8 is 0. Make Doubles of them first."
      ) {
        $0.rise = { Double(($0.step + 1) / $0.warmup) }
        $0.share = { Double((min($0.step, $0.total) - $0.warmup) / ($0.total - $0.warmup)) }
      },
      mistaken(
        "warmup-rises-from-minimum",
        "The rise goes from 0: η(k + 1)/w. ηmin belongs to the fall alone."
      ) {
        $0.rise = { question in
          let share = Double(question.step + 1) / Double(question.warmup)
          return (question.minimum + (question.peak - question.minimum) * share) / question.peak
        }
      },
      mistaken(
        "warmup-cosine-upside-down",
        "The cosine falls: 1 + cos goes from 2 to 0. Yours is 1 - cos, and rises."
      ) { $0.curve = { (1 - Double.cos(Double.pi * $0)) / 2 } },
      Misconception(
        "warmup-nothing-after-the-end",
        "After step K the rate stays at ηmin, it does not fall to 0."
      ) { question in question.step > question.total ? 0 : WarmupByHand().rate(question) },
      mistaken(
        "warmup-linear-fall",
        "The fall is half a cosine, flat at both ends. Yours is a straight line."
      ) { $0.curve = { 1 - $0 } },
      mistaken(
        "warmup-half-forgotten",
        "1 + cos goes from 2 to 0: half of it is wanted, or the rate jumps to twice the peak."
      ) { $0.curve = { 1 + Double.cos(Double.pi * $0) } },
      mistaken(
        "warmup-cosine-whole-turn",
        "Half a turn of the cosine, from 0 to π, goes from the peak to the minimum. Yours turns to "
          + "2π, and is back at the peak."
      ) { $0.curve = { (1 + Double.cos(2 * Double.pi * $0)) / 2 } },
    ]
  }

  /// K - w.
  private static func rest(_ question: WarmupQuestion) -> Double {
    Double(question.total - question.warmup)
  }

  private static func mistaken(
    _ name: String, _ sentence: String, change: @escaping (inout WarmupByHand) -> Void
  ) -> Misconception<WarmupQuestion, Double> {
    Misconception(name, sentence) {
      var rule = WarmupByHand()
      change(&rule)
      return rule.rate($0)
    }
  }
}

/// The schedule piece by piece, with pieces that can be replaced by wrong ones.
private struct WarmupByHand {
  var rise: (WarmupQuestion) -> Double = { Double($0.step + 1) / Double($0.warmup) }
  var share: (WarmupQuestion) -> Double = {
    Double(min($0.step, $0.total) - $0.warmup) / Double($0.total - $0.warmup)
  }
  var curve: (Double) -> Double = { (1 + Double.cos(Double.pi * $0)) / 2 }
  var minimum: (WarmupQuestion) -> Double = { $0.minimum }
  var height: (WarmupQuestion) -> Double? = { _ in nil }

  func rate(_ question: WarmupQuestion) -> Double {
    if question.step < question.warmup { return question.peak * rise(question) }
    let minimum = minimum(question)
    return minimum + (height(question) ?? question.peak - minimum) * curve(share(question))
  }
}
