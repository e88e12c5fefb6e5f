import Backprop
import Course

// Chapter 10.
extension Samples {
  static var embeddings: [(String, Sample)] {
    typealias Problems = Chapter10Problems
    return [
      of(Problems.embedding) { draw in
        let (m, t, vocabulary, width) = (
          draw.size(1...4), draw.size(1...4), draw.size(1...6), draw.size(1...4)
        )
        return EmbeddingQuestion(
          table: draw.tensor([vocabulary, width]),
          ids: draw.list(m) { $0.labels(t, classes: vocabulary) }, dy: draw.tensor([m, t, width]))
      },
      of(Problems.normalization) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        // Rows are zeros, or not short.
        let x = draw.tensor(shape).map { abs($0) < 1e-3 ? 0 : $0 }
        return UnitLengthQuestion(x: x, dy: draw.tensor(shape))
      },
      of(Problems.triplets) { draw in
        let shape = [draw.size(1...6), draw.size(1...4)]
        let anchor = draw.tensor(shape)
        return TripletQuestion(
          anchor: anchor, positive: draw.once(in: 6) ? anchor : draw.tensor(shape),
          negative: draw.tensor(shape), margin: draw.pick([0, 0.2, 0.25, 0.5, 1, 3]))
      },
      of(Problems.infoNCE) { draw in
        let shape = [draw.size(1...5), draw.size(1...5)]
        let size = draw.once(in: 6) ? 20.0 : 1
        return InfoNCEQuestion(
          a: size * draw.tensor(shape), b: size * draw.tensor(shape),
          temperature: draw.number(0.05...2))
      },
      of(Problems.negativeSampling) { draw in
        let (words, width, pairs, k) = (
          draw.size(1...6), draw.size(1...4), draw.size(1...5), draw.size(1...4)
        )
        return NegativeSamplingQuestion(
          u: draw.tensor([words, width]), v: draw.tensor([words, width]),
          centres: draw.labels(pairs, classes: words), contexts: draw.labels(pairs, classes: words),
          negatives: draw.list(pairs) { $0.labels(k, classes: words) })
      },
      of(Problems.matrixFactorization) { draw in
        let (users, items, width) = (draw.size(1...5), draw.size(1...5), draw.size(1...4))
        let count = draw.size(1...users * items)
        let cells = draw.permutation(of: users * items).prefix(count)
        return FactorizationQuestion(
          p: draw.tensor([users, width]), q: draw.tensor([items, width]),
          userBias: draw.tensor([users]), itemBias: draw.tensor([items]), mean: draw.number(1...5),
          users: cells.map { $0 / items }, items: cells.map { $0 % items },
          ratings: Matrix(draw.labels(count, classes: 5).map { Double($0 + 1) }),
          penalty: draw.once(in: 5) ? 0 : draw.number(0...1))
      },
      of(Problems.kalman) { draw in
        /// A·Aᵀ and some of the identity: a covariance.
        func covariance(_ n: Int) -> Matrix {
          let root = 0.5 * draw.tensor([n, n])
          return matmul(root, transposed: root)
            + draw.number(0.1...1) * oneHot(Array(0..<n), classes: n)
        }
        return KalmanQuestion(
          state: draw.tensor([4]), covariance: covariance(4), measurement: draw.tensor([2]),
          processNoise: covariance(4), measurementNoise: covariance(2))
      },
    ]
  }
}
