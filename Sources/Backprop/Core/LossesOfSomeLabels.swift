// Cross-entropy where labels do not count alike: some are left out, classes have weights, and targets
// are smoothed. z logits, t targets, w class weights; m rows, n columns.

/// Softmax cross-entropy with labels, some of which do not count: as if their rows were not there.
///
/// - Parameters:
///   - z: One score for each class, `[m, classes]`.
///   - labels: The class of each row, or `ignored`.
///   - ignored: The label to leave out, such as -1 for padding. It may be a class, too.
/// - Returns: The mean over the other rows, and a gradient that is 0 in the rows left out. There must be
///   a row that counts.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softmaxCrossEntropy<Scalar: Real>(
  logits z: Tensor<Scalar>, labels: [Int], ignoring ignored: Int
) -> Loss<Scalar> {
  ofCountedRows(z, labels, ignoring: ignored) { softmaxCrossEntropy(logits: $0, labels: $1) }
}

/// Softmax cross-entropy with a weight for each class, with labels to leave out and with smoothing.
///
/// With t′ = (1 - ε)·t + ε/n in row i the loss is Σᵢ Σⱼ wⱼ·t′ᵢⱼ·(-log pᵢⱼ) / Σᵢ w(yᵢ), the division as
/// without smoothing. So PyTorch has it in `CrossEntropyLoss(weight=, label_smoothing=, ignore_index=)`.
///
/// - Parameters:
///   - z: One score for each class, `[m, classes]`.
///   - labels: The class of each row, or `ignored`.
///   - classWeights: w, 0 or more for each class.
///   - epsilon: ε, the share of a target that goes to all classes.
///   - ignored: The label to leave out; none where nil.
/// - Returns: The loss, and its gradient, (pᵢⱼ·Σₖ wₖt′ᵢₖ - wⱼt′ᵢⱼ) / Σᵢ w(yᵢ).
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func weightedCrossEntropy<Scalar: Real>(
  logits z: Tensor<Scalar>, labels: [Int], classWeights: [Scalar], smoothing epsilon: Scalar,
  ignoring ignored: Int? = nil
) -> Loss<Scalar> {
  ofCountedRows(z, labels, ignoring: ignored) { z, labels in
    requireWeights(classWeights, of: z)
    let targets = smoothed(oneHot(labels, classes: z.columns, as: Scalar.self), by: epsilon)
    return weighted(z, targets, classWeights, by: labels.reduce(0) { $0 + classWeights[$1] })
  }
}

/// Softmax cross-entropy with a weight for each class and labels to leave out.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func weightedCrossEntropy<Scalar: Real>(
  logits z: Tensor<Scalar>, labels: [Int], classWeights: [Scalar], ignoring ignored: Int
) -> Loss<Scalar> {
  ofCountedRows(z, labels, ignoring: ignored) {
    weightedCrossEntropy(logits: $0, labels: $1, classWeights: classWeights)
  }
}

/// Softmax cross-entropy with a weight for each class and targets as rows: smoothed, mixed or soft.
///
/// Σᵢ Σⱼ wⱼ·tᵢⱼ·(-log pᵢⱼ) / Σᵢ Σⱼ wⱼ·tᵢⱼ: each share of a target counts with its class's weight. For
/// targets of ones and zeros that is the form with labels. PyTorch divides by m here, so that the loss
/// grows with the weights.
///
/// - Parameters:
///   - z: One score for each class, `[m, classes]`.
///   - t: What each row's probabilities should be, `[m, classes]`; a row of zeros is left out.
///   - classWeights: w, 0 or more for each class.
/// - Returns: The loss, and its gradient, (pᵢⱼ·Σₖ wₖtᵢₖ - wⱼtᵢⱼ) / Σᵢ Σⱼ wⱼ·tᵢⱼ.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func weightedCrossEntropy<Scalar: Real>(
  logits z: Tensor<Scalar>, targets t: Tensor<Scalar>, classWeights: [Scalar]
) -> Loss<Scalar> {
  require(
    z.shape == t.shape,
    "cross-entropy: logits \(z.shape) and targets \(t.shape) must have one shape")
  requireWeights(classWeights, of: z)
  return weighted(z, t, classWeights, by: (t * Tensor(classWeights)).sum())
}

private func requireWeights<Scalar: Real>(_ weights: [Scalar], of z: Tensor<Scalar>) {
  require(
    z.rank == 2 && z.columns == weights.count && weights.allSatisfy { $0 >= 0 },
    "cross-entropy: logits \(z.shape) and class weights \(weights): there must be a weight for each "
      + "column, 0 or more")
}

private func weighted<Scalar: Real>(
  _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, _ weights: [Scalar], by total: Scalar
) -> Loss<Scalar> {
  require(
    total > 0,
    "cross-entropy: the weights of this batch's targets sum to \(total); a mean needs "
      + "more than 0")
  // The plain form weighs each target as it is, and divides by m.
  let (loss, dZ) = softmaxCrossEntropy(logits: z, targets: t * Tensor(weights))
  let factor = Scalar(z.rows) / total
  return (loss * factor, dZ * factor)
}

/// A loss of the rows whose label counts, and its gradient with rows of 0 where the others are.
private func ofCountedRows<Scalar: Real>(
  _ z: Tensor<Scalar>, _ labels: [Int], ignoring ignored: Int?,
  _ loss: (_ logits: Tensor<Scalar>, _ labels: [Int]) -> Loss<Scalar>
) -> Loss<Scalar> {
  require(
    z.rank == 2 && z.rows == labels.count,
    "cross-entropy: logits \(z.shape) and \(labels.count) labels: there must be a label for each row"
  )
  let rows = labels.indices.filter { labels[$0] != ignored }
  require(
    !rows.isEmpty,
    "cross-entropy: all \(labels.count) labels are left out; a mean needs one that counts")
  if rows.count == labels.count { return loss(z, labels) }
  let (value, counted) = loss(z.rows(rows), rows.map { labels[$0] })
  var dZ = Tensor<Scalar>(shape: z.shape)
  for (place, row) in rows.enumerated() {
    for j in 0..<z.columns {
      dZ.storage[row * z.columns + j] = counted.storage[place * z.columns + j]
    }
  }
  return (value, dZ)
}
