public import Checking
public import Core
import SequenceLayers

/// Scores for every frame of some recordings, and what is said in each, without places.
public struct CTCQuestion: Question {
  public var logits: Matrix
  public let labels: [[Int]]

  public init(logits: Matrix, labels: [[Int]]) { (self.logits, self.labels) = (logits, labels) }

  init(_ frames: Int, _ classes: Int, labels: [[Int]], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(
      standardDeviation: 1.5, shape: [frames, labels.count, classes], using: &generator)
    self.labels = labels
  }

  /// Whether each label fits into the frames, a blank between equal neighbours included.
  public var isPermitted: Bool {
    labels.allSatisfy { label in
      label.count + zip(label, label.dropFirst()).count { $0 == $1 } <= logits.shape[0]
    }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits)]
  }
  public var summary: String { "logits \(logits.shape), labels \(labels)" }

  var frames: Int { logits.shape[0] }
  var classes: Int { logits.shape[2] }

  /// y, the softmax of each frame, as the logits lie.
  var probabilities: Matrix {
    softmax(logits.reshaped([frames * labels.count, classes])).reshaped(logits.shape)
  }

  /// (y - γ)/m.
  func gradient(
    y: Matrix? = nil, lattice: (inout CTCLattice) -> Void = { _ in },
    divisor: (_ label: [Int]) -> Double = { _ in 1 },
    occupation: (CTCLattice) -> [[Double]] = { $0.occupation }
  ) -> Matrix {
    let y = y ?? probabilities
    var gradient = y
    for (place, label) in labels.enumerated() {
      let rows = (0..<frames).map { t in (0..<classes).map { y[t, place, $0] } }
      var own = CTCLattice(y: rows, label: label)
      lattice(&own)
      let gamma = occupation(own)
      let share = Double(labels.count) * divisor(label)
      for t in 0..<frames {
        for (s, k) in own.extended.enumerated() { gradient[t, place, k] -= gamma[t][s] }
        for k in 0..<classes { gradient[t, place, k] /= share }
      }
    }
    return gradient
  }
}
