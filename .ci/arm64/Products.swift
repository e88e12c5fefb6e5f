// Products of matrices: the kernels' sums go in the order of k, with one rounding a product, so the
// textbook's loop with the same multiply-add gives the same bits.

import Kernels

/// c[i, j] = Σ a[i, p]·b[p, j] in parts of 4096 products.
private func textbook<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: [Scalar], _ b: [Scalar]
) -> [Scalar] {
  var c = [Scalar](repeating: 0, count: m * n)
  for i in 0..<m {
    for j in 0..<n {
      for first in stride(from: 0, to: k, by: 4096) {
        var sum: Scalar = 0
        for p in first..<min(first + 4096, k) { sum.addProduct(a[i * k + p], b[p * n + j]) }
        c[i * n + j] += sum
      }
    }
  }
  return c
}

private func turned<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  var result = a
  for i in 0..<rows {
    for j in 0..<columns { result[j * rows + i] = a[i * columns + j] }
  }
  return result
}

func checkProducts<Scalar: Real>(_ type: Scalar.Type) {
  let sizes = [
    (1, 1, 1), (1, 700, 300), (2, 3, 5), (5, 17, 9), (7, 33, 31), (16, 193, 32), (13, 64, 47),
    (17, 769, 97), (63, 385, 130), (130, 200, 67), (70, 1030, 259), (3, 4099, 18), (0, 5, 7),
    (12, 8, 16), (11, 9, 15), (6, 0, 8),
  ]
  for (m, k, n) in sizes {
    let (a, b): ([Scalar], [Scalar]) = (random(m * k, 1), random(k * n, 2))
    let expected = textbook(m, n, k, a, b)
    let name = "[\(m), \(k)]·[\(k), \(n)]"
    check(same(product(m, n, k, a, rowStride: k, columnStride: 1, b), expected), name)
    check(
      same(product(m, n, k, turned(m, k, a), rowStride: 1, columnStride: m, b), expected),
      "\(name), the first transposed")
    check(same(transpose(m, k, a), turned(m, k, a)), "transpose [\(m), \(k)]")
  }
  let (a, b): ([Scalar], [Scalar]) = (random(64 * 130, 3), random(130 * 90, 4))
  check(
    isTheSameOnThreads { product(64, 90, 130, a, rowStride: 130, columnStride: 1, b) },
    "a product is the same on any number of threads")
  checkSpecialNumbers(type)
  checkSmallProducts(type)
}

/// 0·∞ is NaN in a product of matrices, ∞ and NaN go through, and no other sum hears of it.
private func checkSpecialNumbers<Scalar: Real>(_ type: Scalar.Type) {
  let (m, k, n) = (13, 21, 37)
  for (place, value) in [(0, Scalar.infinity), (5 * k + 3, -.infinity), (m * k - 1, .nan)] {
    var (a, b): ([Scalar], [Scalar]) = (random(m * k, 5), random(k * n, 6))
    a[place] = value
    for j in stride(from: 0, to: n, by: 3) { b[place % k * n + j] = 0 }
    check(
      same(product(m, n, k, a, rowStride: k, columnStride: 1, b), textbook(m, n, k, a, b)),
      "a product with a number that is not finite, at \(place)")
  }
}

private func checkSmallProducts<Scalar: Real>(_ type: Scalar.Type) {
  for (count, m, k, n) in [(1, 1, 1, 1), (3, 5, 7, 11), (4, 4, 8, 16), (2, 9, 3, 1), (2, 3, 0, 4)] {
    let (a, b): ([Scalar], [Scalar]) = (random(count * m * k, 7), random(count * k * n, 8))
    var (expected, turnedA, turnedB) = ([Scalar](), [Scalar](), [Scalar]())
    for index in 0..<count {
      let (left, right) = (
        Array(a[index * m * k..<(index + 1) * m * k]), Array(b[index * k * n..<(index + 1) * k * n])
      )
      expected += textbook(m, n, k, left, right)
      turnedA += turned(m, k, left)
      turnedB += turned(k, n, right)
    }
    for transposesA in [false, true] {
      for transposesB in [false, true] {
        let result = smallProducts(
          count, m, n, k, transposesA ? turnedA : a, transposesA: transposesA,
          transposesB ? turnedB : b, transposesB: transposesB)
        check(same(result, expected), "\(count) small products [\(m), \(k)]·[\(k), \(n)]")
      }
    }
  }
}
