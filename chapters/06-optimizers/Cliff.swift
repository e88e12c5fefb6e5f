import Checking
import Core
import Figures
import Problems06
import Running
import Training

/// A place where one gradient undoes all steps before it, with and without clipping.
func showCliff(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What does one huge gradient do?")
  screen.paragraph(
    """
    f(θ) = ½(θ²⁰ - ½)², as in a network that multiplies by θ twenty times. From 1.3,
    learning rate 0.01. The minimum is at 0.9659.
    """)
  let plain = Cliff.path(SGD(learningRate: 0.01))
  let clipped = Cliff.path(
    ClippedOptimizer(SGD(learningRate: 0.01)) {
      try functions.clip(ClippingQuestion(gradients: $0, limit: 1))
    })
  var table = Table("step", "θ, not clipped", "θ, clipped to norm 1")
  for step in [0, 1, 2, 3, 10, 30, 40, 100] {
    table.add("\(step)", Cliff.text(plain, step), Cliff.text(clipped, step))
  }
  screen.table(table)
  if let last = plain.last, !last.item.isFinite {
    screen.paragraph(
      """
      Without clipping θ is no number after \(plain.count - 1) steps. The first gradient is 554000: one
      step with it undoes everything. A rate low enough for it would stand still in
      the valley.
      """)
  }
  try screen.figure(
    .lines(
      "Down a cliff",
      description: "The height over the steps. Clipped, it falls steadily; not clipped, it leaves "
        + "the plot at once.",
      x: "step", y: Axis("f(θ)", range: 1e-8...1e6, scale: .logarithmic),
      [
        Series("clipped", y: clipped.map { Cliff.height($0.item) }),
        Series("not clipped", y: plain.map { Cliff.height($0.item) }, style: .points),
      ]), "cliff")
  showClippingByValue(on: screen)
}

private func showClippingByValue(on screen: Screen) {
  screen.text("\nA gradient (30, 4), clipped to 5 in two ways:")
  let g = Matrix([30, 4])
  let byNorm = g * (5 / g.norm())
  let byValue = g.map { min(max($0, -5), 5) }
  var table = Table("", "g₁", "g₂", "length", "direction")
  for (name, g) in [("as it is", g), ("by its norm", byNorm), ("each number", byValue)] {
    table.add(
      name, fixed(g[0], 2), fixed(g[1], 2), fixed(g.norm(), 2), "1 : " + fixed(g[1] / g[0], 2))
  }
  screen.table(table)
  screen.text("The norm keeps the direction. Number by number, another direction comes out.")
}

/// ½(θ²⁰ - ½)².
private enum Cliff {
  static func height(_ theta: Double) -> Double {
    let error = Double.pow(theta, 20) - 0.5
    return error * error / 2
  }

  static func path(_ optimizer: some Optimizer<Double>) -> [Matrix] {
    walk(with: optimizer, from: Matrix([1.3]), steps: 100) { position, _ in
      let theta = position.item
      return Matrix([(Double.pow(theta, 20) - 0.5) * 20 * Double.pow(theta, 19)])
    }
  }

  static func text(_ path: [Matrix], _ step: Int) -> String {
    step < path.count ? significant(path[step].item, 5) : "·"
  }
}
