import Checking
import Core
import Problems11
import SequenceLayers

/// The functions of the exercises that this chapter runs on.
///
/// Networks are trained in Float, by the library's layers. What an answer gives stands between them in
/// Double; only the small networks are Double throughout.
struct FunctionsInUse {
  let masked: (MaskedQuestion) throws -> Matrix
  let lstmStep: (LSTMStepQuestion) throws -> LSTMStepGradients
  let gruStep: (GRUStepQuestion) throws -> GRUStepGradients
  let attention: (AttentionQuestion) throws -> (dQuery: Matrix, dStates: Matrix)
  let convolution: (CausalConvolutionQuestion) throws -> CausalConvolutionGradients
  let ctc: (CTCQuestion) throws -> Matrix

  init(_ source: Source) {
    masked = Chapter11Problems.maskedCrossEntropy.function(from: source)
    lstmStep = Chapter11Problems.lstmStep.function(from: source)
    gruStep = Chapter11Problems.gruStep.function(from: source)
    attention = Chapter11Problems.dotAttention.function(from: source)
    convolution = Chapter11Problems.causalConv1d.function(from: source)
    let (own, library) = (
      Chapter11Problems.ctc.function(from: source), Chapter11Problems.ctc.function(from: .library)
    )
    // A challenge may be left undone.
    ctc = { question in
      do { return try own(question) } catch is Todo { return try library(question) }
    }
  }

  /// The loss of a language model on a batch, with the gradient of 11.1.
  func maskedLoss<Scalar: Real>(
    _ logits: Tensor<Scalar>, targets: [[Int]], mask: [[Int]]
  ) -> Loss<Scalar> {
    let question = MaskedQuestion(logits: Tensor<Double>(logits), targets: targets, mask: mask)
    let gradient = answer("11.1") { try masked(question) }
    requireShapes("11.1", ("dLogits", gradient, question.logits))
    let loss = maskedCrossEntropy(logits: logits, targets: targets, mask: mask).loss
    return (loss, Tensor<Scalar>(gradient))
  }

  /// CTC's loss, with the gradient of 11.6.
  func ctcLoss(_ logits: Tensor<Float>, labels: [[Int]]) -> Loss<Float> {
    let question = CTCQuestion(logits: Tensor<Double>(logits), labels: labels)
    let gradient = answer("11.6") { try ctc(question) }
    requireShapes("11.6", ("dLogits", gradient, question.logits))
    return (SequenceLayers.ctc(logits: logits, labels: labels).loss, Tensor<Float>(gradient))
  }
}
