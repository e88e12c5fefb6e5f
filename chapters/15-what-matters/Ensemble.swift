import Core
import Problems15
import Running
import Training

/// Five networks that differ in their seed, their mean, and one student of all five.
func showEnsemble(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("Five opinions")
  let count = min(plan.shared, digits.labels.count)
  screen.text(
    """
    Five networks 784-64-10, \(grouped(count)) images, \(plan.sharedEpochs) epochs, five seeds.

    """)
  let x = digits.x.rows(0..<count)
  let labels = Array(digits.labels.prefix(count))
  var members = [SmallNetwork]()
  for member in 0..<UInt64(5) {
    var network = smallNetwork(64, seed: plan.seed &+ 70 &+ member)
    try network.fit(x, labels, epochs: plan.sharedEpochs, seed: plan.seed &+ 80 &+ member)
    members.append(network)
  }
  /// log of the mean probability: logits of the ensemble.
  func together(_ x: Tensor<Float>) -> Tensor<Float> {
    let sum = members.reduce(Tensor<Float>(shape: [x.rows, 10])) {
      $0 + softmax($1.predict(x))
    }
    // A probability that has become 0 in Float has no logarithm.
    return (sum / 5).map { Float.log(max($0, 1e-30)) }
  }
  func loss(_ logits: Tensor<Float>) -> Double {
    Double(softmaxCrossEntropy(logits: logits, labels: digits.testLabels).loss)
  }
  let outputs = members.map { $0.predict(digits.testX) }
  let shares = outputs.map(digits.accuracy)
  let mean = together(digits.testX)
  var table = Table("", "right", "cross-entropy")
  table.add("the worst of the five", percent(shares.min() ?? 0, 1))
  table.add(
    "on average", percent(shares.reduce(0, +) / 5, 1),
    fixed(outputs.map(loss).reduce(0, +) / 5, 3))
  table.add("the best", percent(shares.max() ?? 0, 1))
  table.add("their mean probability", percent(digits.accuracy(mean), 1), fixed(loss(mean), 3))
  let lesson = Lesson(digits, at: Array(0..<count), teacher: together)
  let student = try lesson.student(
    functions, hidden: 64, alpha: 0.7, epochs: plan.sharedEpochs, seed: plan.seed)
  let logits = student.predict(digits.testX)
  table.add("one student of all five", percent(digits.accuracy(logits), 1), fixed(loss(logits), 3))
  screen.table(table)
}
