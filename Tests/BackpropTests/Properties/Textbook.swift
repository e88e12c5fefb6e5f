import Backprop

/// Every layer's forward pass once more, from its formula, in loops over dual numbers.
///
/// Pushed through these, a direction v comes out as J·v: the Jacobian-vector product that backward, a
/// vector-Jacobian product, must agree with. Images are `[m, channels, height, width]`.
enum Textbook {
  /// y = x·W + b.
  static func dense(_ x: DualTensor, _ w: DualTensor, _ b: DualTensor) -> DualTensor {
    DualTensor(shape: [x.shape[0], w.shape[1]]) { p in
      (0..<w.shape[0]).map { x[p[0], $0] * w[$0, p[1]] }.total() + b[p[1]]
    }
  }

  static func activation(_ activation: Activation<Double>) -> (Dual) -> Dual {
    switch activation {
    case .identity: { $0 }
    case .sigmoid: { sigmoid($0) }
    case .tanh: { tanh($0) }
    case .relu: { relu($0) }
    case .leakyReLU(let slope): { $0.value > 0 ? $0 : $0 * slope }
    case .elu(let alpha): { $0.value > 0 ? $0 : alpha * (exp($0) - 1) }
    case .softplus: { log(1 + exp($0)) }
    case .silu: { $0 * sigmoid($0) }
    case .gelu: { $0 * 0.5 * (1 + erf($0 / Double(2).squareRoot())) }
    }
  }

  /// The error function; its slope is 2/√π·e^(-a²).
  private static func erf(_ a: Dual) -> Dual {
    let slope = 2 / Double.pi.squareRoot() * Double.exp(-a.value * a.value)
    return Dual(Double.erf(a.value), tangent: slope * a.tangent)
  }

  /// yᵢ = e^(xᵢ)/Σⱼ e^(xⱼ), by row.
  static func softmax(_ x: DualTensor) -> DualTensor {
    DualTensor(shape: x.shape) { p in
      exp(x[p]) / (0..<x.shape[1]).map { exp(x[p[0], $0]) }.total()
    }
  }

  /// The cross-correlation of images and filters.
  static func convolution(
    _ x: DualTensor, _ w: DualTensor, _ b: DualTensor, _ g: ConvolutionGeometry
  ) -> DualTensor {
    let (outputs, inputs, kh, kw) = (w.shape[0], w.shape[1], w.shape[2], w.shape[3])
    let size = [
      x.shape[0], outputs, g.outputSize(x.shape[2], kernel: kh),
      g.outputSize(x.shape[3], kernel: kw),
    ]
    return DualTensor(shape: size) { p in
      var sum = b[p[1]]
      let firstChannel = p[1] / (outputs / g.groups) * inputs
      for c in 0..<inputs {
        for i in 0..<kh {
          for j in 0..<kw {
            let row = p[2] * g.stride + i * g.dilation - g.padding
            let column = p[3] * g.stride + j * g.dilation - g.padding
            guard 0..<x.shape[2] ~= row, 0..<x.shape[3] ~= column else { continue }
            sum += x[p[0], firstChannel + c, row, column] * w[p[1], c, i, j]
          }
        }
      }
      return sum
    }
  }

  /// What stands in each window, zeros of the padding left out.
  private static func windows(
    _ x: DualTensor, _ g: PoolingGeometry, _ pool: ([Dual]) -> Dual
  ) -> DualTensor {
    let size = [
      x.shape[0], x.shape[1], g.outputSize(x.shape[2]), g.outputSize(x.shape[3]),
    ]
    return DualTensor(shape: size) { p in
      var window: [Dual] = []
      for i in 0..<g.window {
        for j in 0..<g.window {
          let (row, column) = (
            p[2] * g.stride + i - g.padding, p[3] * g.stride + j - g.padding
          )
          guard 0..<x.shape[2] ~= row, 0..<x.shape[3] ~= column else { continue }
          window.append(x[p[0], p[1], row, column])
        }
      }
      return pool(window)
    }
  }

