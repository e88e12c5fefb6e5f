import Core
import Figures
import Importance
import Problems15
import Running

/// Maps of the digits on which an answer hangs, drawn and tested.
func showMaps(
  _ network: BigNetwork, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  let chosen = MappedDigits(network.predict(digits.testX), digits, count: plan.mapped)
  screen.section("From nothing to here")
  let logits = network.inputGradient(at: chosen.x, classes: chosen.labels)
  showProbabilitySlopes(network, logits, chosen, on: screen)
  let integrated = try functions.integrated(network, chosen)
  showCompleteness(network, integrated, chosen, on: screen)

  screen.section("Where, in the feature maps")
  let convolutional = try ConvolutionalNetwork(digits, plan)
  screen.text(
    """
    A small convolutional network, one epoch of \(grouped(min(plan.seen, digits.labels.count))) digits, reads \
    \(percent(convolutional.accuracy(digits), 1)).
    Its last feature maps: 32 of 7×7. Grad-CAM makes one map of them.
    """)
  let cam = try convolutional.gradCAM(chosen, functions)
  try screen.write(
    mapsFigure(
      chosen,
      [
        ("saliency", saliency(logits)),
        ("grad × input", gradientTimesInput(logits, x: chosen.x)),
        ("integrated", integrated), ("Grad-CAM", cam),
      ]), "maps")

  screen.section("The proof: take it away")
  try showDeletion(
    network, convolutional, chosen,
    [
      ("integrated gradients", integrated),
      ("gradient × input", gradientTimesInput(logits, x: chosen.x)),
      ("saliency", saliency(logits)),
    ], cam: cam, on: screen)
}

/// Test digits that the network reads rightly.
struct MappedDigits {
  let x: Tensor<Float>
  let labels: [Int]

  init(_ logits: Tensor<Float>, _ digits: Digits, count: Int) {
    let answers = logits.argmaxOfRows()
    let right = answers.indices.filter { answers[$0] == digits.testLabels[$0] }.prefix(count)
    (x, labels) = (digits.testX.rows(Array(right)), right.map { digits.testLabels[$0] })
  }
}

extension FunctionsInUse {
  /// 32 middles on the way from black to each digit, all digits at once.
  func integrated(_ network: BigNetwork, _ chosen: MappedDigits) throws -> Tensor<Float> {
    let x = Matrix(chosen.x)
    let question = IntegratedGradientsQuestion(x: x, baseline: 0 * x, steps: 32) { point in
      Matrix(network.inputGradient(at: Tensor<Float>(point), classes: chosen.labels))
    }
    return Tensor<Float>(try integratedGradients(question))
  }
}

/// The map of a probability: flat where the network is sure.
private func showProbabilitySlopes(
  _ network: BigNetwork, _ logits: Tensor<Float>, _ chosen: MappedDigits, on screen: Screen
) {
  let truth: Tensor<Float> = oneHot(chosen.labels, classes: 10)
  let probabilities = network.inputGradient(at: chosen.x) { z in
    softmaxBackward(truth, y: softmax(z))
  }
  var table = Table("largest slope at the input", "smallest digit", "median", "largest digit")
  for (name, gradient) in [("of the logit", logits), ("of the probability", probabilities)] {
    let peaks = (0..<gradient.rows).map { Double(saliency(gradient.rows([$0])).max()) }.sorted()
    table.add(
      name, significant(peaks[0], 2), significant(peaks[peaks.count / 2], 2),
      significant(peaks[peaks.count - 1], 2))
  }
  screen.table(table)
}

/// How far a map's sum is from what it should explain.
private func showCompleteness(
  _ network: BigNetwork, _ map: Tensor<Float>, _ chosen: MappedDigits, on screen: Screen
) {
  let (end, start) = (network(chosen.x), network(0 * chosen.x))
  let errors = chosen.labels.enumerated().map { place, label in
    let difference = Double(end[place, label] - start[place, label])
    return abs(Double(map.rows([place]).sum()) - difference) / max(abs(difference), 1e-9)
  }.sorted()
  screen.text(
    """

    Integrated gradients of \(chosen.labels.count) digits, 32 steps from black:
    they miss f(x) - f(x′) by \(percent(errors[errors.count / 2], 2)) in the median.
    """)
}

/// The first digits of eight classes, and their maps below each other.
private func mapsFigure(
  _ chosen: MappedDigits, _ maps: [(name: String, map: Tensor<Float>)]
) -> Figure {
  let places = (0...5).compactMap { digit in
    chosen.labels.firstIndex(of: [7, 2, 1, 0, 4, 3][digit])
  }
  func picture(_ values: Tensor<Float>) -> Image {
    let largest = max(values.map { abs($0) }.max(), .leastNormalMagnitude)
    return Image(
      width: 28, height: 28, values: (values / largest).scalars,
      isSigned: values.min() < 0)
  }
  var (images, captions) = ([Image](), [String]())
  for place in places {
    images.append(picture(chosen.x.rows([place])))
    captions.append("\(chosen.labels[place])")
    for (name, map) in maps {
      images.append(picture(map.rows([place])))
      captions.append(name)
    }
  }
  return .images(
    "What the answer hangs on: four maps of the same digits",
    description:
      "A digit a row: the digit, its saliency, gradient × input, integrated gradients, Grad-CAM.",
    images, columns: 5, captions: captions)
}
