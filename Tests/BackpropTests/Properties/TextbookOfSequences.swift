import Backprop

extension Textbook {
  /// Gates r and z, the proposal n; r stands behind the matrix: h′ = (1 - z)·tanh(a_n + r·u_n) + z·h.
  static func gru(
    _ x: DualTensor, _ wx: DualTensor, _ wh: DualTensor, _ b: DualTensor
  ) -> DualTensor {
    let hidden = wh.shape[0]
    let zero = b.map { $0 * 0 }
    return overTime(x, hidden: hidden) { step, h in
      let (a, u) = (dense(step, wx, b), dense(h, wh, zero))
      return DualTensor(shape: h.shape) { p in
        func gate(_ block: Int) -> Dual {
          sigmoid(a[p[0], block * hidden + p[1]] + u[p[0], block * hidden + p[1]])
        }
        let (r, z) = (gate(0), gate(1))
        let g = tanh(a[p[0], 2 * hidden + p[1]] + r * u[p[0], 2 * hidden + p[1]])
        return (1 - z) * g + z * h[p]
      }
    }
  }

  /// Taps that see the present and what was δ, 2δ, … steps before it.
  static func causal(
    _ x: DualTensor, _ w: DualTensor, _ b: DualTensor, dilation: Int
  ) -> DualTensor {
    DualTensor(shape: [x.shape[0], w.shape[0], x.shape[2]]) { p in
      var sum = b[p[1]]
      for c in 0..<w.shape[1] {
        for j in 0..<w.shape[2] {
          let past = p[2] - (w.shape[2] - 1 - j) * dilation
          guard past >= 0 else { continue }
          sum += x[p[0], c, past] * w[p[1], c, j]
        }
      }
      return sum
    }
  }

  /// y = x·W + b along the last of three axes.
  static func everyStep(_ x: DualTensor, _ w: DualTensor, _ b: DualTensor? = nil) -> DualTensor {
    DualTensor(shape: [x.shape[0], x.shape[1], w.shape[1]]) { p in
      let product = (0..<w.shape[0]).map { x[p[0], p[1], $0] * w[$0, p[2]] }.total()
      return b.map { product + $0[p[2]] } ?? product
    }
  }
}
