import Checking
import Core
import Images
import Problems05
import Running

/// Every gradient that the chapter's networks are made of, against central differences.
func checkGradients(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Are the gradients right?")
  var generator = SplitMix64(seed: 5)
  func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
  let geometry = ConvolutionGeometry(stride: 2, padding: 1)
  let convolution = ConvolutionQuestion(
    x: draw([2, 3, 7, 6]), weight: draw([4, 3, 3, 2]), bias: draw([4]), dy: draw([2, 4, 4, 4]),
    geometry)
  let pooling = PoolingQuestion(
    x: draw([2, 3, 7, 6]), dy: draw([2, 3, 3, 2]), window: 3, stride: 2)
  func loss(_ x: Matrix, _ weight: Matrix, _ bias: Matrix) -> Double {
    (convolution.dy * conv2dReference(x, weight: weight, bias: bias, geometry)).sum()
  }
  func pooled(_ pool: (Matrix, PoolingGeometry) -> Matrix, _ x: Matrix) -> Double {
    (pooling.dy * pool(x, PoolingGeometry(window: 3, stride: 2))).sum()
  }
  let (x, weight, bias) = (convolution.x, convolution.weight, convolution.bias)
  var table = Table("gradient", "of", "shape", "length", "largest error")
  func row(_ name: String, _ of: String, _ gradient: Matrix, _ numeric: Matrix) {
    let error =
      gradient.shape == numeric.shape
      ? significant((gradient - numeric).map { abs($0) }.max(), 1) : "wrong shape"
    table.add(name, of, "\(gradient.shape)", fixed(gradient.norm(), 4), error)
  }
  row(
    "5.1 db", "bias",
    try functions.convolutionBias(ConvolutionBiasQuestion(bias: bias, dy: convolution.dy)),
    numericalGradient(of: { loss(x, weight, $0) }, at: bias))
  row(
    "5.2 dW", "filters", try functions.convolutionWeights(convolution),
    numericalGradient(of: { loss(x, $0, bias) }, at: weight))
  row(
    "5.3 dx", "input", try functions.convolutionInput(convolution),
    numericalGradient(of: { loss($0, weight, bias) }, at: x))
  row(
    "5.4 dx", "max pooling", try functions.maxPool(pooling),
    numericalGradient(of: { pooled(maxPool2dReference, $0) }, at: pooling.x))
  row(
    "5.5 dx", "average pooling", try functions.averagePool(pooling),
    numericalGradient(of: { pooled({ averagePool2dReference($0, $1) }, $0) }, at: pooling.x))
  screen.table(table)
  screen.text(
    """
    Two images of 3×7×6; filters 3×2, stride 2, padding 1; windows of 3, stride 2.
    Each element is compared with a central difference: an error near 1e-9 is that
    difference's own.
    """)
}
