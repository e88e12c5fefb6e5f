public import Backprop

/// What chapter 2, losses, asks for.
public protocol Chapter02: SendableMetatype {
  static func meanSquaredErrorBackward(prediction: Matrix, target: Matrix) throws -> Matrix
  static func binaryCrossEntropyWithLogitsBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix
  static func softmaxCrossEntropyBackward(logits: Matrix, targets: Matrix) throws -> Matrix
  static func l2PenaltyBackward(
    weight: Matrix, bias: Matrix, strength: Double
  ) throws -> (dW: Matrix, db: Matrix)
  static func weightedCrossEntropyBackward(
    logits: Matrix, labels: [Int], classWeights: [Double]
  ) throws -> Matrix
  static func huberBackward(prediction: Matrix, target: Matrix, delta: Double) throws -> Matrix
}
