import Backprop
import Course
import Testing

/// What takes its gradients from answers, with the library's answers, beside the library itself.
@Suite struct AdaptedTests {
  private func draw(_ shape: [Int], seed: UInt64) -> Matrix {
    var generator = SplitMix64(seed: seed)
    return Matrix(shape: shape, using: &generator)
  }

  /// All that a layer computes of random numbers, forwards and backwards.
  private func pass(
    _ layer: some TensorLayer<Double>, _ shape: [Int], butFor left: String? = nil
  ) -> [Matrix] {
    var context = Context.training(seed: 2)
    let (y, cache) = layer.forward(draw(shape, seed: 1), in: &context)
    let dY = draw(y.shape, seed: 3)
    let (dX, gradient) = layer.backward(dY, cache)
    let named = gradient.named + layer.gradient(dY, cache).named
    return [y, dX] + named.filter { left == nil || $0.name != left }.map { $0.value }
  }

  /// Expects two passes to be one.
  private func expect(
    _ adapted: [Matrix], is layer: [Matrix], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(adapted.map(\.shape) == layer.map(\.shape), sourceLocation: sourceLocation)
    #expect(adapted.first == layer.first, sourceLocation: sourceLocation)
    for (a, b) in zip(adapted, layer) {
      #expect((a - b).norm() <= 1e-12, sourceLocation: sourceLocation)
    }
  }

  @Test func `dense layers, dropout and activations on answers are what they are`() {
    var generator = SplitMix64(seed: 4)
    let dense = Dense<Double>(3, 3, using: &generator)
    let adapted = Adapted(dense, gradients: Chapter04Problems.dense.function(from: .library))
    expect(pass(adapted, [3, 3]), is: pass(dense, [3, 3]))
    let dropout = Dropout(rate: 0.4)
    let drop = Adapted(dropout, gradient: Chapter04Problems.dropout.function(from: .library))
    expect(pass(drop, [5, 4]), is: pass(dropout, [5, 4]))
    let relu = Adapted(
      Activation.relu, gradient: Chapter01Problems.relu.function(from: .library))
    for shape in [[5, 3], [3, 2, 4, 5], [0, 3]] {
      expect(pass(relu, shape), is: pass(Activation<Double>.relu, shape))
    }
  }

  @Test func `convolutions and pooling on answers are what they are`() {
    var generator = SplitMix64(seed: 5)
    let convolution = Conv2d<Double>(
      2, 3, kernel: 3, ConvolutionGeometry(stride: 2, padding: 1), using: &generator)
    let adapted = Adapted(
      convolution, bias: Chapter05Problems.convolutionBias.function(from: .library),
      weights: Chapter05Problems.convolutionWeights.function(from: .library),
      input: Chapter05Problems.convolutionInput.function(from: .library))
    expect(pass(adapted, [2, 5, 6, 3]), is: pass(convolution, [2, 5, 6, 3]))
    let (largest, mean) = (MaxPool2d<Double>(3, stride: 2), AveragePool2d<Double>(3, stride: 2))
    let maxPool = Chapter05Problems.maxPool.function(from: .library)
    expect(
      pass(Adapted(largest, gradient: maxPool), [2, 7, 6, 3]), is: pass(largest, [2, 7, 6, 3]))
    let averagePool = Chapter05Problems.averagePool.function(from: .library)
    expect(
      pass(Adapted(mean, gradient: averagePool), [2, 7, 6, 3]), is: pass(mean, [2, 7, 6, 3]))
  }

  @Test func `normalization and recurrent layers on answers are what they are`() {
    let norm = BatchNorm<Double>(3)
    let adapted = Adapted(norm, gradients: Chapter07Problems.batchNorm.function(from: .library))
    for shape in [[5, 3], [3, 2, 4, 5]] { expect(pass(adapted, shape), is: pass(norm, shape)) }
    var generator = SplitMix64(seed: 6)
    let rnn = RNN<Double>(4, 4, using: &generator)
    let stepBackward = Chapter07Problems.rnnStep.function(from: .library)
    expect(
      pass(Adapted(rnn, stepBackward: stepBackward), [4, 5, 4]), is: pass(rnn, [4, 5, 4]))
  }

