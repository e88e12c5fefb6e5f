import Checking
import Core
import Datasets
import Figures
import Running

/// The twenty test images with the highest loss: mistakes that it was sure of.
func showMistakes(_ logits: Matrix, _ plan: Plan, on screen: Screen) throws {
  screen.section("Which mistakes was it surest of?")
  let probabilities = softmax(logits)
  let (predicted, test) = (logits.argmaxOfRows(), plan.test)
  let wrong = test.labels.indices.filter { predicted[$0] != test.labels[$0] }
    .sorted { probabilities[$0, test.labels[$0]] < probabilities[$1, test.labels[$1]] }
  func figure(_ count: Int, columns: Int) -> Figure {
    let places = Array(wrong.prefix(count))
    return .images(
      "Is → read as, and how sure it was",
      description: "Handwritten digits, many of them hard to read for people too.",
      places.map { image(test, $0) }, columns: columns,
      captions: places.map {
        "\(test.classes[test.labels[$0]]) → \(test.classes[predicted[$0]])  "
          + percent(probabilities[$0, predicted[$0]], 1)
      })
  }
  screen.text(
    "\(wrong.count) of \(grouped(test.count)) are wrong. The worst eight; the figure shows twenty.")
  screen.draw(figure(8, columns: 4))
  try screen.write(figure(20, columns: 5), "worst-mistakes")
}

private func image(_ set: ImageData, _ place: Int) -> Image {
  let size = set.height * set.width
  return Image(
    width: set.width, height: set.height,
    values: set.pixels[place * size..<(place + 1) * size].map { Double($0) / 255 })
}

/// What the units of the first layer look at: their weights, as images.
func showWeights(_ network: some Layer, _ plan: Plan, on screen: Screen) throws {
  screen.section("What does the first layer look at?")
  guard let first = network.parameters.named.first?.value else { return }
  let weight = Matrix(first)  // [pixels, units]
  let lengths = (0..<weight.columns).map { unit in
    (0..<weight.rows).reduce(0) { $0 + weight[$1, unit] * weight[$1, unit] }
  }
  let units = lengths.indices.sorted { lengths[$0] > lengths[$1] }
  func figure(_ count: Int, columns: Int) -> Figure {
    .images(
      "The weights of \(count) units of the first layer",
      description: "Spots and strokes of positive and negative weight in the middle of the image.",
      units.prefix(count).map { unit in
        Image(
          width: plan.train.width, height: plan.train.height,
          values: (0..<weight.rows).map { weight[$0, unit] }, isSigned: true)
      }, columns: columns)
  }
  screen.text(
    """
    Each unit weighs all \(weight.rows) pixels: where it is positive, ink makes it grow, where
    negative, shrink. Nobody drew these. The two with the largest weights:
    """)
  screen.draw(figure(2, columns: 2))
  try screen.write(figure(40, columns: 10), "first-layer-weights")
}
