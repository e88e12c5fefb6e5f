import Backprop
import Testing

/// Softmax by its formula, a row after the other, and log Σ eˣ.
private func textbook(_ row: [Double]) -> (y: [Double], logSum: Double) {
  let largest = row.max() ?? 0
  let terms = row.map { Double.exp($0 - largest) }
  let sum = terms.reduce(0, +)
  return (terms.map { $0 / sum }, largest + Double.log(sum))
}

/// The kernel works on many rows at once, in parts of some thousand numbers: sizes on both sides of that.
@Suite struct SoftmaxRowsTests {
  @Test(arguments: [
    [1, 1], [7, 1], [1, 7], [5, 3], [200, 11], [33, 16], [31, 17], [3, 255], [2, 257], [2, 1500],
    [900, 10],
  ])
  func `softmax of many rows is that of each`(_ size: [Int]) {
    func check<Scalar: Real>(_ type: Scalar.Type, within tolerance: Double) {
      var generator = SplitMix64(seed: UInt64(size[0] + size[1]))
      let x = Tensor<Scalar>(standardDeviation: 20, shape: size, using: &generator)
      let (y, logSums) = (softmax(x), logSumExp(x))
      for i in 0..<size[0] {
        let row = (0..<size[1]).map { Double(x[i, $0]) }
        let expected = textbook(row)
        for j in 0..<size[1] {
          #expect(abs(Double(y[i, j]) - expected.y[j]) <= tolerance * expected.y[j] + 1e-40)
        }
        #expect(
          abs(Double(logSums.scalars[i]) - expected.logSum) <= tolerance * abs(expected.logSum))
      }
    }
    check(Double.self, within: 1e-13)
    // x - max x is rounded before it is an exponent.
    check(Float.self, within: 1e-5)
  }

  @Test func `a row with a NaN or an infinity leaves its neighbours alone`() {
    let inf = Float.infinity
    let rows: [([Float], [Float])] = [
      ([0, 0, 0], [1 / 3, 1 / 3, 1 / 3]), ([.nan, 0, 1], [.nan, .nan, .nan]),
      ([0, 1, .nan], [.nan, .nan, .nan]), ([.nan, -inf, -inf], [.nan, .nan, .nan]),
      ([.nan, inf, 0], [.nan, .nan, .nan]), ([inf, .nan, 0], [.nan, .nan, .nan]),
      ([-inf, 0, 0], [0, 0.5, 0.5]), ([-inf, -inf, -inf], [0, 0, 0]), ([inf, 3, -inf], [1, 0, 0]),
      ([3, inf, .greatestFiniteMagnitude], [0, 1, 0]), ([inf, inf, 0], [.nan, .nan, .nan]),
      ([.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0], [1, 0, 0]),
      ([5, 5, -inf], [0.5, 0.5, 0]),
    ]
    // Each of them first, last and in the middle.
    for turn in rows.indices {
      let turned = Array(rows[turn...] + rows[..<turn])
      let y = softmax(Tensor(rows: turned.map(\.0)))
      for (i, (_, expected)) in turned.enumerated() {
        for (j, expected) in expected.enumerated() {
          #expect(
            expected.isNaN ? y[i, j].isNaN : abs(y[i, j] - expected) <= 1e-7, "\(turned[i].0)")
        }
      }
    }
  }
}
