import Checking
import Core
import Datasets
import Detection
import Figures
import Images
import Problems09
import Running
import Training

/// How often each pixel of a transposed convolution's output is written to.
func countWrites(on screen: Screen) throws {
  screen.section("What does a transposed convolution do to one pixel?")
  func counts(_ kernel: Int, _ padding: Int) -> Tensor<Double> {
    let layer = TransposedConv2d<Double>(
      weight: Tensor(repeating: 1, shape: [1, 1, kernel, kernel]), bias: Tensor([0]), stride: 2,
      padding: padding)
    return layer(Tensor(repeating: 1, shape: [1, 4, 4, 1]))
  }
  let kinds = [("3×3", counts(3, 0)), ("4×4", counts(4, 1)), ("2×2", counts(2, 0))]
  var table = Table("kernel, stride 2", "output", "writes to the pixels of its third row")
  for (name, y) in kinds {
    let width = y.shape[2]
    table.add(
      name, "\(y.shape[1])×\(width)",
      (0..<width).map { fixed(y.scalars[2 * width + $0], 0) }.joined(separator: " "))
  }
  screen.table(table)
  screen.text(
    """

    4×4 pixels in, every weight 1. With 3×3 the pixels where kernels overlap get 2
    or 4 parts, their neighbours 1: a chequered pattern (Odena et al., 2016). A
    kernel that the stride divides writes evenly but at the border; 2×2 does so
    everywhere.
    """)
  try screen.write(
    .images(
      "How often each pixel is written to",
      description:
        "Three squares of small numbers: a chequered pattern of 1, 2 and 4 for kernels 3×3, "
        + "even ones inside for 4×4, and ones throughout for 2×2.",
      kinds.map {
        Image(
          width: $0.1.shape[2], height: $0.1.shape[1], values: $0.1.scalars, showsNumbers: true)
      }, columns: 3, captions: kinds.map { "kernel " + $0.0 }), "writes")
}

/// Says of each pixel of digits of half the size, made large again, whether it is ink.
///
/// The small network's last layer is a transposed convolution with the answer to 9.4.
func enlargeDigits(_ functions: FunctionsInUse, _ plan: Plan) throws
  -> (losses: [Double], overlap: Double)
{
  let count = plan.isQuick ? 64 : 600
  let (train, test) = (plan.digits.train.first(count), plan.digits.test.first(200))
  var generator = SplitMix64(seed: plan.seed)
  let convolution = Conv2d<Double>(
    1, 8, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator)
  let enlarging = TransposedConv2d<Double>(8, 1, kernel: 2, stride: 2, using: &generator)
  var network = ImagesIn<Double>().then(AveragePool2d(2)).then(convolution)
    .then(Activation<Double>.relu)
    .then(Adapted(enlarging, gradients: functions.transposedConvolution)).then(PositionsAsRows())
  var (adam, context) = (Adam<Double>(learningRate: 0.02), Context.training(seed: plan.seed))
  let (x, losses) = (evenImages(train), Losses())
  for step in 0..<(plan.isQuick ? 1 : 4) * (count + 31) / 32 {
    let places = (0..<min(32, x.rows)).map { (step * 32 + $0) % x.rows }
    let images = x.rows(places)
    let value = try network.trainingStep(images, number: step, with: &adam, in: &context) { z in
      binaryCrossEntropy(logits: z, targets: inkRows(images))
    }
    losses.values.append(value)
  }
  let testX = evenImages(test)
  let (z, t) = (network(testX), inkRows(testX))
  let says: Matrix = z.map { $0 > 0 ? 1 : 0 }
  let both = (says * t).sum()
  return (losses.values, both / max(1, says.sum() + t.sum() - both))
}

private final class Losses { var values = [Double]() }

/// Images whose height and width are even, so that half of them is a whole number.
private func evenImages(_ images: ImageData) -> Matrix {
  let x = images.images(as: Double.self)  // [m, 1, height, width]
  let (height, width) = (images.height / 2 * 2, images.width / 2 * 2)
  guard [height, width] != [images.height, images.width], height > 0, width > 0 else { return x }
  var even = Matrix(shape: [x.rows, 1, height, width])
  for n in 0..<x.rows {
    for i in 0..<height { for j in 0..<width { even[n, 0, i, j] = x[n, 0, i, j] } }
  }
  return even
}

/// 1 where a pixel is ink, a row for each: `[height·width·m, 1]`.
private func inkRows(_ images: Matrix) -> Matrix {
  let layer = ImagesIn<Double>().then(PositionsAsRows())
  return layer(images).map { $0 > Double(Canvas.threshold) ? 1 : 0 }
}

/// What the small network comes to.
func showEnlarging(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  let result = try enlargeDigits(functions, plan)
  screen.text(
    """

    A convolution of 8 channels and a transposed one, 2×2 with stride 2, make digits
    of 14×14 into ink or not at 28×28: loss from \(fixed(result.losses.first ?? .nan, 3)) to \(fixed(result.losses.last ?? .nan, 3)) in \(result.losses.count) steps,
    IoU of the ink \(fixed(result.overlap, 3)) on test digits.
    """)
}
