// Elementwise loops, reductions and the functions that they share.

import Kernels

func checkLoops<Scalar: Real>(_ type: Scalar.Type) {
  for count in [0, 1, 7, 16, 63, 65, 257, 5003] {
    var (a, b): ([Scalar], [Scalar]) = (random(count, 11), random(count, 12))
    if count > 6 { (a[1], a[2], a[3], a[4], b[5]) = (.nan, .infinity, -.infinity, 0, .nan) }
    let pairs = zip(a, b)
    check(same(elementSums(a, b), pairs.map { $0 + $1 }), "elementSums of \(count)")
    check(same(rectified(a), a.map { $0 <= 0 ? 0 : $0 }), "rectified, \(count)")
    check(
      same(rectifiedGradient(a, b), pairs.map { $0 != $0 ? $0 : $0 > 0 ? $1 : 0 }),
      "rectifiedGradient, \(count)")
    check(same(generate(a) { $0 * 3 }, a.map { $0 * 3 }), "generate of \(count)")
    check(same(generate(a, b) { $0 - $1 }, pairs.map { $0 - $1 }), "generate of \(count) pairs")
  }
  checkSums(type)
  checkRows(type)
  checkFunctions(type)
}

private func checkSums<Scalar: Real>(_ type: Scalar.Type) {
  for count in [0, 1, 15, 16, 17, 4096, 4097, 9001] {
    let a: [Scalar] = random(count, 13)
    let exact = a.reduce(0.0) { $0 + Double($1) }
    check(near([total(a) { $0 }], [Scalar(exact)], summands: max(count, 1)), "total of \(count)")
    check(
      near([blockedSum(0..<count) { a[$0] }], [Scalar(exact)], summands: max(count, 1)),
      "blockedSum of \(count)")
    if count > 0 {
      check(
        near([average(a) { $0 }], [Scalar(exact / Double(count))], summands: 64),
        "average of \(count)")
      var damaged = a
      damaged[count / 2] = .nan
      check(total(damaged) { $0 }.isNaN, "a NaN among \(count) is nowhere lost")
    }
  }
  // One long sum of ones in Float would end at 2²⁴.
  check(total([Scalar](repeating: 1, count: 1 << 20)) { $0 } == Scalar(1 << 20), "a long sum")
  check(
    average([Scalar](repeating: .greatestFiniteMagnitude / 2, count: 40)) { $0 }.isFinite,
    "a mean of large numbers")
}

private func checkRows<Scalar: Real>(_ type: Scalar.Type) {
  for (rows, columns) in [(1, 1), (3, 5), (17, 33), (257, 19), (600, 7)] {
    let (a, v): ([Scalar], [Scalar]) = (random(rows * columns, 14), random(columns, 15))
    let ofColumns = (0..<columns).map { j in
      Scalar((0..<rows).reduce(0.0) { $0 + Double(a[$1 * columns + j]) })
    }
    let ofRows = (0..<rows).map { i in
      Scalar((0..<columns).reduce(0.0) { $0 + Double(a[i * columns + $1]) })
    }
    let name = "[\(rows), \(columns)]"
    check(near(columnSums(rows, columns, a), ofColumns, summands: rows), "columnSums of \(name)")
    check(near(rowSums(rows, columns, a), ofRows, summands: columns), "rowSums of \(name)")
    check(near(channelSums(rows, columns, a), ofRows, summands: columns), "channelSums of \(name)")
    check(
      same(
        generateRows(rows, columns, a, v) { $0 * $1 }, a.indices.map { a[$0] * v[$0 % columns] }),
      "generateRows of \(name)")
    let places = (0..<2 * rows).map { $0 * 7 % rows }
    check(
      same(
        gathered(a, rows: places, of: columns),
        places.flatMap { row in (0..<columns).map { a[row * columns + $0] } }),
      "gathered of \(name)")
  }
  let large: [Scalar] = random(24 * 2111, 16)
  check(isTheSameOnThreads { channelSums(24, 2111, large) }, "channelSums on threads")
  check(isTheSameOnThreads { elementSums(large, large) }, "elementSums on threads")
  check(isTheSameOnThreads { transpose(24, 2111, large) }, "transpose on threads")
}

private func checkFunctions<Scalar: Real>(_ type: Scalar.Type) {
  let (gradient, start): ([Scalar], [Scalar]) = (random(20_011, 17), random(20_011, 18))
  func updated() -> [Scalar] {
    var (theta, memory) = (start, gradient)
    updateElements(&theta, gradient, &memory) { theta, g, m in (theta - g * m, m + g) }
    return theta + memory
  }
  let expected = start.indices.map { start[$0] - gradient[$0] * gradient[$0] }
  check(near(Array(updated().prefix(20_011)), expected, summands: 4), "updateElements")
  check(isTheSameOnThreads(updated), "updateElements on threads")

  check(scaled(Scalar.infinity, by: 0) == 0, "0·∞ is 0 where a factor is 0 as such")
  check(scaled(Scalar.nan, by: 0).isNaN && scaled(Scalar(3), by: 2) == 6, "scaled")
  let (least, most) = (logistic(-Scalar.infinity), logistic(Scalar.infinity))
  check(least == 0 && most == 1 && logistic(Scalar(0)) == 0.5, "logistic at its limits")
  check(logistic(Scalar.nan).isNaN && logisticSlope(Scalar.infinity) == 0, "logistic of NaN and ∞")
  check(abs(logistic(Scalar(1)) - 0.731058578630005) < 1e-6, "logistic(1)")
  check(logisticSlope(Scalar(0)) == 0.25, "logisticSlope(0)")
}
