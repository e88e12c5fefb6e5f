// What a learner's file finds with `import Problems06`.
@_exported public import Checking
@_exported public import Core
import Training

/// What chapter 6, optimizers, asks for.
///
/// A step takes a parameter, its gradient, and what the optimizer has kept for it, and returns the new
/// values. All tensors of a step have one shape, any.
public protocol Chapter06: AnswerModule {
  static func momentumStep(
    _ parameter: Matrix, gradient: Matrix, velocity: Matrix, learningRate: Double, beta: Double
  ) throws -> (parameter: Matrix, velocity: Matrix)

  static func nesterovStep(
    _ parameter: Matrix, gradient: Matrix, velocity: Matrix, learningRate: Double, beta: Double
  ) throws -> (parameter: Matrix, velocity: Matrix)

  static func rmspropStep(
    _ parameter: Matrix, gradient: Matrix, squares: Matrix, learningRate: Double, rho: Double,
    epsilon: Double
  ) throws -> (parameter: Matrix, squares: Matrix)

  static func adamStep(
    _ parameter: Matrix, gradient: Matrix, m: Matrix, v: Matrix, step: Int, learningRate: Double,
    beta1: Double, beta2: Double, epsilon: Double
  ) throws -> (parameter: Matrix, m: Matrix, v: Matrix)

  static func clipByGlobalNorm(_ gradients: [Matrix], limit: Double) throws -> [Matrix]

  static func warmupCosine(
    step: Int, warmup: Int, total: Int, peak: Double, minimum: Double
  ) throws -> Double

  static func newtonStep(_ parameter: Matrix, gradient: Matrix, hessian: Matrix) throws -> Matrix
}

/// Calls what chapter 6 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter06.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter06.Type).self) { try body($0, input) }
  }
}
