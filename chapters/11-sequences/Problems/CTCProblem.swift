public import Checking
public import Core
import SequenceLayers

extension Chapter11Problems {
  /// 11.6, labels that have an order and no places.
  public static var ctc: Problem<CTCQuestion, Matrix> {
    Problem(
      "11.6", "ctcBackward", minutes: 75, difficulty: 5, isChallenge: true,
      section: "Sound without an alignment",
      hints: [
        "If you knew the right class of every frame, this would be a cross-entropy a frame: y - t. You do "
          + "not know it. What do you know about each frame instead, if you count all paths that are "
          + "read as the label, each with its probability?",
        "Two frames, label (1), classes blank and 1, all y = ½. Four paths, three are read as 1: 01, 10, "
          + "11. So p = ¾. In two of the three the first frame says 1: its share is ⅔. That is the "
          + "target of that frame. Now do it for many frames without writing down the paths.",
        "For one recording: e has S = 2L + 1 places, blanks around and between; α and β are [t][S]. y and "
          + "dLogits are [t, m, n], as the logits. Several places of e can be the same class: their "
          + "shares add.",
        "α_t(s) = y_t(e_s)·(α_{t-1}(s) + α_{t-1}(s-1) + α_{t-1}(s-2)), the last term only if e_s is no "
          + "blank and e_s ≠ e_{s-2}; β_t(s) = the same sum backwards over β_{t+1}(s′)·y_{t+1}(e_s′), 1 at "
          + "the end for the last two places; p = α_T(S) + α_T(S-1); dLogits = (y_t(k) - Σ_{s: e_s = k} "
          + "α_t(s)·β_t(s)/p)/m.",
        "let e = [0] + label.flatMap { [$0, 0] }; alpha[0][0] = y[0][0], alpha[0][1] = y[0][e[1]]; for t in "
          + "1..<frames { for s … { var sum = alpha[t - 1][s] + …; if s >= 2, e[s] != 0, e[s] != e[s - 2] "
          + "{ sum += … }; alpha[t][s] = sum * … } }; the same for beta from the end; then subtract "
          + "alpha[t][s] * beta[t][s] / p from y at class e[s], and divide all by m",
      ],
      cases: [
        Case(CTCQuestion(5, 4, labels: [[1, 3], [2], [3, 1]], seed: 1151)),
        Case(CTCQuestion(6, 3, labels: [[1, 1], [2, 2]], seed: 1152)),
        Case(CTCQuestion(4, 3, labels: [[2, 1, 2]], seed: 1153)),
        Case(CTCQuestion(3, 3, labels: [[], [1]], seed: 1154)),
        Case(CTCQuestion(3, 4, labels: [[2, 2], [1, 2, 3]], seed: 1155)),
        Case(CTCQuestion(1, 4, labels: [[3], [1]], seed: 1156)),
        // So many frames that a sum scaled the wrong way is 0 before the first of them.
        Case(CTCQuestion(13, 2, labels: [[1, 1]], seed: 1158)),
        Case(CTCQuestion(5, 3, labels: [[1, 2], [2, 1, 1]], seed: 1157)).rounded(),
      ],
      forward: { SequenceLayers.ctc(logits: $0.logits, labels: $0.labels).loss },
      reference: { SequenceLayers.ctc(logits: $0.logits, labels: $0.labels).gradient },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: ctcMisconceptions,
      clues: CTCQuestion.clues,
      alternatives: [{ $0.gradient() }, ctcByAllPaths, ctcRescaled],
      given: { [("logits", $0.logits), ("y", $0.probabilities)] },
      attempt: asks { try $0.ctcBackward($1.logits, labels: $1.labels) }
    )
  }

  /// Writes down every path there is: right, and good for small cases only.
  private static func ctcByAllPaths(_ question: CTCQuestion) -> Matrix {
    let (y, n) = (question.probabilities, question.classes)
    var gradient = y
    for (place, label) in question.labels.enumerated() {
      var (total, shares) = (
        0.0, Array(repeating: [Double](repeating: 0, count: n), count: question.frames)
      )
      var path = [Int](repeating: 0, count: question.frames)
      func visit(_ t: Int, _ probability: Double) {
        guard t < path.count else {
          let read = path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }
            .map { path[$0] }
          guard read == label else { return }
          total += probability
          for (t, k) in path.enumerated() { shares[t][k] += probability }
          return
        }
        for k in 0..<n {
          path[t] = k
          visit(t + 1, probability * y[t, place, k])
        }
      }
      visit(0, 1)
      for t in 0..<question.frames {
        for k in 0..<n {
          let share = shares[t][k] / total
          gradient[t, place, k] = (y[t, place, k] - share) / Double(question.labels.count)
        }
      }
    }
    return gradient
  }

  /// α and β divided by their sum in every frame, as Graves writes it: the shares are the same.
  private static func ctcRescaled(_ question: CTCQuestion) -> Matrix {
    var gradient = question.probabilities
    let y = gradient
    for (place, label) in question.labels.enumerated() {
      let e = [0] + label.flatMap { [$0, 0] }
      func allowed(_ s: Int) -> Bool { s >= 2 && e[s] != 0 && e[s] != e[s - 2] }
      func scaled(_ row: [Double]) -> [Double] {
        let sum = row.reduce(0, +)
        return row.map { $0 / sum }
      }
      var alpha = [scaled(e.indices.map { $0 < 2 ? y[0, place, e[$0]] : 0 })]
      for t in 1..<max(question.frames, 1) {
        let a = alpha[t - 1]
        alpha.append(
          scaled(
            e.indices.map { s in
              (a[s] + (s > 0 ? a[s - 1] : 0) + (allowed(s) ? a[s - 2] : 0)) * y[t, place, e[s]]
            }))
      }
      var beta = e.indices.map { $0 + 2 >= e.count ? 1.0 : 0 }
      for t in (0..<question.frames).reversed() {
        let shares = scaled(e.indices.map { alpha[t][$0] * beta[$0] })
        for (s, k) in e.enumerated() { gradient[t, place, k] -= shares[s] }
        let next = e.indices.map { beta[$0] * y[t, place, e[$0]] }
        beta = scaled(
          e.indices.map { s in
            next[s] + (s + 1 < e.count ? next[s + 1] : 0)
              + (s + 2 < e.count && allowed(s + 2) ? next[s + 2] : 0)
          })
      }
    }
    return gradient / Double(question.labels.count)
  }
}
