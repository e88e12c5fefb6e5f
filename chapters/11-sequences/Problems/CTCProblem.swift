public import Checking
public import Core
import SequenceLayers

/// Scores for every frame of some recordings, and what is said in each, without places.
public struct CTCQuestion: Question {
  public var logits: Matrix
  public let labels: [[Int]]

  public init(logits: Matrix, labels: [[Int]]) { (self.logits, self.labels) = (logits, labels) }

  init(_ frames: Int, _ classes: Int, labels: [[Int]], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(
      standardDeviation: 1.5, shape: [frames, labels.count, classes], using: &generator)
    self.labels = labels
  }

  /// Whether each label fits into the frames, a blank between equal neighbours included.
  public var isPermitted: Bool {
    labels.allSatisfy { label in
      label.count + zip(label, label.dropFirst()).count { $0 == $1 } <= logits.shape[0]
    }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits)]
  }
  public var summary: String { "logits \(logits.shape), labels \(labels)" }

  fileprivate var frames: Int { logits.shape[0] }
  fileprivate var classes: Int { logits.shape[2] }

  /// y, the softmax of each frame, as the logits lie.
  fileprivate var probabilities: Matrix {
    softmax(logits.reshaped([frames * labels.count, classes])).reshaped(logits.shape)
  }

  /// (y - γ)/m.
  fileprivate func gradient(
    y: Matrix? = nil, lattice: (inout Lattice) -> Void = { _ in },
    divisor: (_ label: [Int]) -> Double = { _ in 1 },
    occupation: (Lattice) -> [[Double]] = { $0.occupation }
  ) -> Matrix {
    let y = y ?? probabilities
    var gradient = y
    for (place, label) in labels.enumerated() {
      let rows = (0..<frames).map { t in (0..<classes).map { y[t, place, $0] } }
      var own = Lattice(y: rows, label: label)
      lattice(&own)
      let gamma = occupation(own)
      let share = Double(labels.count) * divisor(label)
      for t in 0..<frames {
        for (s, k) in own.extended.enumerated() { gradient[t, place, k] -= gamma[t][s] }
        for k in 0..<classes { gradient[t, place, k] /= share }
      }
    }
    return gradient
  }
}

/// The two recursions over probabilities themselves, with what a misconception may change.
private struct Lattice {
  /// The probabilities of all classes, frame by frame.
  let y: [[Double]]
  let label: [Int]
  var blank = 0
  /// Whether a path may skip the blank between equal neighbours.
  var skipsBetweenEqual = false
  /// Whether a path may end behind the last blank.
  var endsInBlank = true
  /// Whether β has the frame's own probability as well.
  var countsTwice = false

  init(y: [[Double]], label: [Int]) { (self.y, self.label) = (y, label) }

  var extended: [Int] { [blank] + label.flatMap { [$0, blank] } }

  private func skips(_ s: Int) -> Bool {
    let e = extended
    return s >= 2 && e[s] != blank && (skipsBetweenEqual || e[s] != e[s - 2])
  }

  var alpha: [[Double]] {
    let e = extended
    var alpha = [e.indices.map { $0 < 2 ? y[0][e[$0]] : 0 }]
    for t in y.indices.dropFirst() {
      let before = alpha[t - 1]
      alpha.append(
        e.indices.map { s in
          var sum = before[s] + (s >= 1 ? before[s - 1] : 0)
          if skips(s) { sum += before[s - 2] }
          return sum * y[t][e[s]]
        })
    }
    return alpha
  }

  /// Without the frame's own probability.
  private var beta: [[Double]] {
    let e = extended
    var last = e.indices.map { $0 >= e.count - 2 ? 1.0 : 0 }
    if !endsInBlank, e.count > 1 { last[e.count - 1] = 0 }
    var backwards = [last]
    for t in y.indices.dropLast().reversed() {
      let after = zip(backwards.last ?? [], e).map { $0 * y[t + 1][$1] }
      backwards.append(
        e.indices.map { s in
          var sum = after[s] + (s + 1 < e.count ? after[s + 1] : 0)
          if s + 2 < e.count, skips(s + 2) { sum += after[s + 2] }
          return sum
        })
    }
    return backwards.reversed()
  }

  private var probability: Double {
    let (last, count) = (alpha[y.count - 1], extended.count)
    if count == 1 { return last[0] }
    return last[count - 2] + (endsInBlank ? last[count - 1] : 0)
  }

