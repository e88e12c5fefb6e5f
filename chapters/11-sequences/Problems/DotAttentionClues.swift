import Checking
import Core

// Where in attention's way back a wrong answer goes wrong: what follows is right, of other numbers.
extension AttentionQuestion {
  static var clues: [Clue<Self, Chapter11Problems.AttentionGradients>] {
    [Clue(otherWeights), Clue(otherScores), Clue(otherStates)]
  }

  /// One case: dStates as numbers times dContext and times q.
  private struct Found {
    let question: AttentionQuestion
    let isRight, isQueryRight: Bool
    let dQuery: Matrix
    /// What stands before dContext, and before q, `[m, t]`.
    var (values, scores): (Matrix, Matrix)

    /// Nil where no state's gradient is such a sum, with α before dContext where that is given, and with any
    /// number else.
    init?(
      _ answered: Answered<AttentionQuestion, Chapter11Problems.AttentionGradients>,
      areWeightsGiven: Bool
    ) {
      question = answered.input
      (isRight, dQuery) = (answered.isRight, answered.output.dQuery)
      isQueryRight = nearly(dQuery, answered.expected.dQuery)
      (values, scores) = (question.weights, 0 * question.weights)
      for n in 0..<question.query.rows {
        let width = 0..<question.query.columns
        let dContext = width.map { question.dContext[n, $0] }
        let q = width.map { question.query[n, $0] }
        for i in 0..<question.states.shape[1] {
          var numbers = width.map { answered.output.dStates[n, i, $0] }
          if areWeightsGiven {
            for j in width { numbers[j] -= values[n, i] * dContext[j] }
          }
          let columns = areWeightsGiven ? [q] : [dContext, q]
          guard let told = Combination(of: numbers, over: columns) else { return nil }
          if !areWeightsGiven { values[n, i] = told.factors[0] }
          scores[n, i] = told.factors[columns.count - 1]
        }
      }
    }

    /// Whether dQuery is made of the same gradients of the scores, Σ ds_i·h_i.
    var isQueryMade: Bool {
      var sum = 0 * dQuery
      for n in 0..<sum.rows {
        for i in 0..<scores.columns {
          for j in 0..<sum.columns { sum[n, j] += scores[n, i] * question.states[n, i, j] }
        }
      }
      return nearly(dQuery, sum)
    }

    /// Whether what arrives at a sequence's scores sums to 0, in each of them.
    var isSumZero: Bool {
      (0..<scores.rows).allSatisfy { abs(scores.rows($0..<$0 + 1).sum()) <= 1e-8 }
    }

    /// Whether ds is α·(dα - one number of the sequence).
    var areDifferencesRight: Bool {
      let (weights, dWeights) = (question.weights, question.dWeights)
      return (0..<scores.rows).allSatisfy { n in
        let seen = (0..<scores.columns).filter { weights[n, $0] > 1e-9 }
        let taken = seen.map { dWeights[n, $0] - scores[n, $0] / weights[n, $0] }
        let unseen = (0..<scores.columns).filter { weights[n, $0] == 0 }
        return unseen.allSatisfy { abs(scores[n, $0]) <= 1e-9 }
          && taken.allSatisfy { abs($0 - taken[0]) <= 1e-7 * max(1, abs(taken[0])) }
      }
    }

    /// Whether all α of a sequence are those given, or 0.
    var isEachSequenceRightOrNone: Bool {
      (0..<values.rows).allSatisfy { n in
        let own = values.rows(n..<n + 1)
        return nearly(own, question.weights.rows(n..<n + 1))
          || own.scalars.allSatisfy { abs($0) < 1e-9 }
      }
    }

    /// The first α that is not the one given.
    var otherWeight: String? {
      let given = question.weights
      return given.scalars.indices.first { abs(values.scalars[$0] - given.scalars[$0]) > 1e-7 }.map
      {
        "α\(place($0, in: given.shape)) is \(digits(values.scalars[$0])) in them, and given as "
          + digits(given.scalars[$0])
      }
    }
  }

  private static func found(
    in cases: [Answered<Self, Chapter11Problems.AttentionGradients>], areWeightsGiven: Bool
  ) -> [Found]? {
    let all = cases.map { Found($0, areWeightsGiven: areWeightsGiven) }
    let found = all.compactMap { $0 }
    let told = found.reduce(0) { $0 + ($1.isRight ? 0 : $1.question.states.count) }
    return found.count == all.count && told >= 6 ? found : nil
  }

  /// Another α in all places where it stands.
  private static func otherWeights(
    in cases: [Answered<Self, Chapter11Problems.AttentionGradients>]
  ) -> String? {
    guard let found = found(in: cases, areWeightsGiven: false) else { return nil }
    let fits = found.allSatisfy { one in
      var ds = one.values * one.question.dWeights
      for n in 0..<ds.rows {
        let mean = ds.rows(n..<n + 1).sum()
        for i in 0..<ds.columns { ds[n, i] -= one.values[n, i] * mean }
      }
      return nearly(one.scores, ds) && one.isQueryMade
    }
    if fits, found.allSatisfy(\.isEachSequenceRightOrNone) {
      return "each sequence has its right gradients, or 0 alone: over which n does the loop run?"
    }
    guard fits, let place = found.lazy.compactMap(\.otherWeight).first else { return nil }
    return
      "both gradients are right for other α than those that are given: in the first wrong case "
      + place
  }

  /// Another ds, of which both gradients are made.
  private static func otherScores(
    in cases: [Answered<Self, Chapter11Problems.AttentionGradients>]
  ) -> String? {
    guard let found = found(in: cases, areWeightsGiven: true), found.allSatisfy(\.isQueryMade)
    else { return nil }
    let start =
      "dQuery and dStates are made of one ds, in the right way, but it is not the right one"
    if found.allSatisfy(\.areDifferencesRight) {
      return start
        + ". In α·(dα - Σ α·dα) it is right for another Σ α·dα: how is that added up, and over what?"
    }
    let relation = ValueOnTheWay.relation(
      of: found.map { one in
        ValueOnTheWay(
          one.scores, expected: one.question.dScores,
          given: [("α", one.question.weights), ("dα", one.question.dWeights)])
      }, named: "ds")
    if let relation { return start + ". " + relation }
    if found.allSatisfy(\.isSumZero) {
      return start
        + ". In each sequence it sums to 0, as behind a softmax; look at dα, which is dContext·h_i"
    }
    return start
      + ". It does not even sum to 0 in each sequence, as α·(dα - Σ α·dα) does: look at that line, and at "
      + "what dα is"
  }

  /// Other numbers before q than those that dQuery is made of: of another q, or of other states.
  private static func otherStates(
    in cases: [Answered<Self, Chapter11Problems.AttentionGradients>]
  ) -> String? {
    guard let found = found(in: cases, areWeightsGiven: true),
      !found.allSatisfy({ nearly($0.scores, $0.question.dScores) })
    else { return nil }
    if found.allSatisfy(\.isQueryRight) {
      return
        "dQuery is right, and dStates is α·dContext + a number times q, as it should be; but the number "
        + "is not ds_i: look at what is multiplied by ds_i there"
    }
    return found.allSatisfy(\.isSumZero)
      ? "dStates is α·dContext + ds·q with a ds that sums to 0 in each sequence, as behind a softmax; but "
        + "it is not the right ds, and dQuery is not Σ ds_i·h_i of it: look at the h in dα and in dQuery"
      : nil
  }
}
