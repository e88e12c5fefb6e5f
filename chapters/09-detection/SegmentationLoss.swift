import Core
import Detection
import Images
import Problems09

/// Each pixel's class, for canvases: 0 is no digit.
struct PixelLabels {
  /// A canvas a row, `[canvases, 56·56]`.
  let masks: Tensor<Float>

  init(_ canvases: Canvases) {
    let pixels = Canvas.side * Canvas.side
    masks = Tensor(
      canvases.all.flatMap { $0.mask.map { Float($0) } }, shape: [canvases.all.count, pixels])
  }

  /// The classes of some canvases' pixels in a network's order: row, column, canvas.
  func rows(_ places: [Int]) -> [Int] { masks.rows(places).transposed.scalars.map { Int($0) } }

  /// How many classes a pixel may have.
  static let classes = 11
}

/// Softmax cross-entropy of each pixel, and the soft Dice loss of whole areas.
struct SegmentationLoss {
  let functions: FunctionsInUse
  var usesDice = true
  private static let epsilon = 1.0

  /// - Parameters:
  ///   - logits: A row for each pixel, `[56·56·m, 11]`, in the order row, column, canvas.
  ///   - labels: The class of each.
  /// - Returns: The loss, and its gradient with respect to the logits.
  func callAsFunction(_ logits: Tensor<Float>, _ labels: [Int]) -> Loss<Float> {
    let entropy = softmaxCrossEntropy(logits: logits, labels: labels)
    guard usesDice else { return entropy }
    let p = softmax(logits)
    let dice = dice(p, oneHot(labels, classes: PixelLabels.classes))
    // Two terms of one network's output: their gradients add.
    return (entropy.loss + dice.loss, entropy.gradient + softmaxBackward(dice.gradient, y: p))
  }

  private func dice(_ p: Tensor<Float>, _ t: Tensor<Float>) -> Loss<Float> {
    if functions.isLibrary {
      return softDice(probabilities: p, targets: t, epsilon: Float(Self.epsilon))
    }
    let (loss, dP) = adaptedSoftDice(
      probabilities: images(p), targets: images(t), epsilon: Self.epsilon,
      gradient: functions.softDice)
    let rows = samplesLast(Tensor<Float>(dP)).reshaped([p.columns, p.rows]).transposed
    return (Float(loss), rows)
  }

  /// Rows of pixels as the exercise has them: `[56·56·m, n]` → `[m, n, 56, 56]`.
  private func images(_ rows: Tensor<Float>) -> Matrix {
    let shape = [
      rows.columns, Canvas.side, Canvas.side, rows.rows / (Canvas.side * Canvas.side),
    ]
    return Matrix(samplesFirst(rows.transposed.reshaped(shape)))
  }
}

/// How well pixels are told apart.
struct SegmentationScore {
  let confusion: ConfusionMatrix

  /// IoU of ink with ink, whatever its class.
  var ink: Double {
    let counts = confusion.counts
    let both = counts.dropFirst().reduce(0) { $0 + $1.dropFirst().reduce(0, +) }
    return Double(both) / Double(max(1, confusion.total - counts[0][0]))
  }

  /// The mean over the ten digits of the IoU of a digit's pixels.
  var digits: Double {
    let overlaps = (1..<PixelLabels.classes).map { digit in
      let both = confusion.truePositives(of: digit)
      let either =
        both + confusion.falsePositives(of: digit) + confusion.falseNegatives(of: digit)
      return Double(both) / Double(max(1, either))
    }
    return overlaps.reduce(0, +) / Double(overlaps.count)
  }
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// A class for each pixel of each canvas, in the order canvas, row, column.
  func segment(_ canvases: Canvases) -> [[Int]] {
    eachBatch(of: canvases.x, size: 50) { logits, range in
      let labels = Tensor(logits.argmaxOfRows().map { Float($0) })
      let masks = labels.reshaped([Canvas.side * Canvas.side, range.count]).transposed
      return range.indices.map { masks.rows([$0 - range.lowerBound]).scalars.map { Int($0) } }
    }
  }

  func segmentationScore(on canvases: Canvases) -> SegmentationScore {
    let predicted = segment(canvases).flatMap { $0 }
    let actual = canvases.all.flatMap { $0.mask.map { Int($0) } }
    return SegmentationScore(
      confusion: ConfusionMatrix(
        predicted: predicted, actual: actual, classes: PixelLabels.classes))
  }
}
