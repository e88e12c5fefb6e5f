public import Checking
public import Core
import SequenceLayers

/// Scores for every step of sequences of different lengths, what comes next, and which steps count.
public struct MaskedQuestion: Question {
  public var logits: Matrix
  public let targets: [[Int]]
  public let mask: [[Int]]

  public init(logits: Matrix, targets: [[Int]], mask: [[Int]]) {
    (self.logits, self.targets, self.mask) = (logits, targets, mask)
  }

  /// Sequences of some lengths, filled up to the longest.
  init(lengths: [Int], steps: Int, classes: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(
      standardDeviation: 2, shape: [lengths.count, steps, classes], using: &generator)
    var targets = [[Int]]()
    for _ in lengths {
      var row = [Int]()
      for _ in 0..<steps { row.append(generator.integer(below: classes)) }
      targets.append(row)
    }
    self.targets = targets
    mask = lengths.map { length in (0..<steps).map { $0 < length ? 1 : 0 } }
  }

  public var isPermitted: Bool { total > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits)]
  }
  public var summary: String {
    "logits \(logits.shape), mask \(mask.map { $0.map(String.init).joined() }.joined(separator: " "))"
  }
  public var label: String { "logits \(logits.shape), \(Int(total)) steps count" }

  /// How many steps count.
  var total: Double { Double(mask.joined().reduce(0, +)) }

  /// p, the softmax of each step, as the logits lie.
  var probabilities: Matrix {
    let (rows, n) = (logits.shape[0] * logits.shape[1], logits.shape[2])
    return softmax(logits.reshaped([rows, n])).reshaped(logits.shape)
  }

  /// p - t with a factor for each step.
  fileprivate func gradient(
    _ probabilities: Matrix? = nil, factor: (_ row: Int, _ step: Int) -> Double
  ) -> Matrix {
    var gradient = probabilities ?? self.probabilities
    for row in 0..<logits.shape[0] {
      for step in 0..<logits.shape[1] {
        gradient[row, step, targets[row][step]] -= 1
        for k in 0..<logits.shape[2] { gradient[row, step, k] *= factor(row, step) }
      }
    }
    return gradient
  }
}

extension Chapter11Problems {
  /// 11.1, the loss of a language model on names of different lengths.
  public static var maskedCrossEntropy: Problem<MaskedQuestion, Matrix> {
    Problem(
      "11.1", "maskedCrossEntropyBackward", minutes: 15, difficulty: 2,
      section: "Names of different lengths",
      hints: [
        "Each step that counts is a classifier of its own: its scores, its softmax, its target. What "
          + "did chapter 2 find for one of them? And by what is the sum over them divided?",
        "Two names, two steps each, and the second name has one letter: the mask is 11 and 10. Three "
          + "losses are added and divided by 3. So the scores of the first step are in one of three "
          + "terms. In how many terms are the scores of the last step of the second name?",
        "logits, p and dLogits are [m, t, n]; targets and mask are m rows of t. Each step of each row "
          + "has n scores and one number in the mask.",
        "dLogits = mask·(p - t)/Σ mask, where p is the softmax of one step's n scores, t its one-hot "
          + "target, and Σ mask the number of ones in the whole batch.",
        "let total = Double(mask.joined().reduce(0, +)); for row …, for step … where mask[row][step] "
          + "== 1: the softmax of logits[row, step, …], then dLogits[row, step, k] = (p - (k == "
          + "targets[row][step] ? 1 : 0)) / total",
      ],
      cases: [
        Case(MaskedQuestion(lengths: [4, 2, 1], steps: 4, classes: 5, seed: 1101)),
        Case(MaskedQuestion(lengths: [3, 3], steps: 3, classes: 3, seed: 1102)),
        Case(MaskedQuestion(lengths: [2], steps: 5, classes: 4, seed: 1103)),
        Case(MaskedQuestion(lengths: [1, 0, 6, 3], steps: 6, classes: 2, seed: 1104)),
        Case(MaskedQuestion(lengths: [1, 3], steps: 3, classes: 4, seed: 1105)).rounded(),
        Case(MaskedQuestion.holes(seed: 1106)),
        Case(MaskedQuestion.far(seed: 1107)),
      ],
      forward: {
        SequenceLayers.maskedCrossEntropy(
          logits: $0.logits, targets: $0.targets, mask: $0.mask
        ).loss
      },
      reference: {
        SequenceLayers.maskedCrossEntropy(
          logits: $0.logits, targets: $0.targets, mask: $0.mask
        ).gradient
      },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: maskedMisconceptions,
      clues: MaskedQuestion.clues,
      alternatives: [
        { question in question.gradient { Double(question.mask[$0][$1]) / question.total } },
        maskedByElements,
        { question in
          // Row by row: the mean over each sequence, weighted with the steps that it has.
          var gradient = 0 * question.logits
          for row in 0..<question.mask.count {
            let own = question.mask[row].reduce(0, +)
            guard own > 0 else { continue }
            let share = Double(own) / question.total
            let part = question.gradient { r, s in
              r == row ? share * Double(question.mask[r][s]) / Double(own) : 0
            }
            gradient += part
          }
          return gradient
        },
      ],
      given: { [("logits", $0.logits), ("p", $0.probabilities)] },
      attempt: asks {
        try $0.maskedCrossEntropyBackward($1.logits, targets: $1.targets, mask: $1.mask)
      }
    )
  }

