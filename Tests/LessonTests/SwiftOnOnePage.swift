import Backprop
import Course
import Testing

// What `chapters/SWIFT.md` shows: its code is excerpts of this file, which compiles and passes. Names in
// the excerpts are those of the exercises.

@Suite struct SwiftOnOnePage {
  @Test func `let is for ever, var may change, and a copy is a copy`() {
    let a = Matrix(rows: [[1, 2], [3, 4]])  // let: never changes
    var b = a  // var: may change; b is a copy
    b[0, 0] = 10  // row 0, column 0; a still has 1 there
    #expect(a[0, 0] == 1 && b[0, 0] == 10)
  }

  /// A function of two things, one with a label.
  func scaled(_ x: Matrix, by factor: Double) -> Matrix {
    x * factor
  }

  @Test func `labels are part of the call, and an underscore means none`() {
    let x = Matrix([1, 2])
    let y = scaled(x, by: 3)
    #expect(y == Matrix([3, 6]))
  }

  /// Two results, by name.
  func sumAndDifference(_ a: Matrix, _ b: Matrix) -> (sum: Matrix, difference: Matrix) {
    let sum = a + b
    return (sum, difference: a - b)
  }

  @Test func `a tuple is several results, taken apart by place or by name`() {
    let (two, three) = (Matrix([2]), Matrix([3]))
    let (sum, difference) = sumAndDifference(two, three)  // by place
    let both = sumAndDifference(two, three)
    let again = both.sum  // by name
    #expect(sum == again && difference == Matrix([-1]))
  }

  @Test func `a closure is a function without a name`() {
    let x = Matrix([-1, 2])
    let long = x.map({ (number: Double) -> Double in max(number, 0) })
    let short = x.map { number in max(number, 0) }
    let shortest = x.map { max($0, 0) }
    #expect(long == short && short == shortest && short == Matrix([0, 2]))
  }

  @Test func `zip goes over two tensors side by side`() {
    let (x, dy) = (Matrix([-1, 2]), Matrix([5, 7]))
    let named = dy.zip(x) { dy, x in x > 1 ? dy : 2 * dy }
    let numbered = dy.zip(x) { $1 > 1 ? $0 : 2 * $0 }
    let several = dy.zip(x) { dy, x in
      let square = x * x
      return dy + square  // more than one line: say return
    }
    #expect(named == numbered && named == Matrix([10, 7]) && several == Matrix([6, 11]))
  }

  @Test func `ranges`() {
    let x = Matrix(rows: [[1, 2, 3], [4, 5, 6]])
    var total = 0.0
    for i in 0..<x.rows {  // 0, 1: the end is not in it
      for j in 0..<x.columns { total += x[i, j] }
    }
    for step in 1...3 { total += Double(step) }  // 1, 2, 3
    for i in (0..<x.rows).reversed() { total -= x[i, 0] }
    for i in stride(from: 0, to: 10, by: 5) { total += Double(i) }  // 0, 5
    #expect(total == 21 + 6 - 5 + 5)
  }

  @Test func `whole numbers do not turn into others by themselves`() {
    let x = Matrix([1, 2, 3, 4])
    let mean = x.sum() / Double(x.count)  // count is an Int
    let half = 1 / 2.0  // 1 / 2 of two Ints is 0
    #expect(mean == 2.5 && half == 0.5)
  }

  /// Throws, or returns.
  func checked(_ x: Matrix) throws -> Matrix {
    guard x.rank == 2 else { throw Todo("a vector") }  // go on only if
    return x
  }

  @Test func `what throws is called with try`() throws {
    let x = Matrix(rows: [[1, 2]])
    let same = try checked(x)  // in a function that throws itself
    let perhaps = try? checked(Matrix([1]))  // nil where it throws
    #expect(same == x && perhaps == nil)
  }

  @Test func `arrays and optionals`() {
    let layers = [3, 4, 2]
    let doubled = layers.map { 2 * $0 }
    let pairs = zip(layers, layers.dropFirst()).map { ($0, $1) }  // (3, 4), (4, 2)
    let last = layers.last ?? 0  // last may be nil: 0 then
    var sum = last
    if let first = layers.first { sum += first }  // only if there is one
    #expect(doubled == [6, 8, 4] && pairs.count == 2 && sum == 5)
  }

  @Test func `the six things`() {
    let (a, b) = (Matrix(rows: [[1, 2, 3], [4, 5, 6]]), Matrix(rows: [[1, 0, 1], [0, 1, 0]]))
    let arithmetic = [a * b, a + b, 1 - a, 2 * a, exp(-a), log(a), tanh(a), sqrt(a), pow(a, 2)]
    let mapped = a.map { max($0, 0) }
    let zipped = a.zip(b) { a, b in a > b ? a : b }
    var element = Matrix(shape: [a.rows, a.columns])
    element[1, 2] = a[0, 1]
    let sums = (a.sum(), a.sum(axis: 1), a.sum(axis: 0))
    let products = (matmul(a, b.T), matmul(a.T, b))
    #expect(arithmetic.allSatisfy { $0.shape == [2, 3] } && mapped == a && element.sum() == 2)
    #expect(zipped[0, 0] == 1 && sums.1.shape == [2] && sums.2.shape == [3] && sums.0 == 21)
    #expect(products.0.shape == [2, 2] && products.1.shape == [3, 3])
  }
}
