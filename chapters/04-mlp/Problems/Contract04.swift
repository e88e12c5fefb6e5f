// What a learner's file finds with `import Problems04`.
@_exported public import Checking
@_exported public import Core
import Training

/// What chapter 4, the multilayer perceptron, asks for.
public protocol Chapter04: AnswerModule {
  static func denseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)

  static func mlpBackward(
    _ dLogits: Matrix, cache: ThreeLayerCache, weights: (w1: Matrix, w2: Matrix, w3: Matrix)
  ) throws -> ThreeLayerGradients

  static func dropoutBackward(_ dy: Matrix, mask: Matrix, rate: Double) throws -> Matrix

  static func trainingStep(
    _ parameters: TwoLayerParameters, x: Matrix, targets: Matrix, learningRate: Double
  ) throws -> TwoLayerParameters

  static func precisionRecallF1(
    predicted: [Int], actual: [Int], classes: Int
  ) throws -> (precision: [Double], recall: [Double], f1: [Double])

  static func areaUnderROC(scores: [Double], positives: [Bool]) throws -> Double
}

/// What the forward pass of a net of three dense layers leaves for the backward pass.
///
///     z₁ = x·W₁ + b₁   h₁ = relu(z₁)
///     z₂ = h₁·W₂ + b₂  h₂ = relu(z₂)
///     logits = h₂·W₃ + b₃
public struct ThreeLayerCache: Equatable, Sendable {
  public let x: Matrix, z1: Matrix, h1: Matrix, z2: Matrix, h2: Matrix

  public init(x: Matrix, z1: Matrix, h1: Matrix, z2: Matrix, h2: Matrix) {
    (self.x, self.z1, self.h1, self.z2, self.h2) = (x, z1, h1, z2, h2)
  }
}

/// The gradients of a net of three dense layers, each in the shape of its parameter.
public struct ThreeLayerGradients: Equatable, Sendable {
  public var dW1: Matrix, db1: Matrix
  public var dW2: Matrix, db2: Matrix
  public var dW3: Matrix, db3: Matrix

  public init(dW1: Matrix, db1: Matrix, dW2: Matrix, db2: Matrix, dW3: Matrix, db3: Matrix) {
    (self.dW1, self.db1) = (dW1, db1)
    (self.dW2, self.db2) = (dW2, db2)
    (self.dW3, self.db3) = (dW3, db3)
  }
}

/// The parameters of a net of two dense layers: `w1` is W₁ `[in, hidden]`, `b1` is b₁ `[hidden]`,
/// `w2` is W₂ `[hidden, classes]`, `b2` is b₂ `[classes]`.
public struct TwoLayerParameters: Equatable, Sendable {
  public var w1: Matrix, b1: Matrix
  public var w2: Matrix, b2: Matrix

  public init(w1: Matrix, b1: Matrix, w2: Matrix, b2: Matrix) {
    (self.w1, self.b1) = (w1, b1)
    (self.w2, self.b2) = (w2, b2)
  }
}

/// Calls what chapter 4 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter04.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter04.Type).self) { try body($0, input) }
  }
}
