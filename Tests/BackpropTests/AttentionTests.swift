import Backprop
import Testing

@Suite struct AttentionTests {
  // MARK: Products

  @Test(arguments: [
    [1, 1, 1, 1], [3, 5, 7, 2], [2, 4, 8, 8], [5, 3, 1, 17], [2, 13, 19, 33], [1, 70, 65, 66],
    [4, 2, 5000, 3],
  ])
  func `batched products are the textbook's, in all three forms`(sizes: [Int]) {
    let (count, m, k, n) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let (a, b) = (random([count, m, k], seed: 1), random([count, k, n], seed: 2))
    func turned(_ x: Tensor<Double>) -> Tensor<Double> {
      let (rows, columns) = (x.shape[1], x.shape[2])
      var y = Tensor<Double>(shape: [count, columns, rows])
      for index in 0..<count {
        for i in 0..<rows {
          for j in 0..<columns {
            y.scalars[(index * columns + j) * rows + i] =
              x.scalars[(index * rows + i) * columns + j]
          }
        }
      }
      return y
    }
    let reference = batchedMatmulReference(a, b)
    #expect(isClose(batchedMatmul(a, b), reference, 1e-9))
    #expect(isClose(batchedMatmul(transposed: turned(a), b), reference, 1e-9))
    #expect(isClose(batchedMatmul(a, transposed: turned(b)), reference, 1e-9))
    let single = batchedMatmul(Tensor<Float>(a), Tensor<Float>(b))
    #expect(isClose(Tensor<Double>(single), reference, 1e-3))
  }

