import Backprop
import Course

/// The slope of each activation: the formula beside what two nearby values say.
func checkSlopes(_ source: Source, on screen: Screen) throws {
  screen.section("Is each slope right?")
  let x = Matrix([-4, -2, -1, -0.5, 0.5, 1, 2, 4])
  let ones = Matrix(repeating: 1, shape: x.shape)
  let dx = try Chapter01Problems.sigmoid.function(from: source)(ActivationQuestion(x: x, dy: ones))
  var table = Table("x", "σ(x)", "σ′(x)")
  for (x, slope) in zip(x.scalars, dx.scalars) {
    table.add(fixed(x, 1), fixed(Activation.sigmoid.value(at: x), 6), fixed(slope, 6))
  }
  screen.table(table)
}
