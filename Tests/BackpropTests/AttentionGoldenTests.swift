import Backprop
import Testing

private let golden = GoldenFile("attention")

@Test func `a graph's mixing, its layer and their gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let edges = try golden.rowsOfIntegers("adjacency.edges").map { ($0[0], $0[1]) }
    let symmetric: Tensor<Scalar> = normalizedAdjacency(nodes: 5, edges: edges)
    let rows: Tensor<Scalar> = normalizedAdjacency(nodes: 5, edges: edges, .rows)
    try golden.expect(symmetric, "adjacency.symmetric")
    try golden.expect(rows, "adjacency.rows")
    let parameters = WeightAndBias<Scalar>(
      weight: try golden("graph.p0"), bias: try golden("graph.p1"))
    try golden.compare(GraphConvolution(parameters, adjacency: rows), "graph")
  }
  try inBoth { try check($0) }
}

@Test func `many small products, and rows with masked places, are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (a, b): (Tensor<Scalar>, Tensor<Scalar>) = (
      try golden("products.a"), try golden("products.b")
    )
    try golden.expect(batchedMatmul(a, b), "products.y")
    try golden.expect(batchedMatmul(transposed: try golden("products.aT"), b), "products.y")
    try golden.expect(batchedMatmul(a, transposed: try golden("products.bT")), "products.y")
    let plain = batchedMatmulReference(a.reshaped([6, 4, 5]), b.reshaped([6, 5, 6]))
    try golden.expect(plain.reshaped([2, 3, 4, 6]), "products.y")
    let seen = try golden.rowsOfIntegers("softmax.seen").map { $0.map { $0 == 1 } }
    try golden.expect(
      maskedSoftmax(try golden("softmax.s", as: type), .visible(seen)), "softmax.y")
  }
  try inBoth { try check($0) }
}

@Test(arguments: [("attention", AttentionMask.none), ("causal", .causal)])
func `attention and its gradients are the independent ones`(
  name: String, mask: AttentionMask
) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (q, k): (Tensor<Scalar>, Tensor<Scalar>) = (
      try golden("\(name).q"), try golden("\(name).k")
    )
    let v: Tensor<Scalar> = try golden("\(name).v")
    let (y, weights) = scaledDotProductAttention(q, k, v, mask: mask)
    try golden.expect(y, "\(name).y")
    let (dQ, dK, dV) = scaledDotProductAttentionBackward(
      try golden("\(name).dy"), q, k, v, weights: weights)
    try golden.expect(dQ, "\(name).dq")
    try golden.expect(dK, "\(name).dk")
    try golden.expect(dV, "\(name).dv")
  }
  try inBoth { try check($0) }
}

@Test func `heads, a block, positions and patches, and their gradients, are the independent ones`()
  throws
{
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    var generator = SplitMix64(seed: 1)
    let heads = MultiHeadAttention<Scalar>(
      width: 6, heads: 2, mask: .causal, using: &generator)
    try golden.compare(heads, "heads", size: 10)
    let block = TransformerBlock<Scalar>(
      width: 6, heads: 2, mask: .causal, using: &generator)
    try golden.compare(block, "block", size: 10)
    let positions = LearnedPositions<Scalar>(longest: 6, width: 2, using: &generator)
    try golden.compare(positions, "positions")
    let patches = PatchEmbedding<Scalar>(
      images: [3, 4, 6], size: 2, width: 6, using: &generator)
    try golden.compare(patches, "patches")
  }
  try inBoth { try check($0) }
}

@Test func `whole transformers and their gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    var generator = SplitMix64(seed: 1)
    let vision = VisionTransformer<Scalar>(
      images: [3, 4, 6], patch: 2, width: 6, heads: 2, depth: 2, classes: 3, using: &generator)
    try golden.compare(vision, "vision", size: 20)
    let model = try golden.filled(
      GPT<TransformerBlock<Scalar>>(
        vocabulary: 5, longest: 7, width: 6, heads: 2, depth: 2, using: &generator), "gpt")
    var context = Context.inference
    let (logits, cache) = model.forward(try golden.rowsOfIntegers("gpt.ids"), in: &context)
    try golden.expect(logits, "gpt.y", size: 20)
    let gradient = model.backward(try golden("gpt.dy"), cache).gradient
    try golden.expectGradient(gradient, "gpt", size: 20)
  }
  try inBoth { try check($0) }
}

@Test func `heads are cut side by side, as the independent ones are`() throws {
  let x: Tensor<Double> = try golden("heads.x")
  let split = splitHeads(x, heads: 2)
  try golden.expect(split, "heads.split")
  try golden.expect(mergeHeads(split), "heads.x")
}
