import Backprop
import Testing

private func random<Scalar: Real>(_ shape: [Int], seed: UInt64) -> Tensor<Scalar> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// Window, stride, padding, and the images `[m, channels, height, width]`.
private let cases: [(PoolingGeometry, [Int])] = [
  (PoolingGeometry(window: 2), [3, 2, 6, 4]),
  (PoolingGeometry(window: 2), [1, 1, 5, 7]),
  (PoolingGeometry(window: 3, stride: 2, padding: 1), [33, 2, 7, 6]),
  (PoolingGeometry(window: 3, stride: 1), [17, 3, 5, 5]),
  (PoolingGeometry(window: 2, stride: 3), [64, 1, 8, 5]),
  (PoolingGeometry(window: 4, stride: 4), [65, 2, 4, 4]),
  (PoolingGeometry(window: 1), [2, 2, 3, 3]),
]

@Suite struct PoolingTests {
  @Test(arguments: cases)
  func `the layers compute what the textbook's loops do`(geometry: PoolingGeometry, shape: [Int]) {
    let (window, stride, padding) = (geometry.window, geometry.stride, geometry.padding)
    func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) {
      var context = Context.inference
      // Few different numbers, so that there are ties in most windows.
      let x = random(shape, seed: 1).map { ($0 * 2).rounded() / 2 } as Tensor<Scalar>
      let largest = MaxPool2d<Scalar>(window, stride: stride, padding: padding)
      let (y, cache) = largest.forward(samplesLast(x), in: &context)
      #expect(samplesFirst(y) == maxPool2dReference(x, geometry))
      let dY: Tensor<Scalar> = random(samplesFirst(y).shape, seed: 2)
      #expect(
        close(
          samplesFirst(largest.backward(samplesLast(dY), cache).dInput),
          maxPool2dReferenceBackward(dY, x, geometry), tolerance))

      let mean = AveragePool2d<Scalar>(window, stride: stride, padding: padding)
      let (average, shapes) = mean.forward(samplesLast(x), in: &context)
      #expect(close(samplesFirst(average), averagePool2dReference(x, geometry), tolerance))
      #expect(
        close(
          samplesFirst(mean.backward(samplesLast(dY), shapes).dInput),
          averagePool2dReferenceBackward(dY, inputShape: x.shape, geometry), tolerance))
    }
    check(Double.self, 1e-14)
    check(Float.self, 1e-6)
  }

  @Test(arguments: cases.filter { $0.1.reduce(1, *) <= 200 })
  func `the gradients are the slopes of the output`(geometry: PoolingGeometry, shape: [Int]) {
    let (window, stride, padding) = (geometry.window, geometry.stride, geometry.padding)
    let x: Tensor<Double> = samplesLast(random(shape, seed: 11))
    let (largest, mean) = (
      MaxPool2d<Double>(window, stride: stride, padding: padding),
      AveragePool2d<Double>(window, stride: stride, padding: padding)
    )
    #expect(disagreements(of: largest, at: x, seed: 12) == [])
    #expect(disagreements(of: mean, at: x, seed: 13) == [])
    #expect(disagreements(of: GlobalAveragePool(), at: x, seed: 14) == [])
    #expect(disagreements(of: Flatten(), at: x, seed: 15) == [])
    #expect(disagreements(of: ImagesIn(), at: samplesFirst(x), seed: 16) == [])
  }

  @Test func `of equal numbers the first in row-major order takes the whole gradient`() {
    let x = Tensor<Double>([1, 5, 5, 5], shape: [1, 2, 2, 1])
    var context = Context.inference
    let layer = MaxPool2d<Double>(2)
    let cache = layer.forward(x, in: &context).cache
    let dX = layer.backward(Tensor([3], shape: [1, 1, 1, 1]), cache).dInput
    #expect(dX.scalars == [0, 3, 0, 0])
  }

  @Test func `where windows overlap, what they send back adds up`() {
    let x = Tensor<Double>([0, 9, 0], shape: [1, 1, 3, 1])
    let padded = Tensor<Double>(x.scalars + [-1, -1, -1], shape: [1, 2, 3, 1])
    var context = Context.inference
    let layer = MaxPool2d<Double>(2, stride: 1)
    let cache = layer.forward(padded, in: &context).cache
    let dX = layer.backward(Tensor([2, 5], shape: [1, 1, 2, 1]), cache).dInput
    #expect(dX.scalars == [0, 7, 0, 0, 0, 0])
  }

  @Test func `NaN comes through max pooling, wherever it is in the window`() {
    for place in 0..<4 {
      var x = Tensor<Float>([1, 2, 3, 4], shape: [1, 2, 2, 1])
      x.scalars[place] = .nan
      #expect(MaxPool2d<Float>(2)(x).item.isNaN)
    }
  }

  @Test func `flattened features are in the order channel, row, column`() {
    let x = Tensor<Double>((0..<24).map { Double($0) }, shape: [2, 3, 2, 2])
    let rows = Flatten<Double>()(ImagesIn()(x))
    #expect(rows == x.reshaped([2, 12]))
  }

  @Test func `global average pooling gives a row of channel means for each sample`() {
    let x: Tensor<Double> = random([5, 3, 4, 2], seed: 21)
    let y = GlobalAveragePool<Double>()(ImagesIn()(x))
    #expect(y.shape == [5, 3])
    for n in 0..<5 {
      for c in 0..<3 {
        let values = (0..<8).map { x[n, c, $0 / 2, $0 % 2] }
        #expect(abs(y[n, c] - values.reduce(0, +) / 8) <= 1e-15)
      }
    }
  }

  @Test(arguments: [1, 2])
  func `pooling gives the same bits with one thread and two`(window: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    let x: Tensor<Float> = random([8, 13, 15, 40], seed: 31)
    let results = [1, 2].map { threads in
      Threads.count = threads
      var context = Context.inference
      let layer = MaxPool2d<Float>(window + 1, stride: window)
      let (y, cache) = layer.forward(x, in: &context)
      return [y, layer.backward(y, cache).dInput]
    }
    #expect(results[0] == results[1])
  }

  @Test func `a window larger than the image is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = MaxPool2d<Double>(3)(Tensor(shape: [1, 2, 2, 1]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("a window of 3 does not fit into 2 pixels"))
  }

  @Test func `a padding of more than half a window is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = AveragePool2d<Double>(2, padding: 2)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("for a window of 2 it must be 0 to 1"))
  }
}
