import Backprop
import Testing

@Suite struct InvarianceTests {
  /// Multiples of 2⁻¹⁰, to which a whole number can be added without rounding.
  private func grid(_ shape: [Int], _ draw: inout Draw) -> Tensor<Double> {
    draw.tensor(shape, standardDeviation: 3).map { ($0 * 1024).rounded() / 1024 }
  }

  @Test func `softmax and its loss do not feel a shift of a row, to the last bit`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n) = (draw.size(1...5), draw.size(1...7))
      let z = grid([m, n], &draw)
      // Each row is shifted by a number of its own.
      let offsets = (0..<m).map { _ in Double(draw.size(0...100_000) - 50_000) }
      var shifted = z
      for i in 0..<m {
        for j in 0..<n { shifted[i, j] += offsets[i] }
      }
      #expect(softmax(shifted) == softmax(z), "seed \(seed)")
      let labels = (0..<m).map { _ in draw.size(0...n - 1) }
      #expect(
        softmaxCrossEntropy(logits: shifted, labels: labels).gradient
          == softmaxCrossEntropy(logits: z, labels: labels).gradient, "seed \(seed)")
    }
  }

  @Test func `a softmax's gradient has no part along the shift that it does not feel`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let shape = [draw.size(1...5), draw.size(1...7)]
      let (z, dY) = (draw.tensor(shape), draw.tensor(shape))
      let labels = (0..<shape[0]).map { _ in draw.size(0...shape[1] - 1) }
      for gradient in [
        softmaxBackward(dY, y: softmax(z)), softmaxCrossEntropy(logits: z, labels: labels).gradient,
      ] {
        #expect(gradient.sum(axis: 1).scalars.allSatisfy { abs($0) <= 1e-14 }, "seed \(seed)")
      }
    }
  }

  /// Runs a normalization on x and on factor·x + offset, and compares outputs and gradients.
  private func checkScale<Network: TensorLayer<Double>>(
    _ layer: Network, _ x: Tensor<Double>, variances: Tensor<Double>, _ draw: inout Draw,
    _ name: Comment
  ) {
    func run(_ x: Tensor<Double>, _ u: Tensor<Double>) -> (Tensor<Double>, Tensor<Double>) {
      var context = Context.training(seed: 0)
      let (y, cache) = layer.forward(x, in: &context)
      return (y, layer.backward(u, cache).dInput)
    }
    let (factor, offset) = (0.5 + 4 * draw.generator.uniform(), 10 * draw.generator.normal())
    let u = draw.tensor(x.shape)
    let (y, dX) = run(x, u)
    let (scaledY, scaledDX) = run(factor * x + offset, u)
    // x̂ = (x - μ)/√(σ² + ε) changes by the share ½ε/σ²·(1 - 1/factor²) at most.
    let epsilon = 1e-5 / Swift.min(1, factor * factor) / variances.min()
    let (size, slope) = (
      y.scalars.reduce(1) { max($0, abs($1)) }, dX.scalars.reduce(1) { max($0, abs($1)) }
    )
    func largest(_ a: Tensor<Double>) -> Double { a.scalars.reduce(0) { max($0, abs($1)) } }
    #expect(largest(scaledY - y) <= epsilon * size + 1e-11, name)
    // The output stays, so the slope shrinks as the input grows.
    #expect(largest(scaledDX * factor - dX) <= 4 * epsilon * slope + 1e-10, name)
  }

  @Test func `batch norm does not feel how its channels are scaled and shifted, up to ε`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n) = (draw.size(4...9), draw.size(1...5))
      let x = 3 * draw.tensor([m, n])
      let centred = x - x.mean(axis: 0)
      var layer = draw.batchNorm(n)
      layer.parameters = ScaleAndShift(scale: draw.tensor([n]), shift: Tensor(shape: [n]))
      checkScale(
        layer, x, variances: (centred * centred).mean(axis: 0), &draw, "seed \(seed)")
    }
  }

  @Test func `layer norm does not feel how its rows are scaled and shifted, up to ε`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n) = (draw.size(1...5), draw.size(5...9))
      let x = 3 * draw.tensor([m, n])
      var layer = LayerNorm<Double>(n)
      layer.parameters = ScaleAndShift(scale: draw.tensor([n]), shift: Tensor(shape: [n]))
      let variances = Tensor(
        (0..<m).map { i in
          let row = x.rows([i])
          return (row - row.mean()).squaredNorm() / Double(n)
        })
      checkScale(layer, x, variances: variances, &draw, "seed \(seed)")
    }
  }

  @Test func `a net of ReLU without biases doubles with its input, to the last bit`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n, h) = (draw.size(1...5), draw.size(1...5), draw.size(1...7))
      let net = Dense(weight: draw.tensor([n, h]), bias: Tensor(shape: [h]))
        .then(Activation.relu).then(Dense(weight: draw.tensor([h, 3]), bias: Tensor(shape: [3])))
      let x = draw.tensor([m, n])
      #expect(net(2 * x) == 2 * net(x), "seed \(seed)")
    }
  }

  @Test func `images moved by a pixel give outputs moved by a pixel, up to the borders`() {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let size = draw.size(5...8)
      let image = draw.tensor([1, 2, size, size])
      var moved = image
      for c in 0..<2 {
        for i in 0..<size {
          for j in 1..<size { moved[0, c, i, j] = image[0, c, i, j - 1] }
        }
      }
      let layer = Conv2d(weight: draw.tensor([3, 2, 3, 3]), bias: draw.tensor([3]))
      let (y, other) = (
        samplesFirst(layer(samplesLast(image))), samplesFirst(layer(samplesLast(moved)))
      )
      for o in 0..<3 {
        for i in 0..<size - 2 {
          for j in 1..<size - 2 {
            #expect(abs(other[0, o, i, j] - y[0, o, i, j - 1]) <= 1e-13, "seed \(seed)")
          }
        }
      }
    }
  }
}
