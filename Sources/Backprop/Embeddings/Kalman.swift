// Where a thing is, how fast it goes, and how sure we are: two lines forward, three lines when it is seen.

public import Core

/// What is believed of a thing on a plane.
public struct KalmanBelief<Scalar: Real>: Equatable, Sendable {
  /// x = (px, py, vx, vy), `[4]`.
  public var state: Tensor<Scalar>
  /// P, `[4, 4]`, symmetric: how unsure each of them is, and with which other.
  public var covariance: Tensor<Scalar>

  public init(state: Tensor<Scalar>, covariance: Tensor<Scalar>) {
    require(
      state.shape == [4] && covariance.shape == [4, 4],
      "KalmanBelief: the state is \(state.shape) and the covariance \(covariance.shape); they must be "
        + "[4] and [4, 4]")
    (self.state, self.covariance) = (state, covariance)
  }
}

/// What a measurement says about a belief that it was not used for yet.
public struct Innovation<Scalar: Real>: Equatable, Sendable {
  /// y = z - Hx, `[2]`.
  public let difference: Tensor<Scalar>
  /// S = HPHᵀ + R, `[2, 2]`: how large a difference would be no surprise.
  public let covariance: Tensor<Scalar>
  /// R, `[2, 2]`: how much of it is the measurement's own.
  public let noise: Tensor<Scalar>
  /// The squared distance yᵀS⁻¹y: of 100 right measurements, 99 are below 9.21.
  public let squaredDistance: Scalar

  /// log det S: large where the belief is unsure, and then everything is near.
  public var logDeterminant: Scalar { Inverse(of: covariance).logDeterminant }
}

extension KalmanBelief {
  /// One step of time: x ← Fx, P ← FPFᵀ + Q, where F adds the speed to the place.
  public func predicted(processNoise q: Tensor<Scalar>) -> KalmanBelief {
    require(
      q.shape == [4, 4], "predicted: the process noise Q is \(q.shape); it must be [4, 4]")
    let f = Tensor<Scalar>([1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1], shape: [4, 4])
    let moved = matmul(f, state.reshaped([4, 1])).reshaped([4])
    return KalmanBelief(
      state: moved, covariance: matmul(matmul(f, covariance), transposed: f) + q)
  }

  /// How a measured place differs from the one that is believed.
  public func innovation(
    of measurement: Tensor<Scalar>, measurementNoise r: Tensor<Scalar>
  ) -> Innovation<Scalar> {
    require(
      measurement.shape == [2] && r.shape == [2, 2],
      "innovation: the measurement is \(measurement.shape) and its noise R \(r.shape); they must be [2] "
        + "and [2, 2]")
    let y = Tensor([measurement[0] - state[0], measurement[1] - state[1]])
    let p = covariance
    let s = Tensor([p[0, 0], p[0, 1], p[1, 0], p[1, 1]], shape: [2, 2]) + r
    let inverse = Inverse(of: s)
    require(
      !(s[0, 0] <= 0 || s[1, 1] <= 0 || inverse.determinant <= 0),
      "innovation: S = HPHᵀ + R is \(s.scalars), row by row; P and R must be covariances, and not both "
        + "without any noise")
    let column = y.reshaped([2, 1])
    let distance = matmul(matmul(transposed: column, inverse.matrix), column).item
    return Innovation(difference: y, covariance: s, noise: r, squaredDistance: distance)
  }

  /// The belief after a measurement: K = PHᵀS⁻¹, x ← x + Ky, P ← (I - KH)P.
  ///
  /// The last is computed as (I - KH)P(I - KH)ᵀ + KRKᵀ, the same number: from a P much larger than R the
  /// difference P - KHP would leave 0, or less than that, and the filter would hear nothing any more.
  ///
  /// Source: Bucy, Joseph, "Filtering for stochastic processes with applications to guidance", 1968.
  public func updated(with innovation: Innovation<Scalar>) -> KalmanBelief<Scalar> {
    // PHᵀ is P's first two columns.
    let pht = covariance.transposed.rows(0..<2).transposed  // [4, 2]
    let gain = matmul(pht, Inverse(of: innovation.covariance).matrix)  // K [4, 2]
    let change = matmul(gain, innovation.difference.reshaped([2, 1])).reshaped([4])
    var kept = Tensor<Scalar>(shape: [4, 4])  // I - KH
    for i in 0..<4 {
      for j in 0..<2 { kept[i, j] = -gain[i, j] }
      kept[i, i] += 1
    }
    let newCovariance =
      matmul(matmul(kept, covariance), transposed: kept)
      + matmul(matmul(gain, innovation.noise), transposed: gain)
    return KalmanBelief(state: state + change, covariance: newCovariance)
  }
}

/// Predicts one step of constant velocity, and takes a measured place into account.
///
///     x ← Fx            y = z - Hx          K = PHᵀS⁻¹
///     P ← FPFᵀ + Q      S = HPHᵀ + R        x ← x + Ky,   P ← (I - KH)P
///
/// Source: Kalman, "A new approach to linear filtering and prediction problems", 1960; with this state
/// and yᵀS⁻¹y as a gate in Wojke, Bewley, Paulus, "Simple online and realtime tracking with a deep
/// association metric" (DeepSORT), 2017, equations 1 and 2.
public func kalmanStep<Scalar: Real>(
  _ belief: KalmanBelief<Scalar>, measurement: Tensor<Scalar>, processNoise: Tensor<Scalar>,
  measurementNoise: Tensor<Scalar>
) -> (belief: KalmanBelief<Scalar>, squaredDistance: Scalar) {
  let predicted = belief.predicted(processNoise: processNoise)
  let innovation = predicted.innovation(of: measurement, measurementNoise: measurementNoise)
  return (predicted.updated(with: innovation), innovation.squaredDistance)
}

/// The inverse of a covariance `[2, 2]`, and its determinant.
///
/// Both axes are measured in units near their deviations, powers of two: the product of two variances may
/// be beyond a Scalar, or vanish, where the inverse is not and does not.
private struct Inverse<Scalar: Real> {
  let matrix: Tensor<Scalar>
  /// In those units.
  let determinant: Scalar
  let logDeterminant: Scalar

  init(of a: Tensor<Scalar>) {
    func unit(_ variance: Scalar) -> Scalar {
      guard variance > 0, variance.isFinite else { return 1 }
      return Scalar(sign: .plus, exponent: variance.exponent / 2, significand: 1)
    }
    let (u, v) = (unit(a[0, 0]), unit(a[1, 1]))
    let (x, y) = (a[0, 0] / u / u, a[1, 1] / v / v)
    let (xy, yx) = (a[0, 1] / u / v, a[1, 0] / u / v)
    determinant = x * y - xy * yx
    logDeterminant = Scalar.log(determinant) + 2 * (Scalar.log(u) + Scalar.log(v))
    matrix = Tensor(
      [
        y / determinant / u / u, -xy / determinant / u / v, -yx / determinant / u / v,
        x / determinant / v / v,
      ], shape: [2, 2])
  }
}
