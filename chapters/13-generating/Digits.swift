import Core
import Datasets
import Figures

/// Digits as this chapter takes them: rows of pixels, 28×28 or halved to 14×14.
struct Digits {
  /// From 0 to 1, `[count, pixels]`.
  let x: Tensor<Float>
  let labels: [Int]
  let testX: Tensor<Float>
  let testLabels: [Int]
  /// Width and height of an image.
  let side: Int

  /// The first images of each set.
  init(_ data: (train: ImageData, test: ImageData), train: Int, test: Int = 10_000) {
    let (some, others) = (data.train.first(train), data.test.first(test))
    (x, labels) = (some.inputs(), some.labels)
    (testX, testLabels) = (others.inputs(), others.labels)
    side = data.train.width
  }

  private init(
    x: Tensor<Float>, labels: [Int], testX: Tensor<Float>, testLabels: [Int], side: Int
  ) {
    (self.x, self.labels, self.testX, self.testLabels) = (x, labels, testX, testLabels)
    self.side = side
  }

  /// Each pixel the mean of four: 28×28 to 14×14.
  var halved: Digits {
    Digits(
      x: halves(x, side), labels: labels, testX: halves(testX, side), testLabels: testLabels,
      side: side / 2)
  }

  /// Those whose label is among some.
  func only(_ classes: Set<Int>) -> Digits {
    let train = labels.indices.filter { classes.contains(labels[$0]) }
    let test = testLabels.indices.filter { classes.contains(testLabels[$0]) }
    return Digits(
      x: x.rows(train), labels: train.map { labels[$0] }, testX: testX.rows(test),
      testLabels: test.map { testLabels[$0] }, side: side)
  }
}

/// Means of 2×2 pixels, as a product with a matrix of quarters.
private func halves(_ x: Tensor<Float>, _ side: Int) -> Tensor<Float> {
  let half = side / 2
  var quarters = Tensor<Float>(shape: [side * side, half * half])
  for i in 0..<side {
    for j in 0..<side { quarters[i * side + j, i / 2 * half + j / 2] = 0.25 }
  }
  return matmul(x, quarters)
}

extension Tensor where Scalar == Float {
  /// From 0…1 to -1…1.
  var centred: Tensor<Float> { 2 * self - 1 }
  /// From -1…1 to 0…1.
  var uncentred: Tensor<Float> { (self + 1) / 2 }

  /// Rows as pictures of some width, of values from 0 to 1.
  var pictures: [Image] {
    let side = Int(Double(columns).squareRoot())
    return (0..<rows).map {
      Image(width: side, height: side, values: rows($0..<$0 + 1).scalars)
    }
  }

  /// Other columns behind these, `[m, n]` and `[m, k]` to `[m, n + k]`.
  func beside(_ other: Tensor<Float>) -> Tensor<Float> {
    let (n, k) = (columns, other.columns)
    var all = [Float]()
    all.reserveCapacity(count + other.count)
    for i in 0..<rows {
      all += scalars[i * n..<(i + 1) * n]
      all += other.scalars[i * k..<(i + 1) * k]
    }
    return Tensor(all, shape: [rows, n + k])
  }

  /// The first columns alone.
  func firstColumns(_ n: Int) -> Tensor<Float> {
    let width = columns
    var all = [Float]()
    all.reserveCapacity(rows * n)
    for i in 0..<rows { all += scalars[i * width..<i * width + n] }
    return Tensor(all, shape: [rows, n])
  }

  /// Rows of two tensors, one below the other.
  func above(_ other: Tensor<Float>) -> Tensor<Float> {
    Tensor(scalars + other.scalars, shape: [rows + other.rows, columns])
  }
}