  @Test func `residual blocks and their parts on answers are what they are`() {
    var generator = SplitMix64(seed: 7)
    let body: BasicBody<Double> = basicBody(2, 2, stride: 1, using: &generator)
    let sum = Adapted(Residual(body), gradient: Chapter08Problems.residual.function(from: .library))
    expect(pass(sum, [2, 4, 3, 5]), is: pass(Residual(body), [2, 4, 3, 5]))
    let block = AdaptedBasicBlock(
      body, steps: .textbook, gradients: Chapter08Problems.basicBlock.function(from: .library))
    expect(
      pass(block, [2, 4, 3, 5]), is: pass(Residual(body).then(Activation.relu), [2, 4, 3, 5]))
    let layer = Conv2d<Double>(2, 3, kernel: 1, ConvolutionGeometry(stride: 2), using: &generator)
    let projection = Adapted(
      layer, gradients: Chapter08Problems.projectionShortcut.function(from: .library))
    expect(
      pass(projection, [2, 5, 4, 3], butFor: "bias"),
      is: pass(layer, [2, 5, 4, 3], butFor: "bias"))
    let pool = Adapted(
      GlobalAveragePool<Double>(),
      gradient: Chapter08Problems.globalAveragePool.function(from: .library))
    expect(pass(pool, [2, 5, 4, 3]), is: pass(GlobalAveragePool<Double>(), [2, 5, 4, 3]))
  }

  @Test func `layers upwards on answers are what they are`() {
    var generator = SplitMix64(seed: 10)
    let layer = TransposedConv2d<Double>(
      2, 3, kernel: 3, stride: 2, padding: 1, using: &generator)
    let up = Adapted(
      layer, gradients: Chapter09Problems.transposedConvolution.function(from: .library))
    expect(pass(up, [2, 3, 4, 5]), is: pass(layer, [2, 3, 4, 5]))
    let below = MaxPool2d<Double>(2)
      .then(Conv2d(2, 3, kernel: 1, using: &generator)).then(UpsampleNearest())
    let skip = SkipConcatenation(below)
    let adapted = Adapted(
      skip, gradients: Chapter09Problems.upsampleConcat.function(from: .library))
    expect(pass(adapted, [2, 4, 6, 3]), is: pass(skip, [2, 4, 6, 3]))
  }

  @Test func `losses of boxes, cells and pixels on answers are what they are`() {
    typealias Problems = Chapter09Problems
    let (z, boxes) = (draw([4, 3], seed: 11), Matrix(rows: [[0, 0, 2, 2], [1, 1, 4, 3]]))
    let objects = z.map { $0 > 0 ? 1.0 : 0 }
    let focal = adaptedFocalLoss(
      logits: z, targets: objects, alpha: 0.3, gamma: 1.5,
      gradient: Problems.focalLoss.function(from: .library))
    let right = focalLoss(logits: z, targets: objects, alpha: 0.3, gamma: 1.5)
    #expect(focal.loss == right.loss && focal.gradient == right.gradient)
    let overlap = Problems.giouLoss.function(from: .library)
    let giou = adaptedGIoULoss(prediction: boxes, target: boxes + 1, gradient: overlap)
    #expect(giou.gradient == giouLoss(prediction: boxes, target: boxes + 1).gradient)
    let none = adaptedGIoULoss(
      prediction: Matrix(shape: [0, 4]), target: Matrix(shape: [0, 4]), gradient: overlap)
    #expect(none.loss == 0 && none.gradient.shape == [0, 4])
    let (t, cells) = (draw([2, 4], seed: 12), Matrix(rows: [[1, 2], [0, 6]]))
    let dt = adaptedBoxDecodeBackward(
      boxes, offsets: t, cells: cells, stride: 8, prior: 16,
      gradient: Problems.boxDecode.function(from: .library))
    #expect(dt == boxDecodeBackward(boxes, t, cells: cells, stride: 8, prior: 16))
    let p = draw([2, 3, 1, 2], seed: 13).map { 1 / (1 + Double.exp($0)) }
    let targets = p.map { $0.rounded() }
    let dice = adaptedSoftDice(
      probabilities: p, targets: targets, epsilon: 1,
      gradient: Problems.softDice.function(from: .library))
    #expect(dice.gradient == softDice(probabilities: p, targets: targets).gradient)
    let regions = [Region(image: 1, x1: 0, y1: 0, x2: 2, y2: 1)]
    let dy = draw([1, 3, 2, 2], seed: 14)
    let dx = adaptedRegionMaxPoolBackward(
      dy, x: p, regions: regions, gradient: Problems.regionMaxPool.function(from: .library))
    #expect(dx == regionMaxPoolBackward(dy, p, regions: regions))
  }

