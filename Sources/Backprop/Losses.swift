// Losses: how wrong a batch of predictions is, one number, and that number's gradient with respect
// to the predictions. Each is a mean over the batch, so the gradient carries the 1/m.

/// A loss, and its gradient with respect to the first argument, in that argument's shape.
public typealias Loss<Scalar: Real> = (loss: Scalar, gradient: Tensor<Scalar>)

/// Checks that predictions and targets have one shape; nothing is stretched to fit.
private func requireSameShape<Scalar>(
  _ name: StaticString, _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>
) {
  require(
    prediction.shape == target.shape,
    "\(name): predictions \(prediction.shape) and targets \(target.shape) must have one shape")
}

/// A function of each element, inlined.
@inline(__always)
private func each<Scalar>(
  _ a: Tensor<Scalar>, _ f: (Scalar) -> Scalar
) -> Tensor<Scalar> {
  Tensor(generate(a.storage, f), shape: a.shape)
}

/// A function of the elements at the same place in two tensors of one shape, inlined.
@inline(__always)
private func each<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ f: (Scalar, Scalar) -> Scalar
) -> Tensor<Scalar> {
  Tensor(generate(a.storage, b.storage, f), shape: a.shape)
}

/// Mean squared error, 1/(m·n) Σ (p - t)².
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func meanSquaredError<Scalar>(
  prediction p: Tensor<Scalar>, target t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("meanSquaredError", p, t)
  let error = p - t
  let loss = error.squaredNorm() / Scalar(p.count)
  // forward: loss = 1/(m·n) Σ (p - t)²
  let dP = error * (2 / Scalar(p.count))  // [m, n]
  return (loss, dP)
}

/// Mean absolute error, 1/(m·n) Σ |p - t|; its slope at p = t is taken as 0.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func meanAbsoluteError<Scalar>(
  prediction p: Tensor<Scalar>, target t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("meanAbsoluteError", p, t)
  let error = p - t
  let loss = each(error) { abs($0) }.sum() / Scalar(p.count)
  // forward: loss = 1/(m·n) Σ |p - t|
  let dP = each(error) { sign($0) / Scalar(p.count) }  // [m, n]
  return (loss, dP)
}

/// Huber's loss: ½e² where |e| ≤ δ, else δ(|e| - ½δ), mean over m·n, with e = p - t (Huber, 1964).
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func huber<Scalar>(
  prediction p: Tensor<Scalar>, target t: Tensor<Scalar>, delta: Scalar = 1
) -> Loss<Scalar> {
  requireSameShape("huber", p, t)
  require(delta > 0, "huber: delta is \(delta); it must be above 0")
  let error = p - t
  let loss =
    each(error) { abs($0) <= delta ? $0 * $0 / 2 : delta * (abs($0) - delta / 2) }.sum()
    / Scalar(p.count)
  // forward: ½e² inside ±δ, straight lines outside: the slope is e, cut off at ±δ
  let dP = each(error) { min(max($0, -delta), delta) / Scalar(p.count) }  // [m, n]
  return (loss, dP)
}

/// Binary cross-entropy on probabilities, the mean of -t·log p - (1 - t)·log(1 - p).
///
/// Probabilities are in (0, 1); at 0 and 1 the loss can be infinite. Where p comes from a sigmoid, the
/// form on logits is exact there too.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func binaryCrossEntropy<Scalar>(
  probabilities p: Tensor<Scalar>, targets t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("binaryCrossEntropy", p, t)
  let count = Scalar(p.count)
  let terms = each(p, t) { p, t in
    // 0·log 0 counts as 0.
    (t == 0 ? 0 : -t * Scalar.log(p)) - (t == 1 ? 0 : (1 - t) * Scalar.log(onePlus: -p))
  }
  // forward: -t·log p - (1 - t)·log(1 - p)
  let dP = each(p, t) { p, t in (p - t) / (p * (1 - p)) / count }  // [m, n]
  return (terms.sum() / count, dP)
}

/// Binary cross-entropy on logits, the mean of max(z, 0) - z·t + log(1 + e^(-|z|)).
///
/// The same as the form on probabilities with p = σ(z), without its overflows.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func binaryCrossEntropy<Scalar>(
  logits z: Tensor<Scalar>, targets t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("binaryCrossEntropy", z, t)
  let count = Scalar(z.count)
  let terms = each(z, t) { z, t in max(z, 0) - z * t + Scalar.log(onePlus: Scalar.exp(-abs(z))) }
  // forward: log(1 + eᶻ) - z·t, and the slope of log(1 + eᶻ) is σ(z)
  let dZ = each(z, t) { z, t in (1 / (1 + Scalar.exp(-z)) - t) / count }  // [m, n]
  return (terms.sum() / count, dZ)
}

