import Backprop

extension Textbook {
  /// Y = Â·X·W + b.
  static func graph(
    _ x: DualTensor, _ w: DualTensor, _ b: DualTensor, _ adjacency: Tensor<Double>
  ) -> DualTensor {
    let mixed = DualTensor(shape: x.shape) { p in
      (0..<x.shape[0]).map { x[$0, p[1]] * adjacency[p[0], $0] }.total()
    }
    return dense(mixed, w, b)
  }

  /// Each head by itself: who listens to whom, from Wq and Wk, and what is heard, from Wv; then Wo.
  static func heads(
    _ x: DualTensor, _ w: [DualTensor], _ heads: Int, isCausal: Bool
  ) -> DualTensor {
    let (q, k, v) = (everyStep(x, w[0]), everyStep(x, w[1]), everyStep(x, w[2]))
    let (t, width) = (x.shape[1], x.shape[2] / heads)
    let merged = DualTensor(shape: x.shape) { p in
      let columns = p[2] / width * width..<(p[2] / width + 1) * width
      let seen = isCausal ? 0...p[1] : 0...t - 1
      let weights = seen.map { j in
        exp(
          columns.map { q[p[0], p[1], $0] * k[p[0], j, $0] }.total() / Double(width).squareRoot())
      }
      return zip(seen, weights).map { $1 * v[p[0], $0, p[2]] }.total() / weights.total()
    }
    return everyStep(merged, w[3])
  }

  /// u = x + heads(norm(x)), y = u + W₂·gelu(W₁·norm(u) + c₁) + c₂.
  static func block(
    _ x: DualTensor, _ p: [DualTensor], _ heads: Int, isCausal: Bool
  ) -> DualTensor {
    func norm(_ x: DualTensor, _ scale: DualTensor, _ shift: DualTensor) -> DualTensor {
      normalized(
        x, scale, shift, group: { $0[0] * x.shape[1] + $0[1] }, parameter: { $0[2] })
    }
    let u = x + Self.heads(norm(x, p[0], p[1]), Array(p[2..<6]), heads, isCausal: isCausal)
    let wide = everyStep(norm(u, p[6], p[7]), p[8], p[9]).map(activation(.gelu))
    return u + everyStep(wide, p[10], p[11])
  }

  /// The class token, then each patch, row by row, as numbers by channel, row and column; positions added.
  static func patches(_ x: DualTensor, _ p: [DualTensor], size: Int) -> DualTensor {
    let (w, b, token, positions) = (p[0], p[1], p[2], p[3])
    let across = x.shape[3] / size
    return DualTensor(shape: [x.shape[0], positions.shape[0], b.shape[0]]) { place in
      let position = positions[place[1], place[2]]
      guard place[1] > 0 else { return token[place[2]] + position }
      let (top, left) = ((place[1] - 1) / across * size, (place[1] - 1) % across * size)
      var sum = b[place[2]] + position
      for c in 0..<x.shape[1] {
        for i in 0..<size {
          for j in 0..<size {
            sum +=
              x[place[0], c, top + i, left + j] * w[(c * size + i) * size + j, place[2]]
          }
        }
      }
      return sum
    }
  }
}
