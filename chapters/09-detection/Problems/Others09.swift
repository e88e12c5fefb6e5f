import Core

// The same questions but for one argument that is no tensor and no single number.

extension TransposedConvolutionQuestion {
  public var others: [Self] {
    /// Another size of one thing; only where the output keeps its shape.
    func sized(_ x: [Int], _ weight: [Int], stride: Int, padding: Int) -> Self? {
      let size = (2...3).map { (x[$0] - 1) * stride - 2 * padding + weight[$0] }
      guard size.allSatisfy({ $0 >= 1 }) else { return nil }
      return Self(x: x, weight: weight, stride: stride, padding: padding, seed: 948)
    }
    var longer = weight.shape
    (longer[2], longer[3]) = (longer[2] + 2, longer[3] + 2)
    var faster = weight.shape
    for axis in 2...3 { faster[axis] = max(1, faster[axis] - x.shape[axis] + 1) }
    let found = [
      sized(x.shape, longer, stride: stride, padding: padding + 1),
      sized(x.shape, faster, stride: stride + 1, padding: padding),
    ].compactMap(\.self).filter { $0.dy.shape == dy.shape }.map { other in
      Self(
        x: x, weight: other.weight, bias: bias, dy: dy, stride: other.stride,
        padding: other.padding)
    }
    // One pixel has one kernel, with any stride.
    let small = Self(
      x: [1, x.shape[1], 1, 1], weight: [x.shape[1], weight.shape[1], 2, 2], stride: 1, padding: 0,
      seed: 949)
    // Kernels of three on two pixels, three apart, or of four with a row cut off on each side.
    let wide = Self(
      x: [1, x.shape[1], 2, 2], weight: [x.shape[1], weight.shape[1], 4, 4], stride: 1, padding: 0,
      seed: 949)
    let cut = Self(
      x: wide.x, weight: wide.weight, bias: bias, dy: wide.dy, stride: 3, padding: 1)
    return found + [small, wide, cut]
  }
}
