import Checking
import Core

// What wrong gradients of a masked loss have in common with the right ones: which steps have one, and what
// is taken off p there.
extension MaskedQuestion {
  static var clues: [Clue<Self, Matrix>] {
    [Clue(countedSteps), Clue(otherTargets), Clue(otherProbabilities)]
  }

  private typealias Place = (row: Int, step: Int)

  private var places: [Place] {
    mask.indices.flatMap { row in mask[row].indices.map { (row, $0) } }
  }

  private func counts(_ place: Place) -> Bool { mask[place.row][place.step] == 1 }

  /// The n numbers of a step.
  private func numbers(_ tensor: Matrix, _ place: Place) -> [Double] {
    (0..<logits.shape[2]).map { tensor[place.row, place.step, $0] }
  }

  /// Whether what fills the rows has no gradient.
  private func isFillingZero(_ gradient: Matrix) -> Bool {
    places.allSatisfy { counts($0) || numbers(gradient, $0).allSatisfy { $0 == 0 } }
  }

  /// Steps that have their right gradient, or none where they should, or one where they should not.
  private static func countedSteps(in cases: [Answered<Self, Matrix>]) -> String? {
    var (missing, added, right) = (0, 0, 0)
    var first: String?
    for answered in cases {
      let question = answered.input
      for place in question.places {
        let (got, expected) = (
          question.numbers(answered.output, place), question.numbers(answered.expected, place)
        )
        let isZero = got.allSatisfy { $0 == 0 }
        if zip(got, expected).allSatisfy(agree) {
          if question.counts(place) { right += 1 }
          continue
        }
        guard question.counts(place) != got.contains(where: { $0 != 0 }) else { return nil }
        if isZero { missing += 1 } else { added += 1 }
        if first == nil {
          first =
            "[\(place.row), \(place.step)] "
            + (isZero ? "counts and has none" : "does not count and has one")
        }
      }
    }
    guard missing + added >= 3, let first else { return nil }
    let start =
      right == 0
      ? "all steps that count have the gradient 0"
      : "the steps that count have their right gradient"
        + (missing > 0 ? ", or none at all" : "")
    let filling = added > 0 ? ", and the mask is 0 where others have one" : ""
    return start + filling
      + ": which steps are taken? In the first wrong case the step \(first)"
  }

  /// What must have been taken off p in a step that counts, for its gradient.
  private func taken(_ gradient: Matrix, _ place: Place) -> [Double] {
    zip(numbers(probabilities, place), numbers(gradient, place)).map { $0 - total * $1 }
  }

  /// Other numbers taken off the right p.
  private static func otherTargets(in cases: [Answered<Self, Matrix>]) -> String? {
    var told = 0
    /// What is taken off at the targets and at the other classes, rounded.
    var (atTargets, elsewhere) = (Set<Int>(), Set<Int>())
    var wrong: (place: Place, taken: [Int], question: Self)?
    for answered in cases {
      let question = answered.input
      guard question.isFillingZero(answered.output) else { return nil }
      for place in question.places where question.counts(place) {
        let taken = question.taken(answered.output, place)
        guard taken.allSatisfy({ abs($0) < 9 && abs($0 - $0.rounded()) < 1e-7 }) else { return nil }
        let target = question.targets[place.row][place.step]
        for (k, number) in taken.enumerated() {
          if k == target {
            atTargets.insert(Int(number.rounded()))
          } else {
            elsewhere.insert(Int(number.rounded()))
          }
        }
        let whole = taken.map { Int($0.rounded()) }
        if whole.enumerated().contains(where: { $1 != ($0 == target ? 1 : 0) }) {
          told += 1
          wrong = wrong ?? (place, whole, question)
        }
      }
    }
    guard told >= 4, let wrong else { return nil }
    let start = "p, the mask and the divisor are right, but not what is taken off p: "
    if atTargets.count == 1, elsewhere.count == 1, let one = atTargets.first,
      let other = elsewhere.first
    {
      return start + "at each target it is \(one), at the other classes \(other)"
    }
    return start
      + "in the first wrong step, [\(wrong.place.row), \(wrong.place.step)] of "
      + "\(wrong.question.summary), it is \(wrong.taken), and the target is class "
      + "\(wrong.question.targets[wrong.place.row][wrong.place.step])"
  }

  /// Another p, less the right target.
  private static func otherProbabilities(in cases: [Answered<Self, Matrix>]) -> String? {
    var (told, isSigned) = (0, true)
    var unbalanced: String?
    for answered in cases {
      let question = answered.input
      guard question.isFillingZero(answered.output) else { return nil }
      for place in question.places where question.counts(place) {
        let got = question.numbers(answered.output, place)
        let sum = got.reduce(0, +)
        guard sum.isFinite else { return nil }
        if abs(sum) > 1e-9, unbalanced == nil {
          unbalanced =
            "those of the step [\(place.row), \(place.step)] of \(question.summary) sum to "
            + digits(sum)
        }
        let target = question.targets[place.row][place.step]
        isSigned =
          isSigned && got.indices.allSatisfy { $0 == target ? got[$0] <= 1e-9 : got[$0] >= -1e-9 }
        told += 1
      }
    }
    guard told >= 6 else { return nil }
    if let unbalanced {
      return
        "the filling has 0, as it should; but the numbers of a step do not sum to 0, as those of p - t "
        + "do: \(unbalanced). Is p a softmax over all n scores of a step, t a one for one class, and "
        + "the whole divided by Σ mask?"
    }
    return isSigned
      ? "the filling has 0, and the numbers of each step sum to 0 and are negative at its target alone, as "
        + "those of p - t: which scores is the softmax of, and what is divided by?" : nil
  }
}
