import Backprop
import Testing
import Kernels

/// Sizes of 0, and sums with lanes to spare.
@Suite struct EmptySizesTests {
  @Test(arguments: [1, 3, 8, 17], [1, 2])
  func `a convolution without input channels returns its bias`(samples: Int, outputs: Int) {
    let bias = Tensor<Double>((0..<outputs).map { Double($0) - 2.5 })
    let layer = Conv2d(
      weight: Tensor(shape: [outputs, 0, 3, 3]), bias: bias, ConvolutionGeometry(padding: 1))
    var context = Context.training(seed: 1)
    let (y, cache) = layer.forward(Tensor(shape: [0, 4, 5, samples]), in: &context)
    #expect(y.shape == [outputs, 4, 5, samples])
    for (place, value) in y.scalars.enumerated() {
      #expect(value == bias[place / (20 * samples)])
    }
    let reference = conv2dReference(
      Tensor<Double>(shape: [samples, 0, 4, 5]), weight: layer.parameters.weight, bias: bias,
      layer.geometry)
    #expect(reference[0, outputs - 1, 3, 4] == bias[outputs - 1])
    let (dX, gradient) = layer.backward(Tensor(repeating: 1, shape: y.shape), cache)
    #expect(dX.shape == [0, 4, 5, samples] && gradient.weight.shape == [outputs, 0, 3, 3])
    #expect(gradient.bias == Tensor(repeating: Double(20 * samples), shape: [outputs]))
  }

  @Test(arguments: [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100])
  func `a sum counts numbers only, and not the lanes of a register without one`(count: Int) {
    let doubles = [Double](repeating: 2, count: count)
    #expect(total(doubles) { _ in .init(repeating: 1) } == Double(count))
    #expect(total(doubles) { $0 + 1 } == Double(3 * count))
    #expect(total(doubles) { 1 / $0 } == Double(count) / 2)
    let singles = [Float](repeating: 2, count: count)
    #expect(total(singles) { _ in .init(repeating: 1) } == Float(count))
    #expect(total(singles) { 1 / $0 } == Float(count) / 2)
  }

  @Test func `a tensor with a size of 0 has no elements, and its other sizes stay`() {
    let x = Tensor<Double>(shape: [0, 1 << 20, 1 << 20])
    #expect(x.count == 0 && x.reshaped([1 << 20, 0]).shape == [1 << 20, 0])
    #expect(
      matmul(Tensor<Double>(shape: [2, 0]), Tensor(shape: [0, 3])) == Tensor(shape: [2, 3]))
    #expect(Tensor<Double>(shape: [0, 3]).sum(axis: 0) == Tensor(shape: [3]))
  }

  @Test func `a geometry takes new numbers, and refuses none that can be`() {
    var geometry = ConvolutionGeometry()
    (geometry.stride, geometry.padding, geometry.dilation, geometry.groups) = (2, 1, 3, 4)
    #expect(geometry == ConvolutionGeometry(stride: 2, padding: 1, dilation: 3, groups: 4))
    #expect(geometry.outputSize(5, kernel: 3) == 1)
  }
}