  /// γ by place, `[t][s]`.
  var occupation: [[Double]] {
    let (alpha, beta, p, e) = (alpha, beta, probability, extended)
    return y.indices.map { t in
      e.indices.map { s in
        alpha[t][s] * beta[t][s] / p * (countsTwice ? y[t][e[s]] : 1)
      }
    }
  }

  /// One where the likeliest single path stands, by place.
  var bestPath: [[Double]] {
    let e = extended
    var scores = [e.indices.map { $0 < 2 ? y[0][e[$0]] : 0 }]
    var origins = [[Int]]()
    for t in y.indices.dropFirst() {
      let before = scores[t - 1]
      var (row, origin) = ([Double](), [Int]())
      for s in e.indices {
        var from = s
        if s >= 1, before[s - 1] > before[from] { from = s - 1 }
        if skips(s), before[s - 2] > before[from] { from = s - 2 }
        origin.append(from)
        row.append(before[from] * y[t][e[s]])
      }
      scores.append(row)
      origins.append(origin)
    }
    var place = e.count - 1
    if e.count > 1, scores[y.count - 1][place - 1] > scores[y.count - 1][place] { place -= 1 }
    var path = [[Double]]()
    for t in y.indices.reversed() {
      path.append(e.indices.map { $0 == place ? 1 : 0 })
      if t > 0 { place = origins[t - 1][place] }
    }
    return path.reversed()
  }
}

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
      alternatives: [{ $0.gradient() }, ctcByAllPaths, ctcRescaled],
      given: { [("logits", $0.logits), ("y", $0.probabilities)] },
      attempt: asks { try $0.ctcBackward($1.logits, labels: $1.labels) }
    )
  }

  private static var ctcMisconceptions: [Misconception<CTCQuestion, Matrix>] {
    [
      Misconception(
        "ctc-best-path",
        "You took the likeliest path for the target. The loss sums over all paths that are read as the "
          + "label: the target of a frame is the share of each class in that sum."
      ) { $0.gradient(occupation: { $0.bestPath }) },
      changed(
        "ctc-skips-between-equal",
        "Between two equal classes a blank must stand, or they are read as one. The step from s - 2 is "
          + "not there when e_s = e_{s-2}."
      ) { $0.skipsBetweenEqual = true },
      changed(
        "ctc-emission-twice",
        "y_t stands in α and again in β: the product has it twice. Leave it out of one of them, or divide "
          + "by it."
      ) { $0.countsTwice = true },
      changed(
        "ctc-no-final-blank",
        "A path may end with a blank behind the last class: p = α_T(S) + α_T(S-1), and β begins with 1 at "
          + "both."
      ) { $0.endsInBlank = false },
      Misconception(
        "ctc-blank-last",
        "The blank is class 0 here. You took the last class for it, as other programs do."
      ) { question in question.gradient { $0.blank = question.classes - 1 } },
      Misconception(
        "ctc-softmax-twice",
        "The logits go through one softmax. You took the softmax of probabilities."
      ) { question in
        let (y, n) = (question.probabilities, question.classes)
        return question.gradient(
          y: softmax(y.reshaped([y.count / n, n])).reshaped(y.shape))
      },
      Misconception(
        "ctc-logits-for-logarithms",
        "The logits are scores, not log-probabilities: eᶻ is no distribution until it is divided by the "
          + "sum of its frame."
      ) { question in
        // With scores for logarithms the loss can be negative, and nothing holds them down.
        question.gradient(y: question.logits.map { Double.exp($0) })
      },
      Misconception(
        "ctc-not-averaged",
        "The loss is the mean over the m recordings of the batch: divide by m."
      ) { question in question.gradient() * Double(question.labels.count) },
      Misconception(
        "ctc-divided-by-length",
        "You divided by the label's length as well. Here -log p is averaged over the batch alone."
      ) { question in question.gradient(divisor: { Double(max($0.count, 1)) }) },
      Misconception(
        "ctc-wrong-sign",
        "More score for a class that has too little share makes the loss smaller: the difference is y - γ."
      ) { question in -question.gradient() },
      Misconception(
        "ctc-occupation-only", "The softmax's own part, y, is missing: the gradient is (y - γ)/m."
      ) { question in
        question.gradient() - question.probabilities / Double(question.labels.count)
      },
    ]
  }

  private static func changed(
    _ name: String, _ sentence: String, change: @escaping (inout Lattice) -> Void
  ) -> Misconception<CTCQuestion, Matrix> {
    Misconception(name, sentence) { $0.gradient(lattice: change) }
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
