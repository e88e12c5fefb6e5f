import Backprop
import Testing

/// Sizes of a transposed convolution: filters [in, out, kh, kw] on m images of h×w.
private struct Sizes: Sendable, CustomTestStringConvertible {
  let m: Int, image: [Int], filters: [Int], stride: Int, padding: Int

  init(_ m: Int, _ image: [Int], _ filters: [Int], stride: Int, padding: Int) {
    (self.m, self.image, self.filters) = (m, image, filters)
    (self.stride, self.padding) = (stride, padding)
  }

  var testDescription: String {
    "\(m) images \(image), filters \(filters), stride \(stride), padding \(padding)"
  }

  /// Batches of every rest of the registers, overlaps and gaps, padding that cuts whole kernels off.
  static let all = [
    Sizes(1, [1, 1], [1, 1, 1, 1], stride: 1, padding: 0),
    Sizes(2, [3, 4], [3, 2, 2, 2], stride: 2, padding: 0),
    Sizes(5, [2, 3], [2, 3, 3, 2], stride: 1, padding: 1),
    Sizes(3, [4, 2], [1, 2, 2, 3], stride: 3, padding: 1),
    Sizes(19, [3, 3], [4, 5, 3, 3], stride: 2, padding: 2),
    Sizes(33, [2, 2], [2, 1, 1, 1], stride: 2, padding: 0),
  ]

  func draw<Scalar: Real>(
    seed: UInt64
  ) -> (layer: TransposedConv2d<Scalar>, x: Tensor<Scalar>) {
    var generator = SplitMix64(seed: seed)
    let layer = TransposedConv2d<Scalar>(
      weight: Tensor(shape: filters, using: &generator),
      bias: Tensor(shape: [filters[1]], using: &generator), stride: stride, padding: padding)
    return (layer, Tensor(shape: [filters[0]] + image + [m], using: &generator))
  }
}

/// Whether numbers agree but for the rounding of sums.
private func isNear<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Bool {
  let bound: Scalar = Scalar.self == Double.self ? 1e-11 : 1e-4
  return a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= bound * max(1, abs($1)) }
}

private func compare<Scalar: Real>(_ sizes: Sizes, in type: Scalar.Type) {
  let (layer, x): (TransposedConv2d<Scalar>, Tensor<Scalar>) = sizes.draw(seed: 1)
  var context = Context.inference
  let (y, cache) = layer.forward(x, in: &context)
  let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
  let reference = transposedConv2dReference(
    samplesFirst(x), weight: weight, bias: bias, stride: sizes.stride, padding: sizes.padding)
  #expect(isNear(samplesFirst(y), reference))
  var generator = SplitMix64(seed: 2)
  let dY = Tensor<Scalar>(shape: y.shape, using: &generator)
  let (dX, gradient) = layer.backward(dY, cache)
  let expected = transposedConv2dReferenceBackward(
    samplesFirst(dY), samplesFirst(x), weight: weight, stride: sizes.stride,
    padding: sizes.padding)
  #expect(isNear(samplesFirst(dX), expected.dX))
  #expect(isNear(gradient.weight, expected.dW) && isNear(gradient.bias, expected.db))
  #expect(layer.gradient(dY, cache).weight == gradient.weight)
}

@Suite struct TransposedConvolutionTests {
  @Test(arguments: Sizes.all)
  fileprivate func `the fast layer computes what the textbook's loops do`(sizes: Sizes) {
    compare(sizes, in: Double.self)
    compare(sizes, in: Float.self)
  }

  @Test(arguments: Sizes.all)
  fileprivate func `a transposed convolution's gradients are the slopes of its output`(
    sizes: Sizes
  ) {
    let (layer, x): (TransposedConv2d<Double>, Tensor<Double>) = sizes.draw(seed: 3)
    #expect(disagreements(of: layer, at: x, seed: 4) == [])
  }

  @Test func `a worked example has the values that were made independently`() {
    let x = Tensor([1, 2, 3, -1], shape: [1, 1, 2, 2])
    let weight = Tensor([1, 0, 2, -1, 1, 0, 0.5, 0, 1], shape: [1, 1, 3, 3])
    let dY = Tensor((0..<25).map { Double($0) / 10 }, shape: [1, 1, 5, 5])
    let y = transposedConv2dReference(x, weight: weight, bias: Tensor([0.5]), stride: 2)
    #expect(abs((y * dY).sum() - 35.9) < 1e-10)
    let (dX, dW, db) = transposedConv2dReferenceBackward(dY, x, weight: weight, stride: 2)
    #expect(isNear(dX, Tensor([2.2, 3.1, 6.7, 7.6], shape: x.shape)))
    #expect(
      isNear(dW, Tensor([2.2, 2.7, 3.2, 4.7, 5.2, 5.7, 7.2, 7.7, 8.2], shape: weight.shape)))
    #expect(isNear(db, Tensor([30])))
  }

  @Test(arguments: 1...8)
  func `it is a convolution's backward pass, run forwards`(seed: UInt64) {
    var draw = Draw(seed: seed)
    let (kernel, stride, padding) = (draw.size(1...3), draw.size(1...3), draw.size(0...1))
    let geometry = ConvolutionGeometry(stride: stride, padding: padding)
    // An image on which the kernel's places come out even, so that no row is left over.
    let (rows, columns) = (draw.size(2...4), draw.size(2...4))
    let image = [rows, columns].map { ($0 - 1) * stride + kernel - 2 * padding }
    guard image.allSatisfy({ $0 > 0 }) else { return }
    let filters = draw.tensor([3, 2, kernel, kernel])
    let dy = draw.tensor([2, 3, rows, columns])
    let dx = conv2dReferenceBackwardInput(
      dy, inputShape: [2, 2] + image, weight: filters, geometry)
    let y = transposedConv2dReference(
      dy, weight: filters, bias: Tensor(shape: [2]), stride: stride, padding: padding)
    #expect(isNear(y, dx))
  }

  @Test func `a kernel of two with stride two doubles an image, each pixel a square of its own`() {
    let layer = TransposedConv2d<Double>(
      weight: Tensor(repeating: 1, shape: [1, 1, 2, 2]), bias: Tensor([0]), stride: 2)
    let x = Tensor<Double>([1, 2, 3, 4], shape: [1, 2, 2, 1])
    #expect(layer(x) == UpsampleNearest<Double>()(x))
  }

  @Test func `a layer draws its weights, and its biases are zero`() {
    var generator = SplitMix64(seed: 9)
    let layer = TransposedConv2d<Float>(8, 4, kernel: 2, stride: 2, using: &generator)
    #expect(layer.parameters.weight.shape == [8, 4, 2, 2])
    #expect(layer.parameters.bias == Tensor(shape: [4]))
    // He's: an output sums 8 inputs.
    let spread = (layer.parameters.weight.squaredNorm() / 128).squareRoot()
    #expect(abs(spread - 0.5) < 0.1)
  }

  @Test func `an empty batch has no output, and gradients of zero`() {
    let layer = TransposedConv2d<Double>(
      weight: zeros(2, 3, 2, 2), bias: Tensor([1, 2, 3]), stride: 2)
    var context = Context.training(seed: 1)
    let (y, cache) = layer.forward(zeros(2, 3, 3, 0), in: &context)
    #expect(y.shape == [3, 6, 6, 0])
    let (dX, gradient) = layer.backward(y, cache)
    #expect(dX.shape == [2, 3, 3, 0] && gradient.bias == zeros(3))
  }
}
