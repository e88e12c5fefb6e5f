import Backprop
import Testing

/// Inputs with which other libraries have gone wrong in public: alignments, masks, places nobody may see.
@Suite struct ReportedInputOfSequencesTests {
  private let scores: [[Double]] = [[0.3, 1, -1], [1, 0.7, 0.2], [-1, 0.4, 1], [0, -0.6, 0.9]]

  private func frames<Scalar: Real>(_ rows: [[Scalar]]) -> Tensor<Scalar> {
    Tensor(rows.flatMap { $0 }, shape: [rows.count, 1, rows[0].count])
  }

  /// Large scores, whose rounding alone made NaN: pytorch 14335 and 14401, keras 8216.
  @Test(arguments: [1e3, 1e6, 1e15, 1e20, 1e30])
  func `CTC's shares are shares however large the scores are`(size: Double) {
    let rows = scores.map { $0.map { $0 * size } }
    for labels in [[1, 2], [2, 2], [], [1]] {
      let (loss, g) = ctc(logits: frames(rows), labels: [labels])
      #expect(loss.isFinite && loss >= 0 && g.scalars.allSatisfy { abs($0) <= 1 })
      let sums = g.reshaped([4, 3]).sum(axis: 1)
      #expect(sums.scalars.allSatisfy { abs($0) < 1e-12 }, "\(labels): \(sums)")
      let single = ctc(logits: frames(rows.map { $0.map { Float($0) } }), labels: [labels])
      #expect(single.loss.isFinite && single.gradient.scalars.allSatisfy { abs($0) <= 1 })
    }
  }

