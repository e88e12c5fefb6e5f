import Checking
import Core

// Where in the way to γ a wrong answer goes wrong: y - m·dLogits is the γ that it must have had.
extension CTCQuestion {
  static var clues: [Clue<Self, Matrix>] {
    [
      Clue { cases in
        let all = CTCRecording.all(in: cases)
        return otherRecursion(all) ?? otherLabels(in: cases) ?? untouchedFrames(all)
          ?? wrongShares(all)
      }
    ]
  }

  /// The right formulas, with another thing in one place of the recursions.
  private static func otherRecursion(_ all: [CTCRecording]) -> String? {
    guard all.contains(where: { !$0.isRight }) else { return nil }
    // Short ones that are wrong tell most with least work.
    let order = all.sorted { one, other in
      one.isRight == other.isRight ? one.size < other.size : other.isRight
    }
    func agrees(_ shares: [[Double]], _ recording: CTCRecording) -> Bool {
      zip(shares, recording.shares).allSatisfy { row, got in
        // Where no path is left, shares are 0/0.
        zip(row, got).allSatisfy { agree($0, $1) || ($0.isNaN && $1.isNaN) }
      }
    }
    let fitting = CTCRecursions.changed.first { changed in
      var (fitsByFrame, fitsByP) = (true, true)
      return order.allSatisfy { recording in
        let (byFrame, byP) = changed.recursions.shares(y: recording.y, label: recording.label)
        fitsByFrame = fitsByFrame && agrees(byFrame, recording)
        fitsByP = fitsByP && agrees(byP, recording)
        return fitsByFrame || fitsByP
      }
    }
    return fitting.map { "this is right for \($0.what)" }
  }

  /// The right formulas for other labels.
  private static func otherLabels(in cases: [Answered<Self, Matrix>]) -> String? {
    let changes: [(what: String, change: ([Int]) -> [Int])] = [
      ("in the reverse order", { $0.reversed() }),
      ("of their first class alone", { Array($0.prefix(1)) }),
      ("of their last class alone", { Array($0.suffix(1)) }),
      ("of their first two classes alone", { Array($0.prefix(2)) }),
      ("without their first class", { Array($0.dropFirst()) }),
      ("without their last class", { Array($0.dropLast()) }), ("without any class", { _ in [] }),
      ("with each class once, the smallest first", { Set($0).sorted() }),
    ]
    return changes.first { change in
      cases.allSatisfy { answered in
        let other = Self(
          logits: answered.input.logits, labels: answered.input.labels.map(change.change))
        return other.isPermitted && same(answered.output, Chapter11Problems.ctc.reference(other))
      }
    }.map { "this is right for labels \($0.what)" }
  }

  /// Frames in which nothing is taken off y, and all others right.
  private static func untouchedFrames(_ all: [CTCRecording]) -> String? {
    var first: String?
    for recording in all {
      let wrong = recording.y.indices.filter { !recording.isRight($0) }
      guard wrong.allSatisfy({ recording.shares[$0].allSatisfy { abs($0) < 1e-12 } }) else {
        return nil
      }
      if first == nil, !wrong.isEmpty {
        first =
          (wrong.count == recording.y.count
            ? "all frames" : "t = " + listed(wrong.map(String.init)))
          + " of " + recording.name
      }
    }
    return first.map {
      "in some frames nothing is taken off y, and the others are right: for which t is γ subtracted? "
        + "First it is missing in \($0)"
    }
  }
}
