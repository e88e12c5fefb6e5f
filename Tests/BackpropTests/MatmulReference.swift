import Backprop

/// The textbook's triple loop, which `matmul` is tested against.
func matmulReference<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  var c = Tensor<Scalar>(shape: [a.rows, b.columns])
  for i in 0..<a.rows {
    for j in 0..<b.columns {
      for p in 0..<a.columns { c[i, j] += a[i, p] * b[p, j] }
    }
  }
  return c
}
