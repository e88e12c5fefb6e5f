// Softmax: any numbers in, a probability distribution out, in each row.

/// yᵢ = e^(xᵢ) / Σⱼ e^(xⱼ), in each row of a matrix.
///
/// Computed as e^(xᵢ - max x): the same number, as the factor cancels, and no term overflows. The
/// plain form is NaN from x = 709.78 on in Double, 88.72 in Float.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softmax<Scalar>(_ logits: Tensor<Scalar>) -> Tensor<Scalar> {
  require(logits.rank == 2, "softmax: needs a matrix, the logits are \(logits.shape)")
  var y = logits
  for i in 0..<logits.rows {
    let row = i * logits.columns..<(i + 1) * logits.columns
    let largest = logits.storage[row].reduce(-Scalar.infinity) { $0 > $1 ? $0 : $1 }
    var sum: Scalar = 0
    for j in row {
      y.storage[j] = Scalar.exp(logits.storage[j] - largest)
      sum += y.storage[j]
    }
    for j in row { y.storage[j] /= sum }
  }
  return y
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
  var dX = dY * y
  for i in 0..<y.rows {
    let row = i * y.columns..<(i + 1) * y.columns
    let sum = dX.storage[row].reduce(0, +)
    for j in row { dX.storage[j] -= y.storage[j] * sum }
  }
  return dX
}

/// log Σⱼ e^(xⱼ) of each row, shifted by the maximum so that no term overflows: `[m, n]` → `[m]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func logSumExp<Scalar>(_ logits: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    logits.rank == 2 && logits.columns > 0,
    "logSumExp: needs a matrix with a column at least, the logits are \(logits.shape)")
  return Tensor(
    (0..<logits.rows).map { i in
      let row = logits.storage[i * logits.columns..<(i + 1) * logits.columns]
      let largest = row.reduce(-Scalar.infinity) { $0 > $1 ? $0 : $1 }
      return largest + Scalar.log(row.reduce(0) { $0 + Scalar.exp($1 - largest) })
    })
}

/// Rows with a one at each label and zeros elsewhere: labels → `[labels.count, classes]`.
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
