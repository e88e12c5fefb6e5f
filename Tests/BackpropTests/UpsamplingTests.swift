import Backprop
import Testing

@Suite struct UpsamplingTests {
  @Test(arguments: [1, 2, 3])
  func `upsampling's gradient is the slope of its output`(factor: Int) {
    let layer = UpsampleNearest<Double>(factor)
    #expect(disagreements(of: layer, at: random([2, 3, 2, 3], seed: 1), seed: 2) == [])
    #expect(disagreements(of: layer, at: random([1, 1, 4, 1], seed: 3), seed: 4) == [])
  }

  @Test func `a way down and up beside its input has the slopes of its output`() {
    var generator = SplitMix64(seed: 5)
    let up = TransposedConv2d<Double>(3, 2, kernel: 2, stride: 2, using: &generator)
    let below = MaxPool2d<Double>(2)
      .then(Conv2d(2, 3, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator))
      .then(Activation.tanh).then(up)
    let network = SkipConcatenation(below)
    let x = random([2, 4, 6, 3], seed: 6)
    #expect(network(x).shape == [4, 4, 6, 3])
    #expect(disagreements(of: network, at: x, seed: 7) == [])
    let nearest = SkipConcatenation(MaxPool2d<Double>(2).then(UpsampleNearest<Double>()))
    #expect(disagreements(of: nearest, at: x, seed: 8) == [])
  }

  @Test func `the last channels of a skip are its input, the first its body's output`() {
    let body = MaxPool2d<Double>(2).then(UpsampleNearest<Double>())
    let x = random([2, 4, 4, 3], seed: 9)
    let y = SkipConcatenation(body)(x)
    #expect(Array(y.scalars.prefix(x.count)) == body(x).scalars)
    #expect(Array(y.scalars.suffix(x.count)) == x.scalars)
  }

  @Test func `running averages below a skip are found and moved`() {
    let below = BatchNorm<Double>(2).then(MaxPool2d(2)).then(UpsampleNearest())
    var network = SkipConcatenation(below)
    #expect(network.state.map(\.value) == below.state.map(\.value) && network.state.count == 2)
    var context = Context.training(seed: 0)
    let cache = network.forward(random([2, 4, 4, 3], seed: 17), in: &context).cache
    var alone = below
    alone.observe(cache.body)
    network.observe(cache)
    #expect(network.state.map(\.value) == alone.state.map(\.value))
    #expect(network.state.map(\.value) != below.state.map(\.value))
  }

  @Test func `the layers compute what the textbook's step does`() {
    let (u, skip) = (random([3, 2, 2, 4], seed: 10), random([3, 5, 4, 8], seed: 11))
    let y = upsampleConcatReference(u, skip: skip)
    let up = samplesFirst(UpsampleNearest<Double>()(samplesLast(u)))
    for n in 0..<3 {
      for channel in 0..<7 {
        for (i, j) in [(0, 0), (3, 7), (1, 2), (2, 5)] {
          let expected = channel < 2 ? up[n, channel, i, j] : skip[n, channel - 2, i, j]
          #expect(y[n, channel, i, j] == expected)
        }
      }
    }
  }

  @Test func `a worked example of the textbook's step has the values made independently`() {
    let (u, skip) = (
      Tensor([1.0, 2], shape: [1, 1, 1, 2]), Tensor((0..<8).map(Double.init), shape: [1, 1, 2, 4])
    )
    let dY = Tensor((0..<16).map(Double.init), shape: [1, 2, 2, 4])
    #expect((upsampleConcatReference(u, skip: skip) * dY).sum() == 410)
    let (dU, dSkip) = upsampleConcatReferenceBackward(dY, channels: 1)
    #expect(dU.scalars == [10, 18] && dSkip.scalars == (8..<16).map(Double.init))
  }

  @Test(arguments: [1, 2, 3])
  func `the textbook step's gradients are the slopes of its output`(kept: Int) {
    let (u, skip) = (random([2, 2, 1, 3], seed: 12), random([2, kept, 2, 6], seed: 13))
    let dY = random([2, 2 + kept, 2, 6], seed: 14)
    let (dU, dSkip) = upsampleConcatReferenceBackward(dY, channels: 2)
    func loss(_ u: Tensor<Double>, _ skip: Tensor<Double>) -> Double {
      (dY * upsampleConcatReference(u, skip: skip)).sum()
    }
    let size = loss(u, skip)
    #expect(gradientsAgree(dU, numericalGradient(of: { loss($0, skip) }, at: u), loss: size))
    #expect(gradientsAgree(dSkip, numericalGradient(of: { loss(u, $0) }, at: skip), loss: size))
  }

  @Test func `positions become rows, and the way back is the transpose`() {
    let layer = PositionsAsRows<Double>()
    let x = random([3, 2, 4, 5], seed: 15)
    let y = layer(x)
    #expect(y.shape == [40, 3])
    let images = samplesFirst(x)
    for (n, c, i, j) in [(0, 0, 0, 0), (4, 2, 1, 3), (2, 1, 0, 2)] {
      #expect(y[(i * 4 + j) * 5 + n, c] == images[n, c, i, j])
    }
    #expect(disagreements(of: layer, at: x, seed: 16) == [])
  }
}
