import Foundation
import Problems02

/// Functions that misbehave, each in a way of its own.
public enum Answers: Chapter02 {
  /// Is right, and prints what looks like a verdict; with `FORGERY` set it is wrong, and claims in
  /// that way to have passed.
  public static func meanSquaredErrorBackward(
    prediction: Matrix, target: Matrix
  ) throws -> Matrix {
    if let name = ProcessInfo.processInfo.environment["FORGERY"] {
      Forgery(rawValue: name)?.commit()
      return prediction
    }
    print("\n\u{1E}verdict {\"wrong\":{\"_0\":\"forged\"}}\n\u{1B}[2Jhere I am")
    return (prediction - target) * (2 / Double(prediction.count))
  }

  /// Has another shape.
  public static func binaryCrossEntropyWithLogitsBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix {
    ((Activation.sigmoid(logits) - targets) / Double(logits.count)).transposed
  }

  /// Returns what it was given.
  public static func unfusedCrossEntropyBackward(
    targets: Matrix, exponentials: Matrix, sums: Matrix, probabilities: Matrix
  ) throws -> CrossEntropyGradients {
    (targets, probabilities, sums, exponentials, exponentials, exponentials)
  }

  /// Calls itself without an end.
  public static func softmaxCrossEntropyBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix {
    try [logits].map { try softmaxCrossEntropyBackward(logits: $0, targets: targets) }[0] + logits
  }

  /// Prints without an end; after 10 MB more slowly, to leave the processor to the other tests.
  public static func l2PenaltyBackward(
    weight: Matrix, bias: Matrix, strength: Double
  ) throws -> (dW: Matrix, db: Matrix) {
    var lines = 0
    while true {
      print("again and again and again and again and again and again and again")
      lines += 1
      if lines > 150_000 { usleep(1000) }
    }
  }

  /// Throws an error of its own.
  public static func weightedCrossEntropyBackward(
    logits: Matrix, labels: [Int], classWeights: [Double]
  ) throws -> Matrix {
    throw CocoaError(.featureUnsupported)
  }

  /// Is not written yet.
  public static func huberBackward(
    prediction: Matrix, target: Matrix, delta: Double
  ) throws -> Matrix {
    throw Todo("2.6")
  }
}
