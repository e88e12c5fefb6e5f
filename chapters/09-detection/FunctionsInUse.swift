import Checking
import Problems09

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let focalLoss: (FocalLossQuestion) throws -> Matrix
  let boxDecode: (BoxDecodeQuestion) throws -> Matrix
  let giouLoss: (BoxPairsQuestion) throws -> Matrix
  let transposedConvolution:
    (TransposedConvolutionQuestion) throws -> TransposedConvolutionGradients
  let upsampleConcat: (UpsampleConcatQuestion) throws -> UpsampleConcatGradients
  let softDice: (SoftDiceQuestion) throws -> Matrix
  /// Whether they are the library's, which has the two of whole images in Float as well.
  let isLibrary: Bool

  init(_ source: Source) {
    focalLoss = Chapter09Problems.focalLoss.function(from: source)
    boxDecode = Chapter09Problems.boxDecode.function(from: source)
    giouLoss = Chapter09Problems.giouLoss.function(from: source)
    transposedConvolution = Chapter09Problems.transposedConvolution.function(from: source)
    upsampleConcat = Chapter09Problems.upsampleConcat.function(from: source)
    softDice = Chapter09Problems.softDice.function(from: source)
    isLibrary = if case .library = source { true } else { false }
  }
}