/// Softmax and cross-entropy together, 1/m Σ rows -Σ t·log softmax(z), with targets as rows.
///
/// - Parameters:
///   - z: One score for each class, `[m, classes]`.
///   - t: What each row's probabilities should be, `[m, classes]`; a row usually sums to 1.
/// - Returns: The loss, and (softmax(z)·Σt - t)/m, which is (p - t)/m where rows of t sum to 1.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softmaxCrossEntropy<Scalar>(
  logits z: Tensor<Scalar>, targets t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("softmaxCrossEntropy", z, t)
  let (m, n) = (z.rows, z.columns)
  let normalizers = logSumExp(z)
  var (loss, dZ) = (Scalar(0), softmax(z))
  for i in 0..<m {
    let row = i * n..<(i + 1) * n
    let mass = t.storage[row].reduce(0, +)
    for j in row {
      // forward: -t·log softmax(z) = t·(log Σ e^z - z)
      if t.storage[j] != 0 { loss += t.storage[j] * (normalizers.storage[i] - z.storage[j]) }
      dZ.storage[j] = (dZ.storage[j] * mass - t.storage[j]) / Scalar(m)  // (p - t)/m
    }
  }
  return (loss / Scalar(m), dZ)
}

/// Softmax and cross-entropy together, with labels: 1/m Σ -log softmax(z)[label].
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softmaxCrossEntropy<Scalar>(
  logits z: Tensor<Scalar>, labels: [Int]
) -> Loss<Scalar> {
  weightedCrossEntropy(
    logits: z, labels: labels, classWeights: [Scalar](repeating: 1, count: z.columns))
}

/// Softmax cross-entropy with a weight for each class, Σ w(yᵢ)·ℓᵢ / Σ w(yᵢ).
///
/// Weights above 1 for rare classes make their errors count as if there were more of them. The
/// division by the sum of weights, not by m, keeps the loss in its usual range.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func weightedCrossEntropy<Scalar>(
  logits z: Tensor<Scalar>, labels: [Int], classWeights: [Scalar]
) -> Loss<Scalar> {
  require(
    z.rank == 2 && z.rows == labels.count && z.columns == classWeights.count,
    "crossEntropy: logits \(z.shape), \(labels.count) labels, \(classWeights.count) class weights: "
      + "there must be a label for each row, a weight for each column")
  requireLabels(labels, classes: z.columns)
  let n = z.columns
  let total = labels.reduce(0) { $0 + classWeights[$1] }
  require(total > 0, "crossEntropy: the weights of this batch's labels sum to \(total)")
  let normalizers = logSumExp(z)
  var (loss, dZ) = (Scalar(0), softmax(z))
  for (i, label) in labels.enumerated() {
    let weight = classWeights[label] / total
    // forward: ℓ = log Σ e^z - z[label]
    loss += weight * (normalizers.storage[i] - z.storage[i * n + label])
    dZ.storage[i * n + label] -= 1  // p - t
    for j in i * n..<(i + 1) * n { dZ.storage[j] *= weight }
  }
  return (loss, dZ)
}

/// Label smoothing, t′ = (1 - ε)·t + ε/n: no class is ever asked to be certain (Szegedy, Vanhoucke,
/// Ioffe, Shlens, Wojna, 2016, section 7).
public func smoothed<Scalar: Real>(_ targets: Tensor<Scalar>, by epsilon: Scalar) -> Tensor<Scalar>
{
  targets * (1 - epsilon) + epsilon / Scalar(targets.columns)
}

/// The L2 penalty λ/2·ΣW², and its gradient λW; for weights, not biases.
public func l2Penalty<Scalar: Real>(_ weight: Tensor<Scalar>, strength: Scalar) -> Loss<Scalar> {
  (strength / 2 * weight.squaredNorm(), strength * weight)
}

/// The L1 penalty λ·Σ|W|, and its gradient λ·sign(W), 0 at 0; for weights, not biases.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func l1Penalty<Scalar>(_ weight: Tensor<Scalar>, strength: Scalar) -> Loss<Scalar> {
  (strength * each(weight) { abs($0) }.sum(), each(weight) { strength * sign($0) })
}

/// -1, 0 or 1; NaN for NaN.
@inline(__always)
private func sign<Scalar: Real>(_ x: Scalar) -> Scalar {
  x > 0 ? 1 : x < 0 ? -1 : x
}
