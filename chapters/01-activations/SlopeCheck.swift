import Checking
import Core
import Running

/// Each backward beside central differences of its forward, with random upstream gradients.
func checkSlopes(_ functions: FunctionsInUse, seed: UInt64, on screen: Screen) throws {
  screen.section("Is each slope right?")
  screen.text(
    """
    Two nearby values of a function tell its slope without any formula:
    (f(x + h) - f(x - h)) / 2h with h = 0.00001, a central difference.
    Here it stands against each backward, on 32 random numbers with random dy.
    A right formula leaves an error of 1e-6 or less: six digits agree, or more.
    """)
  let (x, dy) = checkPoint(seed: seed)
  var table = Table("function", "backward from", "largest relative error", "verdict")
  for tested in functions.exercised + functions.smooth {
    let (error, agrees) = compare(try tested.backward(x, dy), at: x) {
      (dy * tested.activation($0)).sum()
    }
    table.add(tested.name, tested.origin, significant(error, 1), agrees ? "✓" : "✗ wrong")
  }
  let (error, agrees) = compare(try functions.softmax.backward(x, dy), at: x) {
    (dy * softmax($0)).sum()
  }
  table.add("softmax", functions.softmax.origin, significant(error, 1), agrees ? "✓" : "✗ wrong")
  screen.table(table)
}

/// Where slopes are checked: numbers of both signs, none within reach of the corner at 0.
func checkPoint(seed: UInt64) -> (x: Matrix, dy: Matrix) {
  var generator = SplitMix64(seed: seed)
  let x = Matrix(standardDeviation: 1.5, shape: [8, 4], using: &generator)
    .map { abs($0) < 0.01 ? 0.5 : $0 }
  return (x, Matrix(shape: [8, 4], using: &generator))
}

/// A gradient beside the central differences of the loss that it should be the gradient of.
func compare(
  _ gradient: Matrix, at x: Matrix, _ loss: (Matrix) -> Double
) -> (error: Double, agrees: Bool) {
  let numeric = numericalGradient(of: loss, at: x)
  return (
    maximumRelativeError(gradient, numeric),
    gradientsAgree(gradient, numeric, loss: loss(x))
  )
}
