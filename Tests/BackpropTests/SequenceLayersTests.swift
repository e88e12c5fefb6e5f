import Backprop
import Foundation
import Testing

/// Numbers small enough for gates to stay open.
private func small(_ shape: [Int], seed: UInt64) -> Tensor<Double> {
  random(shape, seed: seed, scale: 0.7)
}

private func near(_ a: Tensor<Double>, _ numbers: [Double]) -> Bool {
  a.count == numbers.count && zip(a.scalars, numbers).allSatisfy { abs($0 - $1) < 1e-10 }
}

@Suite struct `Layers for sequences` {
  /// Batch, steps, inputs, outputs.
  static let sizes = [[3, 4, 2, 5], [1, 1, 1, 1], [2, 7, 3, 1], [4, 2, 1, 3]]

  // MARK: GRU

  @Test(arguments: sizes)
  func `a GRU's gradients through time are the slopes of its output`(_ n: [Int]) {
    let layer = GRU(
      RecurrentParameters(
        inputWeight: small([n[2], 3 * n[3]], seed: 1),
        hiddenWeight: small([n[3], 3 * n[3]], seed: 2), bias: small([3 * n[3]], seed: 3)))
    #expect(disagreements(of: layer, at: small([n[0], n[1], n[2]], seed: 4), seed: 5) == [])
  }

