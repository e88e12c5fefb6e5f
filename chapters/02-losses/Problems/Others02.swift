// The same questions but for one argument that is no tensor and no single number.

extension WeightedQuestion {
  public var others: [Self] {
    [
      Self(
        logits: logits, labels: labels.map { ($0 + 1) % logits.columns }, classWeights: classWeights
      ),
      Self(logits: logits, labels: labels.reversed(), classWeights: classWeights),
      Self(logits: logits, labels: labels, classWeights: classWeights.reversed().map { $0 + 1 }),
    ].filter { other in other.labels.contains { other.classWeights[$0] > 0 } }
  }
}
