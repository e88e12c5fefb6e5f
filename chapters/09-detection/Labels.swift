import Core
import Images
import Running
import Training

/// Which digits are on the canvas, wherever: ten questions with yes or no, on the detector's features.
func askWhichDigits(_ trained: TrainedDetector, _ plan: Plan, on screen: Screen) {
  screen.section("Which digits are there, wherever they are?")
  let trunk = Encoder(of: trained.network).trunk.then(GlobalAveragePool<Float>())
  let train = plan.train.first(plan.isQuick ? 100 : 2000)
  let (x, testX) = (trunk.predict(train.x), trunk.predict(plan.test.x))  // [canvases, 64]
  let (t, testT) = (presence(train), presence(plan.test))
  var generator = SplitMix64(seed: plan.seed)
  var layer = Dense<Float>(64, 10, .glorot, using: &generator)
  var (adam, context) = (Adam<Float>(learningRate: 0.02), Context.training(seed: plan.seed))
  for _ in 0..<(plan.isQuick ? 60 : 600) {
    _ = layer.trainingStep(x, with: &adam, in: &context) { z in
      binaryCrossEntropy(logits: z, targets: t)
    }
  }
  let says: Tensor<Float> = layer(testX).map { $0 > 0 ? 1 : 0 }
  func shares(_ says: Tensor<Float>) -> (single: Double, all: Double, found: Double) {
    let wrong = (0..<says.rows).map { row in
      (0..<10).count { says[row, $0] != testT[row, $0] }
    }
    let ones = Double(testT.sum())
    return (
      1 - Double(wrong.reduce(0, +)) / Double(says.count),
      Double(wrong.count { $0 == 0 }) / Double(says.rows),
      ones == 0 ? 0 : Double((says * testT).sum()) / ones
    )
  }
  var table = Table("", "answers right", "all ten", "digits found")
  for (name, answers) in [
    ("always no", Tensor<Float>(shape: testT.shape)), ("64 features, one dense layer", says),
  ] {
    let share = shares(answers)
    table.add(name, percent(share.single, 1), percent(share.all, 1), percent(share.found, 1))
  }
  screen.table(table)
  screen.text(
    """

    Ten sigmoids, no softmax: the answers do not exclude each other. Binary
    cross-entropy ten times, on the means of the detector's 64 last channels.
    """)
}

/// 1 for each digit that is on a canvas, `[canvases, 10]`.
private func presence(_ canvases: Canvases) -> Tensor<Float> {
  var t = Tensor<Float>(shape: [canvases.all.count, 10])
  for (row, canvas) in canvases.all.enumerated() {
    for object in canvas.objects { t[row, object.label] = 1 }
  }
  return t
}