  @Test func `a GRU's step is PyTorch's, whose r stands behind the matrix`() {
    let parameters = RecurrentParameters<Double>(
      inputWeight: Tensor(rows: [[0.1, 0.2, 0.3], [-0.4, 0.3, -0.2]]),
      hiddenWeight: Tensor(rows: [[0.5, -0.5, 0.25]]), bias: Tensor([0, 1, 0]))
    let (h, cache) = gruStep(Tensor(rows: [[1, -1]]), Tensor(rows: [[0.5]]), parameters)
    #expect(near(h, [0.508991745267]))
    let (dX, dH, gradient) = gruStepBackward(Tensor(rows: [[1]]), cache, parameters)
    #expect(near(dX, [0.073898384904, -0.05407729548]))
    #expect(near(dH, [0.705453442643]))
    #expect(
      near(
        gradient.inputWeight,
        [
          0.006755144696, -0.005907670718, 0.248014681928, -0.006755144696, 0.005907670718,
          -0.248014681928,
        ]))
    #expect(near(gradient.hiddenWeight, [0.003377572348, -0.002953835359, 0.084223144524]))
    #expect(near(gradient.bias, [0.006755144696, -0.005907670718, 0.248014681928]))
  }

  @Test func `an LSTM's step with an initial state is the golden one`() {
    let parameters = RecurrentParameters<Double>(
      inputWeight: Tensor(rows: [[0.1, 0.2, 0.3, 0.4], [-0.4, 0.3, -0.2, 0.1]]),
      hiddenWeight: Tensor(rows: [[0.5, -0.5, 0.25, -0.25]]), bias: Tensor([0, 1, 0, 0]))
    let step = lstmStep(
      Tensor(rows: [[1, -1]]), Tensor(rows: [[0.5]]), Tensor(rows: [[-0.5]]), parameters)
    #expect(abs(step.h[0, 0] + 0.5 * step.c[0, 0] - 0.0502488031474) < 1e-10)
    let back = lstmStepBackward(
      Tensor(rows: [[1]]), Tensor(rows: [[0.5]]), step.cache, parameters)
    #expect(near(back.dX, [0.140945029319, -0.182468184726]))
    #expect(near(back.dH, [0.241273742229]))
    #expect(near(back.dC, [0.684854143401]))
    #expect(
      near(
        back.gradient.bias, [0.125965815336, -0.117448902891, 0.490206344783, 0.011940812321]))
  }

  // MARK: Causal convolution

  @Test(arguments: [
    [2, 3, 2, 7, 3, 2], [1, 1, 1, 1, 1, 1], [3, 2, 4, 5, 2, 1], [2, 1, 3, 4, 4, 3],
  ])
  func `a causal convolution is the textbook's sum, and its gradients the slopes`(_ n: [Int]) {
    let (weight, bias) = (small([n[2], n[1], n[4]], seed: 11), small([n[2]], seed: 12))
    let layer = CausalConv1d(weight: weight, bias: bias, dilation: n[5])
    let x = small([n[0], n[1], n[3]], seed: 13)
    let textbook = causalConv1dReference(x, weight: weight, bias: bias, dilation: n[5])
    #expect(zip(layer(x).scalars, textbook.scalars).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(disagreements(of: layer, at: x, seed: 14) == [])
  }

  @Test func `a causal convolution is the golden one`() {
    let layer = CausalConv1d<Double>(
      weight: Tensor([0.5, -1], shape: [1, 1, 2]), bias: Tensor([0]), dilation: 2)
    var context = Context.inference
    let (y, cache) = layer.forward(Tensor([1, 2, 3, 4], shape: [1, 1, 4]), in: &context)
    let dY = Tensor<Double>([1, 0, -1, 2], shape: [1, 1, 4])
    #expect((y * dY).sum() == -4.5)
    let (dX, gradient) = layer.backward(dY, cache)
    #expect(near(dX, [-1.5, 1, 1, -2]))
    #expect(near(gradient.weight, [3, 6]))
    #expect(near(gradient.bias, [2]))
  }

  @Test func `nothing that comes later changes what a causal convolution has said`() {
    let layer = CausalConv1d(
      weight: small([3, 2, 3], seed: 21), bias: small([3], seed: 22), dilation: 2)
    let x = small([1, 2, 9], seed: 23)
    var changed = x
    for c in 0..<2 { changed.scalars[c * 9 + 5] += 1 }
    let (a, b) = (layer(x), layer(changed))
    for place in 0..<27 where place % 9 < 5 { #expect(a.scalars[place] == b.scalars[place]) }
    #expect(a != b)
    #expect(layer.field == 5)
  }

  // MARK: Masked cross-entropy

  @Test func `the masked loss is the golden one`() {
    let z = Tensor<Double>([1, 0, -1, 2, 1, 0, 0, 0, 1, 1, 1, 1], shape: [2, 2, 3])
    let (loss, gradient) = maskedCrossEntropy(
      logits: z, targets: [[0, 1], [2, 0]], mask: [[1, 1], [1, 0]])
    #expect(abs(loss - 0.788885547607) < 1e-10)
    #expect(
      near(
        gradient,
        [
          -0.111586348075, 0.081576157018, 0.030010191057, 0.221746985258, -0.251757176315,
          0.030010191057, 0.070647185872, 0.070647185872, -0.141294371745, 0, 0, 0,
        ]))
  }

  @Test func `filling up a batch changes neither its loss nor its gradient`() {
    let z = small([2, 3, 4], seed: 31)
    let (targets, mask) = ([[1, 0, 3], [2, 2, 1]], [[1, 1, 1], [1, 0, 0]])
    let short = maskedCrossEntropy(logits: z, targets: targets, mask: mask)
    var numbers = [Double]()
    for row in 0..<2 {
      numbers += z.scalars[row * 12..<(row + 1) * 12] + [9, -9, 900, .infinity]
    }
    let long = maskedCrossEntropy(
      logits: Tensor(numbers, shape: [2, 4, 4]), targets: targets.map { $0 + [7] },
      mask: mask.map { $0 + [0] })
    #expect(short.loss == long.loss)
    for row in 0..<2 {
      #expect(
        short.gradient.scalars[row * 12..<(row + 1) * 12].elementsEqual(
          long.gradient.scalars[row * 16..<row * 16 + 12]))
      #expect(long.gradient.scalars[row * 16 + 12..<(row + 1) * 16].allSatisfy { $0 == 0 })
    }
  }

  @Test func `a layer used at every step has the slopes of all steps`() {
    let layer = EveryStep(Dense(weight: small([3, 2], seed: 41), bias: small([2], seed: 42)))
    #expect(disagreements(of: layer, at: small([2, 4, 3], seed: 43), seed: 44) == [])
  }

  @Test func `running averages at every step, in a GPT's blocks too, are found and moved`() {
    var g = SplitMix64(seed: 45)
    let below = Dense<Double>(3, 3, using: &g).then(BatchNorm(3))
    let x = small([2, 4, 3], seed: 46)
    var (layer, alone, context) = (EveryStep(below), below, Context.training(seed: 0))
    #expect(layer.state.map(\.name) == below.state.map(\.name) && layer.state.count == 2)
    let cache = layer.forward(x, in: &context).cache
    layer.observe(cache)
    alone.observe(cache.base)
    #expect(layer.state.map(\.value) == alone.state.map(\.value))
    #expect(layer.state.map(\.value) != below.state.map(\.value))

    var gpt = GPT(
      embedding: Embedding(vocabulary: 5, width: 3, using: &g),
      positions: LearnedPositions(longest: 4, width: 3, using: &g),
      blocks: [EveryStep(below), EveryStep(below)], norm: LayerNorm(3))
    let before = gpt.state
    #expect(before.map(\.name).first == "blocks.0.second.runningMean" && before.count == 4)
    gpt.observe(gpt.forward([[0, 1, 2], [3, 4, 0]], in: &context).cache)
    for (a, b) in zip(before, gpt.state) { #expect(a.name == b.name && a.value != b.value) }
  }

  // MARK: Attention

  @Test func `dot attention is the golden one`() {
    let (q, h) = (
      Tensor<Double>(rows: [[1, 0]]), Tensor<Double>([1, 0, 0, 1, 1, 1], shape: [1, 3, 2])
    )
    let (c, weights) = dotAttention(q, h)
    let dC = Tensor<Double>(rows: [[1, -2]])
    #expect(abs((c * dC).sum() + 0.310724806994) < 1e-10)
    let (dQ, dH) = dotAttentionBackward(dC, query: q, states: h, weights: weights)
    #expect(near(dQ, [0.262449854153, -0.553543725328]))
    #expect(
      near(
        dH,
        [
          0.97586252358, -0.844637596503, -0.107087450656, -0.310724806994, 0.131224927077,
          -0.844637596503,
        ]))
  }

  @Test(arguments: [[3, 4, 2], [1, 1, 3], [2, 5, 1]])
  func `dot attention's gradients are the slopes, masked or not`(_ n: [Int]) {
    let (q, h, dC) = (
      small([n[0], n[2]], seed: 51), small(n, seed: 52), small([n[0], n[2]], seed: 53)
    )
    let last = (0..<n[0]).map { _ in (0..<n[1]).map { $0 + 2 >= n[1] ? 1 : 0 } }
    for mask in [nil, last] {
      let weights = dotAttention(q, h, mask: mask).weights
      let (dQ, dH) = dotAttentionBackward(dC, query: q, states: h, weights: weights)
      func loss(_ q: Tensor<Double>, _ h: Tensor<Double>) -> Double {
        (dotAttention(q, h, mask: mask).context * dC).sum()
      }
      let numericQ = numericalGradient(of: { loss($0, h) }, at: q)
      let numericH = numericalGradient(of: { loss(q, $0) }, at: h)
      #expect(gradientsAgree(dQ, numericQ, loss: loss(q, h)))
      #expect(gradientsAgree(dH, numericH, loss: loss(q, h)))
    }
  }

  @Test func `a masked state gets nothing and gives nothing, even where it holds no number`() {
    // As somebody fills up a batch: tf-rnn-attention, issue 8; pointer-generator, issue 88.
    var (q, h) = (small([1, 2], seed: 54), small([1, 3, 2], seed: 55))
    q = q * 3
    let dC = small([1, 2], seed: 56)
    let clean = dotAttention(q, h, mask: [[1, 1, 0]])
    for filling in [Double.infinity, .nan] {
      h.scalars[4] = filling
      let (c, weights) = dotAttention(q, h, mask: [[1, 1, 0]])
      #expect(c == clean.context && weights == clean.weights)
      let (dQ, dH) = dotAttentionBackward(dC, query: q, states: h, weights: weights)
      #expect(dQ.scalars.allSatisfy { $0.isFinite } && dH.scalars.allSatisfy { $0.isFinite })
      #expect(dH.scalars[4] == 0 && dH.scalars[5] == 0)
    }
  }

  // MARK: CTC

  @Test
  func `a label fits into as many frames as it has classes and equal neighbours, and no fewer`() {
    // Not 2·L + 1, as is often said: warp-ctc, issue 29; captcha_break, issue 29.
    for (label, frames) in [([1, 2, 1], 3), ([1, 1], 3), ([2, 2, 2], 5), ([], 1)] {
      let (loss, gradient) = ctc(logits: small([frames, 1, 3], seed: 60), labels: [label])
      #expect(loss.isFinite && gradient.scalars.allSatisfy { $0.isFinite })
    }
  }

  @Test func `CTC is the golden one`() {
    let z = Tensor<Double>([0, 1, -1, 1, 0, 0, 0, 0, 2], shape: [3, 1, 3])
    let (loss, gradient) = ctc(logits: z, labels: [[1, 2]])
    #expect(abs(loss - 0.545811387842) < 1e-10)
    #expect(
      near(
        gradient,
        [
          0.174273681428, -0.264304254598, 0.09003057317, 0.055522491772, -0.050029206382,
          -0.00549328539, 0.080588110283, 0.106506978919, -0.187095089202,
        ]))
  }

  @Test(arguments: [[[1, 1], [2]], [[], [1, 2, 1]], [[2, 2], [1]]])
  func `CTC's gradient is the slope, for repeated classes and nothing said, too`(labels: [[Int]]) {
    let z = random([5, 2, 3], seed: 61, scale: 1.5)
    let (loss, gradient) = ctc(logits: z, labels: labels)
    let numeric = numericalGradient(of: { ctc(logits: $0, labels: labels).loss }, at: z)
    #expect(gradientsAgree(gradient, numeric, loss: loss))
  }

  @Test func `the probabilities of all that can be read sum to 1`() {
    let z = small([3, 1, 3], seed: 62)
    var total = 0.0
    let labels = [[], [1], [2], [1, 1], [1, 2], [2, 1], [2, 2]] + threes
    for label in labels
    where label.count + zip(label, label.dropFirst()).count(where: { $0 == $1 }) <= 3 {
      total += Double.exp(-ctc(logits: z, labels: [label]).loss)
    }
    #expect(abs(total - 1) < 1e-12)
  }

  private var threes: [[Int]] {
    [1, 2].flatMap { a in [1, 2].flatMap { b in [1, 2].map { [a, b, $0] } } }
  }

  @Test func `CTC of thousands of frames keeps its digits, and a NaN goes through`() {
    let z = small([3000, 1, 4], seed: 63)
    let (loss, gradient) = ctc(logits: z, labels: [[1, 2, 3, 3, 2]])
    #expect(loss.isFinite && loss > 0)
    #expect(gradient.scalars.allSatisfy { $0.isFinite })
    // A softmax and an occupation both sum to 1 in each frame.
    for t in stride(from: 0, to: 3000, by: 500) {
      #expect(abs(gradient.scalars[t * 4..<t * 4 + 4].reduce(0, +)) < 1e-9)
    }
    var spoilt = small([4, 1, 3], seed: 64)
    spoilt.scalars[4] = .nan
    #expect(ctc(logits: spoilt, labels: [[1]]).loss.isNaN)
    let occupation = ctcOccupation(logits: small([6, 4], seed: 65), label: [2, 2])
    #expect(occupation.sum(axis: 1).scalars.allSatisfy { abs($0 - 1) < 1e-12 })
  }

  @Test func `the best path is read with equal neighbours joined and blanks dropped`() {
    let path = [0, 1, 1, 0, 1, 2, 2, 0]
    let z: Tensor<Double> = oneHot(path, classes: 3)
    #expect(ctcBestPath(logits: z.reshaped([8, 1, 3])) == [[1, 1, 2]])
  }

  @Test func `Float agrees with Double`() {
    let z = small([4, 2, 3], seed: 71)
    let exact = ctc(logits: z, labels: [[1], [2, 1]])
    let single = ctc(logits: Tensor<Float>(z), labels: [[1], [2, 1]])
    #expect(abs(Double(single.loss) - exact.loss) < 1e-5)
    #expect(
      zip(single.gradient.scalars, exact.gradient.scalars).allSatisfy {
        abs(Double($0) - $1) < 1e-6
      })
  }
}
