import Checking
import Core

// What is right in a wrong γ, and what is not: where that is known, it says which of softmax, α, β and the
// divisor to look at.
extension CTCQuestion {
  /// What the wrong shares of all cases have in common.
  static func wrongShares(_ recordings: [CTCRecording]) -> String? {
    let all = recordings.filter(\.isFinite)
    let wrong = all.filter { !$0.isRight }
    // Few may be wrong by chance.
    let count = wrong.reduce(0) { sum, one in sum + one.frames.count { !one.isRight($0) } }
    guard count >= 3 else { return nil }
    return sentence(of: all, wrong).map {
      all.count < recordings.count
        ? $0 + ". That is said of the recordings whose dLogits are finite numbers" : $0
    }
  }

  private static func sentence(of all: [CTCRecording], _ wrong: [CTCRecording]) -> String? {
    func areRight(_ isMeant: (CTCRecording, _ k: Int) -> Bool) -> Bool {
      all.allSatisfy { recording in
        recording.frames.allSatisfy { t in
          recording.y[t].indices.allSatisfy { !isMeant(recording, $0) || recording.isRight(t, $0) }
        }
      }
    }
    if !areRight({ $0.isAbsent($1) }) {
      let isAlwaysSo = wrong.allSatisfy { recording in
        let absent = recording.y[0].indices.filter(recording.isAbsent)
        return absent.isEmpty
          || recording.frames.contains { t in absent.contains { !recording.isRight(t, $0) } }
      }
      return isAlwaysSo
        ? "in every wrong recording that has classes outside e those are wrong, too, and they get y/m alone: "
          + "look at the softmax, at what is divided by m, and at which class each share is taken off"
        : nil
    }
    let recordings = whereWrong(all)
    if areRight({ $1 == 0 }) {
      return
        "the blank is right in every frame, classes of the label are not\(recordings): is each place of "
        + "e taken off, and at the class e[s]?"
    }
    if areRight({ $1 != 0 }) {
      return
        "all classes but the blank are right\(recordings): is each blank of e taken off, and from where "
        + "to where does s run?"
    }
    // Where a label has all classes, a wrong softmax looks like a wrong γ.
    guard wrong.contains(where: { one in one.y[0].indices.contains { one.isAbsent($0) } }) else {
      return nil
    }
    return sums(wrong, recordings) ?? frames(all, recordings)
  }

  /// Recordings alone in which something is wrong, in words behind a comma.
  private static func whereWrong(_ all: [CTCRecording]) -> String {
    let kinds: [(words: String, isMeant: (CTCRecording) -> Bool)] = [
      (
        ", and only where a label has two equal neighbours",
        { zip($0.label, $0.label.dropFirst()).contains { $0 == $1 } }
      ), (", and only where a label has two classes or more", { $0.label.count > 1 }),
    ]
    let kind = kinds.first { kind in
      all.allSatisfy { $0.isRight || kind.isMeant($0) } && all.contains { !kind.isMeant($0) }
    }
    return kind?.words ?? ""
  }

  /// Shares that do not sum to 1.
  private static func sums(_ wrong: [CTCRecording], _ recordings: String) -> String? {
    var (first, areProportionsRight) = (String?.none, true)
    for recording in wrong {
      for t in recording.frames {
        let sum = recording.sum(t)
        if abs(sum - 1) > 1e-8, first == nil {
          first = "in frame \(t) of \(recording.name), to \(digits(sum))"
        }
        areProportionsRight =
          areProportionsRight
          && zip(recording.shares[t], recording.rightShares[t]).allSatisfy {
            abs($0 - $1 * sum) <= 1e-8 * max(1, abs(sum))
          }
      }
    }
    guard let first else { return nil }
    let start =
      "what is taken off y is to sum to 1 in every frame, and does not\(recordings): first \(first). "
    return areProportionsRight
      ? start
        + "The shares of a frame stand to each other as they should: only their divisor or their sign is wrong"
      : start
        + "Look at the product α·β, at what divides it, and whether each place of e is taken off once"
  }

  /// Which frames are right, where all shares sum to 1.
  private static func frames(_ all: [CTCRecording], _ recordings: String) -> String? {
    let long = all.filter { $0.frames.count > 1 && !$0.isRight }
    guard long.count > 1 else { return nil }
    let isFirstRight = all.allSatisfy { $0.isRight(0) }
    let isLastRight = all.allSatisfy { $0.isRight($0.frames.count - 1) }
    let start = "γ sums to 1 in every frame, as it should, but is wrong\(recordings). "
    switch (isFirstRight, isLastRight) {
    case (true, false):
      return start
        + "The first frame is right in every recording, where β has come through all frames and α has only "
        + "begun: look at how α goes on from t - 1 to t"
    case (false, true):
      return start
        + "The last frame is right in every recording, where α has come through all frames and β has only "
        + "begun: look at how β goes back from t + 1 to t"
    case (true, true):
      return start
        + "The first and the last frame are right in every recording: α and β begin as they should and come "
        + "through; which frames are α·β taken of?"
    case (false, false):
      return start
        + "Neither the first nor the last frame is right everywhere: look at what every frame has, e, the "
        + "beginnings of α and β, the factor y, and what a frame is divided by"
    }
  }
}
