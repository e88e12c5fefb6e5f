import Checking
import Checkpoints
import Core
import Images
import Problems05
import Problems07
import Problems08
import Training

extension BlockSteps {
  /// The answers to 5.2, 5.3 and 7.3, from where a chapter takes its functions.
  init(_ source: Source) {
    let functions = ConvolutionFunctions(source)
    let norm = Chapter07Problems.batchNorm.function(from: source)
    self.init(
      convolution: { dz, x, weight in
        let question = ConvolutionQuestion(
          x: x, weight: weight, bias: Matrix(shape: [weight.shape[0]]), dy: dz,
          ConvolutionGeometry(padding: 1))
        let (dx, dW) = both(
          { Result { try functions.input(question) } },
          { Result { try functions.weights(question) } })
        return (try dx.get(), try dW.get())
      },
      batchNorm: { dn, z, gamma in
        let (dz, dGamma, dBeta) = try norm(
          NormalizationQuestion(
            x: channelColumns(z), gamma: gamma, beta: Matrix(shape: gamma.shape),
            epsilon: blockEpsilon, dy: channelColumns(dn)))
        return (channelImages(dz, like: z.shape), dGamma, dBeta)
      })
  }
}
