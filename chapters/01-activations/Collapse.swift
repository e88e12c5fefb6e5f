import Checking
import Core
import Running

/// Two dense layers with nothing between them are one dense layer.
func showCollapse(seed: UInt64, on screen: Screen) {
  screen.section("Why not leave the activations out?")
  screen.text(
    """
    Two dense layers, 3 → 4 → 2, against one with W = W₁·W₂ and b = b₁·W₂ + b₂.
    With nothing between the two, 26 numbers do what 8 can do.
    """)
  var generator = SplitMix64(seed: seed)
  let (w1, b1) = (
    Matrix(shape: [3, 4], using: &generator), Matrix(shape: [4], using: &generator)
  )
  let (w2, b2) = (
    Matrix(shape: [4, 2], using: &generator), Matrix(shape: [2], using: &generator)
  )
  let x = Matrix(shape: [3, 3], using: &generator)

  let hidden = matmul(x, w1) + b1  // [3, 4]
  let two = matmul(hidden, w2) + b2  // [3, 2]
  let bias = matmul(b1.reshaped([1, 4]), w2).reshaped([2]) + b2  // [2]
  let one = matmul(x, matmul(w1, w2)) + bias  // [3, 2]
  let bent = matmul(Activation.relu(hidden), w2) + b2  // [3, 2]

  var table = Table("output", "two layers", "one layer", "two, ReLU between")
  for i in 0..<two.rows {
    for j in 0..<two.columns {
      table.add(
        "sample \(i + 1), y\(j + 1)", fixed(two[i, j], 14), fixed(one[i, j], 14),
        fixed(bent[i, j], 14))
    }
  }
  screen.table(table)
}
