import Checking
import Core
import Figures
import Running

/// Each function and its slope: as a table, and as curves.
func showFunctions(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What does each function make of a number?")
  screen.text(
    "identity is the column x itself; leaky has slope \(FunctionsInUse.leak) left of zero")
  let x = Matrix(rows: [(-4...4).map(Double.init)])
  screen.table(table(of: functions.exercised, at: x) { $0.activation(x) })
  screen.text("\nand four that round ReLU's corner:")
  screen.table(table(of: functions.smooth, at: x) { $0.activation(x) })
  try drawFunctions(functions, on: screen)

  screen.section("How steep is it there?")
  screen.text(
    """
    A slope is what backward makes of dy = 1: the factor that dy meets on its way.
    identity has slope 1; at x = 0 ReLU and leaky follow their conventions.
    """)
  screen.table(try table(of: functions.exercised, at: x) { try $0.slopes(at: x) })
  screen.text("\nand those of the four smooth ones:")
  screen.table(try table(of: functions.smooth, at: x) { try $0.slopes(at: x) })
  try drawSlopes(functions, on: screen)
}

/// A row for each x, a column for each function.
private func table(
  of activations: [TestedActivation], at x: Matrix, _ values: (TestedActivation) throws -> Matrix
) rethrows -> Table {
  let columns = try activations.map(values)
  var table = Table(header: ["x"] + activations.map(\.name))
  for (place, x) in x.scalars.enumerated() {
    let cells = columns.map { fixed($0.scalars[place], 4) }
    table.add([fixed(x, 0)] + cells)
  }
  return table
}

private let places = Matrix(rows: [(0...320).map { -4 + Double($0) / 40 }])

private func drawFunctions(_ functions: FunctionsInUse, on screen: Screen) throws {
  func curves(_ activations: [TestedActivation]) -> [Series] {
    activations.map { Series($0.name, x: places.scalars, y: $0.activation(places).scalars) }
  }
  try screen.figure(
    .lines(
      "Sigmoid, tanh, ReLU, leaky ReLU",
      description: "Sigmoid rises from 0 to 1 and tanh from -1 to 1, both flat far from zero; "
        + "ReLU is 0 left of zero and the diagonal right of it; leaky ReLU falls a little on the left.",
      x: "x", y: Axis("y", range: -1.2...2.2), curves(functions.exercised)), "functions")
  try screen.figure(
    .lines(
      "Four that round ReLU's corner",
      description: "Right of zero ELU, softplus, SiLU and GELU come close to the diagonal; left of "
        + "zero ELU goes to -1 and the others to 0, SiLU and GELU after a dip below it.",
      x: "x", y: Axis("y", range: -1.2...2.2), curves(functions.smooth)), "functions-smooth")
}

private func drawSlopes(_ functions: FunctionsInUse, on screen: Screen) throws {
  func curves(_ activations: [TestedActivation]) throws -> [Series] {
    try activations.map { Series($0.name, x: places.scalars, y: try $0.slopes(at: places).scalars) }
  }
  try screen.figure(
    .lines(
      "Slopes of sigmoid, tanh, ReLU, leaky ReLU",
      description: "The sigmoid's slope is a hill of height one quarter, that of tanh a hill of "
        + "height 1; ReLU's is 0 on the left and 1 on the right; leaky ReLU's is 0.1 on the left.",
      x: "x", y: Axis("slope", range: -0.2...1.2), try curves(functions.exercised)), "slopes")
  try screen.figure(
    .lines(
      "Slopes of the four smooth ones",
      description: "All four slopes climb from 0 on the left to 1 on the right; those of SiLU and "
        + "GELU dip below 0 on the left and rise above 1 on the right.",
      x: "x", y: Axis("slope", range: -0.2...1.2), try curves(functions.smooth)), "slopes-smooth")
}
