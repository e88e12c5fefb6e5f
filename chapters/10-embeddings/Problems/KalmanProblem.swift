public import Checking
public import Core
import Embeddings

/// What a step of a Kalman filter returns.
public typealias KalmanAnswer = (state: Matrix, covariance: Matrix, squaredDistance: Double)

/// A belief about a thing's place and speed, and a measurement of its place.
public struct KalmanQuestion: Question {
  public var state: Matrix
  public var covariance: Matrix
  public var measurement: Matrix
  public var processNoise: Matrix
  public var measurementNoise: Matrix

  public init(
    state: Matrix, covariance: Matrix, measurement: Matrix, processNoise: Matrix,
    measurementNoise: Matrix
  ) {
    (self.state, self.covariance, self.measurement) = (state, covariance, measurement)
    (self.processNoise, self.measurementNoise) = (processNoise, measurementNoise)
  }

  init(seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    /// A·Aᵀ and a little of the identity: a covariance with all of its elements in use.
    func covariance(_ n: Int, _ size: Double) -> Matrix {
      let root: Matrix = Tensor(standardDeviation: size, shape: [n, n], using: &generator)
      return matmul(root, transposed: root) + size * oneHot(Array(0..<n), classes: n)
    }
    self.init(
      state: Tensor(standardDeviation: 2, shape: [4], using: &generator),
      covariance: covariance(4, 0.8),
      measurement: Tensor(standardDeviation: 3, shape: [2], using: &generator),
      processNoise: covariance(4, 0.4), measurementNoise: covariance(2, 0.7))
  }

  /// Covariances that are symmetric, and enough noise to divide by.
  public var isPermitted: Bool {
    [covariance, processNoise, measurementNoise].allSatisfy { same($0, $0.transposed) }
      && determinant(measurementNoise) > 1e-6 && measurementNoise[0, 0] > 0
      && determinant(innovationCovariance) > 1e-6 && determinant(predicted.block) > 1e-6
      && predicted.block[0, 0] > 0
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("state", \.state), ("covariance", \.covariance), ("measurement", \.measurement),
      ("processNoise", \.processNoise), ("measurementNoise", \.measurementNoise),
    ]
  }
  public var summary: String {
    "state \(list(state)), measurement \(list(measurement)), covariance [4, 4]"
  }
  public var label: String { "measurement \(list(measurement))" }

  fileprivate var belief: KalmanBelief<Double> {
    KalmanBelief(state: state, covariance: covariance)
  }
  var predicted: KalmanBelief<Double> { belief.predicted(processNoise: processNoise) }
  fileprivate var innovationCovariance: Matrix { predicted.block + measurementNoise }

  /// The three lines of an update, with anything in the place of anything.
  fileprivate func update(
    _ from: KalmanBelief<Double>, gain: Matrix? = nil, old: Matrix? = nil, sign: Double = 1,
    noise: Double = 1, distance: ((_ y: Matrix, _ s: Matrix) -> Double)? = nil
  ) -> KalmanAnswer {
    let y = Matrix([measurement[0] - from.state[0], measurement[1] - from.state[1]])
    let s = from.block + noise * measurementNoise
    let gain = gain ?? matmul(from.firstColumns, inverse(s))
    let column = y.reshaped([2, 1])
    let change = matmul(gain, column).reshaped([4])
    let covariance = old ?? from.covariance
    return (
      from.state + sign * change, covariance - matmul(gain, covariance.rows(0..<2)),
      distance?(y, s) ?? matmul(matmul(transposed: column, inverse(s)), column).item
    )
  }

  static let motion = Matrix(rows: [
    [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1],
  ])
}

extension KalmanBelief where Scalar == Double {
  /// HPHᵀ, `[2, 2]`.
  var block: Matrix {
    let p = covariance
    return Matrix(rows: [[p[0, 0], p[0, 1]], [p[1, 0], p[1, 1]]])
  }
  /// PHᵀ, `[4, 2]`.
  var firstColumns: Matrix { covariance.transposed.rows(0..<2).transposed }
}

private func list(_ x: Matrix) -> String {
  "(" + x.scalars.map { digits($0, 3) }.joined(separator: ", ") + ")"
}

private func determinant(_ a: Matrix) -> Double { a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0] }

