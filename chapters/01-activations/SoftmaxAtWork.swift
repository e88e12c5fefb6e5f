import Checking
import Core
import Running

/// Softmax as its definition says and as it is computed, and its gradient with and without a Jacobian.
func showSoftmax(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What happens to softmax at logits of a thousand?")
  screen.text("naive is e^(xᵢ)/Σe^(xⱼ) as written; stable takes the row's maximum off first")
  let logits = Matrix(rows: [
    [1, 2, 3], [1001, 1002, 1003], [-1003, -1002, -1001], [1000, 0, -1000],
  ])
  var table = Table("logits", "naive", "stable")
  let (naive, stable) = (naiveSoftmax(logits), softmax(logits))
  for i in 0..<logits.rows {
    table.add(row(logits, i, 0), row(naive, i, 4), row(stable, i, 4))
  }
  screen.table(table)
  screen.text(
    """
    exp overflows above \(fixed(Double.log(Double.greatestFiniteMagnitude), 2)) in Double, \
    \(fixed(Double(Float.log(Float.greatestFiniteMagnitude)), 2)) in Float: ∞/∞ is nan.
    Far below zero every exp is 0, and 0/0 is nan as well.
    """)
  try showJacobian(functions, on: screen)
}

/// The definition, which holds on paper.
private func naiveSoftmax(_ logits: Matrix) -> Matrix {
  var y = logits.map { Double.exp($0) }
  for i in 0..<y.rows {
    let sum = (0..<y.columns).reduce(0.0) { $0 + y[i, $1] }
    for j in 0..<y.columns { y[i, j] /= sum }
  }
  return y
}

private func showJacobian(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Where does softmax send a gradient?")
  let x = Matrix(rows: [[1, 2, 3]])
  let dy = Matrix(rows: [[0, 0, 1]])
  let y = softmax(x)
  screen.text(
    """
    x = 1 2 3, dy = 0 0 1: the loss grows with the third output only.
    The Jacobian has a row for each output and a column for each input.
    """)
  var table = Table("Jacobian ∂yⱼ/∂xᵢ", "i = 1", "i = 2", "i = 3")
  var (sums, product) = (Matrix(shape: [3]), Matrix(shape: [3]))
  for j in 0..<3 {
    let slopes = Matrix((0..<3).map { i in y[0, j] * ((i == j ? 1 : 0) - y[0, i]) })
    table.add(["j = \(j + 1)"] + slopes.scalars.map { fixed($0, 4) })
    sums += slopes
    product += dy[0, j] * slopes
  }
  table.add(["sum"] + sums.scalars.map { fixed(abs($0), 4) })
  screen.table(table)
  let dx = try functions.softmax.backward(x, dy)
  screen.text(
    "dx, dy times the Jacobian:  \(product.scalars.map { fixed($0, 4) }.joined(separator: "  "))")
  screen.text("dx from softmaxBackward:    \(row(dx, 0, 4))   (\(functions.softmax.origin))")
}

private func row(_ matrix: Matrix, _ i: Int, _ decimals: Int) -> String {
  (0..<matrix.columns).map { fixed(matrix[i, $0], decimals) }.joined(separator: "  ")
}
