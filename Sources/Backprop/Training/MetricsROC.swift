// How well do scores separate two classes, wherever the threshold is set?
//
// The curve and its area go back to signal detection; the area as a probability is from J. A. Hanley
// and B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
// curve" (1982).

import Core

/// What a threshold achieves: all scores from it upwards count as positive.
public struct ROCPoint: Equatable, Sendable {
  public let threshold: Double
  /// The share of negatives taken for positives.
  public let falsePositiveRate: Double
  /// The share of positives found, the recall.
  public let truePositiveRate: Double

  public init(threshold: Double, falsePositiveRate: Double, truePositiveRate: Double) {
    self.threshold = threshold
    self.falsePositiveRate = falsePositiveRate
    self.truePositiveRate = truePositiveRate
  }
}

/// The receiver operating characteristic: one point a threshold, from (0, 0) up to (1, 1).
///
/// Thresholds descend from infinity through the scores that occur. Equal scores cross the threshold
/// together, so a tie draws a slope where a corner would flatter or harm.
///
/// - Returns: Points whose rate is NaN along the axis of a class without samples; all of them NaN if
///   a score is.
/// - Complexity: O(n log n).
public func rocCurve(scores: [Double], isPositive: [Bool]) -> [ROCPoint] {
  let steps = tiedScores(scores, isPositive, "rocCurve")
  let isRanked = !scores.contains(where: \.isNaN)
  let positives = isRanked ? Double(steps.reduce(0) { $0 + $1.positives }) : .nan
  let negatives = isRanked ? Double(steps.reduce(0) { $0 + $1.negatives }) : .nan
  var (truePositives, falsePositives) = (0, 0)
  var curve: [ROCPoint] = []
  for step in [(score: .infinity, positives: 0, negatives: 0)] + steps.reversed() {
    truePositives += step.positives
    falsePositives += step.negatives
    curve.append(
      ROCPoint(
        threshold: step.score,
        falsePositiveRate: Double(falsePositives) / negatives,
        truePositiveRate: Double(truePositives) / positives))
  }
  return curve
}

/// The area under the curve: the probability that a positive scores higher than a negative, ties
/// counted half.
///
/// 1 separates the classes, ½ is guessing, 0 is right with its signs swapped.
///
/// - Returns: NaN if one of the classes has no samples, or a score is NaN.
/// - Complexity: O(n log n), where comparing all pairs would take O(n²).
public func areaUnderROC(scores: [Double], isPositive: [Bool]) -> Double {
  var (wins, ties, positives, negatives) = (0, 0, 0, 0)
  for step in tiedScores(scores, isPositive, "areaUnderROC") {
    wins += step.positives * negatives  // against all negatives with a lower score
    ties += step.positives * step.negatives
    positives += step.positives
    negatives += step.negatives
  }
  if scores.contains(where: \.isNaN) { return .nan }
  return (Double(wins) + Double(ties) / 2) / (Double(positives) * Double(negatives))
}

/// The scores that occur, ascending, with the samples of each class that have them.
private func tiedScores(
  _ scores: [Double], _ isPositive: [Bool], _ caller: String
) -> [(score: Double, positives: Int, negatives: Int)] {
  require(
    scores.count == isPositive.count,
    "\(caller): \(scores.count) scores for \(isPositive.count) labels; there must be one each")
  var steps: [(score: Double, positives: Int, negatives: Int)] = []
  for i in scores.indices.sorted(by: { scores[$0] < scores[$1] }) {
    if steps.last?.score != scores[i] { steps.append((scores[i], 0, 0)) }
    if isPositive[i] {
      steps[steps.count - 1].positives += 1
    } else {
      steps[steps.count - 1].negatives += 1
    }
  }
  return steps
}
