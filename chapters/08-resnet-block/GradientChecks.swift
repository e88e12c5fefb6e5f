import Checking
import Core
import Images
import Problems08
import Running

/// The four gradients of this chapter, against central differences.
func checkGradients(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Are the gradients right?")
  var generator = SplitMix64(seed: 8)
  func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
  var table = Table("gradient", "of", "shape", "length", "largest error")
  func row(_ name: String, _ of: String, _ gradient: Matrix, _ numeric: Matrix) {
    let error =
      gradient.shape == numeric.shape
      ? significant((gradient - numeric).map { abs($0) }.max(), 1) : "wrong shape"
    table.add(name, of, "\(gradient.shape)", fixed(gradient.norm(), 4), error)
  }

  let (x, weight, dy) = (draw([4, 3]), draw([3, 3]), draw([4, 3]))
  let sum = ResidualQuestion(dy: dy) { matmul($0, transposed: weight) }
  row(
    "8.1 dx", "x·W + x", try functions.residual(sum),
    numericalGradient(of: { (dy * (matmul($0, weight) + $0)).sum() }, at: x))

  let projection = ProjectionQuestion(
    x: draw([2, 3, 5, 4]), weight: draw([4, 3, 1, 1]), dy: draw([2, 4, 3, 2]), stride: 2)
  func projected(_ x: Matrix, _ weight: Matrix) -> Double {
    let y = conv2dReference(
      x, weight: weight, bias: Matrix(shape: [4]), ConvolutionGeometry(stride: 2))
    return (projection.dy * y).sum()
  }
  let (dx, dW) = try functions.projection(projection)
  row(
    "8.2 dx", "projection", dx,
    numericalGradient(of: { projected($0, projection.weight) }, at: projection.x))
  row(
    "8.2 dW", "projection", dW,
    numericalGradient(of: { projected(projection.x, $0) }, at: projection.weight))

  let pool = GlobalPoolQuestion(x: draw([2, 3, 4, 5]), dy: draw([2, 3]))
  row(
    "8.3 dx", "mean of channels",
    try functions.globalAveragePool(pool),
    numericalGradient(
      of: { (pool.dy * $0.reshaped([6, 20]).mean(axis: 1).reshaped([2, 3])).sum() }, at: pool.x))

  let block = BasicBlockQuestion(x: [2, 2, 3, 4], seed: 9, steps: functions.blockSteps)
  let found = try functions.basicBlock(block)
  for (name, gradient, variable) in [
    ("dx", found.dx, \BasicBlockQuestion.x), ("dW1", found.dW1, \.w1), ("dW2", found.dW2, \.w2),
    ("dGamma1", found.dGamma1, \.gamma1), ("dBeta1", found.dBeta1, \.beta1),
    ("dGamma2", found.dGamma2, \.gamma2), ("dBeta2", found.dBeta2, \.beta2),
  ] {
    let numeric = numericalGradient(
      of: {
        var other = block
        other[keyPath: variable] = $0
        return (block.dy * other.y).sum()
      }, at: block[keyPath: variable])
    row("8.4 \(name)", "basic block", gradient, numeric)
  }
  screen.table(table)
  screen.text(
    """
    Each element is compared with a central difference; an error near 1e-9 is that
    difference's own.
    """)
}
