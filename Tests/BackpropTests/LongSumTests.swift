import Backprop
import Foundation
import Testing

/// A sum of millions is as exact as one of hundreds.
@Suite(.serialized) struct LongSumTests {
  /// Whether a Float agrees to five digits and a half.
  private func near(_ a: Float, _ b: Double) -> Bool { abs(Double(a) - b) <= 3e-6 * abs(b) }

  @Test func `sums and means of two million tenths are right along every axis`() {
    let n = 2_000_000
    let tenths = Tensor<Float>(repeating: 0.1, shape: [n])
    let sum = Double(n) * Double(Float(0.1))
    #expect(near(tenths.sum(), sum) && near(tenths.mean(), sum / Double(n)))
    #expect(near(tenths.squaredNorm(), 0.01 * Double(n)))
    for (shape, axis) in [([n, 1], 0), ([1, n], 1), ([n / 2, 2], 0), ([2, n / 2], 1)] {
      let sums = tenths.reshaped(shape).sum(axis: axis)
      #expect(sums.scalars.allSatisfy { near($0, sum / Double(sums.count)) })
      let means = tenths.reshaped(shape).mean(axis: axis)
      #expect(means.scalars.allSatisfy { near($0, 0.1) })
    }
  }

  @Test func `the mean of twenty million ones is one`() {
    let ones = Tensor<Float>(repeating: 1, shape: [20_000_000, 1])
    #expect(ones.mean() == 1 && ones.mean(axis: 0)[0] == 1)
    #expect(ones.reshaped([1, 20_000_000]).mean(axis: 1)[0] == 1)
  }

  @Test func `sums that others found wrong are right`() {
    #expect(near(Tensor<Float>(repeating: 1.23456, shape: [250, 250]).sum(), 77160))
    #expect(near(Tensor<Float>(repeating: 0.1, shape: [5 * 68 * 64 * 64]).sum(), 139_264))
    #expect(Tensor<Float>(repeating: -1, shape: [4500, 4500]).mean(axis: 0).mean() == -1)
  }

  @Test func `losses over a hundred thousand rows keep their digits`() {
    let rows = 100_000
    let z = Tensor<Float>(shape: [rows, 2])
    let labels = [Int](repeating: 1, count: rows)
    #expect(near(softmaxCrossEntropy(logits: z, labels: labels).loss, Foundation.log(2.0)))
    #expect(
      near(softmaxCrossEntropy(logits: z, targets: oneHot(labels, classes: 2)).loss, log(2.0)))
    #expect(
      near(
        weightedCrossEntropy(logits: z, labels: labels, classWeights: [0.1, 0.3]).loss,
        Foundation.log(2.0)))
    #expect(near(binaryCrossEntropy(logits: z, targets: z).loss, Foundation.log(2.0)))
    let (p, t) = (Tensor<Float>(repeating: 0.7, shape: [rows, 2]), z)
    #expect(near(binaryCrossEntropy(probabilities: p, targets: t).loss, -Foundation.log(0.3)))
    #expect(near(meanSquaredError(prediction: p, target: t).loss, 0.49))
    #expect(near(meanAbsoluteError(prediction: p, target: t).loss, 0.7))
    #expect(near(huber(prediction: p, target: t).loss, 0.245))
    #expect(near(l1Penalty(p, strength: 1).loss, 0.7 * Double(2 * rows)))
    #expect(near(l2Penalty(p, strength: 1).loss, 0.245 * Double(2 * rows)))
  }

  @Test func `a softmax over a million classes sums to one`() {
    let y = softmax(Tensor<Float>(shape: [1, 1_000_000]))
    #expect(near(y[0, 0], 1e-6))
    #expect(near(logSumExp(Tensor<Float>(shape: [1, 1_000_000]))[0], Foundation.log(1e6)))
    let dy = Tensor<Float>(repeating: 0.1, shape: y.shape)
    #expect(softmaxBackward(dy, y: y).scalars.allSatisfy { abs($0) <= 1e-12 })
  }

  @Test func `gradients of biases, scales and weights sum long batches`() {
    let m = 1_000_000
    let dy = Tensor<Float>(repeating: 0.1, shape: [m, 1])
    let ones = Tensor<Float>(repeating: 1, shape: [m, 1])
    var context = Context.training(seed: 1)
    var generator = SplitMix64(seed: 2)
    let expected = Double(m) * 0.1
    let dense = Dense<Float>(1, 1, using: &generator)
    let gradient = dense.backward(dy, dense.forward(ones, in: &context).cache).gradient
    #expect(near(gradient.bias[0], expected))
    #expect(abs(Double(gradient.weight[0, 0]) - expected) <= 5e-5 * expected)

    let convolution = Conv2d<Float>(1, 1, kernel: 1, using: &generator)
    let images = ones.reshaped([1, 1000, 10, 100])
    let cache = convolution.forward(images, in: &context).cache
    let own = convolution.backward(dy.reshaped([1, 1000, 10, 100]), cache).gradient
    #expect(near(own.bias[0], expected))
    #expect(abs(Double(own.weight.item) - expected) <= 5e-5 * expected)

    let mean = GlobalAveragePool<Float>().forward(
      dy.reshaped([1, 1000, 1000, 1]), in: &context
    ).output
    #expect(near(mean.item, 0.1))

    var x = ones
    for i in 0..<m / 2 { x[2 * i, 0] = -1 }
    let norm = BatchNorm<Float>(1)
    let standardized = norm.forward(x, in: &context)
    let parts = norm.backward(dy, standardized.cache).gradient
    #expect(near(parts.shift[0], expected) && abs(parts.scale[0]) <= 1e-2)
    let layer = LayerNorm<Float>(2)
    let pairs = layer.forward(x.reshaped([m / 2, 2]), in: &context).cache
    let sums = layer.backward(dy.reshaped([m / 2, 2]), pairs).gradient
    #expect(sums.shift.scalars.allSatisfy { near($0, expected / 2) })
  }

  @Test func `products with long inner sizes are those of Double`() {
    var generator = SplitMix64(seed: 4)
    let k = 300_000
    let a = Tensor<Float>(uniform: 0...1, shape: [k, 17], using: &generator)
    let b = Tensor<Float>(uniform: 0...1, shape: [k, 5], using: &generator)
    let exact = matmul(transposed: Tensor<Double>(a), Tensor<Double>(b))
    for (got, exact) in zip(matmul(transposed: a, b).scalars, exact.scalars) {
      #expect(abs(Double(got) - exact) <= 1e-5 * exact)
    }
    #expect(matmul(Tensor<Float>(a.transposed), b) == matmul(transposed: a, b))
  }

  @Test func `one thread and two add the same bits`() {
    var generator = SplitMix64(seed: 6)
    let x = Tensor<Float>(shape: [30_000, 8], using: &generator)
    let y = Tensor<Float>(shape: [30_000, 6], using: &generator)
    let norm = BatchNorm<Float>(8)
    var context = Context.training(seed: 1)
    func results() -> [Tensor<Float>] {
      [
        x.sum(axis: 0), x.sum(axis: 1), Tensor([x.sum(), x.norm()]), matmul(transposed: x, y),
        norm.forward(x, in: &context).output,
      ]
    }
    let threads = Threads.count
    defer { Threads.count = threads }
    Threads.count = 1
    let alone = results()
    Threads.count = 2
    #expect(results() == alone)
  }
}
