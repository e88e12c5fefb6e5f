// The same questions but for one argument that is no tensor and no single number.

extension AnswersQuestion {
  public var others: [Self] {
    [
      Self(predicted: predicted.reversed(), actual: actual, classes: classes),
      Self(predicted: predicted.map { ($0 + 1) % classes }, actual: actual, classes: classes),
      Self(predicted: predicted, actual: actual.map { ($0 + 1) % classes }, classes: classes),
      Self(predicted: predicted, actual: actual, classes: classes + 1),
    ]
  }
}

extension ScoresQuestion {
  public var others: [Self] {
    [
      Self(scores: scores.map { -$0 }, positives: positives),
      Self(scores: scores.reversed(), positives: positives),
      Self(scores: scores, positives: positives.map { !$0 }),
      Self(scores: scores, positives: positives.reversed()),
    ]
  }
}
