import Checking
import Core
import Running

/// What one layer does to the size of a signal and of a gradient, against what was derived.
func showOneLayer(_ functions: FunctionsInUse, seed: UInt64, on screen: Screen) throws {
  screen.section("What does one layer do to the size of a signal?")
  screen.text(
    """
    y = x·W, dx = dy·Wᵀ, with x and dy N(0, 1). Derived: mean y² is fanIn·σ² times
    mean x², and mean dx² is fanOut·σ² times mean dy². Measured over 1000 samples:
    """)
  var table = Table(
    "weights", "[in, out]", "σ", "fanIn·σ²", "measured", "fanOut·σ²", "measured")
  var generator = SplitMix64(seed: seed)
  for start in [Start.glorot, .he] {
    for (fanIn, fanOut) in [(100, 100), (400, 100), (100, 400)] {
      let deviation = try start.deviation(functions, fanIn: fanIn, fanOut: fanOut)
      let weight = Matrix(
        standardDeviation: deviation, shape: [fanIn, fanOut], using: &generator)
      let x = Matrix(shape: [1000, fanIn], using: &generator)
      let dy = Matrix(shape: [1000, fanOut], using: &generator)
      let variance = deviation * deviation
      table.add(
        start.name, "[\(fanIn), \(fanOut)]", fixed(deviation, 4),
        fixed(Double(fanIn) * variance, 3),
        fixed(meanSquare(matmul(x, weight)) / meanSquare(x), 3),
        fixed(Double(fanOut) * variance, 3),
        fixed(meanSquare(matmul(dy, transposed: weight)) / meanSquare(dy), 3))
    }
  }
  screen.table(table)
  let z = Matrix(shape: [1000, 100], using: &generator)
  screen.text(
    """
    Only a square layer can have both at 1. He's 2 is halved by the ReLU that
    follows: mean relu(z)² / mean z² is \(fixed(meanSquare(Activation.relu(z)) / meanSquare(z), 3)) here.
    """)
}

private func meanSquare(_ x: Matrix) -> Double { x.squaredNorm() / Double(x.count) }
