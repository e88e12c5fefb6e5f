import Kernels

// Softmax: any numbers in, a probability distribution out, in each row.

/// yᵢ = e^(xᵢ) / Σⱼ e^(xⱼ), in each row of a matrix.
///
/// Computed as e^(xᵢ - max x): the same number, as the factor cancels, and no term overflows. The
/// plain form is NaN from x = 709.78 on in Double, 88.72 in Float.
///
/// A logit of -∞ has the probability 0: a mask. A row that is masked whole has no distribution; it gives
/// zeros, and its gradient is zeros. A single +∞ takes all; between several nothing is known, and the row
/// is NaN.
public func softmax<Scalar>(_ logits: Tensor<Scalar>) -> Tensor<Scalar> {
  softmaxTerms(logits).y
}

/// Softmax, and log Σⱼ e^(xⱼ) of each row in two terms, max x and log Σⱼ e^(xⱼ - max x): added, the larger
/// would take the other's digits.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func softmaxTerms<Scalar>(
  _ logits: Tensor<Scalar>
) -> (y: Tensor<Scalar>, largest: [Scalar], rest: [Scalar]) {
  require(logits.rank == 2, "softmax: needs a matrix, the logits are \(logits.shape)")
  let (rows, columns) = (logits.rows, logits.columns)
  guard rows > 0, columns > 0 else {
    return (
      logits, [Scalar](repeating: -.infinity, count: rows), [Scalar](repeating: 0, count: rows)
    )
  }
  var (terms, largests, others) = softmaxRows(rows, columns, logits.storage)
  for i in 0..<rows where !(largests[i] - largests[i] == 0) || others[i].isNaN {
    // A NaN, or an infinite logit, in the row.
    let row = i * columns..<(i + 1) * columns
    let largest = row.reduce(-Scalar.infinity) { largest, j in
      logits.storage[j] <= largest || largest.isNaN ? largest : logits.storage[j]
    }
    let infinities = row.count(where: { logits.storage[$0] == .infinity })
    for j in row {
      let isAll: Scalar = logits.storage[j] == .infinity ? 1 : 0
      terms[j] = largest.isNaN || infinities > 1 ? .nan : isAll
    }
    (largests[i], others[i]) = (largest, largest.isNaN ? .nan : 0)
  }
  // One term is e⁰ = 1. Beside it the others may be small: log(1 + x) keeps their digits.
  let rests = generate(others) { Scalar.log(onePlus: $0) }
  return (Tensor(terms, shape: logits.shape), largests, rests)
}

/// dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ), in each row: the vector-Jacobian product, no Jacobian built.
///
/// - Parameters:
///   - dY: ∂loss/∂y, `[m, n]`.
///   - y: What the forward pass gave, `softmax(x)`, `[m, n]`.
/// - Returns: ∂loss/∂x, `[m, n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softmaxBackward<Scalar>(_ dY: Tensor<Scalar>, y: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    y.rank == 2 && dY.shape == y.shape,
    "softmaxBackward: dy is \(dY.shape), y is \(y.shape); both must be one matrix's shape")
  // forward: yᵢ = e^(xᵢ) / Σⱼ e^(xⱼ), so ∂yⱼ/∂xᵢ = yⱼ (δᵢⱼ - yᵢ)
  return Tensor(softmaxRowsGradient(y.rows, y.columns, dY.storage, y.storage), shape: y.shape)
}

/// log Σⱼ e^(xⱼ) of each row, shifted by the maximum so that no term overflows: `[m, n]` → `[m]`.
///
/// -∞ for a row of -∞ alone, ∞ where a logit is +∞.
public func logSumExp<Scalar>(_ logits: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    logits.rank == 2 && logits.columns > 0,
    "logSumExp: needs a matrix with a column at least, the logits are \(logits.shape)")
  let (_, largest, rest) = softmaxTerms(logits)
  return Tensor(largest) + Tensor(rest)
}

/// Rows with a one at each label and zeros elsewhere: labels → `[labels.count, classes]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func oneHot<Scalar: Real>(
  _ labels: [Int], classes: Int, as type: Scalar.Type = Scalar.self
) -> Tensor<Scalar> {
  requireLabels(labels, classes: classes)
  var targets = Tensor<Scalar>(shape: [labels.count, classes])
  for (i, label) in labels.enumerated() { targets.storage[i * classes + label] = 1 }
  return targets
}

/// Checks that every label names a class.
func requireLabels(_ labels: [Int], classes: Int) {
  for (i, label) in labels.enumerated() {
    require(
      0 <= label && label < classes,
      "labels: sample \(i) has label \(label); with \(classes) classes it must be in 0..<\(classes)"
    )
  }
}
