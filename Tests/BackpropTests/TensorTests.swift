import Backprop
import Testing

private func random<Scalar: Real>(_ shape: [Int], seed: UInt64) -> Tensor<Scalar> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// Whether every element is within a rounding error of the textbook loop's, which grows with k.
private func isClose<Scalar: Real>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>, terms: Int) -> Bool {
  let tolerance = Scalar.ulpOfOne * Scalar(8 * (terms + 1))
  return a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= tolerance }
}

private func formsAgree<Scalar: Real>(_ m: Int, _ k: Int, _ n: Int, _ type: Scalar.Type) -> Bool {
  let (a, b): (Tensor<Scalar>, Tensor<Scalar>) = (
    random([m, k], seed: 1), random([k, n], seed: 2)
  )
  let expected = matmulReference(a, b)
  return isClose(matmul(a, b), expected, terms: k)
    && isClose(matmul(transposed: a.transposed, b), expected, terms: k)
    && isClose(matmul(a, transposed: b.transposed), expected, terms: k)
}

@Suite(.serialized) struct TensorTests {
  /// None, one, primes, and one more or less than the kernels' blocks.
  static let sizes = [0, 1, 2, 3, 7, 8, 9, 13, 16, 17, 31, 33, 64, 65]

  @Test(arguments: sizes)
  func `the product in each of its forms is that of the textbook loop`(rows: Int) {
    for inner in [0, 1, 5, 8, 19] {
      for columns in Self.sizes {
        #expect(formsAgree(rows, inner, columns, Float.self), "\(rows) × \(inner) × \(columns)")
        #expect(formsAgree(rows, inner, columns, Double.self), "\(rows) × \(inner) × \(columns)")
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `a product large enough to be shared out has the same bits on any number of threads`(
    threads: Int
  ) {
    let before = Threads.count
    defer { Threads.count = before }
    let (a, b): (Tensor<Double>, Tensor<Double>) = (
      random([67, 71], seed: 3), random([71, 73], seed: 4)
    )
    #expect(isClose(matmul(a, b), matmulReference(a, b), terms: 71))
    Threads.count = 1
    let alone = matmul(a, b)
    Threads.count = threads
    #expect(matmul(a, b) == alone)
  }

  @Test func `a row is added to, and taken from, every row of a matrix`() {
    let (matrix, row) = (
      Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6]]), Tensor<Double>([10, 20, 40])
    )
    #expect(matrix + row == Tensor(rows: [[11, 22, 43], [14, 25, 46]]))
    #expect(matrix - row == Tensor(rows: [[-9, -18, -37], [-6, -15, -34]]))
    #expect(matrix * row == Tensor(rows: [[10, 40, 120], [40, 100, 240]]))
    #expect(row / Tensor([10, 5, 8]) == Tensor([1, 4, 5]))
    #expect(Tensor<Double>(shape: [0, 3]) + row == Tensor(shape: [0, 3]))
  }

  @Test func `a number meets every element, from either side`() {
    let x = Tensor<Float>([1, 2, 4])
    #expect(x + 1 == Tensor([2, 3, 5]) && 1 + x == Tensor([2, 3, 5]))
    #expect(x - 1 == Tensor([0, 1, 3]) && 1 - x == Tensor([0, -1, -3]))
    #expect(x * 2 == Tensor([2, 4, 8]) && 2 * x == Tensor([2, 4, 8]))
    #expect(x / 2 == Tensor([0.5, 1, 2]) && 4 / x == Tensor([4, 2, 1]))
    #expect(-x == Tensor([-1, -2, -4]))
    #expect(x.map { $0 * $0 } == Tensor([1, 4, 16]) && x.zip(x) { $0 + $1 } == 2 * x)
  }

  @Test(arguments: [(1, 1), (3, 5), (17, 1), (1, 19), (33, 65), (0, 3), (3, 0)])
  func `sums along an axis are those of plain loops`(rows: Int, columns: Int) {
    let x: Tensor<Double> = random([rows, columns], seed: 5)
    let down = (0..<columns).map { j in (0..<rows).reduce(0) { $0 + x[$1, j] } }
    let across = (0..<rows).map { i in (0..<columns).reduce(0) { $0 + x[i, $1] } }
    #expect(isClose(x.sum(axis: 0), Tensor(down), terms: rows))
    #expect(isClose(x.sum(axis: 1), Tensor(across), terms: columns))
    #expect(abs(x.sum() - across.reduce(0, +)) <= 1e-12)
    let squares = x.scalars.reduce(0) { $0 + $1 * $1 }
    #expect(abs(x.squaredNorm() - squares) <= 1e-12 * (1 + squares))
  }

  @Test func `largest, smallest and the first of equals`() {
    let x = Tensor<Double>(rows: [[1, 5, 5], [-3, -7, -3], [2, 2, 2]])
    #expect(x.max() == 5 && x.min() == -7 && x.mean() == 4.0 / 9)
    #expect(x.argmaxOfRows() == [1, 0, 0])
    #expect(x.mean(axis: 0) == Tensor([0, 0, 4.0 / 3]))
  }

