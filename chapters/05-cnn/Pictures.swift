import Checking
import Core
import Datasets
import Figures
import Images
import Running

/// The filters that were learned, and what they make of a digit.
func showFilters<Kind: ImageNetwork>(
  of network: Kind.Network, _ kind: Kind, _ plan: Plan, on screen: Screen
) throws {
  screen.section("What has it learned to look for?")
  let parameters = network.parameters.named.map { Matrix($0.value) }
  let filters = parameters[0]  // [out, 1, kh, kw]
  func slice(_ images: Matrix, _ n: Int, _ channel: Int) -> Matrix {
    let (height, width) = (images.shape[2], images.shape[3])
    let start = (n * images.shape[1] + channel) * height * width
    return Matrix(
      Array(images.scalars[start..<start + height * width]), shape: [height, width])
  }
  let count = filters.shape[0]
  screen.text("The \(count) filters of the first layer. Nobody drew these: they began as noise.")
  let figure = Figure.images(
    "The filters of the first layer",
    description: "Small square filters, several of them positive on one side and negative on the "
      + "other.",
    (0..<count).map { image(slice(filters, $0, 0), isSigned: true) }, columns: count,
    captions: (1...count).map { "filter \($0)" })
  screen.draw(figure)
  try screen.write(figure, "filters")

  let digit = asImage(picture(plan.test, plan.test.labels.firstIndex(of: 5) ?? 0))
  func features(
    _ x: Matrix, _ place: Int, _ stage: Stage
  ) -> Matrix {
    let y = conv2dReference(
      x, weight: parameters[place], bias: parameters[place + 1], stage.convolution)
    return maxPool2dReference(y, stage.pooling).map { max($0, 0) }
  }
  let first = features(digit, 0, kind.first)
  let second = features(first, 2, kind.second)
  try screen.write(
    maps(first, "What the first layer passes on", slice), "feature-maps-first")
  try screen.write(
    maps(second, "What the second layer passes on", slice), "feature-maps-second")
  let two = (0..<min(2, count)).map { image(brightened(slice(first, 0, $0)), isSigned: false) }
  screen.text(
    "\nThe first two feature maps of a five, after pooling and ReLU: "
      + "\(first.shape[1]) maps of \(first.shape[2])×\(first.shape[3]).")
  screen.draw(
    Figure.images(
      "Feature maps", two, columns: 2, captions: ["by filter 1", "by filter 2"]))
  screen.text(
    "The second layer makes \(second.shape[1]) maps of \(second.shape[2])×\(second.shape[3]) of "
      + "them: --figures writes all.")
}

private func maps(
  _ features: Matrix, _ title: String, _ slice: (Matrix, Int, Int) -> Matrix
) -> Figure {
  .images(
    title,
    description: "One small grey picture for each filter, bright where it found what it looks for "
      + "in a handwritten five.",
    (0..<features.shape[1]).map { image(brightened(slice(features, 0, $0)), isSigned: false) },
    columns: min(8, features.shape[1]), captions: (1...features.shape[1]).map { "\($0)" })
}

/// The same, scaled so that the largest number is 1.
private func brightened(_ matrix: Matrix) -> Matrix {
  let largest = matrix.max()
  return largest > 0 ? matrix / largest : matrix
}

/// Which pixels would change the score of the network's answer: ∂score/∂pixel.
func showSaliency<Network: Layer>(of network: Network, _ plan: Plan, on screen: Screen) throws
where Network: TensorLayer<Network.Scalar> {
  screen.section("Which pixels decide?")
  typealias Scalar = Network.Scalar
  let places = (0..<10).compactMap { plan.test.labels.firstIndex(of: $0) }
  let x: Tensor<Scalar> = plan.test.samples(at: places).images(as: Scalar.self)
  var context = Context.inference
  let (scores, cache) = network.forward(x, in: &context)
  let answers = scores.argmaxOfRows()
  // The score of the answer alone: its gradient with respect to the scores is 1 there.
  let dScores: Tensor<Scalar> = oneHot(answers, classes: scores.columns)
  let dx = Matrix(network.backward(dScores, cache).dInput)  // [m, 1, height, width]
  let size = dx.count / places.count
  func picture(_ tensor: Matrix, _ index: Int) -> Matrix {
    Matrix(
      Array(tensor.scalars[index * size..<(index + 1) * size]), shape: [dx.shape[2], dx.shape[3]])
  }
  func figure(_ chosen: [Int]) -> Figure {
    .images(
      "Digits, and ∂score/∂pixel of the answer",
      description: "Digits and beside each the slope of its score: positive where more ink would "
        + "make the network surer, negative where it would make it doubt.",
      chosen.flatMap {
        [
          image(picture(Matrix(x), $0), isSigned: false), image(picture(dx, $0), isSigned: true),
        ]
      }, columns: chosen.count == 1 ? 2 : 4,
      captions: chosen.flatMap { ["a \(plan.test.labels[places[$0]])", "read as \(answers[$0])"] })
  }
  let chosen = min(3, places.count - 1)
  screen.draw(figure([chosen]))
  try screen.write(figure(Array(places.indices.prefix(8))), "saliency")

  // The proof: nudge the pixel with the steepest slope.
  let slopes = picture(dx, chosen)
  guard
    let steepest = slopes.scalars.indices.max(by: {
      abs(slopes.scalars[$0]) < abs(slopes.scalars[$1])
    })
  else { return }
  let h = 0.001
  var nudged = x
  nudged.scalars[chosen * size + steepest] += Scalar(h)
  let change = Double(network(nudged)[chosen, answers[chosen]] - scores[chosen, answers[chosen]])
  screen.text(
    """
    One backward pass, from a 1 at the answer's score to the pixels. The steepest is
    row \(steepest / slopes.columns), column \(steepest % slopes.columns), with a slope of \(fixed(slopes.scalars[steepest], 3)).
    \(h) more ink should change the score by \(fixed(h * slopes.scalars[steepest], 5)); it changes by \(fixed(change, 5)).
    """)
}
