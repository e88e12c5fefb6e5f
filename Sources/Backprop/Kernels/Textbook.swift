/// The product of two n × n matrices by the textbook's triple loop: what kernels are measured in.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func textbookProduct<Scalar: Real>(_ n: Int, _ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, n, n, "textbookProduct")
  requireMatrix(b.count, n, n, "textbookProduct")
  var c = [Scalar](repeating: 0, count: n * n)
  for i in 0..<n {
    for j in 0..<n {
      var sum: Scalar = 0
      for p in 0..<n { sum += a[i &* n &+ p] * b[p &* n &+ j] }
      c[i &* n &+ j] = sum
    }
  }
  return c
}