  static func maxPool(_ x: DualTensor, _ g: PoolingGeometry) -> DualTensor {
    windows(x, g) { $0.reduce(Dual(-.infinity)) { $1.value > $0.value ? $1 : $0 } }
  }

  static func averagePool(_ x: DualTensor, _ g: PoolingGeometry) -> DualTensor {
    windows(x, g) { $0.total() / Double(g.window * g.window) }
  }

  static func globalAverage(_ x: DualTensor) -> DualTensor {
    DualTensor(shape: [x.shape[0], x.shape[1]]) { p in
      let places = (0..<x.shape[2]).flatMap { i in (0..<x.shape[3]).map { (i, $0) } }
      return places.map { x[p[0], p[1], $0, $1] }.total() / Double(places.count)
    }
  }

  /// y = γ(x - μ)/√(σ² + ε) + β with the mean and the biased variance of each group of numbers;
  /// `group` and `parameter` say to which group, and to which γ and β, a place belongs.
  static func normalized(
    _ x: DualTensor, _ scale: DualTensor, _ shift: DualTensor, group: ([Int]) -> Int,
    parameter: ([Int]) -> Int
  ) -> DualTensor {
    var groups: [Int: [Dual]] = [:]
    _ = DualTensor(shape: x.shape) { p in
      groups[group(p), default: []].append(x[p])
      return x[p]
    }
    let statistics = groups.mapValues { numbers in
      let mean = numbers.total() / Double(numbers.count)
      let variance = numbers.map { pow($0 - mean, 2) }.total() / Double(numbers.count)
      return (mean: mean, deviation: pow(variance + 1e-5, 0.5))
    }
    return DualTensor(shape: x.shape) { p in
      guard let (mean, deviation) = statistics[group(p)] else { return x[p] }
      return scale[parameter(p)] * (x[p] - mean) / deviation + shift[parameter(p)]
    }
  }

  /// h = tanh(x·Wx + h·Wh + b), step by step.
  static func rnn(
    _ x: DualTensor, _ wx: DualTensor, _ wh: DualTensor, _ b: DualTensor
  ) -> DualTensor {
    overTime(x, hidden: wh.shape[0]) { step, h in sum(step, h, wx, wh, b).map { tanh($0) } }
  }

  /// Gates i, f, g, o; c = f·c + i·g; h = o·tanh(c).
  static func lstm(
    _ x: DualTensor, _ wx: DualTensor, _ wh: DualTensor, _ b: DualTensor
  ) -> DualTensor {
    let hidden = wh.shape[0]
    var cell = DualTensor(shape: [x.shape[0], hidden]) { _ in Dual(0) }
    return overTime(x, hidden: hidden) { step, h in
      let z = sum(step, h, wx, wh, b)
      cell = DualTensor(shape: h.shape) { p in
        let (i, f) = (sigmoid(z[p[0], p[1]]), sigmoid(z[p[0], hidden + p[1]]))
        return f * cell[p] + i * tanh(z[p[0], 2 * hidden + p[1]])
      }
      return DualTensor(shape: h.shape) { p in
        sigmoid(z[p[0], 3 * hidden + p[1]]) * tanh(cell[p])
      }
    }
  }

  private static func sum(
    _ x: DualTensor, _ h: DualTensor, _ wx: DualTensor, _ wh: DualTensor, _ b: DualTensor
  ) -> DualTensor {
    let zero = b.map { $0 * 0 }
    return dense(x, wx, b) + dense(h, wh, zero)
  }

  /// The states of all steps, each made of an input and the state before it.
  static func overTime(
    _ x: DualTensor, hidden: Int, _ step: (DualTensor, DualTensor) -> DualTensor
  ) -> DualTensor {
    let (m, steps, inputs) = (x.shape[0], x.shape[1], x.shape[2])
    var h = DualTensor(shape: [m, hidden]) { _ in Dual(0) }
    let states = (0..<steps).map { t in
      h = step(DualTensor(shape: [m, inputs]) { x[$0[0], t, $0[1]] }, h)
      return h
    }
    return DualTensor(shape: [m, steps, hidden]) { states[$0[1]][$0[0], $0[2]] }
  }
}
