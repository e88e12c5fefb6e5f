import Core
import Figures
import Generating
import Running
import Training

/// A prediction that knows its doubt: points around a curve, which spread more on the right.
func showDoubt(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("A prediction that knows its doubt")
  let (count, steps) = plan.isQuick ? (300, 120) : (1000, 1500)
  var generator = SplitMix64(seed: plan.seed)
  /// The true spread at a place.
  func deviation(_ x: Double) -> Double { 0.05 + 0.3 * (x + 1) / 2 }
  let places = (0..<count).map { _ in 2 * generator.uniform() - 1 }
  let x = Tensor<Float>(places.map(Float.init), shape: [count, 1])
  let y = Tensor<Float>(
    places.map { Float(Double.sin(3 * $0) + deviation($0) * generator.normal()) },
    shape: [count, 1])
  typealias Half = Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>
  func half() -> Half {
    Dense<Float>(1, 32, using: &generator).then(Activation.tanh)
      .then(Dense(32, 1, .glorot, using: &generator))
  }
  // Two small networks: one says μ, the other ℓ.
  var (mean, logVariance) = (half(), half())
  var (first, second) = (Adam<Float>(learningRate: 0.01), Adam<Float>(learningRate: 0.01))
  var context = Context.training(seed: plan.seed)
  var loss: Float = 0
  for step in 0..<steps {
    let (m, meanCache) = mean.forward(x, in: &context)
    let (l, varianceCache) = logVariance.forward(x, in: &context)
    loss = gaussianNegativeLogLikelihood(mean: m, logVariance: l, targets: y).loss
    guard loss.isFinite else {
      throw TrainingFailure(step: step, loss: Double(loss), learningRate: 0.01)
    }
    let gradients = functions.ofLikelihood(mean: m, logVariance: l, targets: y)
    first.update(&mean, mean.gradient(gradients.dMean, meanCache))
    second.update(&logVariance, logVariance.gradient(gradients.dLogVariance, varianceCache))
  }
  let tested = [-0.8, -0.4, 0, 0.4, 0.8]
  let at = Tensor<Float>(tested.map(Float.init), shape: [5, 1])
  let (m, l) = (mean(at), logVariance(at))
  screen.text(
    "\(grouped(count)) points around sin 3x, \(grouped(steps)) steps; loss \(fixed(Double(loss), 2)), without its constant.\n"
  )
  var table = Table(header: ["x"] + tested.map { fixed($0, 1) })
  table.add(["sin 3x"] + tested.map { fixed(Double.sin(3 * $0), 2) })
  table.add(["μ"] + m.scalars.map { fixed(Double($0), 2) })
  table.add(["true spread"] + tested.map { fixed(deviation($0), 2) })
  table.add(["e^(ℓ/2)"] + l.scalars.map { fixed(Double.exp(Double($0) / 2), 2) })
  screen.table(table)
  let line = (0...60).map { Double($0) / 30 - 1 }
  let on = Tensor<Float>(line.map(Float.init), shape: [line.count, 1])
  let centre = mean(on).scalars.map(Double.init)
  let width = logVariance(on).scalars.map { Double.exp(Double($0) / 2) }
  try screen.write(
    .lines(
      "A prediction with its doubt",
      description:
        "Points around a wave, wider to the right; a curve through their middle, and two at the "
        + "distance of the doubt, which go apart as the points do.",
      x: "x", y: "y",
      [
        Series(
          "points", x: Array(places.prefix(100)), y: y.scalars.prefix(100).map(Double.init),
          style: .points),
        Series("μ", x: line, y: centre),
        Series("μ + σ", x: line, y: zip(centre, width).map { $0 + $1 }),
        Series("μ - σ", x: line, y: zip(centre, width).map { $0 - $1 }),
      ]), "doubt")
}
