import Backprop
import Course

/// The functions of the exercises that the digits' network is trained with.
struct BackwardFunctions {
  let relu: (ActivationQuestion) throws -> Matrix
  let crossEntropy: (ClassificationQuestion) throws -> Matrix
  let dense: (DenseQuestion) throws -> DenseGradients
  let dropout: (DropoutQuestion) throws -> Matrix

  init(_ source: Source) {
    relu = Chapter01Problems.relu.function(from: source)
    crossEntropy = Chapter02Problems.softmaxCrossEntropy.function(from: source)
    dense = Chapter04Problems.dense.function(from: source)
    dropout = Chapter04Problems.dropout.function(from: source)
  }

  /// Whether the gradients have the shapes of their variables; if not, says so.
  ///
  /// A bug that gets a shape wrong never trains: the first update refuses it.
  func keepShapes(on screen: Screen) -> Bool {
    var generator = SplitMix64(seed: 0)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let question = DenseQuestion(
      x: draw([5, 3]), weight: draw([3, 2]), bias: draw([2]), dy: draw([5, 2]))
    guard let gradients = try? dense(question) else { return true }
    let pairs = [
      ("dx", gradients.dx.shape, question.x.shape), ("dW", gradients.dW.shape, [3, 2]),
      ("db", gradients.db.shape, question.bias.shape),
    ]
    guard let wrong = pairs.first(where: { $0.1 != $0.2 }) else { return true }
    screen.section("Does it read handwriting?")
    screen.text(
      """
      No: \(wrong.0) of a layer [3, 2] is \(wrong.1) for a batch of 5, should be \(wrong.2).
      No step can be taken with it. Mistakes of shape are the kind ones: they end in
      an error. The others train on.
      """)
    return false
  }
}

/// Says first which mistake is in, or whose functions these are.
func announce(_ source: Source, on screen: Screen) {
  switch source {
  case .library: break
  case .answers: screen.text("\nTrained by the functions of the exercises.")
  case .bug(let name):
    let sentence = command.uses.compactMap(Catalogue.find).flatMap(\.wrongAnswers)
      .first { $0.name == name }?.sentence
    screen.text("\nThe bug \(name) is in. What the checker would say:\n\(wrapped(sentence ?? ""))")
  }
}

/// A text in lines of 78 characters at most, indented by two.
func wrapped(_ text: String) -> String {
  var lines = [""]
  for word in text.split(separator: " ") {
    if lines[lines.count - 1].count + word.count > 76 { lines.append("") }
    lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "  " : " ") + word
  }
  return lines.joined(separator: "\n")
}
