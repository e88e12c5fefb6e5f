import Checking
import Core
import Figures
import Running

/// How the outputs of each layer are spread.
func showSignals(_ laboratory: Laboratory, on screen: Screen) throws {
  screen.section("What do the layers say to each other?")
  screen.text(
    """
    Outputs of the layers of a fresh tanh network, depth 20. A column is a layer, a
    row a part of the range -1…1, the tone the share of outputs that lie there.
    """)
  let depth = 20
  let kinds: [(Start, String, String)] = [
    (.small, "tanh, N(0, 0.01): all outputs collapse to 0", "signals-small"),
    (.unit, "tanh, N(0, 1): all outputs sit at the ends", "signals-unit"),
    (.glorot, "tanh, Glorot: spread, and slowly narrowing", "signals-glorot"),
  ]
  for (start, title, name) in kinds {
    let setting = Setting(activation: .tanh, start: start)
    let (network, x, _) = try laboratory.sample(setting, depth: depth, seed: laboratory.seed)
    let columns = network.signals(x).map { shares(of: $0.scalars) }
    let rows = (0..<bins).reversed().map { bin in columns.map { $0[bin] } }
    try screen.figure(
      .heatMap(
        title, description: "A heat map of twenty histograms side by side. \(title).",
        HeatMap(
          values: rows.flatMap { $0 }, rows: bins, columns: depth,
          rowLabels: (0..<bins).reversed().map {
            fixed(-1 + 2 * (Double($0) + 0.5) / Double(bins), 1)
          },
          columnLabels: (1...depth).map { "\($0)" }, xLabel: "layer", yLabel: "output h",
          range: 0...0.5)), name)
  }
  var table = Table(
    header: ["standard deviation of h"] + [1, 2, 5, 10, 20].map { "layer \($0)" })
  let settings = [
    Setting(activation: .sigmoid, start: .glorot), Setting(activation: .tanh, start: .small),
    Setting(activation: .tanh, start: .unit), Setting(activation: .tanh, start: .glorot),
    Setting(activation: .relu, start: .glorot), Setting(activation: .relu, start: .he),
    Setting(activation: .relu, start: .glorot, normalizes: true),
  ]
  for setting in settings {
    let (network, x, _) = try laboratory.sample(setting, depth: depth, seed: laboratory.seed)
    let hidden = network.signals(x)
    table.add(
      [setting.name + (setting.normalizes ? ", batch norm" : "")]
        + [1, 2, 5, 10, 20].map { significant(deviation(hidden[$0 - 1]), 2) })
  }
  screen.text("")
  screen.table(table)
}

private let bins = 11

/// The share of values in each part of -1…1.
private func shares(of values: [Double]) -> [Double] {
  var counts = [Double](repeating: 0, count: bins)
  for value in values {
    counts[min(max(Int((value + 1) / 2 * Double(bins)), 0), bins - 1)] += 1
  }
  return counts.map { $0 / Double(values.count) }
}

private func deviation(_ h: Matrix) -> Double {
  let centred = h - h.mean()
  return (centred.squaredNorm() / Double(h.count)).squareRoot()
}
