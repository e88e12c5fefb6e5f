import Checking
import Core
import Images
import Problems01
import Problems02
import Problems04
import Problems05
import Problems06
import Problems07
import Problems08

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let relu: (ActivationQuestion) throws -> Matrix
  let crossEntropy: (ClassificationQuestion) throws -> Matrix
  let dense: (DenseQuestion) throws -> DenseGradients
  let convolutionBias: (ConvolutionBiasQuestion) throws -> Matrix
  let convolutionWeights: (ConvolutionQuestion) throws -> Matrix
  let convolutionInput: (ConvolutionQuestion) throws -> Matrix
  let maxPool: (PoolingQuestion) throws -> Matrix
  let adam: (AdamQuestion) throws -> AdamAnswer
  let batchNorm: (NormalizationQuestion) throws -> NormalizationGradients
  let residual: (ResidualQuestion) throws -> Matrix
  let projection: (ProjectionQuestion) throws -> ProjectionGradients
  let globalAveragePool: (GlobalPoolQuestion) throws -> Matrix
  let basicBlock: (BasicBlockQuestion) throws -> BasicBlockGradients

  init(_ source: Source) {
    relu = Chapter01Problems.relu.function(from: source)
    crossEntropy = Chapter02Problems.softmaxCrossEntropy.function(from: source)
    dense = Chapter04Problems.dense.function(from: source)
    convolutionBias = Chapter05Problems.convolutionBias.function(from: source)
    convolutionWeights = Chapter05Problems.convolutionWeights.function(from: source)
    convolutionInput = Chapter05Problems.convolutionInput.function(from: source)
    maxPool = Chapter05Problems.maxPool.function(from: source)
    adam = Chapter06Problems.adam.function(from: source)
    batchNorm = Chapter07Problems.batchNorm.function(from: source)
    residual = Chapter08Problems.residual.function(from: source)
    projection = Chapter08Problems.projectionShortcut.function(from: source)
    globalAveragePool = Chapter08Problems.globalAveragePool.function(from: source)
    basicBlock = Chapter08Problems.basicBlock.function(from: source)
  }

  /// The two steps of a basic block: the answers to 5.2, 5.3 and 7.3.
  var blockSteps: BlockSteps {
    BlockSteps(
      convolution: { dz, x, weight in
        let question = ConvolutionQuestion(
          x: x, weight: weight, bias: Matrix(shape: [weight.shape[0]]), dy: dz,
          ConvolutionGeometry(padding: 1))
        let (dx, dW) = both(
          { Result { try convolutionInput(question) } },
          { Result { try convolutionWeights(question) } })
        return (try dx.get(), try dW.get())
      },
      batchNorm: { dn, z, gamma in
        let (dz, dGamma, dBeta) = try batchNorm(
          NormalizationQuestion(
            x: channelColumns(z), gamma: gamma, beta: Matrix(shape: gamma.shape),
            epsilon: blockEpsilon, dy: channelColumns(dn)))
        return (channelImages(dz, like: z.shape), dGamma, dBeta)
      })
  }
}
