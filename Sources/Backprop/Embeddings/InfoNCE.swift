public import Core

/// InfoNCE: each row of A picks its partner among all rows of B, and the reverse.
///
///     S = A·Bᵀ/τ    loss = ½(cross-entropy of S's rows + cross-entropy of its columns)
///
/// Row i of A belongs to row i of B, so both targets are the diagonal; each cross-entropy is a mean over m.
/// All other rows of the batch are negatives.
///
/// Source: van den Oord, Li, Vinyals, "Representation learning with contrastive predictive coding",
/// 2018, equation 4; symmetric as in Radford et al., "Learning transferable visual models from natural
/// language supervision" (CLIP), 2021, figure 3.
///
/// - Parameters:
///   - a: `[m, d]`.
///   - b: `[m, d]`.
///   - temperature: τ, above 0.
/// - Returns: The loss, ∂loss/∂A and ∂loss/∂B.
public func infoNCE<Scalar: Real>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, temperature: Scalar
) -> (loss: Scalar, dA: Tensor<Scalar>, dB: Tensor<Scalar>) {
  require(
    a.rank == 2 && a.shape == b.shape && a.rows >= 1,
    "infoNCE: A is \(a.shape), B is \(b.shape); both must be one matrix [m, d], with a row at least"
  )
  requirePositive(temperature, "infoNCE: the temperature")
  let products = matmul(a, transposed: b)  // [m, m]
  let partners = Array(0..<a.rows)
  func loss(_ products: Tensor<Scalar>) -> Loss<Scalar> {
    softmaxCrossEntropy(logits: fromLargest(products) / temperature, labels: partners)
  }
  let (ofRows, dRows) = loss(products)
  let (ofColumns, dColumns) = loss(products.transposed)
  // forward: loss = ½(rows + columns)
  let dS = (dRows + dColumns.transposed) / 2  // [m, m]
  // forward: S = A·Bᵀ/τ
  let dA = matmul(dS, b) / temperature  // [m, d]
  let dB = matmul(transposed: dS, a) / temperature  // [m, d]
  return ((ofRows + ofColumns) / 2, dA, dB)
}

/// Each row less its largest number: the same softmax, and no ∞ - ∞ where a low temperature makes scores
/// infinite.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func fromLargest<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  var y = x
  for i in 0..<x.rows {
    let row = i * x.columns..<(i + 1) * x.columns
    let largest = row.reduce(-Scalar.infinity) { Swift.max($0, x.storage[$1]) }
    guard largest.isFinite else { continue }
    for j in row { y.storage[j] -= largest }
  }
  return y
}
