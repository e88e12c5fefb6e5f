import Checking
import Core
import Figures
import Running
import Training

/// The paths of all optimizers on three landscapes.
func showTrajectories(_ functions: FunctionsInUse, on screen: Screen) throws {
  for landscape in [Landscape.ravine, .rosenbrock, .saddle] {
    screen.section(landscape.question)
    screen.paragraph(
      "\(landscape.name), from (\(significant(landscape.start.x, 2)), "
        + "\(significant(landscape.start.y, 2))), at most \(landscape.steps) steps.")
    let paths = landscape.rates.map { kind, rate in
      (kind, rate, landscape.path(functions.optimizer(kind, learningRate: rate)))
    }
    var table = Table(
      "optimizer", "rate", "steps to \(significant(landscape.target, 2))", "height at the end")
    for (kind, rate, path) in paths {
      table.add(kind.rawValue, significant(rate, 2), landscape.arrival(path), landscape.end(path))
    }
    screen.table(table)
    screen.paragraph(landscape.remark)
    let series = paths.map { landscape.series($0.rawValue, $2) }
    if landscape.file == "ravine" {
      // Six paths over each other are a tangle: those that remember the gradient, then those that
      // divide by its size.
      let few = series.filter { ["SGD", "momentum", "Adam"].contains($0.name) }
      screen.draw(landscape.figure(few))
      try screen.write(landscape.figure(Array(series.prefix(3))), "ravine")
      try screen.write(landscape.figure(Array(series.suffix(3))), "ravine-adaptive")
      showConditionNumbers(on: screen)
    } else {
      try screen.write(landscape.figure(series), landscape.file)
    }
  }
}

/// Steps down ravines of growing steepness, SGD and momentum each with the best constants there are.
///
/// On ½(x² + κy²) the best rate of SGD is 2/(κ + 1), and each step keeps (κ - 1)/(κ + 1) of the way.
/// Momentum's best is η = (2/(√κ + 1))² with β = ((√κ - 1)/(√κ + 1))² (Polyak, 1964; Goh, 2017).
private func showConditionNumbers(on screen: Screen) {
  screen.text("\nSteps until both numbers are a thousandth of what they were, at the best rates:\n")
  var table = Table("κ", "√κ", "SGD", "momentum", "β")
  for root in [2.0, 5, 20, 50] {
    let kappa = root * root
    let beta = Double.pow((root - 1) / (root + 1), 2)
    func steps(_ optimizer: some Optimizer<Double>) -> String {
      let path = walk(with: optimizer, from: Matrix([1, 1]), steps: 20_000) { position, _ in
        Matrix([position[0], kappa * position[1]])
      }
      let last = path.lastIndex { abs($0[0]) > 1e-3 || abs($0[1]) > 1e-3 }
      return "\((last ?? -1) + 1)"
    }
    table.add(
      "\(Int(kappa))", "\(Int(root))", steps(SGD(learningRate: 2 / (kappa + 1))),
      steps(Momentum(learningRate: Double.pow(2 / (root + 1), 2), beta: beta)), fixed(beta, 2))
  }
  screen.table(table)
}

extension Landscape {
  /// Where an optimizer goes from the start.
  func path(_ optimizer: any Optimizer<Double>) -> [Matrix] {
    walk(with: optimizer, from: Matrix([start.x, start.y]), steps: steps) { position, _ in
      gradient(at: position)
    }
  }

  /// The first step that is at the target's height or lower.
  func arrival(_ path: [Matrix]) -> String {
    path.firstIndex { height(at: $0) <= target }.map { "\($0)" } ?? "never"
  }

  func end(_ path: [Matrix]) -> String {
    let last = path.last.map(height) ?? .nan
    return last.isFinite ? heightText(last) : "no number, step \(path.count - 1)"
  }

  /// What the table shows.
  var remark: String {
    switch file {
    case "ravine":
      """
      SGD crosses the ravine at every step: across, its rate is nearly too high, along
      it is far too low. Momentum cancels the crossings and adds up the way along.
      """
    case "rosenbrock":
      "The walls are steep and allow short steps only; the floor hardly falls. SGD needs thousands of steps for it."
    default:
      """
      At the start the slope along y is one millionth. SGD multiplies it by 1.1 a step;
      those that divide by the gradient's size do not care how small it is.
      """
    }
  }

  func series(_ name: String, _ path: [Matrix]) -> Series {
    // A few hundred points draw what thousands would.
    let shown =
      path.prefix(100)
      + path.dropFirst(100).enumerated().filter { $0.offset % 10 == 0 }.map(\.element)
    return Series(name, x: shown.map { $0[0] }, y: shown.map { $0[1] })
  }

  func figure(_ series: [Series]) -> Figure {
    var map = HeatMap(x: x, y: y, contours: contours, of: height)
    let sorted = map.values.sorted()
    map.range = sorted[0]...sorted[sorted.count * 9 / 10]
    return Figure(
      name,
      description: "Contour lines of a landscape, and on them the path of each optimizer from the "
        + "same start.",
      .plot(
        Plot(x: Axis("x", range: x), y: Axis("y", range: y), series: series, background: map)))
  }
}

/// A height; below 10⁻¹² only rounding is left, which differs from machine to machine.
func heightText(_ height: Double) -> String {
  abs(height) < 1e-12 ? "< 1e-12" : significant(height, 2)
}

/// The places that an optimizer comes to, the start included; it ends where numbers end.
func walk(
  with optimizer: some Optimizer<Double>, from start: Matrix, steps: Int,
  gradient: (_ position: Matrix, _ step: Int) -> Matrix
) -> [Matrix] {
  var (optimizer, position, path) = (optimizer, start, [start])
  for step in 0..<steps {
    optimizer.update(&position, gradient(position, step))
    path.append(position)
    guard position.scalars.allSatisfy(\.isFinite) else { break }
  }
  return path
}
