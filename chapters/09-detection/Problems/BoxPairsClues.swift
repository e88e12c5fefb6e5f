import Checking
import Core

// What wrong gradients of boxes have in common with the right ones. Of each box four numbers are asked, an
// edge each: -(1/k)·(α·dA + β·dI + γ·dC), with factors that are made of I, U and C alone.
extension BoxPair {
  /// Each edge's number, in a list of four.
  private func edges(_ number: (_ edge: Int) -> Double) -> [Double] { (0..<4).map(number) }

  fileprivate var ofArea: [Double] { edges(dA) }
  fileprivate var ofCommon: [Double] { edges(dI) }
  fileprivate var ofHull: [Double] { edges(dC) }

  /// The edges along x, then those along y, that some area grows with, whatever their length.
  fileprivate func outwards(_ counts: (_ edge: Int) -> Bool) -> [[Double]] {
    (0..<2).map { axis in edges { $0 % 2 == axis && counts($0) ? sign($0) : 0 } }
  }
}

extension BoxPairsQuestion {
  static var clues: [Clue<Self, Matrix>] {
    [
      Clue(apart),
      made(
        "each edge has its right slopes dA, dI and dC, and what they are multiplied with is wrong: look at I, "
          + "at U, at C, and at the rule for quotients"
      ) { [$0.ofArea, $0.ofCommon, $0.ofHull] },
      made(
        "the slopes of I and of C are right in it, those of A are not: by how much does the box grow with "
          + "each of its edges?"
      ) { pair in pair.outwards { _ in true } + [pair.ofCommon, pair.ofHull] },
      made(
        "the slopes of A and of C are right in it, those of I are not: look at the width and the height that "
          + "both boxes have in common"
      ) { pair in pair.outwards(pair.boundsCommon) + [pair.ofArea, pair.ofHull] },
      made(
        "the slopes of A and of I are right in it, those of C are not: look at the width and the height of "
          + "the hull"
      ) { pair in pair.outwards(pair.boundsHull) + [pair.ofArea, pair.ofCommon] },
    ]
  }

  /// A clue that holds where each box's four numbers are a sum of some lists, each times a factor.
  private static func made(
    _ sentence: String, of lists: @escaping (BoxPair) -> [[Double]]
  ) -> Clue<Self, Matrix> {
    Clue(sentence) { answered in
      var count = 0
      for k in 0..<answered.output.rows {
        let row = answered.output.rows(k..<k + 1)
        let pair = BoxPair(answered.input, k)
        guard let left = surplus(of: row.scalars, over: lists(pair)) else { return nil }
        if !same(row, answered.expected.rows(k..<k + 1)) { count += left }
      }
      return count
    }
  }

  /// Boxes that do not meet their targets are right, and those that do are not.
  private static func apart(_ cases: [Answered<Self, Matrix>]) -> String? {
    var (right, wrong, rightThatMeet) = (0, 0, 0)
    for answered in cases {
      for k in 0..<answered.output.rows {
        let isRight = same(answered.output.rows(k..<k + 1), answered.expected.rows(k..<k + 1))
        switch (BoxPair(answered.input, k).meet, isRight) {
        case (false, false): return nil
        case (false, true): right += 1
        case (true, false): wrong += 1
        case (true, true): rightThatMeet += 1
        }
      }
    }
    return right >= 4 && wrong > rightThatMeet
      ? "boxes that do not meet their targets are right, those that meet them are not: look at I, and at how "
        + "it grows" : nil
  }
}
