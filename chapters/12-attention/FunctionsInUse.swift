import Checking
import Problems12

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let graphConvolution: (GraphConvolutionQuestion) throws -> GraphConvolutionGradients
  let attention: AttentionAnswers

  init(_ source: Source) {
    graphConvolution = Chapter12Problems.graphConvolution.function(from: source)
    attention = AttentionAnswers(source)
  }
}
