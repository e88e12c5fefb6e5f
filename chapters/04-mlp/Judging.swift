import Checking
import Core
import Datasets
import Figures
import Problems04
import Running
import Training

/// Who is taken for whom, precision, recall and F1 by 4.5's function, and the ROC curves.
func judge(_ logits: Matrix, _ plan: Plan, _ source: Source, on screen: Screen) throws {
  screen.section("Which digits does it confuse?")
  let (predicted, actual) = (logits.argmaxOfRows(), plan.test.labels)
  let (names, labels) = (plan.test.classes, plan.test.classes.indices)
  let matrix = ConfusionMatrix(predicted: predicted, actual: actual, classes: names.count)
  var table = Table(header: ["is ↓ read as →"] + names)
  for label in labels { table.add([names[label]] + matrix.counts[label].map(String.init)) }
  screen.table(table)
  try screen.write(confusion(matrix, names), "confusion-matrix")

  let metrics = try Chapter04Problems.precisionRecallF1.function(from: source)(
    AnswersQuestion(predicted: predicted, actual: actual, classes: names.count))
  let probabilities = softmax(logits)
  screen.text("")
  var scores = Table("class", "precision", "recall", "F1", "area under ROC")
  let areas = labels.map { label in
    areaUnderROC(
      scores: (0..<logits.rows).map { probabilities[$0, label] },
      isPositive: actual.map { $0 == label })
  }
  for label in labels {
    scores.add(
      names[label], fixed(metrics.precision[label], 4), fixed(metrics.recall[label], 4),
      fixed(metrics.f1[label], 4), fixed(areas[label], 5))
  }
  func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  scores.add(
    "macro", fixed(mean(metrics.precision), 4), fixed(mean(metrics.recall), 4),
    fixed(mean(metrics.f1), 4), fixed(mean(areas), 5))
  screen.table(scores)
  screen.text(
    """
    Rows are the truth. Precision reads a column: of all that it called a 9, how
    many were. Recall reads a row: of all the 9s, how many it found. Macro is the
    plain mean. The area: how often a 9 gets a higher probability of being a 9 than
    another digit does.
    """)
  try screen.write(curves(probabilities, actual, areas, names), "roc")
}

private func confusion(_ matrix: ConfusionMatrix, _ names: [String]) -> Figure {
  .heatMap(
    "Who is taken for whom, coloured by powers of ten",
    description: "Nearly all counts are on the diagonal. The scale shows the few beside it.",
    HeatMap(
      values: matrix.counts.flatMap { $0.map(Double.init) }, rows: names.count,
      columns: names.count, rowLabels: names, columnLabels: names, xLabel: "read as",
      yLabel: "is", scale: .logarithmic, showsNumbers: true))
}

/// The curves of the two worst classes and of the best, in the corner where they differ.
private func curves(
  _ probabilities: Matrix, _ actual: [Int], _ areas: [Double], _ names: [String]
) -> Figure {
  let order = areas.indices.sorted { areas[$0] < areas[$1] }
  let chosen = Array(order.prefix(2)) + order.suffix(1)
  let series = chosen.map { label in
    let curve = rocCurve(
      scores: (0..<probabilities.rows).map { probabilities[$0, label] },
      isPositive: actual.map { $0 == label })
    // A point for each of 10,000 scores would make a large file; these make the same line.
    var points = [Point]()
    for point in curve where point.falsePositiveRate <= 0.05 {
      let next = Point(point.falsePositiveRate, point.truePositiveRate)
      if let last = points.last, next.x - last.x < 0.0002, next.y - last.y < 0.002 { continue }
      points.append(next)
    }
    return Series("\(names[label]), area \(fixed(areas[label], 5))", points: points)
  }
  return .lines(
    "Upper left corner of three ROC curves: the two hardest digits and the easiest",
    description: """
      Only a corner is drawn, false positives up to 5 % and true positives from 80 %. All three curves \
      rise almost straight to 1 near the left edge.
      """,
    x: Axis("false positive rate", range: 0...0.05), y: Axis("true positive rate", range: 0.8...1),
    series)
}
