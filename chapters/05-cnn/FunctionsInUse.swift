import Checking
import Core
import Images
import Problems01
import Problems02
import Problems04
import Problems05

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let relu: (ActivationQuestion) throws -> Matrix
  let crossEntropy: (ClassificationQuestion) throws -> Matrix
  let dense: (DenseQuestion) throws -> DenseGradients
  let convolutionBias: (ConvolutionBiasQuestion) throws -> Matrix
  let convolutionWeights: (ConvolutionQuestion) throws -> Matrix
  let convolutionInput: (ConvolutionQuestion) throws -> Matrix
  let maxPool: (PoolingQuestion) throws -> Matrix
  let averagePool: (PoolingQuestion) throws -> Matrix

  init(_ source: Source) {
    relu = Chapter01Problems.relu.function(from: source)
    crossEntropy = Chapter02Problems.softmaxCrossEntropy.function(from: source)
    dense = Chapter04Problems.dense.function(from: source)
    convolutionBias = Chapter05Problems.convolutionBias.function(from: source)
    convolutionWeights = Chapter05Problems.convolutionWeights.function(from: source)
    convolutionInput = Chapter05Problems.convolutionInput.function(from: source)
    maxPool = Chapter05Problems.maxPool.function(from: source)
    averagePool = Chapter05Problems.averagePool.function(from: source)
  }

  /// What is wrong with the shape of a gradient; nil if nothing is.
  var wrongShape: String? {
    var generator = SplitMix64(seed: 0)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let question = ConvolutionQuestion(
      x: draw([5, 3, 7, 6]), weight: draw([4, 3, 3, 2]), bias: draw([4]), dy: draw([5, 4, 4, 4]),
      ConvolutionGeometry(stride: 2, padding: 1))
    let bias = ConvolutionBiasQuestion(bias: question.bias, dy: question.dy)
    let layer = DenseQuestion(
      x: draw([5, 3]), weight: draw([3, 2]), bias: draw([2]), dy: draw([5, 2]))
    guard let db = try? convolutionBias(bias), let dW = try? convolutionWeights(question),
      let dx = try? convolutionInput(question), let gradients = try? dense(layer)
    else { return nil }
    return Checking.wrongShape(
      ("db", db, question.bias), ("dW", dW, question.weight), ("dx", dx, question.x),
      ("dx", gradients.dx, layer.x), ("dW", gradients.dW, layer.weight),
      ("db", gradients.db, layer.bias)
    ).map { "\($0), for a batch of 5" }
  }
}
