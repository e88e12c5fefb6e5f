import Checking
import Core
import Figures
import Running

/// How much of a gradient arrives at the first layer.
func showFirstLayer(_ laboratory: Laboratory, on screen: Screen) throws {
  screen.section("How much gradient reaches the first layer?")
  screen.text(
    """
    The length of dW of the first layer, before any training. "Depth" layers of 64
    units and one output; a batch of 128, inputs and targets N(0, 1), mean squared
    error; geometric mean over 5 seeds. The output layer begins alike in all rows,
    with Glorot's σ = 0.175, so that only the layers before it differ.
    """)
  try showFirstLayer(
    [
      Setting(activation: .sigmoid, start: .glorot), Setting(activation: .tanh, start: .small),
      Setting(activation: .relu, start: .unit), Setting(activation: .relu, start: .he),
    ], laboratory, on: screen)
  screen.text(
    """
    Read a row from left to right: it keeps its size, vanishes, or explodes. Every
    activation with every start:

    """)
  try showFirstLayer(Setting.all(), laboratory, on: screen)
  let loudest = try laboratory.gradientNorms(
    Setting(activation: .relu, start: .unit), depth: 20, seeds: 5, last: .normal(1))[0]
  screen.text(
    """
    (With an output layer N(0, 1) as well, relu, N(0, 1) would come to \(significant(loudest, 2)): the
    error grows with σ of that layer, and so does what passes back through it.)
    """)
}

private func showFirstLayer(
  _ settings: [Setting], _ laboratory: Laboratory, on screen: Screen
) throws {
  let depths = [2, 5, 10, 20]
  var table = Table(header: ["activation, weights"] + depths.map { "depth \($0)" })
  for setting in settings {
    let norms = try depths.map {
      try laboratory.gradientNorms(setting, depth: $0, seeds: 5)[0]
    }
    table.add([setting.name] + norms.map { significant($0, 2) })
  }
  screen.table(table)
}

/// The gradient of each layer, for all settings, as maps.
func showMaps(_ laboratory: Laboratory, seeds: Int, on screen: Screen) throws {
  screen.section("Where in the network does it vanish?")
  screen.text(
    """
    Each row is a network of 50 layers, each column a layer, the input on the left.
    The tone is log₁₀ of the length of dW: 0 is healthy.
    \(screen.isPlain
      ? "Far below it the gradient has vanished, far above exploded."
      : "Blank is 0; ≡ has vanished, ▓ exploded.")
    What lies beyond ±9 is drawn as 9.
    """)
  var deepest = [[[Double]]]()
  for normalizes in [false, true] {
    let settings = Setting.all(normalizes: normalizes)
    let rows = try settings.map {
      try laboratory.gradientNorms($0, depth: 50, seeds: seeds)
    }
    deepest.append(rows)
    try screen.figure(
      map(
        "log₁₀ ‖dW‖ of 50 layers, \(normalizes ? "with" : "without") batch norm", rows,
        names: settings.map(\.name), columns: (1...50).map { "\($0)" }, xLabel: "layer",
        description: normalizes
          ? "A heat map, twelve settings by fifty layers, pale nearly everywhere; the ReLU rows and tanh "
            + "with weights N(0, 0.01) glow towards the input."
          : "A heat map, twelve settings by fifty layers. All sigmoid rows and the rows of small "
            + "weights fade towards the input; tanh and ReLU with weights N(0, 1) explode; tanh with "
            + "Glorot's weights and ReLU with He's stay even."),
      normalizes ? "layers-normalized" : "layers")
  }
  screen.text("\nThe same for the first layer alone, against the depth of the network.")
  let depths = [2, 5, 10, 20, 30, 40]
  for (normalizes, layers) in zip([false, true], deepest) {
    let settings = Setting.all(normalizes: normalizes)
    let rows = try zip(settings, layers).map { setting, norms in
      try depths.map { try laboratory.gradientNorms(setting, depth: $0, seeds: seeds)[0] }
        + norms.prefix(1)
    }
    try screen.figure(
      map(
        "log₁₀ ‖dW₁‖ against depth, \(normalizes ? "with" : "without") batch norm", rows,
        names: settings.map(\.name), columns: (depths + [50]).map { "\($0)" }, xLabel: "depth",
        description: normalizes
          ? "A heat map, twelve settings by depths from 2 to 50: pale; the ReLU rows and tanh "
            + "with weights N(0, 0.01) glow with depth."
          : "A heat map, twelve settings by depths from 2 to 50: all rows but tanh with Glorot's or "
            + "He's weights and ReLU with He's fade or glow with depth."),
      normalizes ? "depths-normalized" : "depths")
  }
}

private func map(
  _ title: String, _ rows: [[Double]], names: [String], columns: [String] = [], xLabel: String,
  description: String
) -> Figure {
  let logarithms = rows.map { $0.map { Double.log($0) / Double.log(10) } }
  return .heatMap(
    title, description: description,
    HeatMap(
      values: logarithms.flatMap { $0 }, rows: rows.count, columns: rows.first?.count ?? 0,
      rowLabels: names, columnLabels: columns, xLabel: xLabel, range: -9...9, scale: .diverging))
}
