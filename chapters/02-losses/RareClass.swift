import Checking
import Core
import Figures
import Problems02
import Running
import SmallSets

/// Nine points of a common class for each of a rare one, with and without class weights.
func showRareClass(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Nine in ten are common: who finds the rare one?")
  let task = RareClassTask(options)
  screen.text(
    """
    Two clouds that overlap, 9 : 1; a linear classifier, \(task.training.count) points to learn
    from, \(task.test.count) others to test on. "Found" is the share of a class recognised.
    """)
  var table = Table(
    "class weights", "rare found", "common found", "rare answers right", "all right")
  var lines = [Series]()
  for weights in [[1.0, 1], [1, 3], [1, 9]] {
    let classifier = try task.trained { try functions.weightedCrossEntropy($0, $1, weights) }
    let counts = task.counts(classifier)
    let name = weights.map { fixed($0, 0) }.joined(separator: " : ")
    table.add(
      name, percent(counts.recall(of: 1), 1), percent(counts.recall(of: 0), 1),
      percent(counts.precision(of: 1), 1), percent(counts.accuracy, 1))
    if weights[1] != 3 { lines.append(boundary(of: classifier, "border at " + name)) }
  }
  screen.table(table)
  // The centres are 2 apart. Between them, both classes are equally likely at 1 + ½ log 9 from the
  // common one; if each counts the same, at 1.
  let bayes = (fewest: normalDistribution(1 - .log(9) / 2), fair: normalDistribution(1))
  screen.text(
    """
    By Bayes' rule, the line with the fewest errors finds \(percent(bayes.fewest, 1)) of the rare class;
    if both classes count the same, the best line finds \(percent(bayes.fair, 1)) of each.
    """)
  try screen.figure(
    Figure(
      "Where the classifier draws its border",
      description: "Many points of a common class around the origin and few of a rare class up and "
        + "to the right. Without weights the border lies far to the rare side; with weights 1 to 9 "
        + "it lies half way between the two centres.",
      .plot(
        Plot(
          x: Axis("x", range: -3...4.5), y: Axis("y", range: -3...4),
          series: task.points(count: 300) + lines))), "rare-class")
  if functions.isLibrary { try playTheatre(task, on: screen) }
}

/// The same training with each known mistake in the gradient, beside what a gradient check says.
private func playTheatre(_ task: RareClassTask, on screen: Screen) throws {
  screen.section("Would you notice a wrong gradient?")
  screen.text(
    """
    The same training with weights 1 : 9, once right and once with each known
    mistake of exercise 2.5. "Error" is what a comparison with central differences
    finds, relative to the gradient.
    """)
  let problem = Chapter02Problems.weightedCrossEntropy
  let question = task.firstRows
  let numeric = numericalGradient(
    of: {
      weightedCrossEntropy(
        logits: $0, labels: question.labels, classWeights: question.classWeights
      ).loss
    }, at: question.logits)
  var table = Table("gradient", "rare found", "all right", "error")
  for name in ["right"] + problem.wrongAnswers.map(\.name) {
    let functions = FunctionsInUse(name == "right" ? .library : .bug(name))
    let classifier = try task.trained { try functions.weightedCrossEntropy($0, $1, [1, 9]) }
    let counts = task.counts(classifier)
    let gradient = try functions.weightedCrossEntropy(
      question.logits, question.labels, question.classWeights)
    let error = maximumRelativeError(gradient, numeric)
    table.add(
      name, percent(counts.recall(of: 1), 1), percent(counts.accuracy, 1),
      error < 1e-6 ? "none" : significant(error, 2))
  }
  screen.table(table)
}

/// Points to learn from, and others to test on.
private struct RareClassTask {
  let training: LabeledPoints
  let test: LabeledPoints
  let steps: Int

  init(_ options: ChapterOptions) {
    var generator = SplitMix64(seed: options.seed)
    training = imbalanced(count: options.quick ? 5000 : 10_000, using: &generator)
    test = imbalanced(count: options.quick ? 20_000 : 50_000, using: &generator)
    steps = options.quick ? 300 : 600
  }

  /// A classifier after gradient descent on all training points.
  func trained(
    _ gradient: (_ logits: Matrix, _ labels: [Int]) throws -> Matrix
  ) rethrows -> LinearClassifier {
    var classifier = LinearClassifier()
    for _ in 0..<steps {
      try classifier.descend(training.inputs, rate: 1) { try gradient($0, training.labels) }
    }
    return classifier
  }

  func counts(_ classifier: LinearClassifier) -> ConfusionMatrix {
    ConfusionMatrix(
      predicted: classifier.layer(test.inputs).argmaxOfRows(), actual: test.labels, classes: 2)
  }

  /// Ten points with random logits and weights 1 : 9, to check a gradient on.
  var firstRows: WeightedQuestion {
    var generator = SplitMix64(seed: 1)
    return WeightedQuestion(
      logits: Matrix(shape: [10, 2], using: &generator), labels: Array(training.labels.prefix(10)),
      classWeights: [1, 9])
  }

  /// Some of the test points, a series for each class.
  func points(count: Int) -> [Series] {
    ["common", "rare"].enumerated().map { label, name in
      let places = (0..<count).filter { test.labels[$0] == label }
      return Series(
        name, x: places.map { test.inputs[$0, 0] }, y: places.map { test.inputs[$0, 1] },
        style: .points)
    }
  }
}

/// Φ(x), the probability that a standard normal number is below x.
private func normalDistribution(_ x: Double) -> Double { (1 + .erf(x / 2.0.squareRoot())) / 2 }

/// The line where both logits are equal.
private func boundary(of classifier: LinearClassifier, _ name: String) -> Series {
  let (weight, bias) = (classifier.layer.parameters.weight, classifier.layer.parameters.bias)
  let slope = (x: weight[0, 1] - weight[0, 0], y: weight[1, 1] - weight[1, 0])
  return Series(name, over: -3...4.5) { x in (bias[0] - bias[1] - slope.x * x) / slope.y }
}
