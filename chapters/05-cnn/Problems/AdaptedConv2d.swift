public import Checking
public import Core
public import Images

/// A convolution whose gradients come from answers to 5.1, 5.2 and 5.3.
///
/// Samples are innermost, as in `Conv2d`; the answers get images as the exercises have them.
public struct AdaptedConv2d: Layer {
  /// The layer in all but its backward.
  public var convolution: Conv2d<Double>
  private let functions: ConvolutionFunctions

  public init(_ convolution: Conv2d<Double>, _ functions: ConvolutionFunctions) {
    (self.convolution, self.functions) = (convolution, functions)
  }

  /// The layer's input, `[m, channels, height, width]`.
  public struct Cache: Sendable {
    let x: Matrix
  }

  public var parameters: WeightAndBias<Double> { convolution.parameters }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (y, _) = convolution.forward(x, in: &context)
    return (y, Cache(x: samplesFirst(x)))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: WeightAndBias<Double>) {
    let question = question(dY, cache)
    let (dx, gradient): (Matrix, WeightAndBias<Double>) = both(
      { answer("5.3") { try functions.input(question) } }, { self.gradient(of: question) })
    requireShape(dx, question.x.shape, "5.3: dx")
    return (samplesLast(dx), gradient)
  }

  public func gradient(_ dY: Matrix, _ cache: Cache) -> WeightAndBias<Double> {
    gradient(of: question(dY, cache))
  }

  public mutating func visit(
    _ other: WeightAndBias<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    convolution.visit(other, body)
  }

  private func question(_ dY: Matrix, _ cache: Cache) -> ConvolutionQuestion {
    ConvolutionQuestion(
      x: cache.x, weight: parameters.weight, bias: parameters.bias, dy: samplesFirst(dY),
      convolution.geometry)
  }

  private func gradient(of question: ConvolutionQuestion) -> WeightAndBias<Double> {
    let bias = ConvolutionBiasQuestion(bias: question.bias, dy: question.dy)
    let db = answer("5.1") { try functions.bias(bias) }
    let dW = answer("5.2") { try functions.weights(question) }
    requireShape(db, question.bias.shape, "5.1: db")
    requireShape(dW, question.weight.shape, "5.2: dW")
    return WeightAndBias(weight: dW, bias: db)
  }
}

/// The three functions that a convolution's backward consists of.
public struct ConvolutionFunctions {
  public let bias: (ConvolutionBiasQuestion) throws -> Matrix
  public let weights: (ConvolutionQuestion) throws -> Matrix
  public let input: (ConvolutionQuestion) throws -> Matrix

  /// The answers to 5.1, 5.2 and 5.3, from where a chapter takes its functions.
  public init(_ source: Source) {
    bias = Chapter05Problems.convolutionBias.function(from: source)
    weights = Chapter05Problems.convolutionWeights.function(from: source)
    input = Chapter05Problems.convolutionInput.function(from: source)
  }
}