  @Test func `batched products do not depend on the number of threads, and may be empty`() {
    let (a, b) = (random([64, 16, 8], seed: 3), random([64, 16, 8], seed: 4))
    let count = Threads.count
    defer { Threads.count = count }
    Threads.count = 1
    let one = batchedMatmul(a, transposed: b)
    Threads.count = 3
    #expect(batchedMatmul(a, transposed: b) == one)
    #expect(
      batchedMatmul(zeros(2, 3, 0), zeros(2, 0, 4)) == zeros(2, 3, 4)
        && batchedMatmul(zeros(0, 3, 2), zeros(0, 2, 4)).shape == [0, 3, 4])
  }

  // MARK: Softmax with a mask

  @Test func `what is masked has weight 0, and rows sum to 1`() {
    let scores = random([2, 3, 4, 4], seed: 5) * 5
    let p = maskedSoftmax(scores, .causal)
    for row in 0..<p.count / 4 {
      let place = row % 4
      let values = Array(p.scalars[row * 4..<(row + 1) * 4])
      #expect(values[(place + 1)...].allSatisfy { $0 == 0 })
      #expect(abs(values.reduce(0, +) - 1) < 1e-12)
    }
    #expect(maskedSoftmax(scores) == softmax(scores.reshaped([24, 4])).reshaped([2, 3, 4, 4]))
  }

  @Test func `a score that is masked changes nothing, however large`() {
    let q = random([1, 1, 3, 2], seed: 6)
    var (k, v) = (random([1, 1, 3, 2], seed: 7), random([1, 1, 3, 2], seed: 8))
    let before = scaledDotProductAttention(q, k, v, mask: .causal).output
    for column in 0..<2 {
      k[0, 0, 2, column] = 1e6
      v[0, 0, 2, column] = 1e6
    }
    let after = scaledDotProductAttention(q, k, v, mask: .causal).output
    #expect(before.scalars.prefix(4) == after.scalars.prefix(4))
    #expect(before.scalars.suffix(2) != after.scalars.suffix(2))
  }

  @Test func `a NaN goes through attention, and is made of no finite numbers`() {
    var scores = random([1, 3, 3], seed: 9) * 1e300
    let p = maskedSoftmax(scores, .causal)
    #expect(p.scalars.allSatisfy { $0.isFinite })
    scores.scalars[3] = .nan
    #expect(maskedSoftmax(scores, .causal).scalars[3].isNaN)
  }

  // MARK: Gradients

  @Test(arguments: [AttentionMask.none, .causal])
  func `attention with heads has the slopes of its output for gradients`(mask: AttentionMask) {
    for (m, t, width, heads) in [(2, 3, 6, 2), (1, 4, 4, 4), (3, 1, 2, 1)] {
      var generator = SplitMix64(seed: UInt64(10 + t))
      let layer = MultiHeadAttention<Double>(
        width: width, heads: heads, mask: mask, .normal(0.7), using: &generator)
      #expect(disagreements(of: layer, at: random([m, t, width], seed: 11), seed: 12) == [])
    }
  }

  @Test(arguments: [AttentionMask.none, .causal])
  func `a transformer block has the slopes of its output for gradients`(mask: AttentionMask) {
    for (m, t, width, heads) in [(2, 3, 4, 2), (1, 2, 3, 1)] {
      var generator = SplitMix64(seed: 13)
      var block = TransformerBlock<Double>(
        width: width, heads: heads, mask: mask, using: &generator)
      block.visit(block.parameters) { _, tensor, _ in
        tensor += Tensor(standardDeviation: 0.3, shape: tensor.shape, using: &generator)
      }
      #expect(disagreements(of: block, at: random([m, t, width], seed: 14), seed: 15) == [])
    }
  }

  @Test func `graph convolution has the slopes of its output for gradients, symmetric or not`() {
    for norm in [AdjacencyNorm.symmetric, .rows] {
      var generator = SplitMix64(seed: 16)
      let adjacency: Tensor<Double> = normalizedAdjacency(
        nodes: 5, edges: [(0, 1), (1, 2), (3, 1)], norm)
      let layer = GraphConvolution(3, 2, adjacency: adjacency, using: &generator)
      #expect(disagreements(of: layer, at: random([5, 3], seed: 17), seed: 18) == [])
    }
  }

  @Test func `positions and patches have the slopes of their outputs for gradients`() {
    var generator = SplitMix64(seed: 19)
    let positions = LearnedPositions<Double>(longest: 5, width: 3, using: &generator)
    #expect(disagreements(of: positions, at: random([2, 4, 3], seed: 20), seed: 21) == [])
    let patches = PatchEmbedding<Double>(images: [2, 4, 6], size: 2, width: 3, using: &generator)
    #expect(disagreements(of: patches, at: random([3, 2, 4, 6], seed: 22), seed: 23) == [])
    let model = VisionTransformer<Double>(
      images: [1, 4, 4], patch: 2, width: 4, heads: 2, depth: 1, classes: 3, using: &generator)
    #expect(disagreements(of: model, at: random([2, 1, 4, 4], seed: 24), seed: 25) == [])
  }

  @Test func `a GPT's gradients are the slopes of its loss, the table's with both uses`() {
    var generator = SplitMix64(seed: 26)
    var model = GPT<TransformerBlock<Double>>(
      vocabulary: 5, longest: 4, width: 4, heads: 2, depth: 2, using: &generator)
    // Rows of size 0.02, as it begins, are too small for differences: a norm stands behind them.
    model.visit(model.parameters) { _, tensor, _ in
      tensor += Tensor(standardDeviation: 0.5, shape: tensor.shape, using: &generator)
    }
    let (ids, labels) = ([[0, 3, 3], [2, 0, 1]], [3, 3, -1, 0, 1, 4])
    func loss(_ model: GPT<TransformerBlock<Double>>) -> Double {
      softmaxCrossEntropy(logits: model(ids), labels: labels, ignoring: -1).loss
    }
    var context = Context.training(seed: 0)
    let (logits, cache) = model.forward(ids, in: &context)
    #expect(logits.shape == [6, 5])
    let dLogits = softmaxCrossEntropy(logits: logits, labels: labels, ignoring: -1).gradient
    let gradient = model.backward(dLogits, cache).gradient
    for (index, (name, value)) in gradient.named.enumerated() {
      let numeric = numericalGradient(
        of: { nudged in
          var (copy, place) = (model, 0)
          copy.visit(model.parameters) { _, tensor, _ in
            if place == index { tensor = nudged }
            place += 1
          }
          return loss(copy)
        }, at: model.parameters.named[index].value)
      #expect(gradientsAgree(value, numeric, loss: loss(model)), "\(name)")
    }
  }

  // MARK: Golden values

  @Test func `graph convolution's gradients are the independent ones`() {
    let adjacency = Tensor<Double>(rows: [
      [0.5, 0.353553390593, 0, 0], [0.353553390593, 0.25, 0.353553390593, 0.353553390593],
      [0, 0.353553390593, 0.5, 0], [0, 0.353553390593, 0, 0.5],
    ])
    let star: Tensor<Double> = normalizedAdjacency(nodes: 4, edges: [(0, 1), (1, 2), (1, 3)])
    #expect(isClose(star, adjacency))
    let layer = GraphConvolution(
      WeightAndBias(
        weight: Tensor<Double>(rows: [[1, -1], [0.5, 2]]), bias: Tensor<Double>([0, 0.1])),
      adjacency: adjacency)
    let x = Tensor<Double>(rows: [[1, 0], [0, 1], [1, 1], [-1, 2]])
    let dY = Tensor<Double>(rows: [[1, 0], [0, 1], [2, -1], [1, 1]])
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    #expect(abs((y * dY).sum() - 7.07487373415) < 1e-10)
    let (dX, gradient) = layer.backward(dY, cache)
    let wanted = Tensor<Double>(rows: [
      [0.146446609407, 0.957106781187], [1.16421356237, 1.20710678119],
      [1.14644660941, 0.207106781187], [-0.353553390593, 1.95710678119],
    ])
    #expect(isClose(dX, wanted))
    #expect(
      isClose(
        gradient.weight, Tensor(rows: [[1, -0.646446609407], [3.41421356237, 1.81066017178]])))
    #expect(isClose(gradient.bias, Tensor([4, 1])))
  }

  @Test func `attention's gradients are the independent ones`() {
    func tensor(_ rows: [[Double]]) -> Tensor<Double> {
      Tensor(rows: rows).reshaped([1, 1, rows.count, rows[0].count])
    }
    let q = tensor([[1, 0, 0, 1], [0, 2, 0, 0], [1, 1, 1, 1]])
    let k = tensor([[1, 1, 0, 0], [0, 1, 1, 0], [2, 0, 0, 1]])
    let (v, dY) = (tensor([[1, 0], [0, 1], [1, 1]]), tensor([[1, 0], [0, 1], [1, -1]]))
    let (y, p) = scaledDotProductAttention(q, k, v, mask: .causal)
    #expect(abs((y * dY).sum() - 1.5) < 1e-10)
    let (dQ, dK, dV) = scaledDotProductAttentionBackward(dY, q, k, v, weights: p)
    #expect(
      isClose(
        dQ,
        tensor([
          [0, 0, 0, 0], [-0.125, 0, 0.125, 0], [0.137034309531, 0, -0.137034309531, 0],
        ])))
    #expect(
      isClose(
        dK,
        tensor([
          [0.137034309531, -0.112965690469, 0.137034309531, 0.137034309531],
          [-0.137034309531, 0.112965690469, -0.137034309531, -0.137034309531], [0, 0, 0, 0],
        ])))
    #expect(
      isClose(
        dV,
        tensor([
          [1.27406861906, 0.225931380939], [0.274068619061, 0.225931380939],
          [0.451862761878, -0.451862761878],
        ])))
  }

  // MARK: Properties

  @Test func `each head has the columns that lie side by side`() {
    let x = Tensor<Double>((0..<12).map { Double($0) }, shape: [1, 2, 6])
    let parts = splitHeads(x, heads: 3)
    #expect(parts.shape == [1, 3, 2, 2])
    #expect(parts.scalars == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
    #expect(mergeHeads(parts) == x)
    let other = random([3, 4, 6], seed: 27)
    #expect(mergeHeads(splitHeads(other, heads: 2)) == other)
  }

  @Test func `a causal block does not see what comes`() {
    var generator = SplitMix64(seed: 28)
    let block = TransformerBlock<Double>(width: 4, heads: 2, mask: .causal, using: &generator)
    let x = random([1, 5, 4], seed: 29)
    var changed = x
    for i in 12..<20 { changed.scalars[i] += 3 }
    #expect(block(x).scalars.prefix(12) == block(changed).scalars.prefix(12))
    // And it sends nothing back from what came before it.
    var context = Context.inference
    var dY = Tensor<Double>(shape: [1, 5, 4])
    for i in 0..<8 { dY.scalars[i] = 1 }
    let dX = block.backward(dY, block.forward(x, in: &context).cache).dInput
    #expect(dX.scalars.suffix(12).allSatisfy { $0 == 0 })
  }

  @Test func `without positions and mask a block's output is shuffled with its input`() {
    var generator = SplitMix64(seed: 30)
    let block = TransformerBlock<Double>(width: 4, heads: 2, using: &generator)
    let (x, order) = (random([5, 4], seed: 31), [3, 1, 4, 0, 2])
    let one = block(x.reshaped([1, 5, 4])).reshaped([5, 4]).rows(order)
    let other = block(x.rows(order).reshaped([1, 5, 4])).reshaped([5, 4])
    #expect(isClose(one, other, 1e-12))
  }

  @Test func `a node without friends listens to itself, and rows sum to 1 where they should`() {
    let rows: Tensor<Double> = normalizedAdjacency(
      nodes: 4, edges: [(0, 1), (1, 2), (1, 0)], .rows)
    #expect(rows.sum(axis: 1).scalars.allSatisfy { abs($0 - 1) < 1e-12 })
    #expect(rows[3, 3] == 1 && rows[0, 1] == 0.5)
    let both: Tensor<Double> = normalizedAdjacency(nodes: 4, edges: [(0, 1), (1, 2)])
    #expect(both == both.transposed && both[3, 3] == 1)
    #expect(both == normalizedAdjacency(nodes: 4, edges: [(0, 1), (1, 2), (0, 1), (2, 1)]))
  }

  @Test func `patches are read row by row, and put back where they were`() {
    let image = Tensor<Double>((0..<8).map { Double($0) }, shape: [1, 1, 2, 4])
    #expect(patchRows(image, size: 2) == Tensor(rows: [[0, 1, 4, 5], [2, 3, 6, 7]]))
    let images = random([2, 3, 4, 6], seed: 32)
    let rows = patchRows(images, size: 2)
    #expect(rows.shape == [12, 12])
    #expect(imagesOfPatches(rows, shape: images.shape, size: 2) == images)
  }

  @Test func `positions of places that are not reached get no gradient`() {
    var generator = SplitMix64(seed: 33)
    let layer = LearnedPositions<Double>(longest: 4, width: 2, using: &generator)
    var context = Context.inference
    let cache = layer.forward(random([3, 2, 2], seed: 34), in: &context).cache
    let gradient = layer.backward(Tensor(repeating: 1, shape: [3, 2, 2]), cache).gradient
    #expect(gradient.table == Tensor(rows: [[3, 3], [3, 3], [0, 0], [0, 0]]))
  }
}
