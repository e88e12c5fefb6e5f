import Backprop

extension Textbook {
  /// Each input's multiple of the kernel, seen from the output.
  static func transposed(
    _ x: DualTensor, _ w: DualTensor, _ b: DualTensor, stride: Int, padding: Int
  ) -> DualTensor {
    let size = (2...3).map { (x.shape[$0] - 1) * stride - 2 * padding + w.shape[$0] }
    return DualTensor(shape: [x.shape[0], w.shape[1]] + size) { p in
      var sum = b[p[1]]
      for i in 0..<x.shape[2] {
        for j in 0..<x.shape[3] {
          // Which element of the kernel of pixel (i, j) lies here.
          let (u, v) = (p[2] + padding - i * stride, p[3] + padding - j * stride)
          guard 0..<w.shape[2] ~= u, 0..<w.shape[3] ~= v else { continue }
          for c in 0..<x.shape[1] { sum += x[p[0], c, i, j] * w[c, p[1], u, v] }
        }
      }
      return sum
    }
  }

  /// Every pixel k×k times.
  static func enlarged(_ x: DualTensor, _ k: Int) -> DualTensor {
    DualTensor(shape: [x.shape[0], x.shape[1], k * x.shape[2], k * x.shape[3]]) {
      x[$0[0], $0[1], $0[2] / k, $0[3] / k]
    }
  }
}
