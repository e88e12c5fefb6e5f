/// The product of two n × n matrices by the textbook's triple loop: what kernels are measured in.
@inline(never)
func textbookProduct(_ n: Int, _ a: [Float], _ b: [Float]) -> [Float] {
  var c = [Float](repeating: 0, count: n * n)
  for i in 0..<n {
    for j in 0..<n {
      var sum: Float = 0
      for p in 0..<n { sum += a[i &* n &+ p] * b[p &* n &+ j] }
      c[i &* n &+ j] = sum
    }
  }
  return c
}
