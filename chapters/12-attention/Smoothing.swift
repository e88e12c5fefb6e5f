import Core
import Running

/// What is left of the differences between members after many averagings: mean cosine of two rows of Âᵏ.
func meanCosine(_ rows: Tensor<Double>) -> Double {
  let lengths = (rows * rows).sum(axis: 1).map { $0.squareRoot() }
  let products = matmul(rows, transposed: rows)
  var (sum, count) = (0.0, 0)
  for i in 0..<rows.rows {
    for j in 0..<i {
      sum += products[i, j] / (lengths[i] * lengths[j])
      count += 1
    }
  }
  return sum / Double(count)
}

/// Averaging again and again.
func showSmoothing(on screen: Screen) throws {
  screen.section("Averaged to death")
  var table = Table(
    header: ["averagings"] + [1, 2, 4, 8, 16, 32].map { "\($0)" })
  let adjacency = Club.Listening.withItself.adjacency
  var (rows, cosines) = (adjacency, [Double]())
  for k in 1...32 {
    if [1, 2, 4, 8, 16, 32].contains(k) { cosines.append(meanCosine(rows)) }
    rows = matmul(adjacency, rows)
  }
  table.add(["mean cosine of two members"] + cosines.map { fixed($0, 2) })
  screen.table(table)
}
