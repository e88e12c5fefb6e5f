import Backprop

extension LayerKind {
  /// Layers of sequences, `[m, t, d]` or `[m, channels, t]`, and of graphs, `[nodes, d]`.
  func checkPlaces(_ property: some LayerProperty, _ draw: inout Draw) {
    let (m, t, n) = (draw.size(1...3), draw.size(1...5), draw.size(1...4))
    let x = draw.tensor([m, t, n])
    switch self {
    case .gru:
      let layer = GRU(draw.recurrent(n, draw.size(1...4), gates: 3))
      property.check(LayerCase(layer: layer, input: x) { Textbook.gru($0, $1[0], $1[1], $1[2]) })
    case .causalConvolution:
      let (outputs, dilation) = (draw.size(1...4), draw.size(1...3))
      let layer = CausalConv1d(
        weight: draw.tensor([outputs, t, draw.size(1...3)]), bias: draw.tensor([outputs]),
        dilation: dilation)
      property.check(
        LayerCase(layer: layer, input: x) {
          Textbook.causal($0, $1[0], $1[1], dilation: dilation)
        })
    case .everyStep:
      let layer = EveryStep(draw.dense(n, draw.size(1...4)))
      property.check(
        LayerCase(layer: layer, input: x) { Textbook.everyStep($0, $1[0], $1[1]) })
    case .positions:
      let layer = LearnedPositions(table: draw.tensor([t + draw.size(0...2), n]))
      property.check(
        LayerCase(layer: layer, input: x) { x, p in
          DualTensor(shape: x.shape) { x[$0] + p[0][$0[1], $0[2]] }
        })
    default:
      let (nodes, outputs) = (m + t, draw.size(1...4))
      // Not symmetric: who listens is not who is heard.
      let adjacency = draw.tensor([nodes, nodes])
      let layer = GraphConvolution(
        WeightAndBias(weight: draw.tensor([n, outputs]), bias: draw.tensor([outputs])),
        adjacency: adjacency)
      property.check(
        LayerCase(layer: layer, input: draw.tensor([nodes, n])) {
          Textbook.graph($0, $1[0], $1[1], adjacency)
        })
    }
  }

  /// Attention, and what is made of it.
  func checkAttention(_ property: some LayerProperty, _ draw: inout Draw) {
    let (m, t, heads) = (draw.size(1...3), draw.size(1...4), draw.size(1...2))
    let (width, isCausal) = (heads * draw.size(2...3), draw.size(0...1) == 1)
    let (x, mask) = (draw.tensor([m, t, width]), isCausal ? AttentionMask.causal : .none)
    switch self {
    case .heads:
      let layer = draw.filled(
        MultiHeadAttention<Double>(width: width, heads: heads, mask: mask, using: &draw.generator))
      property.check(
        LayerCase(layer: layer, input: x) { Textbook.heads($0, $1, heads, isCausal: isCausal) })
    case .transformerBlock:
      let layer = draw.filled(
        TransformerBlock<Double>(width: width, heads: heads, mask: mask, using: &draw.generator))
      property.check(
        LayerCase(layer: layer, input: x) { Textbook.block($0, $1, heads, isCausal: isCausal) })
    case .patches:
      let (images, size) = (draw.images(), draw.size(1...2))
      let layer = draw.filled(
        PatchEmbedding<Double>(
          images: images, size: size, width: width, using: &draw.generator))
      property.check(
        LayerCase(layer: layer, input: draw.tensor([m] + images)) {
          Textbook.patches($0, $1, size: size)
        })
    default:
      let images = draw.images()
      let layer = draw.filled(
        VisionTransformer<Double>(
          images: images, patch: 2, width: width, heads: heads, depth: 1, classes: 3,
          using: &draw.generator))
      property.check(
        LayerCase(layer: layer, input: draw.tensor([m] + images)) { x, p in
          let y = Textbook.block(
            Textbook.patches(x, Array(p[..<4]), size: 2), Array(p[4..<16]), heads, isCausal: false)
          let first = DualTensor(shape: [m, width]) { y[$0[0], 0, $0[1]] }
          let n = Textbook.normalized(
            first, p[16], p[17], group: { $0[0] }, parameter: { $0[1] })
          return Textbook.dense(n, p[18], p[19])
        })
    }
  }
}

extension Draw {
  /// Channels, height and width, both even.
  fileprivate mutating func images() -> [Int] {
    [size(1...2), 2 * size(1...2), 2 * size(1...2)]
  }

  /// A layer with other parameters, of a size at which nothing saturates.
  fileprivate mutating func filled<Network: TensorLayer<Double>>(_ layer: Network) -> Network {
    var (layer, draw) = (layer, self)
    layer.visit(layer.parameters) { _, parameter, _ in
      parameter = draw.tensor(parameter.shape, standardDeviation: 0.6)
    }
    self = draw
    return layer
  }
}
