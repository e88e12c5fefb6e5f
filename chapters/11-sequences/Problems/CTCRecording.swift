import Checking
import Core

/// What is known of one recording in a case: y - m·dLogits is the γ that its answer must have had.
struct CTCRecording {
  /// Which one it is, in words.
  let name: String
  let label: [Int]
  /// y, the γ of the answer and the right one, each `[t][k]`.
  let y, shares, rightShares: [[Double]]

  var frames: Range<Int> { y.indices }
  /// How many places its paths go through.
  var size: Int { y.count * (2 * label.count + 1) }
  /// Whether its answer is made of numbers, all of them finite.
  var isFinite: Bool { shares.allSatisfy { $0.allSatisfy(\.isFinite) } }
  func isRight(_ t: Int, _ k: Int) -> Bool { agree(shares[t][k], rightShares[t][k]) }
  func isRight(_ t: Int) -> Bool { y[t].indices.allSatisfy { isRight(t, $0) } }
  var isRight: Bool { frames.allSatisfy { isRight($0) } }
  /// Whether a class is neither the blank nor in the label: its share is 0.
  func isAbsent(_ k: Int) -> Bool { k != 0 && !label.contains(k) }
  /// All shares of a frame.
  func sum(_ t: Int) -> Double { shares[t].reduce(0, +) }

  /// Those of one case.
  private static func those(of answered: Answered<CTCQuestion, Matrix>) -> [CTCRecording] {
    let (question, m) = (answered.input, Double(answered.input.labels.count))
    let y = question.probabilities
    func rows(_ value: (_ t: Int, _ k: Int) -> Double) -> [[Double]] {
      (0..<question.frames).map { t in (0..<question.classes).map { value(t, $0) } }
    }
    return question.labels.enumerated().map { place, label in
      CTCRecording(
        name: "recording \(place), with \(question.summary)", label: label,
        y: rows { y[$0, place, $1] },
        shares: rows { y[$0, place, $1] - m * answered.output[$0, place, $1] },
        rightShares: rows { y[$0, place, $1] - m * answered.expected[$0, place, $1] })
    }
  }

  /// Those of all cases.
  static func all(in cases: [Answered<CTCQuestion, Matrix>]) -> [CTCRecording] {
    cases.flatMap { those(of: $0) }
  }
}
