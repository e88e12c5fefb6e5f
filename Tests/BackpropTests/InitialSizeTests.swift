import Backprop
import Testing

@Suite struct InitialSizeTests {
  @Test func `new layers draw weights as large as the numbers that meet in them want it`() {
    var g = SplitMix64(seed: 1)
    let (lstm, gru) = (LSTM<Double>(60, 40, using: &g), GRU<Double>(60, 40, using: &g))
    let rnn = RNN<Double>(90, 60, using: &g)
    let inTime = CausalConv1d<Double>(16, 32, taps: 9, using: &g)
    let gpt = GPT<TransformerBlock<Double>>(
      vocabulary: 90, longest: 70, width: 64, heads: 4, depth: 1, using: &g)
    let patches = PatchEmbedding<Double>(images: [3, 32, 32], size: 4, width: 1024, using: &g)
    let graph = GraphConvolution<Double>(
      50, 90, adjacency: normalizedAdjacency(nodes: 2, edges: [(0, 1)]), using: &g)
    // Each gate of a recurrent layer is a matrix of its own, of as many outputs as it has units.
    let cases: [(name: String, weight: Tensor<Double>, variance: Double)] = [
      ("LSTM, Wx", lstm.parameters.inputWeight, 2 / 100),
      ("LSTM, Wh", lstm.parameters.hiddenWeight, 2 / 80),
      ("GRU, Wx", gru.parameters.inputWeight, 2 / 100),
      ("GRU, Wh", gru.parameters.hiddenWeight, 2 / 80),
      ("RNN, Wx", rnn.parameters.inputWeight, 2 / 150),
      ("CausalConv1d", inTime.parameters.weight, 2 / (16 * 9)),
      ("GPT, letters", gpt.table, 0.02 * 0.02),
      ("GPT, places", gpt.positions.parameters.table, 0.02 * 0.02),
      ("attention", gpt.blocks.layers[0].attention.parameters.query, 2 / 128),
      ("widening", gpt.blocks.layers[0].widening.parameters.weight, 2 / 320),
      ("patches", patches.parameters.projection.weight, 2 / (48 + 1024)),
      ("class token", patches.parameters.classToken, 0.02 * 0.02),
      ("patches, places", patches.parameters.positions, 0.02 * 0.02),
      ("graph", graph.parameters.weight, 2 / 140),
    ]
    for (name, weight, variance) in cases {
      let found = weight.squaredNorm() / Double(weight.count)
      #expect(abs(found / variance - 1) < 0.15, "\(name): \(found), not \(variance)")
    }
  }
}
