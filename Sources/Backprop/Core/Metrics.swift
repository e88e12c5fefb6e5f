import Kernels

// How good is a classifier? Counts of right and wrong answers, and what is made of them.

/// The share of right answers; NaN if there are no answers.
public func accuracy(predicted: [Int], actual: [Int]) -> Double {
  require(
    predicted.count == actual.count,
    "accuracy: \(predicted.count) predictions for \(actual.count) labels; there must be one each")
  return Double(zip(predicted, actual).count { $0 == $1 }) / Double(actual.count)
}

/// Who is taken for whom: `counts[actual][predicted]`, rows the truth, columns the answers.
///
/// Seen from one class, its samples are true positives (on the diagonal) or false negatives (the rest
/// of the row), and other classes' samples taken for it are false positives (the rest of the column).
public struct ConfusionMatrix: Equatable, Sendable {
  public let counts: [[Int]]

  /// Takes counts as they are: a square matrix, rows the truth.
  public init(counts: [[Int]]) {
    require(
      counts.allSatisfy { $0.count == counts.count },
      "ConfusionMatrix: \(counts.count) rows of \(counts.map(\.count)) counts; "
        + "it needs as many columns as rows, one a class")
    require(
      counts.allSatisfy { $0.allSatisfy { $0 >= 0 } }, "ConfusionMatrix: a count is negative")
    self.counts = counts
  }

  /// Counts answers against labels, both from 0 to classes - 1.
  public init(predicted: [Int], actual: [Int], classes: Int) {
    require(
      predicted.count == actual.count,
      "ConfusionMatrix: \(predicted.count) predictions for \(actual.count) labels; "
        + "there must be one each")
    require(classes >= 1, "ConfusionMatrix: \(classes) classes; it needs one at least")
    requireRoom(
      elementCount([classes, classes], "ConfusionMatrix"), bytesEach: MemoryLayout<Int>.stride,
      "ConfusionMatrix of \(classes) classes")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (sample, (answer, truth)) in zip(predicted, actual).enumerated() {
      require(
        0 <= answer && answer < classes && 0 <= truth && truth < classes,
        "ConfusionMatrix: sample \(sample) has the label \(truth) and the prediction \(answer); "
          + "with \(classes) classes both must be from 0 to \(classes - 1)")
      counts[truth][answer] += 1
    }
    self.counts = counts
  }

  public var classes: Int { counts.count }

  /// The number of samples.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of right answers, the diagonal's; NaN without samples.
  public var accuracy: Double {
    Double((0..<classes).reduce(0) { $0 + counts[$1][$1] }) / Double(total)
  }
}

extension ConfusionMatrix {
  /// The samples of a class that were recognised.
  public func truePositives(of label: Int) -> Int { counts[checked(label)][label] }

  /// The samples of other classes that were taken for this one.
  public func falsePositives(of label: Int) -> Int {
    counts.reduce(0) { $0 + $1[checked(label)] } - counts[label][label]
  }

  /// The samples of a class that were taken for another.
  public func falseNegatives(of label: Int) -> Int {
    counts[checked(label)].reduce(0, +) - counts[label][label]
  }

  /// The share of right ones among the answers "this class", TP/(TP + FP); 0 if there was none.
  public func precision(of label: Int) -> Double {
    let hits = truePositives(of: label)
    return ratio(hits, hits + falsePositives(of: label))
  }

  /// The share of the class that was found, TP/(TP + FN); 0 if it has no samples.
  public func recall(of label: Int) -> Double {
    let hits = truePositives(of: label)
    return ratio(hits, hits + falseNegatives(of: label))
  }

  /// The harmonic mean of precision and recall, 2PR/(P + R) = 2TP/(2TP + FP + FN); 0 if both are 0.
  public func f1(of label: Int) -> Double {
    let hits = 2 * truePositives(of: label)
    return ratio(hits, hits + falsePositives(of: label) + falseNegatives(of: label))
  }

  /// The plain mean of the classes' precisions: rare classes weigh as much as common ones.
  public var macroPrecision: Double { mean(precision) }

  /// The plain mean of the classes' recalls.
  public var macroRecall: Double { mean(recall) }

  /// The plain mean of the classes' F1, which is not the F1 of the mean precision and recall.
  public var macroF1: Double { mean(f1) }

  private func mean(_ metric: (Int) -> Double) -> Double {
    (0..<classes).reduce(0) { $0 + metric($1) } / Double(classes)
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }

  private func checked(_ label: Int) -> Int {
    require(
      0 <= label && label < classes,
      "ConfusionMatrix: there is no class \(label); the classes are 0 to \(classes - 1)")
    return label
  }
}
