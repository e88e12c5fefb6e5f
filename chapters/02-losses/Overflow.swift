import Checking
import Core
import Running

/// Cross-entropy of the logits [z, 0] with the second class right, computed in several ways.
func showOverflow(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Why not compute the probability, then its logarithm?")
  screen.text(
    """
    Logits [z, 0], the second class is right: the loss is log(1 + eᶻ), for large z
    nearly z. As written: -log of a probability. By log-sum-exp: the library's form.
    """)
  var table = Table(
    "z", "-log(1 - σ(z))", "-log softmax", "same in Float", "log-sum-exp", "in Float")
  for z in [1.0, 10, 20, 36, 40, 89, 100, 710, 1000] {
    let viaSigmoid = -Double.log(1 - Activation.sigmoid.value(at: z))
    table.add(
      fixed(z, 0), cell(viaSigmoid), cell(naiveLoss(z)), cell(Double(naiveLoss(Float(z)))),
      cell(softmaxCrossEntropy(logits: Matrix(rows: [[z, 0]]), labels: [1]).loss),
      cell(
        Double(
          softmaxCrossEntropy(logits: Tensor<Float>(rows: [[Float(z), 0]]), labels: [1]).loss)))
  }
  screen.table(table)
  screen.text(
    """
    inf: a probability was rounded to 0, or an exponential was too large to hold.
    The gradients of this chapter, on logits, at z = 1000 (they should be 1 and -1):
    """)
  let wrong = Matrix(rows: [[1000, 0]])
  let softmax = try functions.softmaxCrossEntropy(wrong, Matrix(rows: [[0, 1]])).scalars
  let binary = try functions.binaryCrossEntropy(single(1000), single(0)).item
  screen.text(
    "  softmax cross-entropy " + softmax.map { shown($0, 3) }.joined(separator: ", ")
      + "; binary cross-entropy \(shown(binary, 3))")
}

/// The loss as the formula is written: exponentials, a sum, a quotient, a logarithm.
private func naiveLoss<Scalar: Real>(_ z: Scalar) -> Scalar {
  let exponentials = [Scalar.exp(z), Scalar.exp(0)]
  let probability = exponentials[1] / (exponentials[0] + exponentials[1])
  return -Scalar.log(probability)
}

private func cell(_ loss: Double) -> String { loss.isFinite ? fixed(loss, 5) : "\(loss)" }
