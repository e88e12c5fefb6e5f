import Backprop
import Testing

@Suite struct MetricsTests {
  @Test func `precision, recall and F1 of the textbook case`() {
    // TP = 8, FP = 2, FN = 4, TN = 86; class 1 is the positive one.
    let matrix = ConfusionMatrix(counts: [[86, 2], [4, 8]])
    #expect(matrix.truePositives(of: 1) == 8)
    #expect(matrix.falsePositives(of: 1) == 2)
    #expect(matrix.falseNegatives(of: 1) == 4)
    #expect(abs(matrix.precision(of: 1) - 0.8) <= 1e-15)
    #expect(abs(matrix.recall(of: 1) - 2.0 / 3) <= 1e-15)
    #expect(abs(matrix.f1(of: 1) - 0.727273) <= 5e-7)
    #expect(matrix.accuracy == 0.94 && matrix.total == 100)
  }

  @Test func `three classes counted by hand`() {
    let actual = [0, 0, 0, 1, 1, 2, 2, 2, 2, 1]
    let predicted = [0, 0, 1, 1, 2, 2, 2, 0, 2, 1]
    let matrix = ConfusionMatrix(predicted: predicted, actual: actual, classes: 3)
    #expect(matrix.counts == [[2, 1, 0], [0, 2, 1], [1, 0, 3]], "rows are the truth")
    let shares: [Double] = [2.0 / 3, 2.0 / 3, 3.0 / 4]
    #expect((0..<3).map(matrix.precision) == shares)
    #expect((0..<3).map(matrix.recall) == shares)
    #expect(abs(matrix.macroF1 - shares.reduce(0, +) / 3) <= 1e-15)
    #expect(matrix.accuracy == 0.7 && accuracy(predicted: predicted, actual: actual) == 0.7)
  }

  @Test func `macro F1 is the mean of the classes' F1, and absent classes count 0`() {
    // Class 2 neither occurs nor is answered; class 1 is never found.
    let matrix = ConfusionMatrix(counts: [[3, 1, 0], [2, 0, 0], [0, 0, 0]])
    #expect(matrix.precision(of: 1) == 0 && matrix.recall(of: 1) == 0 && matrix.f1(of: 1) == 0)
    #expect(matrix.precision(of: 2) == 0 && matrix.recall(of: 2) == 0 && matrix.f1(of: 2) == 0)
    #expect(abs(matrix.macroPrecision - 0.6 / 3) <= 1e-15)
    #expect(abs(matrix.macroRecall - 0.75 / 3) <= 1e-15)
    #expect(abs(matrix.macroF1 - 2 * 0.6 * 0.75 / 1.35 / 3) <= 1e-15)
  }

  @Test func `no samples give NaN, not a trap`() {
    #expect(accuracy(predicted: [], actual: []).isNaN)
    #expect(ConfusionMatrix(predicted: [], actual: [], classes: 2).accuracy.isNaN)
    #expect(ConfusionMatrix(predicted: [], actual: [], classes: 2).macroF1 == 0)
  }

  @Test func `a label out of range and mismatched counts are refused with a sentence`() async {
    let label = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ConfusionMatrix(predicted: [0, 1, 3], actual: [0, 1, 2], classes: 3)
    }
    let labelText = String(decoding: label?.standardErrorContent ?? [], as: UTF8.self)
    #expect(labelText.contains("sample 2 has the label 2 and the prediction 3"))
    let counts = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = accuracy(predicted: [0, 1, 3], actual: [0, 1])
    }
    let countsText = String(decoding: counts?.standardErrorContent ?? [], as: UTF8.self)
    #expect(countsText.contains("3 predictions for 2 labels"))
  }
}

@Suite struct MetricsROCTests {
  @Test func `the curve of five samples with a tie`() {
    let curve = rocCurve(
      scores: [0.9, 0.5, 0.7, 0.5, 0.1], isPositive: [true, true, false, false, true])
    #expect(curve.map(\.threshold) == [.infinity, 0.9, 0.7, 0.5, 0.1])
    #expect(curve.map(\.falsePositiveRate) == [0, 0, 0.5, 1, 1])
    let third = 1.0 / 3
    #expect(curve.map(\.truePositiveRate) == [0, third, third, 2 * third, 1])
    // Of 3·2 pairs 0.9 wins two, 0.1 loses two, 0.5 loses one and ties one.
    #expect(
      areaUnderROC(
        scores: [0.9, 0.5, 0.7, 0.5, 0.1], isPositive: [true, true, false, false, true])
        == 2.5 / 6)
  }

  @Test func `the area is the probability that a positive scores higher, ties counted half`() {
    var generator = SplitMix64(seed: 3)
    for levels in [1, 2, 3, 10, 1000] {
      for _ in 0..<20 {
        let count = Int.random(in: 2...60, using: &generator)
        let scores = (0..<count).map { _ in
          Double(Int.random(in: 0..<levels, using: &generator)) - Double(levels / 2)
        }
        var isPositive = (0..<count).map { _ in Bool.random(using: &generator) }
        (isPositive[0], isPositive[1]) = (true, false)

        var (wins, pairs) = (0.0, 0.0)
        for i in 0..<count where isPositive[i] {
          for j in 0..<count where !isPositive[j] {
            wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
            pairs += 1
          }
        }
        let area = areaUnderROC(scores: scores, isPositive: isPositive)
        #expect(abs(area - wins / pairs) <= 1e-15)

        let curve = rocCurve(scores: scores, isPositive: isPositive)
        let trapezoids = zip(curve, curve.dropFirst()).reduce(0) { sum, points in
          let (left, right) = points
          let width = right.falsePositiveRate - left.falsePositiveRate
          return sum + width * (left.truePositiveRate + right.truePositiveRate) / 2
        }
        #expect(abs(area - trapezoids) <= 1e-12)
      }
    }
  }

  @Test func `an absent class and a NaN score give NaN`() {
    #expect(areaUnderROC(scores: [1, 2], isPositive: [true, true]).isNaN)
    #expect(areaUnderROC(scores: [1, 2], isPositive: [false, false]).isNaN)
    #expect(areaUnderROC(scores: [], isPositive: []).isNaN)
    #expect(areaUnderROC(scores: [1, .nan], isPositive: [true, false]).isNaN)
    let unranked = rocCurve(scores: [1, .nan], isPositive: [true, false])
    #expect(unranked.allSatisfy { $0.falsePositiveRate.isNaN && $0.truePositiveRate.isNaN })
    let curve = rocCurve(scores: [1, 2], isPositive: [true, true])
    #expect(curve.allSatisfy { $0.falsePositiveRate.isNaN && !$0.truePositiveRate.isNaN })
  }
}
