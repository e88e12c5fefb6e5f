// Triplets: an anchor, a positive that belongs to it, a negative that does not.

public import Core

/// The gradients of a triplet loss, each `[m, d]`.
public struct TripletGradients<Scalar: Real>: Equatable, Sendable {
  public let dAnchor: Tensor<Scalar>
  public let dPositive: Tensor<Scalar>
  public let dNegative: Tensor<Scalar>
}

/// The triplet loss: the negative shall be farther than the positive, by a margin.
///
///     loss = 1/m Σ max(0, ‖a - p‖² - ‖a - n‖² + margin)
///
/// Distances are squared, the mean is over all m triplets. One that keeps the margin, or has reached it
/// exactly, is silent: its gradient is 0.
///
/// Source: Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, equations 1 and 2.
///
/// - Parameters:
///   - a: Anchors, `[m, d]`.
///   - p: Positives, `[m, d]`.
///   - n: Negatives, `[m, d]`.
///   - margin: At least 0.
/// - Returns: The loss and its gradients; they do not go through a normalisation, which is a step of its own.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func tripletLoss<Scalar: Real>(
  anchor a: Tensor<Scalar>, positive p: Tensor<Scalar>, negative n: Tensor<Scalar>,
  margin: Scalar = 0.2
) -> (loss: Scalar, gradient: TripletGradients<Scalar>) {
  require(
    a.rank == 2 && a.shape == p.shape && a.shape == n.shape && a.rows >= 1,
    "tripletLoss: anchors \(a.shape), positives \(p.shape) and negatives \(n.shape) must be of one shape "
      + "[m, d], with a row at least")
  requireNotNegative(margin, "tripletLoss: the margin")
  let (m, d) = (a.rows, a.columns)
  let zeros = Tensor<Scalar>(shape: a.shape)
  var (dA, dP, dN, loss) = (zeros, zeros, zeros, 0.0)
  for i in 0..<m {
    let row = i * d..<(i + 1) * d
    // Where squares would overflow or vanish, distances are measured in another unit.
    let unit = unit(
      row.reduce(0) { largest, j in
        Swift.max(
          largest, abs(a.storage[j] - p.storage[j]), abs(a.storage[j] - n.storage[j]))
      }, beside: margin)
    var bracket = margin / unit / unit
    for j in row {
      let near = (a.storage[j] - p.storage[j]) / unit
      let far = (a.storage[j] - n.storage[j]) / unit
      bracket += near * near - far * far
    }
    // A NaN is not silent.
    guard !(bracket <= 0) else { continue }
    loss += Double(bracket) * Double(unit) * Double(unit)
    for j in row {
      // forward: ‖a - p‖² - ‖a - n‖²; the squares of a cancel
      dA.storage[j] = 2 * (n.storage[j] - p.storage[j]) / Scalar(m)
      dP.storage[j] = 2 * (p.storage[j] - a.storage[j]) / Scalar(m)
      dN.storage[j] = 2 * (a.storage[j] - n.storage[j]) / Scalar(m)
    }
  }
  return (
    Scalar(loss / Double(m)), TripletGradients(dAnchor: dA, dPositive: dP, dNegative: dN)
  )
}

/// 1, or a power of two near a size whose square is no ordinary number; beside a margin a square that
/// vanishes is nothing.
private func unit<Scalar: Real>(_ size: Scalar, beside margin: Scalar) -> Scalar {
  guard size > 0, size.isFinite else { return 1 }
  let half = Scalar.greatestFiniteMagnitude.exponent / 2 - 8
  let isOrdinary = size.exponent < half && (size.exponent > -half || margin > 0)
  return isOrdinary ? 1 : Scalar(sign: .plus, exponent: size.exponent, significand: 1)
}

/// ‖aᵢ - aⱼ‖² between all rows of a matrix: `[m, d]` → `[m, m]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func squaredDistances<Scalar: Real>(_ a: Tensor<Scalar>) -> Tensor<Scalar> {
  require(a.rank == 2, "squaredDistances: needs a matrix [m, d], this tensor is \(a.shape)")
  let (m, d) = (a.rows, a.columns)
  var distances = Tensor<Scalar>(shape: [m, m])
  for i in 0..<m {
    for k in 0..<i {
      // By differences: ‖a‖² + ‖b‖² - 2a·b loses the digits of near rows.
      var sum: Scalar = 0
      for j in 0..<d {
        let difference = a.storage[i * d + j] - a.storage[k * d + j]
        sum += difference * difference
      }
      distances.storage[i * m + k] = sum
      distances.storage[k * m + i] = sum
    }
  }
  return distances
}

/// The places of three rows of a batch.
public struct Triplet: Hashable, Sendable {
  public let anchor: Int
  public let positive: Int
  public let negative: Int

  public init(anchor: Int, positive: Int, negative: Int) {
    (self.anchor, self.positive, self.negative) = (anchor, positive, negative)
  }
}

/// Which negative goes with an anchor and a positive.
public enum TripletChoice: Sendable {
  /// The nearest that is farther than the positive; if there is none, the farthest.
  case semiHard
  /// The nearest of all.
  case hardest
}

/// A negative for every ordered pair of rows of one class.
///
/// Where the batch has no row of another class, there is no triplet. A choice has no gradient.
///
/// Source: Schroff et al., 2015, section 3.2; in the form of a batch, with the farthest for a stand-in,
/// it is TensorFlow's `triplet_semihard_loss`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func triplets<Scalar: Real>(
  of embeddings: Tensor<Scalar>, labels: [Int], _ choice: TripletChoice = .semiHard
) -> [Triplet] {
  require(
    embeddings.rank == 2 && embeddings.rows == labels.count,
    "triplets: embeddings \(embeddings.shape) with \(labels.count) labels; give one label a row")
  let distances = squaredDistances(embeddings)
  var found: [Triplet] = []
  for anchor in labels.indices {
    let row = anchor * labels.count
    let negatives = labels.indices.filter { labels[$0] != labels[anchor] }
    guard let first = negatives.first else { continue }
    for positive in labels.indices where positive != anchor && labels[positive] == labels[anchor] {
      let bound = distances.storage[row + positive]
      var (nearest, farthest) = (Int?.none, first)
      for negative in negatives {
        let distance = distances.storage[row + negative]
        if distance > distances.storage[row + farthest] { farthest = negative }
        guard choice == .hardest || distance > bound else { continue }
        if nearest.map({ distance < distances.storage[row + $0] }) ?? true { nearest = negative }
      }
      found.append(
        Triplet(anchor: anchor, positive: positive, negative: nearest ?? farthest))
    }
  }
  return found
}
