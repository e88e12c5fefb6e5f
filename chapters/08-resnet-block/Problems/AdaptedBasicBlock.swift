public import Checking
public import Core
public import Images
import Training

/// A basic block, relu(F(x) + x), whose gradients come from an answer to 8.4, and its steps from
/// answers to 5.2, 5.3 and 7.3.
///
/// No `Adapted` layer: the answer is given each value between the layers of F, and their caches do not
/// have them all.
public struct AdaptedBasicBlock: Layer {
  /// F; the biases of its convolutions are zero and stay so, as batch norm would remove them.
  public var body: BasicBody<Double>
  private let gradients: (BasicBlockQuestion) throws -> BasicBlockGradients
  private let steps: BlockSteps

  public init(
    _ body: BasicBody<Double>, steps: BlockSteps,
    gradients: @escaping (BasicBlockQuestion) throws -> BasicBlockGradients
  ) {
    (self.body, self.steps, self.gradients) = (body, steps, gradients)
  }

  /// What an answer is given, and what the running averages need.
  public struct Cache {
    let block: BasicBlockCache
    let body: BasicBody<Double>.Cache
  }

  public var parameters: BasicBody<Double>.Parameters { body.parameters }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let first = body.first.first
    let (z1, firstConvolution) = first.first.forward(x, in: &context)
    let (n1, firstNorm) = first.second.forward(z1, in: &context)
    let (h, relu) = body.first.second.forward(n1, in: &context)
    let (z2, secondConvolution) = body.second.first.forward(h, in: &context)
    let (n2, secondNorm) = body.second.second.forward(z2, in: &context)
    let s = n2 + x
    let block = BasicBlockCache(
      x: samplesFirst(x), z1: samplesFirst(z1), n1: samplesFirst(n1), h: samplesFirst(h),
      z2: samplesFirst(z2), s: samplesFirst(s))
    let caches = (((firstConvolution, firstNorm), relu), (secondConvolution, secondNorm))
    return (Activation.relu(s), Cache(block: block, body: caches))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: BasicBody<Double>.Parameters) {
    let (one, two) = (parameters.first.first, parameters.second)
    let values = BasicBlockParameters(
      w1: one.first.weight, gamma1: one.second.scale, beta1: one.second.shift,
      w2: two.first.weight, gamma2: two.second.scale, beta2: two.second.shift)
    let question = BasicBlockQuestion(
      dy: samplesFirst(dY), cache: cache.block, parameters: values, steps: steps)
    let found = answer("8.4") { try gradients(question) }
    requireShapes(
      "8.4", ("dx", found.dx, question.dy), ("dW1", found.dW1, values.w1),
      ("dGamma1", found.dGamma1, values.gamma1), ("dBeta1", found.dBeta1, values.beta1),
      ("dW2", found.dW2, values.w2), ("dGamma2", found.dGamma2, values.gamma2),
      ("dBeta2", found.dBeta2, values.beta2))
    let none = Matrix(shape: one.first.bias.shape)
    return (
      samplesLast(found.dx),
      Pair(
        Pair(
          Pair(
            WeightAndBias(weight: found.dW1, bias: none),
            ScaleAndShift(scale: found.dGamma1, shift: found.dBeta1)), NoParameters()),
        Pair(
          WeightAndBias(weight: found.dW2, bias: none),
          ScaleAndShift(scale: found.dGamma2, shift: found.dBeta2)))
    )
  }

  public mutating func visit(
    _ other: BasicBody<Double>.Parameters, _ visitor: (String, inout Matrix, Matrix) -> Void
  ) {
    body.visit(other, visitor)
  }

  public mutating func observe(_ cache: Cache) { body.observe(cache.body) }

  public mutating func visitState(_ visitor: (String, inout Matrix) -> Void) {
    body.visitState(visitor)
  }
}
