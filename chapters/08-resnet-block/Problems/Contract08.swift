// What a learner's file finds with `import Problems08`.
@_exported public import Checking
@_exported public import Core

/// What chapter 8, the residual block, asks for.
///
/// Images are `[m, channels, height, width]`, filters `[out, in, kh, kw]`.
public protocol Chapter08: AnswerModule {
  static func residualBackward(
    _ dy: Matrix, branchBackward: (Matrix) throws -> Matrix
  ) throws -> Matrix

  static func projectionShortcutBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int
  ) throws -> (dx: Matrix, dW: Matrix)

  static func globalAveragePoolBackward(_ dy: Matrix, inputShape: [Int]) throws -> Matrix

  static func basicBlockBackward(
    _ dy: Matrix, cache: BasicBlockCache, parameters: BasicBlockParameters, steps: BlockSteps
  ) throws -> BasicBlockGradients

  static func bottleneckParameterCount(
    inputs: Int, middle: Int, outputs: Int, stride: Int
  ) throws -> Int
}

/// What the forward pass of a basic block leaves for the backward pass, each `[m, c, h, w]`.
///
///     z₁ = w₁ ⋆ x   n₁ = batchNorm(z₁)   h = relu(n₁)
///     z₂ = w₂ ⋆ h   n₂ = batchNorm(z₂)   s = n₂ + x     y = relu(s)
public struct BasicBlockCache: Equatable, Sendable {
  public let x: Matrix, z1: Matrix, n1: Matrix, h: Matrix, z2: Matrix, s: Matrix

  public init(x: Matrix, z1: Matrix, n1: Matrix, h: Matrix, z2: Matrix, s: Matrix) {
    (self.x, self.z1, self.n1, self.h, self.z2, self.s) = (x, z1, n1, h, z2, s)
  }
}

/// The parameters of a basic block: filters w₁ and w₂ `[c, c, 3, 3]`, scales γ and shifts β `[c]`.
public struct BasicBlockParameters: Equatable, Sendable {
  public var w1: Matrix, gamma1: Matrix, beta1: Matrix
  public var w2: Matrix, gamma2: Matrix, beta2: Matrix

  public init(
    w1: Matrix, gamma1: Matrix, beta1: Matrix, w2: Matrix, gamma2: Matrix, beta2: Matrix
  ) {
    (self.w1, self.gamma1, self.beta1) = (w1, gamma1, beta1)
    (self.w2, self.gamma2, self.beta2) = (w2, gamma2, beta2)
  }
}

/// The gradients of a basic block, each in the shape of its variable.
public struct BasicBlockGradients: Equatable, Sendable {
  public var dx: Matrix
  public var dW1: Matrix, dGamma1: Matrix, dBeta1: Matrix
  public var dW2: Matrix, dGamma2: Matrix, dBeta2: Matrix

  public init(
    dx: Matrix, dW1: Matrix, dGamma1: Matrix, dBeta1: Matrix, dW2: Matrix, dGamma2: Matrix,
    dBeta2: Matrix
  ) {
    self.dx = dx
    (self.dW1, self.dGamma1, self.dBeta1) = (dW1, dGamma1, dBeta1)
    (self.dW2, self.dGamma2, self.dBeta2) = (dW2, dGamma2, dBeta2)
  }
}

/// The two steps of a basic block that earlier chapters have written, ready to be called.
///
/// Where an exercise is checked they are the library's textbook loops, so that its verdict depends
/// on no other exercise; where `--mine` trains a network they are yours, from 5.2, 5.3 and 7.3.
public struct BlockSteps {
  /// Backward of z = w ⋆ x, 3×3 filters, stride 1, padding 1, no bias: from ∂loss/∂z to ∂loss/∂x
  /// and ∂loss/∂w.
  public let convolution:
    (_ dz: Matrix, _ x: Matrix, _ weight: Matrix) throws -> (dx: Matrix, dW: Matrix)
  /// Backward of n = batchNorm(z), each channel over the batch and all positions: from ∂loss/∂n to
  /// ∂loss/∂z, ∂loss/∂γ and ∂loss/∂β.
  public let batchNorm:
    (_ dn: Matrix, _ z: Matrix, _ gamma: Matrix) throws -> (
      dz: Matrix, dGamma: Matrix, dBeta: Matrix
    )

  public init(
    convolution:
      @escaping (_ dz: Matrix, _ x: Matrix, _ weight: Matrix) throws -> (
        dx: Matrix, dW: Matrix
      ),
    batchNorm:
      @escaping (_ dn: Matrix, _ z: Matrix, _ gamma: Matrix) throws -> (
        dz: Matrix, dGamma: Matrix, dBeta: Matrix
      )
  ) {
    (self.convolution, self.batchNorm) = (convolution, batchNorm)
  }
}

/// Calls what chapter 8 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter08.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter08.Type).self) { try body($0, input) }
  }
}