func inverse(_ a: Matrix) -> Matrix {
  Matrix(rows: [[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]) / determinant(a)
}

extension Chapter10Problems {
  /// 10.7, one step of a Kalman filter.
  public static var kalman: Problem<KalmanQuestion, KalmanAnswer> {
    Problem(
      "10.7", "kalmanStep", minutes: 30, difficulty: 3, isChallenge: true,
      section: "Who is who on the film",
      hints: [
        "Two halves. First time passes: where will it be, and how unsure are you then? Then it is seen: "
          + "whom do you believe how much?",
        "One number, which stands still: believed 0 with variance 1, no noise in time; measured 2 with "
          + "variance 1. S = 1 + 1 = 2, the gain is 1/2: the new place is 1, half way, and its variance "
          + "(1 - 1/2)·1. The squared distance is 2·2/2. What if the measurement's variance were 3?",
        "state [4] as a column, P and Q [4, 4], z and y [2], R and S [2, 2], K [4, 2]. H takes the first "
          + "two of four: HP are P's first two rows, PHᵀ its first two columns, HPHᵀ the corner of both.",
        "x ← Fx, P ← FPFᵀ + Q; then y = z - Hx, S = HPHᵀ + R, K = PHᵀS⁻¹, x ← x + Ky, P ← (I - KH)P, and "
          + "yᵀS⁻¹y. The P, the x of the second half are those of the first.",
        "let f = Matrix(rows: [[1, 0, 1, 0], …]); let x = matmul(f, state.reshaped([4, 1])); "
          + "let p = matmul(matmul(f, …), transposed: f) + …; let h = Matrix(rows: [[1, 0, 0, 0], …]); "
          + "let s = matmul(matmul(h, p), transposed: h) + …; let k = matmul(matmul(p, transposed: h), …)",
      ],
      cases: [
        Case(KalmanQuestion(seed: 1061)), Case(KalmanQuestion(seed: 1062)),
        Case(
          KalmanQuestion(
            state: Matrix([0, 0, 1, 2]), covariance: oneHot([0, 1, 2, 3], classes: 4),
            measurement: Matrix([2, 2]), processNoise: 0.1 * oneHot([0, 1, 2, 3], classes: 4),
            measurementNoise: oneHot([0, 1], classes: 2))),
        // It is where it was expected: nothing moves, but one is surer.
        Case(
          KalmanQuestion(
            state: Matrix([1, -1, 0.5, 0]),
            covariance: Matrix(rows: [[2, 1, 0, 0], [1, 2, 0, 1], [0, 0, 1, 0], [0, 1, 0, 3]]),
            measurement: Matrix([1.5, -1]), processNoise: 0.25 * oneHot([0, 1, 2, 3], classes: 4),
            measurementNoise: Matrix(rows: [[1, 0.5], [0.5, 2]]))),
        // It is seen on an axis.
        Case(
          KalmanQuestion(
            state: Matrix([0.5, 1, -1, 0.5]), covariance: oneHot([0, 1, 2, 3], classes: 4),
            measurement: Matrix([0, 1.5]), processNoise: 0.5 * oneHot([0, 1, 2, 3], classes: 4),
            measurementNoise: oneHot([0, 1], classes: 2))),
      ],
      forward: nil,
      reference: { question in
        let (belief, distance) = Embeddings.kalmanStep(
          question.belief, measurement: question.measurement, processNoise: question.processNoise,
          measurementNoise: question.measurementNoise)
        return (belief.state, belief.covariance, distance)
      },
      parts: [
        Part("state") { $0.state }, Part("covariance") { $0.covariance },
        Part("squaredDistance") { Matrix([$0.squaredDistance], shape: []) },
      ],
      misconceptions: kalmanMisconceptions, clues: KalmanQuestion.clues,
      alternatives: [
        { $0.update($0.predicted) },
        { question in
          // Joseph's form of the covariance: (I - KH)P(I - KH)ᵀ + KRKᵀ.
          let before = question.predicted
          let plain = question.update(before)
          let gain = matmul(before.firstColumns, inverse(question.innovationCovariance))
          let kept = oneHot([0, 1, 2, 3], classes: 4) - matmul(gain, oneHot([0, 1], classes: 4))
          let covariance =
            matmul(matmul(kept, before.covariance), transposed: kept)
            + matmul(matmul(gain, question.measurementNoise), transposed: gain)
          return (plain.state, covariance, plain.squaredDistance)
        },
        { question in
          // With the matrices F and H as they stand in the formulas.
          let (f, h) = (KalmanQuestion.motion, Matrix(rows: [[1, 0, 0, 0], [0, 1, 0, 0]]))
          let x = matmul(f, question.state.reshaped([4, 1]))
          let p = matmul(f, matmul(question.covariance, f.transposed)) + question.processNoise
          let y = question.measurement.reshaped([2, 1]) - matmul(h, x)
          let s = matmul(h, matmul(p, h.transposed)) + question.measurementNoise
          let k = matmul(p, matmul(h.transposed, inverse(s)))
          let kept = oneHot([0, 1, 2, 3], classes: 4) - matmul(k, h)
          let distance = matmul(y.transposed, matmul(inverse(s), y))
          return ((x + matmul(k, y)).reshaped([4]), matmul(kept, p), distance.item)
        },
      ],
      attempt: asks {
        try $0.kalmanStep(
          state: $1.state, covariance: $1.covariance, measurement: $1.measurement,
          processNoise: $1.processNoise, measurementNoise: $1.measurementNoise)
      }
    )
  }

  private static var kalmanMisconceptions: [Misconception<KalmanQuestion, KalmanAnswer>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (KalmanQuestion) -> KalmanAnswer
    ) -> Misconception<KalmanQuestion, KalmanAnswer> {
      Misconception("kalman-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "not-predicted",
        "A step of time comes first: x ← Fx, P ← FPFᵀ + Q. You measured against where it was."
      ) { $0.update($0.belief) },
      wrong(
        "noise-of-time-forgotten",
        "Speeds change a little: Q is added to P with every step. Without it the filter becomes sure of "
          + "itself, and deaf."
      ) { $0.update($0.belief.predicted(processNoise: 0 * $0.processNoise)) },
      wrong(
        "gain-without-noise",
        "K = PHᵀS⁻¹ with S = HPHᵀ + R. You divided by HPHᵀ alone, and believe every measurement whole."
      ) { question in
        let before = question.predicted
        return question.update(before, gain: matmul(before.firstColumns, inverse(before.block)))
      },
      wrong(
        "innovation-reversed",
        "y is what was measured less what was expected, z - Hx. You went the other way, away from z."
      ) { $0.update($0.predicted, sign: -1) },
      wrong(
        "covariance-of-before",
        "P ← (I - KH)P with the P that the prediction has made. You took the one from before it."
      ) { $0.update($0.predicted, old: $0.covariance) },
      wrong("noise-twice", "R is in S once: S = HPHᵀ + R. You added it twice.") {
        $0.update($0.predicted, noise: 2)
      },
      wrong(
        "distance-with-root", "yᵀS⁻¹y is asked, the square of a distance. You took its root."
      ) { question in
        question.update(
          question.predicted,
          distance: { y, s in
            let column = y.reshaped([2, 1])
            return matmul(matmul(transposed: column, inverse(s)), column).item.squareRoot()
          })
      },
      wrong(
        "distance-without-covariance",
        "yᵀS⁻¹y measures in units of how unsure one is. You took yᵀy, which knows nothing of S."
      ) { question in question.update(question.predicted, distance: { y, _ in y.squaredNorm() }) },
      wrong(
        "motion-transposed",
        "F adds the speed to the place: P ← FPFᵀ + Q. You took FᵀPF, which adds places to speeds."
      ) { question in
        let f = KalmanQuestion.motion
        var before = question.predicted
        before.covariance =
          matmul(matmul(transposed: f, question.covariance), f) + question.processNoise
        return question.update(before)
      },
      wrong(
        "speeds-left-out",
        "A measured place says something of the speed as well: K has four rows. You left the last two out."
      ) { question in
        let before = question.predicted
        var gain = matmul(before.firstColumns, inverse(question.innovationCovariance))
        for j in 0..<2 {
          gain[2, j] = 0
          gain[3, j] = 0
        }
        return question.update(before, gain: gain)
      },
    ]
  }
}
