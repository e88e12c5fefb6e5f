import Backprop
import Testing

struct ImageColumnsTests {
  @Test(arguments: [
    ConvolutionGeometry(), ConvolutionGeometry(stride: 2, padding: 1),
    ConvolutionGeometry(stride: 3, padding: 2, dilation: 2),
  ])
  func `patches times filters are the convolution`(geometry: ConvolutionGeometry) {
    var generator = SplitMix64(seed: 1)
    let x = Tensor<Double>(shape: [2, 3, 7, 8], using: &generator)
    let weight = Tensor<Double>(shape: [4, 3, 3, 2], using: &generator)
    let y = conv2dReference(x, weight: weight, bias: Tensor(shape: [4]), geometry)
    let columns = imageColumns(x, kernelHeight: 3, kernelWidth: 2, geometry)
    let product = matmul(columns, transposed: weight.reshaped([4, 18]))
    let area = y.shape[2] * y.shape[3]
    #expect(product.shape == [2 * area, 4])
    for n in 0..<2 {
      for o in 0..<4 {
        for p in 0..<area {
          #expect(abs(product[n * area + p, o] - y.scalars[(n * 4 + o) * area + p]) <= 1e-12)
        }
      }
    }
  }
}
