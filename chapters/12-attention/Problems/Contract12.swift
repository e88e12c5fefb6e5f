// What a learner's file finds with `import Problems12`.
@_exported public import func Attention.batchedMatmul
@_exported public import func Attention.mergeHeads
@_exported public import func Attention.splitHeads
@_exported public import Checking
@_exported public import Core

/// What chapter 12, graphs and attention, asks for.
///
/// Nodes of a graph are rows, `[nodes, d]`; sequences are `[m, t, d]`, and by heads `[m, h, t, d]`.
public protocol Chapter12: AnswerModule {
  static func graphConvolutionBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, adjacency: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)

  static func attentionBackward(
    _ dy: Matrix, q: Matrix, k: Matrix, v: Matrix, weights: Matrix
  ) throws -> (dQ: Matrix, dK: Matrix, dV: Matrix)

  static func multiHeadBackward(
    _ dy: Matrix, x: Matrix, merged: Matrix, parameters: HeadParameters, heads: Int,
    attention: (Matrix) throws -> (dQ: Matrix, dK: Matrix, dV: Matrix)
  ) throws -> HeadGradients

  static func transformerBlockBackward(
    _ dy: Matrix, cache: TransformerCache, parameters: TransformerValues, steps: TransformerSteps
  ) throws -> TransformerGradients

  static func tiedOutputBackward(
    _ dLogits: Matrix, h: Matrix, table: Matrix, ids: [Int], dx: Matrix
  ) throws -> (dTable: Matrix, dh: Matrix)

  static func patchEmbeddingBackward(
    _ dy: Matrix, images: Matrix, weight: Matrix, size: Int
  ) throws -> PatchGradients
}

/// The four matrices of attention with heads, each `[d, d]`: Wq, Wk, Wv and Wo.
public struct HeadParameters: Equatable, Sendable {
  public var wq: Matrix, wk: Matrix, wv: Matrix, wo: Matrix

  public init(wq: Matrix, wk: Matrix, wv: Matrix, wo: Matrix) {
    (self.wq, self.wk, self.wv, self.wo) = (wq, wk, wv, wo)
  }
}

/// The gradients of attention with heads: of its input, and of its four matrices.
public struct HeadGradients: Equatable, Sendable {
  public var dx: Matrix
  public var dWq: Matrix, dWk: Matrix, dWv: Matrix, dWo: Matrix

  public init(dx: Matrix, dWq: Matrix, dWk: Matrix, dWv: Matrix, dWo: Matrix) {
    self.dx = dx
    (self.dWq, self.dWk, self.dWv, self.dWo) = (dWq, dWk, dWv, dWo)
  }
}

/// What the forward pass of a transformer block leaves for the backward pass; a place of a sequence a
/// row, n = m·t rows.
///
///     n₁ = layerNorm₁(x)   u = x + attention(n₁)
///     n₂ = layerNorm₂(u)   z = n₂·W₁ + c₁   h = gelu(z)   y = u + h·W₂ + c₂
///
/// x, u and n₂ are `[n, d]`; z and h are `[n, 4d]`, or as wide as W₁ makes them.
public struct TransformerCache: Equatable, Sendable {
  public let x: Matrix, u: Matrix, n2: Matrix, z: Matrix, h: Matrix

  public init(x: Matrix, u: Matrix, n2: Matrix, z: Matrix, h: Matrix) {
    (self.x, self.u, self.n2, self.z, self.h) = (x, u, n2, z, h)
  }
}

/// The parameters of a transformer block that its backward pass needs, but for those of attention.
///
/// Scales γ `[d]`, W₁ `[d, 4d]` and W₂ `[4d, d]`. Shifts β and biases c are not needed backwards, and the
/// step of attention knows its own.
public struct TransformerValues: Equatable, Sendable {
  public var gamma1: Matrix, gamma2: Matrix, w1: Matrix, w2: Matrix

  public init(gamma1: Matrix, gamma2: Matrix, w1: Matrix, w2: Matrix) {
    (self.gamma1, self.gamma2, self.w1, self.w2) = (gamma1, gamma2, w1, w2)
  }
}

/// The gradients of a transformer block, each in the shape of its variable.
///
/// `attention` holds those of the four matrices, as the step returned them.
public struct TransformerGradients: Equatable, Sendable {
  public var dx: Matrix
  public var dGamma1: Matrix, dBeta1: Matrix
  public var attention: HeadGradients
  public var dGamma2: Matrix, dBeta2: Matrix
  public var dW1: Matrix, dc1: Matrix, dW2: Matrix, dc2: Matrix

  public init(
    dx: Matrix, dGamma1: Matrix, dBeta1: Matrix, attention: HeadGradients, dGamma2: Matrix,
    dBeta2: Matrix, dW1: Matrix, dc1: Matrix, dW2: Matrix, dc2: Matrix
  ) {
    self.dx = dx
    (self.dGamma1, self.dBeta1, self.attention) = (dGamma1, dBeta1, attention)
    (self.dGamma2, self.dBeta2) = (dGamma2, dBeta2)
    (self.dW1, self.dc1, self.dW2, self.dc2) = (dW1, dc1, dW2, dc2)
  }
}

/// The three steps of a transformer block that earlier exercises have written, ready to be called.
///
/// Where an exercise is checked they are the library's, so that its verdict depends on no other
/// exercise; where `--mine` trains a network `attention` is yours, from 12.2 and 12.3.
public struct TransformerSteps {
  /// Backward of a = attention(n₁), all places of all sequences as rows: from ∂loss/∂a `[n, d]` to
  /// ∂loss/∂n₁, as dx, and to the gradients of the four matrices.
  public let attention: (_ da: Matrix) throws -> HeadGradients
  /// Backward of n = layerNorm(x), each row by itself: from ∂loss/∂n to ∂loss/∂x, ∂loss/∂γ and
  /// ∂loss/∂β.
  public let layerNorm:
    (_ dn: Matrix, _ x: Matrix, _ gamma: Matrix) throws -> (
      dx: Matrix, dGamma: Matrix, dBeta: Matrix
    )
  /// Backward of h = gelu(z): from ∂loss/∂h, and z, to ∂loss/∂z.
  public let gelu: (_ dh: Matrix, _ z: Matrix) throws -> Matrix

  public init(
    attention: @escaping (_ da: Matrix) throws -> HeadGradients,
    layerNorm:
      @escaping (_ dn: Matrix, _ x: Matrix, _ gamma: Matrix) throws -> (
        dx: Matrix, dGamma: Matrix, dBeta: Matrix
      ),
    gelu: @escaping (_ dh: Matrix, _ z: Matrix) throws -> Matrix
  ) {
    (self.attention, self.layerNorm, self.gelu) = (attention, layerNorm, gelu)
  }
}

/// The gradients of a patch embedding: of the images, W, b, the class token and the positions.
public typealias PatchGradients = (
  dImages: Matrix, dW: Matrix, db: Matrix, dClass: Matrix, dPositions: Matrix
)

extension Tensor {
  /// The last axis as columns, all others as rows: `[m, t, d]` → `[m·t, d]`, in the same order.
  public var asRows: Tensor {
    reshaped([shape.dropLast().reduce(1, *), shape.last ?? 1])
  }
}

/// Calls what chapter 12 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter12.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter12.Type).self) { try body($0, input) }
  }
}