  @Test func `rows, shapes and transposes keep each number in its place`() {
    let x = Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6]])
    #expect(
      x.transposed == Tensor(rows: [[1, 4], [2, 5], [3, 6]]) && x.transposed.transposed == x)
    #expect(x.rows([1, 0, 1]) == Tensor(rows: [[4, 5, 6], [1, 2, 3], [4, 5, 6]]))
    #expect(x.rows(1..<2) == Tensor(rows: [[4, 5, 6]]) && x.rows([]).shape == [0, 3])
    #expect(x.reshaped([3, 2]) == Tensor(rows: [[1, 2], [3, 4], [5, 6]]))
    #expect(x.reshaped([1, 1, 2, 3])[0, 0, 1, 2] == 6)
    var copy = x
    copy[0, 0] = 9
    #expect(x[0, 0] == 1 && copy[0, 0] == 9, "a copy is a value of its own")
  }

  /// Sizes around the squares in which numbers change places, and what failed elsewhere (emp-tool 61,
  /// tt-metal 13749, ReSolve 334, trueno 65).
  @Test(
    arguments: (0...17).flatMap { rows in (0...17).map { [rows, $0] } }
      + [[128, 24], [5, 1280], [384, 517], [517, 384]])
  func `a transpose of any size has each number in its place`(_ shape: [Int]) {
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let (rows, columns) = (shape[0], shape[1])
      let x = Tensor<Scalar>((0..<rows * columns).map { Scalar($0) }, shape: shape)
      let expected = (0..<columns).flatMap { j in (0..<rows).map { Scalar($0 * columns + j) } }
      #expect(x.transposed == Tensor(expected, shape: [columns, rows]))
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func `NaN and infinity go through, nothing swallows them`() {
    let x = Tensor<Double>(rows: [[1, .nan], [2, 3]])
    let product = matmul(x, Tensor<Double>(rows: [[0], [0]]))
    #expect(product[0, 0].isNaN && product[1, 0] == 0)
    #expect(matmul(Tensor<Double>(rows: [[0]]), Tensor(rows: [[.infinity]]))[0, 0].isNaN)
    #expect(x.sum().isNaN && x.mean().isNaN && x.norm().isNaN)
    #expect(x.sum(axis: 0)[1].isNaN && x.sum(axis: 1)[0].isNaN && x.sum(axis: 1)[1] == 5)
    #expect((x * 0)[0, 1].isNaN && (x + 1)[0, 1].isNaN && softmax(x)[0, 0].isNaN)
    #expect(Activation.tanh(x)[0, 1].isNaN)
  }

  @Test func `ReLU lets NaN through`() {
    #expect(Activation<Double>.relu(Tensor([.nan]))[0].isNaN)
  }

  /// The sentence with which a block stops its process.
  @Test func `shapes that do not fit are refused with both of them`() async {
    let product = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = matmul(Tensor<Double>(shape: [2, 3]), Tensor(shape: [2, 3]))
    }
    expect(product, "matmul: [2, 3] · [2, 3]: the inner sizes must agree; is a transpose missing?")
    let first = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = matmul(transposed: Tensor<Double>(shape: [2, 3]), Tensor(shape: [3, 2]))
    }
    expect(first, "matmul: [2, 3]ᵀ · [3, 2]: both must have the same number of rows")
    let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = matmul(Tensor<Double>(shape: [2, 3]), transposed: Tensor(shape: [3, 2]))
    }
    expect(second, "matmul: [2, 3] · [3, 2]ᵀ: both must have the same number of columns")
    let sum = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(shape: [4]) + Tensor(shape: [4, 1])
    }
    expect(sum, "[4] + [4, 1]: the shapes must be the same, or [m, n] + [n]")
  }

  @Test func `places, shapes and axes that do not exist are refused with a sentence`() async {
    let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(shape: [2, 3])[2, 0]
    }
    expect(index, "index [2, 0] is outside a tensor of shape [2, 3]")
    let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(shape: [2, 3]).reshaped([4])
    }
    expect(shape, "reshaped: [2, 3] has 6 elements, [4] would have 4")
    let axis = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(shape: [2, 3]).sum(axis: 2)
    }
    expect(axis, "sum(axis:): a matrix has the axes 0 and 1, not 2")
    let row = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(shape: [2, 3]).rows([2])
    }
    expect(row, "rows: there is no row 2 in a tensor of shape [2, 3], which has 2")
    let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>([1, 2, 3], shape: [2, 2])
    }
    expect(count, "Tensor: 3 numbers cannot fill shape [2, 2], which holds 4")
    let ragged = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>(rows: [[1, 2], [3]])
    }
    expect(ragged, "the rows have [2, 1] elements; a matrix needs them equal")
  }

  private func expect(_ result: ExitTest.Result?, _ sentence: String) {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(sentence), "\(text.prefix(300))")
  }
}
