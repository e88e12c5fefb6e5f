import Problems12

public enum Answers: Chapter12 {
  /// Exercise 12.1: the gradients of a graph convolution.
  ///
  ///     Y = Â·X·W + b
  ///
  /// Row i of Â says whom node i listens to, and how much. Â is given, and gets no gradient. It may be any
  /// matrix, and need not be symmetric. dy comes from a loss that was divided already, by what it averages over.
  /// Lesson: chapter 12, "Mixing rows, backwards". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 12.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂Y, `[nodes, out]`.
  ///   - x: X, `[nodes, in]`, a node a row.
  ///   - weight: W, `[in, out]`. b is not needed.
  ///   - adjacency: Â, `[nodes, nodes]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂X in x's shape, ∂loss/∂W in W's, ∂loss/∂b `[out]`.
  public static func graphConvolutionBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, adjacency: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    throw Todo("12.1")
  }

  /// Exercise 12.2: the gradients of attention.
  ///
  ///     S = Q·Kᵀ/√d   P = softmax of S, by rows   Y = P·V
  ///
  /// d is the last axis of Q, the width of one head. Each sample and each head is by itself. P comes in;
  /// where a key was masked it is 0. There may be another number of keys than of queries, and values may
  /// have another width than keys.
  /// Handy: batchedMatmul(a, b), batchedMatmul(transposed: a, b), batchedMatmul(a, transposed: b) for the
  /// last two axes; asRows, which makes a matrix of all axes but the last as rows.
  /// Lesson: chapter 12, "Attention, backwards". About 30 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 12.2`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂Y, `[m, h, t, e]`.
  ///   - q: Q, `[m, h, t, d]`.
  ///   - k: K, `[m, h, t′, d]`.
  ///   - v: V, `[m, h, t′, e]`.
  ///   - weights: P, `[m, h, t, t′]`, whose rows sum to 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂Q, ∂loss/∂K, ∂loss/∂V, each in its variable's shape.
  public static func attentionBackward(
    _ dy: Matrix, q: Matrix, k: Matrix, v: Matrix, weights: Matrix
  ) throws -> (dQ: Matrix, dK: Matrix, dV: Matrix) {
    throw Todo("12.2")
  }

  /// Exercise 12.3: the gradients of attention with several heads.
  ///
  ///     Q = x·Wq   K = x·Wk   V = x·Wv, each cut into heads
  ///     A = the heads' attention, side by side   y = A·Wo
  ///
  /// Head k has the columns k·d/h … (k + 1)·d/h - 1. There are no biases.
  /// Handy: splitHeads(x, heads: h) makes `[m, h, t, d/h]` of `[m, t, d]`, mergeHeads undoes it; asRows.
  /// Lesson: chapter 12, "Many heads, three ways". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 12.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, t, d]`.
  ///   - x: The input, `[m, t, d]`.
  ///   - merged: A, `[m, t, d]`.
  ///   - parameters: Wq, Wk, Wv and Wo, `[d, d]` each, as wq, wk, wv and wo.
  ///   - heads: h.
  ///   - attention: What 12.2 does: from the gradient of the heads' outputs, `[m, h, t, d/h]`, to those of
  ///     Q, K and V by heads. It knows what it needs of the forward pass. Call it once, and let its errors
  ///     through.
  /// - Throws: `Todo`, until you have written it; what attention throws.
  /// - Returns: ∂loss/∂x, and the gradients of the four matrices.
  public static func multiHeadBackward(
    _ dy: Matrix, x: Matrix, merged: Matrix, parameters: HeadParameters, heads: Int,
    attention: (Matrix) throws -> (dQ: Matrix, dK: Matrix, dV: Matrix)
  ) throws -> HeadGradients {
    throw Todo("12.3")
  }

  /// Exercise 12.4: all gradients of a transformer block.
  ///
  ///     n₁ = layerNorm₁(x)   u = x + attention(n₁)
  ///     n₂ = layerNorm₂(u)   z = n₂·W₁ + c₁   h = gelu(z)   y = u + h·W₂ + c₂
  ///
  /// All places of all sequences are rows, n of them. The norms stand in front of the branches, and the
  /// road from x to y has none.
  /// Lesson: chapter 12, "The block, backwards". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 12.4`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[n, d]`.
  ///   - cache: x, u, n₂, z and h, as n2, z and h.
  ///   - parameters: γ₁ and γ₂, as gamma1 and gamma2, `[d]`; W₁ and W₂, as w1 and w2.
  ///   - steps: steps.attention(da), steps.layerNorm(dn, x, gamma) and steps.gelu(dh, z): from ∂loss/∂output
  ///     of each part to its gradients. Let their errors through.
  /// - Throws: `Todo`, until you have written it; what a step throws.
  /// - Returns: ∂loss/∂x, and the gradients of all parameters; `attention` as its step returned them.
  public static func transformerBlockBackward(
    _ dy: Matrix, cache: TransformerCache, parameters: TransformerValues, steps: TransformerSteps
  ) throws -> TransformerGradients {
    throw Todo("12.4")
  }

  /// Exercise 12.5: the gradient of a table with two uses.
  ///
  ///     x = E[ids]   …   h = blocks(x)   logits = h·Eᵀ
  ///
  /// The letters that are read and those that are written have one table. dx has come back through the
  /// blocks already, from h to the rows that were read.
  /// Lesson: chapter 12, "One table, two uses". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 12.5`
  ///
  /// - Parameters:
  ///   - dLogits: ∂loss/∂logits, `[n, vocabulary]`.
  ///   - h: What the blocks gave, `[n, d]`.
  ///   - table: E, `[vocabulary, d]`.
  ///   - ids: The rows that were read, from 0; the same id may come several times.
  ///   - dx: ∂loss/∂x, `[ids.count, d]`, a row for each id.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂E in E's shape, ∂loss/∂h in h's.
  public static func tiedOutputBackward(
    _ dLogits: Matrix, h: Matrix, table: Matrix, ids: [Int], dx: Matrix
  ) throws -> (dTable: Matrix, dh: Matrix) {
    throw Todo("12.5")
  }

  /// Exercise 12.6: the gradients of a patch embedding.
  ///
  ///     y[n, 0] = class + positions[0]
  ///     y[n, s] = patch s of image n·W + b + positions[s],   s from 1
  ///
  /// Patches of p × p pixels do not overlap, and are counted as one reads, from 1. Within a patch the
  /// numbers go by channel, then row, then column. The loss has divided by the batch already.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 12, "Patches, backwards". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 12.6`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, 1 + patches, d]`; dy.asRows is `[m·(1 + patches), d]`.
  ///   - images: `[m, channels, height, width]`, the sizes multiples of p.
  ///   - weight: W, `[channels·p·p, d]`. b, class and positions are not needed.
  ///   - size: p.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradients of the images and of W in their shapes, of b and class `[d]`, of positions
  ///   `[1 + patches, d]`.
  public static func patchEmbeddingBackward(
    _ dy: Matrix, images: Matrix, weight: Matrix, size: Int
  ) throws -> PatchGradients {
    throw Todo("12.6")
  }
}
