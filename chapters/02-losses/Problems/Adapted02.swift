public import Checking
public import Core

/// Softmax cross-entropy of a network's logits, whose gradient comes from an answer to 2.3.
public func adaptedCrossEntropy(
  logits: Matrix, labels: [Int], gradient: (ClassificationQuestion) throws -> Matrix
) -> Loss<Double> {
  let targets: Matrix = oneHot(labels, classes: logits.columns)
  let question = ClassificationQuestion(logits: logits, targets: targets)
  return (
    softmaxCrossEntropy(logits: logits, targets: targets).loss,
    answer("2.3") { try gradient(question) }
  )
}
