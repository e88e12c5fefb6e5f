public import Checking
public import Core
import Reinforcement

/// Scores of actions now, what the policy said when they were taken, and how well it went.
public struct ClippedSurrogateQuestion: Question {
  public var logits: Matrix
  public let actions: [Int]
  public var oldLogProbabilities: Matrix
  public var advantages: Matrix
  public var epsilon: Double

  public init(
    logits: Matrix, actions: [Int], oldLogProbabilities: Matrix, advantages: Matrix,
    epsilon: Double
  ) {
    (self.logits, self.actions) = (logits, actions)
    (self.oldLogProbabilities, self.advantages) = (oldLogProbabilities, advantages)
    self.epsilon = epsilon
  }

  /// Actions that have become `ratios` times as likely, with advantages of given signs.
  init(
    _ actions: [Int], of count: Int, ratios: [Double], signs: [Double], epsilon: Double,
    seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    let logits: Matrix = Tensor(shape: [actions.count, count], using: &generator)
    let now = picked(policy(logits).log, actions)
    let sizes = Tensor<Double>(uniform: 0.3...2, shape: [actions.count], using: &generator)
    self.init(
      logits: logits, actions: actions, oldLogProbabilities: now - log(Matrix(ratios)),
      advantages: sizes * Matrix(signs), epsilon: epsilon)
  }

  var batch: Int { actions.count }
  var choices: Int { logits.columns }

  public var isPermitted: Bool { 0 < epsilon && epsilon < 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("logits", \.logits), ("oldLogProbabilities", \.oldLogProbabilities),
      ("advantages", \.advantages),
    ]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("epsilon", \.epsilon)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of actions", \.choices)]
  }
  public var summary: String {
    "logits \(logits.shape), actions \(actions), epsilon \(digits(epsilon)), \(clipped) of \(batch) clipped"
  }
  public var label: String { "actions \(actions), \(clipped) clipped" }

  var clipped: Int { (0..<batch).count { isClipped($0) } }
  var pi: Matrix { softmax(logits) }
  var oneHot: Matrix { taken(actions, choices) }
  var ratios: Matrix {
    exp(picked(policy(logits).log, actions) - oldLogProbabilities)
  }
  func isClipped(_ i: Int) -> Bool {
    (advantages[i] > 0 && ratios[i] > 1 + epsilon) || (advantages[i] < 0 && ratios[i] < 1 - epsilon)
  }
  var reference: Loss<Double> {
    Reinforcement.clippedSurrogate(
      logits: logits, actions: actions, oldLogProbabilities: oldLogProbabilities,
      advantages: advantages, epsilon: epsilon)
  }

  /// weight·(π - onehot)/m, or another slope, rows whose clip holds left out.
  func gradient(
    _ weight: Matrix? = nil, slope: Matrix? = nil, isClipped: ((Int) -> Bool)? = nil
  ) -> Matrix {
    let isClipped = isClipped ?? self.isClipped
    let open = Matrix((0..<batch).map { isClipped($0) ? 0 : 1 })
    let weights = (weight ?? advantages * ratios) * open / Double(batch)
    return spread(weights, choices) * (slope ?? pi - oneHot)
  }
  /// Whether a ratio is outside of the clip, whatever it is worth.
  func isOutside(_ i: Int) -> Bool { abs(ratios[i] - 1) > epsilon }
}
