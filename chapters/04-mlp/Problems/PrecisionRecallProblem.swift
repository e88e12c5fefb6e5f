public import Checking
public import Core

/// A classifier's answers beside the truth, one a sample.
public struct AnswersQuestion: Question {
  public let predicted: [Int]
  public let actual: [Int]
  public let classes: Int

  public init(predicted: [Int], actual: [Int], classes: Int) {
    (self.predicted, self.actual, self.classes) = (predicted, actual, classes)
  }

  /// Samples given by their counts, `counts[actual][predicted]`.
  init(counts: [[Int]]) {
    var (predicted, actual) = ([Int](), [Int]())
    for (truth, row) in counts.enumerated() {
      for (answer, count) in row.enumerated() {
        actual += [Int](repeating: truth, count: count)
        predicted += [Int](repeating: answer, count: count)
      }
    }
    self.init(predicted: predicted, actual: actual, classes: counts.count)
  }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] {
    [
      ("predicted", Matrix(predicted.map(Double.init))),
      ("actual", Matrix(actual.map(Double.init))),
    ]
  }
}

/// Precision, recall and F1, each with one number a class.
public typealias ClassMetrics = (precision: [Double], recall: [Double], f1: [Double])

extension Chapter04Problems {
  /// 4.5, precision, recall and F1 of every class.
  public static var precisionRecallF1: Problem<AnswersQuestion, ClassMetrics> {
    Problem(
      "4.5", "precisionRecallF1", minutes: 15, difficulty: 2, section: "Precision, recall and F1",
      hints: [
        "For one class, count three things: how often it was answered rightly, how often it "
          + "was answered, how often it was the truth.",
        "100 samples, 12 of which are 9s. 10 are read as a 9, and 8 of these are 9s. One "
          + "ratio is 8 of 10, the other 8 of 12: which is which? And what if nothing is read "
          + "as a 9?",
        "TP + FP is how often the class was predicted, TP + FN how often it was actual. "
          + "Three arrays of `classes` numbers come out.",
        "precision = TP/(TP + FP), recall = TP/(TP + FN), F1 = 2PR/(P + R); 0 where the "
          + "denominator is 0",
        "for label in 0..<classes { let hits = zip(predicted, actual).count { $0 == … && $1 == … }; "
          + "let answered = predicted.count { $0 == label }; … }",
      ],
      cases: [
        Case(AnswersQuestion(counts: [[4, 1, 0], [2, 2, 1], [1, 0, 7]])),
        Case(AnswersQuestion(counts: [[86, 2], [4, 8]])),
        // Class 2 is never answered, class 3 never occurs, class 4 neither.
        Case(
          AnswersQuestion(
            counts: [
              [3, 1, 0, 1, 0], [0, 2, 0, 0, 0], [1, 1, 0, 2, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
            ])),
        Case(AnswersQuestion(predicted: [1, 0, 2, 1, 1], actual: [1, 2, 2, 0, 1], classes: 3)),
        Case(AnswersQuestion(predicted: [1], actual: [1], classes: 2)),
      ],
      forward: nil,
      reference: library,
      parts: [
        Part("precision") { Matrix($0.precision) }, Part("recall") { Matrix($0.recall) },
        Part("f1") { Matrix($0.f1) },
      ],
      misconceptions: metricsMisconceptions,
      alternatives: [
        { question in
          // All counts in one pass over the samples.
          var counts = [(hits: Double, answered: Double, occurred: Double)](
            repeating: (0, 0, 0), count: question.classes)
          for (answer, truth) in zip(question.predicted, question.actual) {
            counts[answer].answered += 1
            counts[truth].occurred += 1
            if answer == truth { counts[truth].hits += 1 }
          }
          return (
            counts.map { $0.hits / max($0.answered, 1) },
            counts.map { $0.hits / max($0.occurred, 1) },
            counts.map { 2 * $0.hits / max($0.answered + $0.occurred, 1) }
          )
        },
        { metrics(of: $0) },
        { question in
          // F1 from the counts, without precision and recall.
          var metrics = metrics(of: question)
          for (label, counts) in tallies(of: question).enumerated() {
            let whole = counts.answered + counts.occurred
            metrics.f1[label] = whole == 0 ? 0 : 2 * counts.hits / whole
          }
          return metrics
        },
      ],
      attempt: asks {
        try $0.precisionRecallF1(
          predicted: $1.predicted, actual: $1.actual, classes: $1.classes)
      }
    )
  }

  private static func library(_ question: AnswersQuestion) -> ClassMetrics {
    let matrix = ConfusionMatrix(
      predicted: question.predicted, actual: question.actual, classes: question.classes)
    let labels = 0..<question.classes
    return (labels.map(matrix.precision), labels.map(matrix.recall), labels.map(matrix.f1))
  }

  private static var metricsMisconceptions: [Misconception<AnswersQuestion, ClassMetrics>] {
    [
      Misconception(
        "metrics-precision-recall-swapped",
        "Precision divides by how often the class was predicted, recall by how often it was "
          + "actual. You have them the other way round."
      ) {
        let (precision, recall, f1) = metrics(of: $0)
        return (recall, precision, f1)
      },
      Misconception(
        "metrics-f1-from-accuracy",
        "F1 joins precision and recall. You put the accuracy, right answers over all answers, "
          + "in the place of precision."
      ) {
        let (precision, recall, _) = metrics(of: $0)
        let share = accuracy(predicted: $0.predicted, actual: $0.actual)
        return (precision, recall, recall.map { harmonicMean(share, $0) })
      },
      Misconception(
        "metrics-f1-plain-mean",
        "F1 is the harmonic mean 2PR/(P + R), which the smaller of the two rules. "
          + "You took (P + R)/2."
      ) {
        let (precision, recall, _) = metrics(of: $0)
        return (precision, recall, zip(precision, recall).map { ($0 + $1) / 2 })
      },
      Misconception(
        "metrics-f1-forgot-two",
        "F1 is 2PR/(P + R): you left out the 2, so that a perfect class gets ½."
      ) {
        let (precision, recall, f1) = metrics(of: $0)
        return (precision, recall, f1.map { $0 / 2 })
      },
      Misconception(
        "metrics-micro",
        "Every class has a precision and a recall of its own. You counted all classes in one pot, "
          + "which gives the accuracy each time."
      ) {
        let share = accuracy(predicted: $0.predicted, actual: $0.actual)
        let all = [Double](repeating: share, count: $0.classes)
        return (all, all, all)
      },
      Misconception(
        "metrics-nan",
        "A class that was never predicted, or never occurred, makes 0/0, which is NaN: "
          + "answer 0 where the denominator is 0."
      ) { metrics(of: $0, empty: .nan) },
      Misconception(
        "metrics-with-true-negatives",
        "The samples of other classes that were rightly not taken for this one count neither in "
          + "precision nor in recall: only TP is above the line."
      ) { question in
        let count = Double(question.actual.count)
        let shares = tallies(of: question).map {
          ($0.hits + count - $0.answered - $0.occurred + $0.hits) / count
        }
        return (shares, shares, shares)
      },
    ]
  }
}

/// One class's counts: right answers, times it was answered, times it was the truth.
private typealias Tally = (hits: Double, answered: Double, occurred: Double)

private func tallies(of question: AnswersQuestion) -> [Tally] {
  (0..<question.classes).map { label in
    let hits = zip(question.predicted, question.actual).count { $0 == label && $1 == label }
    return (
      Double(hits), Double(question.predicted.count { $0 == label }),
      Double(question.actual.count { $0 == label })
    )
  }
}

private func metrics(of question: AnswersQuestion, empty: Double = 0) -> ClassMetrics {
  let tallies = tallies(of: question)
  let precision = tallies.map { $0.answered == 0 ? empty : $0.hits / $0.answered }
  let recall = tallies.map { $0.occurred == 0 ? empty : $0.hits / $0.occurred }
  return (precision, recall, zip(precision, recall).map { harmonicMean($0, $1, empty: empty) })
}

private func harmonicMean(_ a: Double, _ b: Double, empty: Double = 0) -> Double {
  a + b == 0 ? empty : 2 * a * b / (a + b)
}
