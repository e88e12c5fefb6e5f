import Checking
import Core
import Problems01
import Problems02
import Problems04

/// The functions of the exercises that the digits' network is trained with.
struct FunctionsInUse {
  let relu: (ActivationQuestion) throws -> Matrix
  let crossEntropy: (ClassificationQuestion) throws -> Matrix
  let dense: (DenseQuestion) throws -> DenseGradients
  let dropout: (DropoutQuestion) throws -> Matrix

  init(_ source: Source) {
    relu = Chapter01Problems.relu.function(from: source)
    crossEntropy = Chapter02Problems.softmaxCrossEntropy.function(from: source)
    dense = Chapter04Problems.dense.function(from: source)
    dropout = Chapter04Problems.dropout.function(from: source)
  }

  /// What is wrong with the shapes of the dense layer's gradients; nil if nothing is.
  var wrongShape: String? {
    var generator = SplitMix64(seed: 0)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let question = DenseQuestion(
      x: draw([5, 3]), weight: draw([3, 2]), bias: draw([2]), dy: draw([5, 2]))
    guard let gradients = try? dense(question) else { return nil }
    return Checking.wrongShape(
      ("dx", gradients.dx, question.x), ("dW", gradients.dW, question.weight),
      ("db", gradients.db, question.bias)
    ).map { "\($0), in a layer [3, 2] with a batch of 5" }
  }
}
