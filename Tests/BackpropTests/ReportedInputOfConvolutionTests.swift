import Backprop
import Testing

private func random(_ shape: [Int], seed: UInt64) -> Tensor<Float> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// The gradient of a layer's input, the layer's and the textbook's, images first.
private func inputGradients(
  _ weight: Tensor<Float>, _ geometry: ConvolutionGeometry, _ dY: Tensor<Float>, _ input: [Int]
) -> (layer: Tensor<Float>, textbook: Tensor<Float>) {
  let layer = Conv2d(weight: weight, bias: Tensor(shape: [weight.shape[0]]), geometry)
  var context = Context.inference
  let cache = layer.forward(samplesLast(Tensor(shape: input)), in: &context).cache
  return (
    samplesFirst(layer.backward(samplesLast(dY), cache).dInput),
    conv2dReferenceBackwardInput(dY, inputShape: input, weight: weight, geometry)
  )
}

extension ConvolutionCase {
  /// Sizes with which other libraries' convolutions have gone wrong in public, and those at which this
  /// one's copies of rows begin anew.
  static let reported: [ConvolutionCase] = [
    // A padding larger than the kernel reaches, mlx 833; twice as large, NNPACK 103.
    ConvolutionCase(5, 2, 3, (11, 14), (3, 3), padding: 4),
    ConvolutionCase(2, 1, 2, (6, 5), (3, 3), padding: 7),
    ConvolutionCase(3, 2, 4, (5, 6), (1, 1), padding: 1),
    // Rows that the stride leaves over, backpack 30 and FlagGems 1576.
    ConvolutionCase(9, 2, 3, (8, 10), (3, 2), stride: 3, padding: 1),
    // A stride with a dilation, mlpack 2986 and pytorch 15501.
    ConvolutionCase(17, 3, 2, (9, 12), (3, 3), stride: 2, padding: 2, dilation: 2),
    // A dilation, padded so that the image keeps its size, pytorch 16012 and NNlib.jl 45.
    ConvolutionCase(20, 4, 6, (9, 8), (3, 3), padding: 2, dilation: 2),
    ConvolutionCase(3, 2, 8, (10, 13), (5, 3), padding: 3, dilation: 2),
    // A kernel that is not square: one border of dy is wider than the other.
    ConvolutionCase(17, 4, 6, (5, 23), (3, 5), padding: 1),
    ConvolutionCase(24, 6, 4, (21, 5), (4, 2), padding: 1, groups: 2),
    // A stride beyond the kernel: rows that nobody reads.
    ConvolutionCase(18, 2, 6, (13, 13), (2, 2), stride: 4),
    // More than the second cache holds for all samples: these come in parts.
    ConvolutionCase(50, 16, 7, (4, 90), (3, 3), padding: 1),
  ]
}

/// Inputs with which other libraries' convolutions have gone wrong in public; sizes are `reported`.
@Suite struct ReportedInputOfConvolutionTests {
  /// cudnn.torch 294: an algorithm that computes neighbours together gave negative gradients.
  @Test func `what has no negative factor has no negative gradient`() {
    let weight = random([16, 16, 3, 3], seed: 5).map { abs($0) }
    let dY = random([4, 16, 6, 6], seed: 6).map { $0 > 1 ? $0 : 0 }
    let (dX, _) = inputGradients(weight, ConvolutionGeometry(padding: 1), dY, [4, 16, 6, 6])
    #expect(dX.scalars.allSatisfy { $0 >= 0 })
  }

  @Test func `a single number of dy, however large or not a number, reaches its own patch only`() {
    for value in [1e30, Float.nan, .infinity] {
      var dY = Tensor<Float>(shape: [17, 3, 7, 7])
      dY[16, 1, 2, 4] = value
      let weight = random([3, 2, 3, 3], seed: 7)
      let (dX, _) = inputGradients(weight, ConvolutionGeometry(padding: 1), dY, [17, 2, 7, 7])
      for s in 0..<17 {
        for row in 0..<7 {
          for column in 0..<7 where s != 16 || abs(row - 2) > 1 || abs(column - 4) > 1 {
            #expect(dX[s, 0, row, column] == 0 && dX[s, 1, row, column] == 0)
          }
        }
      }
      #expect(dX[16, 0, 2, 4] != 0)
    }
  }

  @Test func `an infinite weight gives no pixel NaN that its infinity does not meet`() {
    var weight = random([2, 2, 3, 3], seed: 8)
    weight[1, 0, 0, 0] = .infinity
    let dY = random([9, 2, 6, 6], seed: 9)
    let (dX, textbook) = inputGradients(
      weight, ConvolutionGeometry(padding: 1), dY, [9, 2, 6, 6])
    #expect(textbook.scalars.contains { $0.isInfinite } && !textbook.scalars.contains { $0.isNaN })
    for (a, b) in zip(dX.scalars, textbook.scalars) {
      #expect(a == b || abs(a - b) < 1e-4)
    }
  }
}
