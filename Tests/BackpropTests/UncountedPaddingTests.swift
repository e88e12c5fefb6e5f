import Backprop
import Testing

private let golden = GoldenFile("countedLabels")

private func random<Scalar: Real>(_ shape: [Int], seed: UInt64) -> Tensor<Scalar> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// Window, stride, padding, and the images `[m, channels, height, width]`.
private let cases: [(PoolingGeometry, [Int])] = [
  (PoolingGeometry(window: 3, stride: 2, padding: 1), [3, 2, 7, 6]),
  (PoolingGeometry(window: 2, stride: 1, padding: 1), [2, 1, 1, 1]),
  (PoolingGeometry(window: 5, stride: 1, padding: 2), [17, 2, 3, 4]),
  (PoolingGeometry(window: 4, stride: 3, padding: 2), [2, 2, 5, 8]),
  (PoolingGeometry(window: 3, stride: 3), [2, 1, 6, 7]),
]

@Suite struct UncountedPaddingTests {
  private func layer<Scalar: Real>(
    _ geometry: PoolingGeometry, as type: Scalar.Type = Scalar.self
  ) -> AveragePool2d<Scalar> {
    AveragePool2d(
      geometry.window, stride: geometry.stride, padding: geometry.padding, countsPadding: false)
  }

  @Test(arguments: cases)
  func `average pooling without its padding is the textbook's`(
    geometry: PoolingGeometry, shape: [Int]
  ) {
    func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) {
      let (x, layer): (Tensor<Scalar>, _) = (random(shape, seed: 1), layer(geometry, as: type))
      var context = Context.inference
      let (y, cache) = layer.forward(samplesLast(x), in: &context)
      #expect(
        close(
          samplesFirst(y), averagePool2dReference(x, geometry, countsPadding: false), tolerance))
      let dY: Tensor<Scalar> = random(samplesFirst(y).shape, seed: 2)
      #expect(
        close(
          samplesFirst(layer.backward(samplesLast(dY), cache).dInput),
          averagePool2dReferenceBackward(
            dY, inputShape: shape, geometry, countsPadding: false), tolerance))
    }
    check(Double.self, 1e-14)
    check(Float.self, 1e-6)
  }

  @Test(arguments: cases)
  func `its gradient is the slope of its output, and ones stay ones at the border`(
    geometry: PoolingGeometry, shape: [Int]
  ) {
    let layer: AveragePool2d<Double> = layer(geometry)
    #expect(disagreements(of: layer, at: samplesLast(random(shape, seed: 3)), seed: 4) == [])
    let ones = layer(samplesLast(Tensor<Double>(repeating: 1, shape: shape)))
    #expect(ones.scalars.allSatisfy { abs($0 - 1) < 1e-14 })
  }

  @Test(arguments: ["padded", "overlapping", "halfPadded"])
  func `it is the independent one`(name: String) throws {
    let geometry =
      switch name {
      case "padded": PoolingGeometry(window: 3, stride: 2, padding: 1)
      case "overlapping": PoolingGeometry(window: 5, stride: 1, padding: 2)
      default: PoolingGeometry(window: 2, stride: 1, padding: 1)
      }
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      let (layer, x) = (layer(geometry, as: type), try golden("\(name).x", as: type))
      var context = Context.inference
      let (y, cache) = layer.forward(samplesLast(x), in: &context)
      try golden.expect(samplesFirst(y), "\(name).y")
      let dY = try golden("\(name).dy", as: type)
      try golden.expect(
        samplesFirst(layer.backward(samplesLast(dY), cache).dInput), "\(name).dx")
    }
    try check(Double.self)
    try check(Float.self)
  }
}

@Suite struct WholeDropoutTests {
  @Test func `dropout of everything gives zeros and the gradient 0, and nothing in use`() {
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let (layer, x) = (Dropout<Scalar>(rate: 1), random([5, 7], seed: 1) as Tensor<Scalar>)
      var context = Context.training(seed: 2)
      let (y, cache) = layer.forward(x, in: &context)
      #expect(y == Tensor(shape: [5, 7]))
      #expect(layer.backward(random([5, 7], seed: 3), cache).dInput == Tensor(shape: [5, 7]))
      #expect(layer(x) == x)
    }
    check(Float.self)
    check(Double.self)
    let x: Tensor<Double> = random([3, 4], seed: 4)
    #expect(disagreements(of: Dropout(rate: 1), at: x, seed: 5) == [])
  }
}
