import Backprop

private func generator() -> SplitMix64 { SplitMix64(seed: 1) }

private func heads(_ width: Int, _ count: Int) -> MultiHeadAttention<Double> {
  var generator = generator()
  return MultiHeadAttention(width: width, heads: count, using: &generator)
}

extension WrongCall {
  static let attention: [WrongCall] = [
    WrongCall("for two matrices take matmul") { _ = batchedMatmul(zeros(2, 3), zeros(3, 4)) },
    WrongCall("the axes in front of the last two must be the same") {
      _ = batchedMatmul(zeros(2, 3, 4), zeros(3, 4, 5))
    },
    WrongCall("the inner sizes must agree") { _ = batchedMatmul(zeros(2, 3, 4), zeros(2, 3, 4)) },
    WrongCall("row 1 sees no column") {
      _ = maskedSoftmax(zeros(1, 2, 2), .visible([[true, false], [false, false]]))
    },
    WrongCall("it must be of their size") {
      _ = maskedSoftmax(zeros(1, 2, 3), .visible([[true, false], [false, true]]))
    },
    WrongCall("both must be the places of one sequence") {
      _ = maskedSoftmax(zeros(1, 2, 3), .causal)
    },
    WrongCall("attention: q is [1, 1, 2, 3], k [1, 1, 2, 4]") {
      _ = scaledDotProductAttention(zeros(1, 1, 2, 3), zeros(1, 1, 2, 4), zeros(1, 1, 2, 4))
    },
    WrongCall("they must be those of one forward pass") {
      let x = zeros(1, 1, 2, 3)
      _ = scaledDotProductAttentionBackward(x, x, x, x, weights: zeros(1, 1, 2, 3))
    },
    WrongCall("3 heads of a width of 4") { _ = heads(4, 3) },
    WrongCall("3 heads of [1, 2, 4]") { _ = splitHeads(zeros(1, 2, 4), heads: 3) },
    WrongCall("it must be [m, t, 4]") { _ = heads(4, 2)(zeros(2, 4)) },
    WrongCall("dY is [1, 3, 4], should be [1, 2, 4]") {
      let layer = heads(4, 2)
      _ = layer.backward(zeros(1, 3, 4), cache(of: layer, zeros(1, 2, 4)))
    },
    WrongCall("a cache of 2 heads in a layer of 4") {
      let x = zeros(1, 2, 4)
      _ = heads(4, 4).backward(x, cache(of: heads(4, 2), x))
    },
    WrongCall("a sequence of 4 places and a table of 3") {
      var generator = generator()
      _ = LearnedPositions<Double>(longest: 3, width: 2, using: &generator)(zeros(1, 4, 2))
    },
    WrongCall("each node's edge to itself is added here") {
      _ = normalizedAdjacency(nodes: 3, edges: [(1, 1)], as: Double.self)
    },
    WrongCall("both ends must be in 0..<3") {
      _ = normalizedAdjacency(nodes: 3, edges: [(0, 3)], as: Double.self)
    },
    WrongCall("a node a row") {
      var generator = generator()
      let adjacency = normalizedAdjacency(nodes: 3, edges: [(0, 1)], as: Double.self)
      _ = GraphConvolution(2, 2, adjacency: adjacency, using: &generator)(zeros(2, 2))
    },
    WrongCall("h and w multiples of 3") { _ = patchRows(zeros(1, 1, 4, 6), size: 3) },
    WrongCall("should be [1, 5, 2]") {
      var generator = generator()
      let layer = PatchEmbedding<Double>(images: [1, 4, 4], size: 2, width: 2, using: &generator)
      _ = layer.backward(zeros(1, 4, 2), cache(of: layer, zeros(1, 1, 4, 4)))
    },
    WrongCall("TransformerBlock: the input is [2, 4]") {
      var generator = generator()
      _ = TransformerBlock<Double>(width: 4, heads: 2, using: &generator)(zeros(2, 4))
    },
    WrongCall("the id 5 is none of") {
      var generator = generator()
      _ = GPT<TransformerBlock<Double>>(
        vocabulary: 5, longest: 3, width: 2, heads: 1, depth: 1, using: &generator)([[5]])
    },
    WrongCall("GPT: a number of blocks of -1") {
      var generator = generator()
      _ = GPT<TransformerBlock<Double>>(
        vocabulary: 5, longest: 3, width: 2, heads: 1, depth: -1, using: &generator)
    },
    WrongCall("and Â [2, 3] must be") {
      _ = GraphConvolution(
        WeightAndBias(weight: zeros(2, 2), bias: zeros(2)), adjacency: zeros(2, 3))
    },
    WrongCall("LearnedPositions: the table is [0, 3]") {
      _ = LearnedPositions(table: zeros(0, 3))
    },
    WrongCall("patches [2, 8] make no images [1, 1, 4, 4]") {
      _ = imagesOfPatches(zeros(2, 8), shape: [1, 1, 4, 4], size: 2)
    },
  ]
}