  private static var maskedMisconceptions: [Misconception<MaskedQuestion, Matrix>] {
    [
      Misconception(
        "masked-divided-by-all-steps",
        "You divided by m·t, all steps of the batch. The loss is a mean over those that count: divide "
          + "by the ones in the mask."
      ) { question in
        let all = Double(question.logits.shape[0] * question.logits.shape[1])
        return question.gradient { Double(question.mask[$0][$1]) / all }
      },
      Misconception(
        "masked-divided-by-batch",
        "You divided by m, the number of sequences. The loss is a mean over steps: divide by the ones in "
          + "the mask."
      ) { question in
        let m = Double(question.logits.shape[0])
        return question.gradient { Double(question.mask[$0][$1]) / m }
      },
      Misconception(
        "masked-mean-of-means",
        "You took the mean of each sequence and then the mean of those: a letter of a short name counts "
          + "more than one of a long name. All letters are to count alike."
      ) { question in
        let m = Double(question.logits.shape[0])
        return question.gradient { row, step in
          Double(question.mask[row][step]) / Double(max(question.mask[row].reduce(0, +), 1)) / m
        }
      },
      Misconception(
        "masked-padding-counts",
        "The steps that only fill the row have a gradient here. Where the mask is 0 there is no loss, and "
          + "the gradient is 0."
      ) { question in question.gradient { _, _ in 1 / question.total } },
      Misconception(
        "masked-mask-ignored",
        "This is the mean over all steps of the batch, filling included: the mask is in neither the sum "
          + "nor the number that it is divided by."
      ) { question in
        let all = Double(question.logits.shape[0] * question.logits.shape[1])
        return question.gradient { _, _ in 1 / all }
      },
      Misconception(
        "masked-class-zero-left-out",
        "You left out the steps whose target is 0. What fills a row may have the number of a class, such as "
          + "that of the end of a name: only the mask tells them apart."
      ) { question in
        let counts = question.mask.indices.map { row in
          zip(question.mask[row], question.targets[row]).map { $1 == 0 ? 0 : $0 }
        }
        let total = Double(max(counts.joined().reduce(0, +), 1))
        return question.gradient { Double(counts[$0][$1]) / total }
      },
      Misconception(
        "masked-wrong-sign",
        "A larger score for a wrong class makes the loss larger: the difference is p - t."
      ) { question in question.gradient { -Double(question.mask[$0][$1]) / question.total } },
      Misconception(
        "masked-softmax-over-time",
        "Your softmax runs along the steps. Each step has its own distribution over the n classes."
      ) { question in
        let (m, t, n) = (
          question.logits.shape[0], question.logits.shape[1], question.logits.shape[2]
        )
        let swapped = swappedLast(question.logits)  // [m, n, t]
        let p = swappedLast(softmax(swapped.reshaped([m * n, t])).reshaped([m, n, t]))
        return question.gradient(p) { Double(question.mask[$0][$1]) / question.total }
      },
      Misconception(
        "masked-not-divided",
        "This is the gradient of the sum. The loss is a mean over the steps that count."
      ) { question in question.gradient { Double(question.mask[$0][$1]) } },
    ]
  }

  private static func maskedByElements(_ question: MaskedQuestion) -> Matrix {
    var gradient = 0 * question.logits
    for row in question.mask.indices {
      for step in question.mask[row].indices where question.mask[row][step] == 1 {
        let scores = (0..<question.logits.shape[2]).map { question.logits[row, step, $0] }
        let largest = scores.reduce(scores[0]) { max($0, $1) }
        let sum = scores.reduce(0) { $0 + Double.exp($1 - largest) }
        for (k, score) in scores.enumerated() {
          let p = Double.exp(score - largest - Double.log(sum))
          gradient[row, step, k] = (k == question.targets[row][step] ? p - 1 : p) / question.total
        }
      }
    }
    return gradient
  }
}

extension MaskedQuestion {
  /// A mask with zeros in the middle of a row: what does not count need not stand at the end.
  fileprivate static func holes(seed: UInt64) -> MaskedQuestion {
    let plain = MaskedQuestion(lengths: [4, 4], steps: 4, classes: 3, seed: seed)
    return MaskedQuestion(
      logits: plain.logits, targets: plain.targets, mask: [[0, 1, 0, 1], [1, 0, 0, 0]])
  }

  /// Scores whose exponentials are infinite.
  fileprivate static func far(seed: UInt64) -> MaskedQuestion {
    let plain = MaskedQuestion(lengths: [2, 3], steps: 3, classes: 3, seed: seed)
    return MaskedQuestion(
      logits: plain.logits + 800, targets: plain.targets, mask: plain.mask)
  }
}