  @Test func `graph convolutions and transformers on answers are what they are`() {
    var generator = SplitMix64(seed: 8)
    let layer = GraphConvolution<Double>(
      3, 2, adjacency: normalizedAdjacency(nodes: 4, edges: [(0, 1), (1, 2)], .rows),
      using: &generator)
    let gradients = Chapter12Problems.graphConvolution.function(from: .library)
    expect(pass(Adapted(layer, gradients: gradients), [4, 3]), is: pass(layer, [4, 3]))
    let block = TransformerBlock<Double>(width: 6, heads: 2, mask: .causal, using: &generator)
    expect(
      pass(AdaptedBlock(block, AttentionAnswers(.library)), [2, 3, 6]),
      is: pass(block, [2, 3, 6]))
  }

  @Test func `a GPT on answers has the library's gradients`() {
    var generator = SplitMix64(seed: 9)
    let model = GPT<TransformerBlock<Double>>(
      vocabulary: 6, longest: 5, width: 4, heads: 2, depth: 2, using: &generator)
    let adapted = AdaptedGPT(model, AttentionAnswers(.library))
    let ids = [[0, 4, 4, 1], [0, 2, 0, 5]]
    var context = Context.inference
    let (logits, cache) = model.forward(ids, in: &context)
    let (same, own) = adapted.forward(ids, in: &context)
    let dLogits = Tensor<Double>(shape: logits.shape, using: &generator)
    #expect(logits == same)
    let (a, b) = (model.backward(dLogits, cache).gradient, adapted.backward(dLogits, own).gradient)
    for (one, other) in zip(a.named, b.named) {
      #expect(one.name == other.name && gradientsAgree(one.value, other.value, loss: 1))
    }
  }

  @Test func `a layer on answers keeps what a forward pass in training has shown`() {
    var norm = BatchNorm<Double>(3)
    let x = draw([5, 3], seed: 8)
    var adapted = Adapted(norm, gradients: Chapter07Problems.batchNorm.function(from: .library))
    var context = Context.training(seed: 0)
    norm.observe(norm.forward(x, in: &context).cache)
    adapted.observe(adapted.forward(x, in: &context).cache)
    #expect(adapted.state.map(\.value) == norm.state.map(\.value))
    #expect(adapted.state.map(\.name) == norm.state.map(\.name))
    #expect(adapted(x) == norm(x))
  }

  @Test func `cross-entropy on an answer is cross-entropy`() {
    let (logits, labels) = (draw([4, 3], seed: 9), [2, 0, 1, 2])
    let right = softmaxCrossEntropy(logits: logits, labels: labels)
    let found = adaptedCrossEntropy(
      logits: logits, labels: labels,
      gradient: Chapter02Problems.softmaxCrossEntropy.function(from: .library))
    #expect(abs(found.loss - right.loss) <= 1e-15)
    #expect((found.gradient - right.gradient).norm() <= 1e-15)
  }
}
