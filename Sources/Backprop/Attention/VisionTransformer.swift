public import Core
import Kernels
public import Training

/// ViT: patches, transformer blocks without a mask, and a class read from the class token.
///
/// Images are `[m, c, h, w]`, the output `[m, classes]`.
///
/// Source: Dosovitskiy et al., "An image is worth 16x16 words", 2021, equations 1 to 4.
public struct VisionTransformer<Scalar: Real>: Layer, Sendable {
  public var patches: PatchEmbedding<Scalar>
  public var blocks: Stack<TransformerBlock<Scalar>>
  public var norm: LayerNorm<Scalar>
  public var head: Dense<Scalar>

  /// What each part keeps.
  public struct Cache: Sendable {
    let patches: PatchEmbedding<Scalar>.Cache
    public let blocks: [TransformerBlock<Scalar>.Cache]
    let norm: LayerNorm<Scalar>.Cache
    let head: Dense<Scalar>.Cache
  }

  public init(
    images shape: [Int], patch size: Int, width: Int, heads: Int, depth: Int, classes: Int,
    using generator: inout some RandomNumberGenerator
  ) {
    patches = PatchEmbedding(images: shape, size: size, width: width, using: &generator)
    blocks = Stack(depth: depth) { _ in
      TransformerBlock(width: width, heads: heads, using: &generator)
    }
    norm = LayerNorm(width)
    head = Dense(width, classes, .glorot, using: &generator)
  }

  public var parameters: VisionParameters<Scalar> {
    VisionParameters(
      patches: patches.parameters, blocks: blocks.parameters, norm: norm.parameters,
      head: head.parameters)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let (y, patchCache) = patches.forward(x, in: &context)
    let (h, blockCache) = blocks.forward(y, in: &context)
    // Only the class token is read.
    let first = h.lastAxisAsColumns.rows(classRows(h.shape))
    let (n, normCache) = norm.forward(first, in: &context)
    let (logits, headCache) = head.forward(n, in: &context)
    return (
      logits, Cache(patches: patchCache, blocks: blockCache, norm: normCache, head: headCache)
    )
  }

  public func backward(
    _ dLogits: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: VisionParameters<Scalar>) {
    let (dY, dBlocks, dNorm, dHead) = backwardToPatches(dLogits, cache)
    let (dX, dPatches) = patches.backward(dY, cache.patches)
    return (
      dX, VisionParameters(patches: dPatches, blocks: dBlocks, norm: dNorm, head: dHead)
    )
  }

  public func gradient(_ dLogits: Tensor<Scalar>, _ cache: Cache) -> VisionParameters<Scalar> {
    let (dY, dBlocks, dNorm, dHead) = backwardToPatches(dLogits, cache)
    return VisionParameters(
      patches: patches.gradient(dY, cache.patches), blocks: dBlocks, norm: dNorm, head: dHead)
  }

  private func backwardToPatches(_ dLogits: Tensor<Scalar>, _ cache: Cache) -> (
    dY: Tensor<Scalar>, dBlocks: ParameterList<TransformerParameters<Scalar>>,
    dNorm: ScaleAndShift<Scalar>, dHead: WeightAndBias<Scalar>
  ) {
    let (dN, dHead) = head.backward(dLogits, cache.head)
    let (dFirst, dNorm) = norm.backward(dN, cache.norm)  // [m, d]
    // forward: the first place of each sample, and no other
    let places = patches.parameters.positions.rows
    var dH = Tensor<Scalar>(shape: [dFirst.rows, places, dFirst.columns])
    for (sample, row) in classRows(dH.shape).enumerated() {
      for j in 0..<dFirst.columns {
        dH.storage[row * dFirst.columns + j] = dFirst.storage[sample * dFirst.columns + j]
      }
    }
    let (dY, dBlocks) = blocks.backward(dH, cache.blocks)
    return (dY, dBlocks, dNorm, dHead)
  }

  /// The rows of the class tokens in `[m·places, d]`.
  private func classRows(_ shape: [Int]) -> [Int] { (0..<shape[0]).map { $0 * shape[1] } }

  public mutating func visit(
    _ other: VisionParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    patches.visit(other.patches) { body("patches.\($0)", &$1, $2) }
    blocks.visit(other.blocks) { body("blocks.\($0)", &$1, $2) }
    norm.visit(other.norm) { body("norm.\($0)", &$1, $2) }
    head.visit(other.head) { body("head.\($0)", &$1, $2) }
  }
}

/// The parameters of a vision transformer, part by part.
public struct VisionParameters<Scalar: Real>: ParameterSet {
  public var patches: PatchParameters<Scalar>
  public var blocks: ParameterList<TransformerParameters<Scalar>>
  public var norm: ScaleAndShift<Scalar>
  public var head: WeightAndBias<Scalar>

  public mutating func visit(
    _ other: VisionParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    patches.visit(other.patches) { body("patches.\($0)", &$1, $2) }
    blocks.visit(other.blocks) { body("blocks.\($0)", &$1, $2) }
    norm.visit(other.norm) { body("norm.\($0)", &$1, $2) }
    head.visit(other.head) { body("head.\($0)", &$1, $2) }
  }
}
