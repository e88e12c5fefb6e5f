// Losses: how wrong a batch of predictions is, one number, and that number's gradient with respect
// to the predictions. Each is a mean, so the gradient carries the division; penalties are sums.
//
// p predictions, t targets, z logits, e = p - t; m rows, n columns.

import Kernels

/// A loss, and its gradient with respect to the first argument, in that argument's shape.
public typealias Loss<Scalar: Real> = (loss: Scalar, gradient: Tensor<Scalar>)

/// Checks that predictions and targets have one shape; nothing is stretched to fit.
private func requireSameShape<Scalar>(
  _ name: StaticString, _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>
) {
  require(
    prediction.shape == target.shape,
    "\(name): predictions \(prediction.shape) and targets \(target.shape) must have one shape")
  require(
    prediction.count > 0, "\(name): predictions of shape \(prediction.shape) have no mean loss")
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
  let loss = average(error.storage) { $0 * $0 }
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
  let loss = each(error) { abs($0) }.mean()
  // forward: loss = 1/(m·n) Σ |p - t|
  let dP = each(error) { sign($0) / Scalar(p.count) }  // [m, n]
  return (loss, dP)
}

/// Huber's loss, the mean over m·n of ½e² where |e| ≤ δ, else δ(|e| - ½δ).
///
/// A parabola for small errors, straight lines beyond: an outlier pulls no harder than an error of δ.
/// Source: Huber, "Robust estimation of a location parameter", 1964.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func huber<Scalar>(
  prediction p: Tensor<Scalar>, target t: Tensor<Scalar>, delta: Scalar = 1
) -> Loss<Scalar> {
  requireSameShape("huber", p, t)
  require(delta > 0, "huber: delta is \(delta); it must be above 0")
  let error = p - t
  let loss =
    each(error) { abs($0) <= delta ? $0 * $0 / 2 : delta * (abs($0) - delta / 2) }.mean()
  // forward: ½e² inside ±δ, straight lines outside: the slope is e, cut off at ±δ
  let dP = each(error) { min(max($0, -delta), delta) / Scalar(p.count) }  // [m, n]
  return (loss, dP)
}

/// Binary cross-entropy on probabilities, the mean of -t·log p - (1 - t)·log(1 - p).
///
/// Probabilities are in [0, 1]. One of 0 or 1 that the target denies has an infinite loss; where p
/// comes from a sigmoid, the form on logits stays finite.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func binaryCrossEntropy<Scalar>(
  probabilities p: Tensor<Scalar>, targets t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("binaryCrossEntropy", p, t)
  let count = Scalar(p.count)
  // A term whose factor t or 1 - t is 0 counts as 0, whatever its logarithm.
  let terms = each(p, t) { p, t in
    (t == 0 ? 0 : -t * Scalar.log(p)) - (t == 1 ? 0 : (1 - t) * Scalar.log(onePlus: -p))
  }
  let dP = each(p, t) { p, t in  // [m, n]
    // forward: -t·log p - (1 - t)·log(1 - p)
    ((t == 0 ? 0 : -t / p) + (t == 1 ? 0 : (1 - t) / (1 - p))) / count
  }
  return (terms.mean(), dP)
}

/// Binary cross-entropy on logits, the mean of max(z, 0) - z·t + log(1 + e^(-|z|)).
///
/// The same as the form on probabilities with p = σ(z), but finite for every finite logit. At a logit of
/// ±∞ it is 0 where the target agrees, and infinite where not.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func binaryCrossEntropy<Scalar>(
  logits z: Tensor<Scalar>, targets t: Tensor<Scalar>
) -> Loss<Scalar> {
  requireSameShape("binaryCrossEntropy", z, t)
  let count = Scalar(z.count)
  let (terms, dZ) = generatePairs(z.storage, t.storage, worth: z.count > 10_000) {
    binaryEntropies($0, $1, $2, $3, $4, of: count)
  }
  return (Tensor(terms).mean(), Tensor(dZ, shape: z.shape))  // dZ: [m, n]
}

/// The terms of the binary cross-entropy, and their gradients.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func binaryEntropies<Scalar: Real>(
  _ logits: UnsafePointer<Scalar>, _ targets: UnsafePointer<Scalar>,
  _ terms: UnsafeMutablePointer<Scalar>, _ gradients: UnsafeMutablePointer<Scalar>, _ n: Int,
  of count: Scalar
) {
  for i in 0..<n {
    let (z, t) = (logits[i], targets[i])
    let e = Scalar.exp(-abs(z))
    // max(z, 0) - z·t + log(1 + e^(-|z|))
    terms[i] = scaled(z, by: z > 0 ? 1 - t : -t) + Scalar.log(onePlusShare: e)
    // forward: log(1 + eᶻ) - z·t; the slope of log(1 + eᶻ) is σ(z) = 1 - σ(-z)
    let tail = e / (1 + e)
    gradients[i] = (z > 0 ? (1 - t) - tail : tail - t) / count
  }
}

