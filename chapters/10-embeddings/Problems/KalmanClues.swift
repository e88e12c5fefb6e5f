import Checking
import Core
import Embeddings

// Where in a filter's step a wrong answer goes wrong: what follows is right, of other numbers.
extension KalmanQuestion {
  /// The measurement less the place, as a column.
  private func innovation(_ place: Matrix) -> Matrix {
    (measurement - Matrix([place[0], place[1]])).reshaped([2, 1])
  }

  /// A step with other matrices in the place of F and H.
  private func step(motion f: Matrix, seen h: Matrix) -> KalmanAnswer {
    let x = matmul(f, state.reshaped([4, 1]))
    let p = matmul(matmul(f, covariance), transposed: f) + processNoise
    let y = measurement.reshaped([2, 1]) - matmul(h, x)
    let s = inverse(matmul(matmul(h, p), transposed: h) + measurementNoise)
    let gain = matmul(matmul(p, transposed: h), s)
    return (
      (x + matmul(gain, y)).reshaped([4]), p - matmul(gain, matmul(h, p)),
      matmul(matmul(transposed: y, s), y).item
    )
  }

  private static let seen = Matrix(rows: [[1, 0, 0, 0], [0, 1, 0, 0]])

  /// A matrix with one other element, each in turn, of those that come easily.
  private static func slips(of matrix: Matrix) -> [Matrix] {
    matrix.scalars.indices.flatMap { place in
      [-1, 0, 1, 2].filter { $0 != matrix.scalars[place] }.map { value in
        var slip = matrix
        slip.scalars[place] = value
        return slip
      }
    }
  }

  /// What an answer is right for: F with a slip, H with one, or an H that takes others of the four.
  private static func slip(in cases: [Answered<Self, KalmanAnswer>]) -> String? {
    func fits(motion f: Matrix, seen h: Matrix) -> Bool {
      cases.allSatisfy { answered in
        let (x, p, distance) = answered.input.step(motion: f, seen: h)
        return nearly(answered.output.state, x) && nearly(answered.output.covariance, p)
          && nearly(Matrix([answered.output.squaredDistance]), Matrix([distance]))
      }
    }
    func list(_ matrix: Matrix) -> String {
      (0..<matrix.rows).map { i in
        "(" + (0..<matrix.columns).map { digits(matrix[i, $0]) }.joined(separator: " ") + ")"
      }.joined(separator: ", ")
    }
    if let f = slips(of: motion).first(where: { fits(motion: $0, seen: seen) }) {
      return
        "this is right for another F, with the rows \(list(f)): what does each place become, and each "
        + "speed?"
    }
    let others: [Matrix] = (0..<16).map { oneHot([$0 / 4, $0 % 4], classes: 4) }
    let all = others.filter { $0 != seen } + slips(of: seen)
    return all.first { fits(motion: motion, seen: $0) }.map {
      "this is right for another H, with the rows \(list($0)): which of the four are measured?"
    }
  }

  static var clues: [Clue<Self, KalmanAnswer>] {
    [
      Clue(slip),
      Clue(
        "the prediction is right, and state, covariance and distance are made in the right way of one "
          + "matrix; but it is not S⁻¹. Look at S, and at how it is inverted"
      ) { answered in
        let (question, output, before) = (answered.input, answered.output, answered.input.predicted)
        let (block, change) = (inverse(before.block), before.covariance - output.covariance)
        let corner = Matrix(rows: [[change[0, 0], change[0, 1]], [change[1, 0], change[1, 1]]])
        // P - (I - KH)P = PHᵀ·S⁻¹·HP, whose corner is HPHᵀ·S⁻¹·HPHᵀ.
        let weight = matmul(matmul(block, corner), block)
        let (y, columns) = (question.innovation(before.state), before.firstColumns)
        let distance = matmul(matmul(transposed: y, weight), y)
        let isMade =
          nearly(
            output.covariance,
            before.covariance - matmul(matmul(columns, weight), columns.transposed))
          && nearly(output.state, before.state + matmul(columns, matmul(weight, y)).reshaped([4]))
          && nearly(Matrix([output.squaredDistance]), distance.reshaped([1]))
        return isMade ? 17 : nil
      },
      Clue(
        "what follows the prediction is right, and so is the predicted x; the predicted P is not. Look at "
          + "FPFᵀ + Q"
      ) { $0.input.isSecondHalfRight($0.output, from: $0.input.predicted.state) ? 5 : nil },
      Clue(
        "state, covariance and distance fit together, so that what follows the prediction is right; the "
          + "predicted x and P are not. Look at F, and at what is predicted from what"
      ) { answered in
        let (question, output) = (answered.input, answered.output)
        let gain = question.gain(from: output.covariance)
        // x = x₀ + K(z - Hx₀), whose first two rows tell Hx₀.
        let rest =
          output.state.reshaped([4, 1])
          - matmul(gain, question.measurement.reshaped([2, 1]))
        let place = matmul(
          inverse(question.kept(gain)), Matrix(rows: [[rest[0, 0]], [rest[1, 0]]]))
        let y = question.innovation(place.reshaped([2]))
        return question.isDistanceRight(output, y, gain) ? 1 : nil
      },
    ]
  }

  /// K of the covariance that comes out: P·Hᵀ·R⁻¹.
  private func gain(from covariance: Matrix) -> Matrix {
    matmul(
      KalmanBelief(state: state, covariance: covariance).firstColumns, inverse(measurementNoise))
  }

  /// I - HK, which is R·S⁻¹.
  private func kept(_ gain: Matrix) -> Matrix {
    Matrix(rows: [[1 - gain[0, 0], -gain[0, 1]], [-gain[1, 0], 1 - gain[1, 1]]])
  }

  private func isDistanceRight(_ output: KalmanAnswer, _ y: Matrix, _ gain: Matrix) -> Bool {
    let weight = matmul(inverse(measurementNoise), kept(gain))
    let distance = matmul(matmul(transposed: y, weight), y)
    return nearly(Matrix([output.squaredDistance]), distance.reshaped([1]))
  }

  /// Whether the state and the distance go with the covariance that came out, from a predicted x.
  private func isSecondHalfRight(_ output: KalmanAnswer, from predicted: Matrix) -> Bool {
    let (gain, y) = (gain(from: output.covariance), innovation(predicted))
    return nearly(output.state, predicted + matmul(gain, y).reshaped([4]))
      && isDistanceRight(output, y, gain)
  }
}