  /// PyTorch's numbers, for labels that are empty, tight and very long: pytorch 18215 and 27442.
  @Test
  func `CTC has PyTorch's values for an empty label, a tight one and one of 900 equal classes`() {
    let (none, dNone) = ctc(logits: frames([[1.0, 2], [3, 4], [0, 0]]), labels: [[]])
    #expect(abs(none - 3.319670555596391) < 1e-12)
    #expect(
      abs(dNone.scalars[0] + 0.7310585786300053) < 1e-12 && abs(dNone.scalars[5] - 0.5) < 1e-12)
    let (tight, dTight) = ctc(logits: frames([[1.0, 2]]), labels: [[1]])
    #expect(abs(tight - 0.31326168751822286) < 1e-12)
    #expect(abs(dTight.scalars[0] - 0.2689414213699951) < 1e-12)
    let (long, dLong) = ctc(
      logits: Tensor<Double>(shape: [3000, 1, 3]), labels: [[Int](repeating: 1, count: 900)])
    #expect(abs(long - 1280.0947260554651) < 1e-8)
    #expect(abs(dLong.scalars[0] + 0.0668666000221985) < 1e-10)
    #expect(dLong.scalars.allSatisfy { $0.isFinite })
  }

  @Test func `a frame that is sure beyond all bounds counts as that class and no other`() {
    let sure = ctc(logits: frames([[Double.infinity, 2], [0, 1]]), labels: [[1]])
    let alone = ctc(logits: frames([[0, 1.0]]), labels: [[1]])
    #expect(abs(sure.loss - alone.loss) < 1e-12)
    #expect(sure.gradient.scalars.prefix(2).allSatisfy { $0 == 0 })
    let never = ctc(
      logits: frames([[0, 2, -Double.infinity], [0, 1, -.infinity]]), labels: [[1]])
    #expect(never.loss.isFinite && never.gradient.scalars.allSatisfy { $0.isFinite })
    #expect(never.gradient.scalars[2] == 0)
    let impossible = ctc(logits: frames([[0, -Double.infinity], [0, -.infinity]]), labels: [[1]])
    #expect(impossible.loss == .infinity)
  }

  /// Equal neighbours that a blank parts, and ties: tensorflow 9550, quran-muaalem 37, DeepSpeech 53.
  @Test func `the best path joins before it drops blanks, and ends in one without a trace`() {
    func read(_ path: [Int]) -> [Int] {
      ctcBestPath(logits: frames(path.map { k in (0..<3).map { $0 == k ? 1.0 : 0 } }))[0]
    }
    #expect(read([1, 1, 0, 1, 1]) == [1, 1] && read([1, 1, 2, 2, 0]) == [1, 2])
    #expect(read([0, 0]) == [] && read([2]) == [2] && read([1, 0, 0, 2, 2, 1]) == [1, 2, 1])
    #expect(
      ctcBestPath(logits: frames([[1.0, 1, 1], [0, 1, 1]])) == [[1]], "the first of equals")
  }

  /// What fills a row holds anything: OpenRLHF 583, pytorch 15508.
  @Test func `what a mask leaves out may be no number and no class`() {
    let (loss, g) = maskedCrossEntropy(
      logits: Tensor<Float>([1, 2, .nan, .infinity, 1e30, -1e30], shape: [1, 3, 2]),
      targets: [[0, 255, 0]], mask: [[1, 0, 1]])
    #expect(abs(loss - 1.3132617 / 2) < 1e-6)
    #expect(Array(g.scalars[2...]) == [0, 0, 0, 0])
    let (context, weights) = dotAttention(
      Tensor<Float>(rows: [[1, 1]]), Tensor([1, 2, .nan, .infinity], shape: [1, 2, 2]),
      mask: [[1, 0]])
    #expect(context.scalars == [1, 2] && weights.scalars == [1, 0])
  }

  /// NaN in a place that is masked came through: pytorch 101967 and 41508, transformers 38690.
  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `attention hears nothing of a place that it may not see, forward and backward`(
    poison: Double
  ) {
    let (x, dY) = (random([1, 4, 6], seed: 1), random([1, 4, 6], seed: 2))
    // The last of four places, in x and in 3 heads of width 2; nothing arrives there.
    func spoilt(_ x: Tensor<Double>, by number: Double) -> Tensor<Double> {
      var x = x
      let width = x.shape[x.rank - 1]
      for i in x.scalars.indices where i / width % 4 == 3 { x.scalars[i] = number }
      return x
    }
    var generator = SplitMix64(seed: 3)
    let layer = MultiHeadAttention<Double>(width: 6, heads: 3, mask: .causal, using: &generator)
    var context = Context.inference
    let (clean, cache) = layer.forward(x, in: &context)
    let (y, poisonedCache) = layer.forward(spoilt(x, by: poison), in: &context)
    for i in 0..<18 { #expect(abs(y.scalars[i] - clean.scalars[i]) < 1e-12, "\(i)") }
    let early = splitHeads(spoilt(dY, by: 0), heads: 3)
    let right = scaledDotProductAttentionBackward(
      early, cache.q, cache.k, cache.v, weights: cache.weights)
    let got = scaledDotProductAttentionBackward(
      early, cache.q, spoilt(cache.k, by: poison), spoilt(cache.v, by: poison),
      weights: spoilt(poisonedCache.weights, by: 0))
    for (got, right) in [(got.dQ, right.dQ), (got.dV, right.dV), (got.dK, right.dK)] {
      for i in got.scalars.indices where i / 2 % 4 < 3 {
        #expect(abs(got.scalars[i] - right.scalars[i]) < 1e-12, "\(i)")
      }
    }
  }

  /// Products overflow before they are scaled: ultralytics 24990, equinox 274, mistral 67.
  @Test func `attention among huge queries and keys shares by their scaled products`() {
    let q = Tensor<Float>(repeating: 1.2e19, shape: [1, 1, 4])
    let k = Tensor<Float>(repeating: 1.2e19, shape: [1, 2, 4])
    let v = Tensor<Float>([1, 3], shape: [1, 2, 1])
    let (y, p) = scaledDotProductAttention(q, k, v)
    #expect(y.scalars == [2] && p.scalars == [0.5, 0.5])
  }

  /// Nodes without neighbours, edges named twice, a node that holds no number: pytorch_geometric 61 and 129.
  @Test func `a node hears of its neighbours alone, and a lonely one of itself`() {
    let a: Tensor<Double> = normalizedAdjacency(nodes: 4, edges: [(0, 1), (1, 0), (0, 1)], .rows)
    #expect(a.scalars == [0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    let layer = GraphConvolution(
      WeightAndBias(weight: Tensor(rows: [[2.0]]), bias: Tensor([1])), adjacency: a)
    let x = Tensor(rows: [[1.0], [3], [.nan], [5]])
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    #expect(y.scalars[0] == 5 && y.scalars[1] == 5 && y.scalars[2].isNaN && y.scalars[3] == 11)
    let dx = layer.backward(Tensor(rows: [[1.0], [1], [.infinity], [1]]), cache).dInput
    #expect(dx.scalars == [2, 2, .infinity, 2])
    #expect(normalizedAdjacency(nodes: 1, edges: [], as: Double.self).scalars == [1])
  }

  /// A kernel that reaches far before the start, and signals of no length: keras 8751, byteNet-tensorflow 5.
  @Test func `a causal convolution may reach beyond the start by any distance`() {
    let weight = Tensor<Float>([1, 2, 4], shape: [1, 1, 3])
    let far = CausalConv1d(weight: weight, bias: Tensor([0.5]), dilation: 1 << 30)
    #expect(far(Tensor([1, 2, 3], shape: [1, 1, 3])).scalars == [4.5, 8.5, 12.5])
    #expect(far.field == 1 << 31 + 1 && far(Tensor(shape: [2, 1, 0])).shape == [2, 1, 0])
  }

  /// Gates that are shut or open beyond rounding: coremltools 1124, keras 9112.
  @Test func `a gate that is open for good passes the state on, and a huge cell is read as 1`() {
    let shut = RecurrentParameters<Float>(
      inputWeight: Tensor(rows: [[1e30, 1e30, 1e30]]), hiddenWeight: Tensor(rows: [[1, 1, 1]]),
      bias: Tensor([0, 0, 0]))
    let (h, cache) = gruStep(Tensor(rows: [[1]]), Tensor(rows: [[0.5]]), shut)
    let (dX, dH, _) = gruStepBackward(Tensor(rows: [[1]]), cache, shut)
    #expect(h.scalars == [0.5] && dH.scalars == [1] && dX.scalars == [0])
  }
}