/// Softmax and cross-entropy together, 1/m Σ rows -Σ t·log softmax(z), with targets as rows.
///
/// A logit of -∞ has the probability 0: it costs nothing where its target is 0, else the loss is infinite.
/// So it is for a row of -∞ alone. The gradient is finite in both cases.
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
  // softmax(z) [m, n], and log Σ eᶻ in two terms, [m] each
  let (y, largest, rest) = softmaxTerms(z)
  var (loss, dZ) = (0.0, y)
  for i in 0..<m {
    let row = i * n..<(i + 1) * n
    let mass = blockedSum(row) { t.storage[$0] }  // Σt, usually 1
    for j in row {
      // forward: -t·log softmax(z) = t·(log Σ eᶻ - z)
      if t.storage[j] != 0 {
        let surprise = surprise(z.storage[j], largest[i], rest[i], dZ.storage[j])
        loss += Double(t.storage[j] * surprise)
      }
      dZ.storage[j] = (dZ.storage[j] * mass - t.storage[j]) / Scalar(m)  // (p·Σt - t)/m
    }
  }
  return (Scalar(loss / Double(m)), dZ)
}

/// -log softmax(z) = (max z - z) + log Σ e^(z - max z); of an infinite logit -log p.
@inline(__always)
private func surprise<Scalar: Real>(
  _ z: Scalar, _ largest: Scalar, _ rest: Scalar, _ p: Scalar
) -> Scalar {
  z.isInfinite && z == largest ? 0 - Scalar.log(p) : (largest - z) + rest
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
    "cross-entropy: logits \(z.shape), \(labels.count) labels, \(classWeights.count) class weights: "
      + "there must be a label for each row, a weight for each column")
  requireLabels(labels, classes: z.columns)
  require(
    classWeights.allSatisfy { $0 >= 0 },
    "cross-entropy: the class weights are \(classWeights); they must be 0 or more")
  let n = z.columns
  let total = Scalar(labels.reduce(0.0) { $0 + Double(classWeights[$1]) })  // Σ w(yᵢ)
  require(
    total > 0,
    "cross-entropy: the weights of this batch's \(labels.count) labels sum to \(total); a mean "
      + "needs more than 0")
  // softmax(z) [m, n], and log Σ eᶻ in two terms, [m] each
  let (y, largest, rest) = softmaxTerms(z)
  var (loss, dZ) = (0.0, y)
  // forward: loss = Σ w/Σw · ℓ, with ℓ = log Σ eᶻ - z[label]
  for (i, label) in labels.enumerated() {
    let place = i * n + label
    let surprise = surprise(z.storage[place], largest[i], rest[i], dZ.storage[place])
    loss += Double(scaled(surprise, by: classWeights[label] / total))
  }
  // so:      dz = w/Σw · (p - t)
  dZ.storage.withUnsafeMutableBufferPointer { dZ in
    guard let dZ = dZ.baseAddress else { return }
    parallel(labels.count, grain: 64, worth: z.count > 20_000) { range in
      for i in range {
        let (row, weight) = (dZ + i &* n, classWeights[labels[i]] / total)
        row[labels[i]] -= 1
        for j in 0..<n { row[j] *= weight }
      }
    }
  }
  return (Scalar(loss), dZ)
}

/// Label smoothing, t′ = (1 - ε)·t + ε/n: no class is ever asked to be certain.
///
/// Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the Inception architecture for
/// computer vision", 2016, section 7.
public func smoothed<Scalar: Real>(
  _ targets: Tensor<Scalar>, by epsilon: Scalar
) -> Tensor<Scalar> {
  require(0 <= epsilon && epsilon <= 1, "smoothed: epsilon is \(epsilon); it must be in 0...1")
  return targets * (1 - epsilon) + epsilon / Scalar(targets.columns)
}

/// The L2 penalty λ/2·ΣW², for weights, not biases.
public func l2Penalty<Scalar: Real>(_ weight: Tensor<Scalar>, strength: Scalar) -> Loss<Scalar> {
  requireFinite(strength, "l2Penalty: the strength")
  let penalty = halfSquares(of: weight, times: strength)
  // forward: penalty = λ/2 ΣW²
  let dW = strength * weight  // W's shape
  return (penalty, dW)
}

/// λ/2·Σx², which a Scalar may hold where it does not hold Σx².
private func halfSquares<Scalar: Real>(of x: Tensor<Scalar>, times strength: Scalar) -> Scalar {
  let squares = x.squaredNorm()
  guard squares == .infinity || squares < Scalar.leastNormalMagnitude else {
    return strength / 2 * squares
  }
  let (_, power, factor) = euclideanNorm([x])
  return strength == 0 ? 0 : strength / 2 * power * power * factor * factor
}

/// The L1 penalty λ·Σ|W|, for weights, not biases; its slope at 0 is taken as 0.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func l1Penalty<Scalar>(_ weight: Tensor<Scalar>, strength: Scalar) -> Loss<Scalar> {
  requireFinite(strength, "l1Penalty: the strength")
  let penalty = strength * each(weight) { abs($0) }.sum()
  // forward: penalty = λ Σ|W|
  let dW = each(weight) { strength * sign($0) }  // W's shape
  return (penalty, dW)
}

/// -1, 0 or 1; NaN for NaN.
@inline(__always)
private func sign<Scalar: Real>(_ x: Scalar) -> Scalar {
  x > 0 ? 1 : x < 0 ? -1 : x
}
