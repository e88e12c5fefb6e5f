import Backprop
@testable import Checking
import Testing

@Test func `a combination tells the factors by which columns make a sum`() {
  let columns: [[Double]] = [[1, 0, 2, 1], [0, 1, 1, -1]]
  let sum = Combination(of: [3, -2, 4, 5], over: columns)
  #expect(sum?.surplus == 2)
  #expect(zip(sum?.factors ?? [], [3, -2]).allSatisfy { abs($0 - $1) < 1e-12 })
  #expect(sum?.factors.count == 2)
  #expect(Combination(of: [3, -2, 4, 5.001], over: columns) == nil)
  #expect(Combination(of: [3, -2, 4, 5], over: columns + [[2, 2, 6, 0]]) == nil)
  #expect(Combination(of: [3, -2, 4, 5], over: [[0, 0, 0, 0]]) == nil)
  #expect(Combination(of: [.nan, 0, 0, 0], over: columns) == nil)
  #expect(Combination(of: [0, 0], over: [])?.surplus == 2)
}

@Test func `a value on the way is told by what it has to do with the right one`() {
  let (a, b) = (Matrix(rows: [[0.5, 2], [-1, 3]]), Matrix(rows: [[4, 0.25], [1.5, -2]]))
  func relation(_ got: Matrix) -> String? {
    let value = ValueOnTheWay(got, expected: a * b, given: [("a", a), ("b", b)])
    return ValueOnTheWay.relation(of: [value, value], named: "ab")
  }
  #expect(relation(-(a * b)) == "Every element of ab has the wrong sign")
  #expect(relation(a * b * b)?.hasPrefix("It is the right ab times b") == true)
  #expect(relation(a) == "It is a, as it came")
  #expect(relation(a.map { Double.sin($0) }) == nil)
  #expect(relation(Matrix([1, 2])) == nil)
}
