import Backprop
import Testing

/// Inputs with which other libraries have gone wrong in public: tables, directions, distances, beliefs.
@Suite struct ReportedInputOfEmbeddingsTests {
  private let infinity = Float.infinity

  /// Rows of the same id, thousands of them; a row for padding like any other: pytorch 28716, tt-metal 6232.
  @Test func `a row gets all of its uses, a million of them, and no row is left out`() {
    let uses = 1_000_000
    let g = scatterAdd(
      Tensor<Float>(repeating: 0.1, shape: [uses + 1, 1]),
      to: [Int](repeating: 1, count: uses) + [0],
      of: 3)
    #expect(abs(g[1, 0] - 100_000) < 0.1 && g[0, 0] == 0.1 && g[2, 0] == 0)
    let table = Embedding<Float>(table: Tensor(rows: [[1, 2], [3, 4]]))
    #expect(table([]).shape == [0, 0, 2] && table([[], []]).shape == [2, 0, 2])
  }

  /// Directions of rows that are 0, tiny, huge or infinite: pytorch 184575, keras 23093, euclid 424.
  @Test func `a direction is one at any length, and a row of zeros passes on a trillion times dy`()
  {
    for size in [1e-11, 1, 1e30, 2e38] as [Float] {
      let x = Tensor<Float>(rows: [[0.6, -0.8]]) * size
      let y = l2Normalize(x)
      #expect(abs(y[0, 0] - 0.6) < 1e-6 && abs(y[0, 1] + 0.8) < 1e-6)
      let dx = l2NormalizeBackward(Tensor(rows: [[1, 2]]), x: x)
      #expect(
        abs(dx[0, 0] * size - 1.6) < 1e-5 && abs(dx[0, 1] * size - 1.2) < 1e-5, "\(size): \(dx)")
    }
    for row in [[0, 0], [-0.0, 0], [1e-30, 0], [0, .leastNonzeroMagnitude]] as [[Float]] {
      #expect(
        l2NormalizeBackward(Tensor(rows: [[1, 2]]), x: Tensor(rows: [row])).scalars == [1e12, 2e12])
    }
    #expect(l2Normalize(Tensor(rows: [[-infinity, 3]])).scalars == [-1, 0])
    #expect(
      l2NormalizeBackward(Tensor(rows: [[1, 2]]), x: Tensor(rows: [[-infinity, 3]])).scalars == [
        0, 0,
      ])
    #expect(l2Normalize(Tensor(rows: [[infinity, infinity]])).scalars.allSatisfy { $0.isNaN })
  }

  /// Distances that are 0, equal or beyond the largest number: tensorflow 30199, siamese-triplet 18.
  @Test(arguments: [1, 1e-30, 1e15, 1e30] as [Float])
  func `a triplet is silent or not by its shape, not by its size`(size: Float) {
    let rows = [Tensor<Float>(rows: [[0, 1]]), Tensor(rows: [[1, 1]]), Tensor(rows: [[2, 1]])]
      .map { $0 * size }
    let kept = tripletLoss(anchor: rows[0], positive: rows[1], negative: rows[2], margin: 0)
    #expect(kept.loss == 0 && kept.gradient.dAnchor.scalars == [0, 0])
    let (_, missed) = tripletLoss(anchor: rows[0], positive: rows[2], negative: rows[1], margin: 0)
    #expect(missed.dAnchor.scalars == [-2 * size, 0])
    #expect(
      missed.dPositive.scalars == [4 * size, 0] && missed.dNegative.scalars == [-2 * size, 0])
    let loss = tripletLoss(anchor: rows[0], positive: rows[2], negative: rows[1], margin: 0).loss
    let squared = 3 * Double(size) * Double(size)
    #expect(loss == Float(squared) || abs(Double(loss) / squared - 1) < 1e-6, "as a Float has it")
    // A margin is one, however near all three are.
    let same = tripletLoss(anchor: rows[0], positive: rows[0], negative: rows[0], margin: 0.25)
    #expect(same.loss == 0.25)
    if size < 1e-9 {
      #expect(tripletLoss(anchor: rows[0], positive: rows[1], negative: rows[2]).loss == 0.2)
    }
  }

  /// Temperatures near 0, equal rows, and words that are far too long: sentence-transformers 3054, implicit 376.
  @Test func `who picks among equals at no temperature picks each, and the nearest takes all`() {
    let twins = Tensor<Float>(rows: [[1, 0], [1, 0]])
    let apart = Tensor<Float>(rows: [[1, 0], [0, 1]])
    for temperature in [1e-4, 1e-20, 1e-38, Float.leastNonzeroMagnitude] {
      let (among, dA, _) = infoNCE(twins, twins, temperature: temperature)
      #expect(abs(among - 0.6931472) < 1e-6 && dA.scalars == [0, 0, 0, 0])
      let (alone, _, dB) = infoNCE(apart, apart, temperature: temperature)
      #expect(alone == 0 && dB.scalars == [0, 0, 0, 0])
    }
    let long = Tensor<Float>(rows: [[1e30, 1e30]])
    let across = Tensor<Float>(rows: [[1e30, -1e30], [0, 0]])
    let (loss, dU, dV) = negativeSampling(
      long, across, centres: [0], contexts: [0], negatives: [[1]])
    #expect(abs(loss - 2 * 0.6931472) < 1e-6)
    #expect((dU.scalars + dV.scalars).allSatisfy { $0.isFinite })
  }

  /// Penalties of nothing, and of tables that have exploded: CaseRecommender 38, lightfm 148.
  @Test func `a penalty of 0 costs nothing, whatever the factors are`() {
    let factors = Factors<Float>(
      users: Tensor(rows: [[1e30, 1]]), items: Tensor(rows: [[0, 1]]), userBias: Tensor([0]),
      itemBias: Tensor([0]))
    let rating = Ratings<Float>(users: [0], items: [0], stars: [1])
    #expect(factorizationLoss(factors, mean: 0, ratings: rating, penalty: 0).loss == 0)
    let some = factorizationLoss(factors, mean: 0, ratings: rating, penalty: 2e-30).loss
    #expect(abs(some / 1e30 - 1) < 1e-6)
    let weight = Tensor<Float>([3e30, 4e30])
    #expect(l2Penalty(weight, strength: 0).loss == 0)
    #expect(abs(l2Penalty(weight, strength: 2e-30).loss / 2.5e31 - 1) < 1e-6)
    #expect(l2Penalty(weight, strength: 1).loss == infinity)
    #expect(
      abs(l2Penalty(Tensor<Float>([3e-30, 4e-30]), strength: 2e30).loss / 2.5e-29 - 1) < 1e-6)
    #expect(l2Penalty(Tensor<Float>([.nan]), strength: 0).loss.isNaN)
    #expect(l2Penalty(Tensor<Float>([3, 4]), strength: 0.5).loss == 6.25)
  }

  private func diagonal(_ numbers: [Float]) -> Tensor<Float> {
    var matrix = Tensor<Float>(shape: [numbers.count, numbers.count])
    for (i, number) in numbers.enumerated() { matrix[i, i] = number }
    return matrix
  }

  /// From a variance of 10¹⁵ nothing, or less, was left: autoware_ai 786, robot_localization 159.
  @Test(arguments: [1, 1e4, 1e10, 1e15, 1e20, 1e30] as [Float])
  func `who knows nothing at first is as sure as a measurement after one`(unsure: Float) {
    for noise in [1, 1e-3, 1e-12, 1e-30] as [Float] {
      var belief = KalmanBelief<Float>(
        state: Tensor([0, 0, 0, 0]), covariance: diagonal([unsure, unsure, 0, 0]))
      let still = Tensor<Float>(shape: [4, 4])
      // Each of n measurements of one place: the mean of all, and an n-th of their variance.
      for n in 1...3 {
        let z = Tensor<Float>([2, Float(4 * n)])
        let (next, distance) = kalmanStep(
          belief, measurement: z, processNoise: still, measurementNoise: diagonal([noise, noise]))
        belief = next
        let (p, r) = (Double(unsure), Double(noise))
        let expected = 1 / (1 / p + Double(n) / r)
        let place = Double(n + 1) * 2 * Double(n) / r * expected
        #expect(abs(Double(belief.covariance[0, 0]) / expected - 1) < 1e-5, "\(noise), \(n)")
        #expect(abs(Double(belief.state[1]) / place - 1) < 1e-4, "\(noise), \(n): \(belief.state)")
        #expect(distance >= 0 && (n > 1 || abs(Double(distance) / (20 / (p + r)) - 1) < 1e-4))
      }
    }
  }

  /// Axes of units as different as metres and parsecs: ai-imu-dr 28.
  @Test func `a determinant's logarithm is a number where the determinant is none`() {
    let belief = KalmanBelief<Float>(
      state: Tensor([0, 0, 0, 0]), covariance: diagonal([1e25, 1e-25, 0, 0]))
    func logarithm(_ factor: Float) -> Float {
      KalmanBelief(state: belief.state, covariance: belief.covariance * factor)
        .innovation(of: Tensor([0, 0]), measurementNoise: Tensor(shape: [2, 2])).logDeterminant
    }
    #expect(abs(logarithm(1)) < 1e-4)
    #expect(abs(logarithm(1e10) - 46.0517) < 1e-3 && abs(logarithm(1e-10) + 46.0517) < 1e-3)
  }
}
