// Convolution in time that never looks ahead.

public import Core

/// A causal, dilated convolution in time: `[m, in, t]` → `[m, out, t]`.
///
///     y[n, o, t] = b[o] + Σ_c Σ_j W[o, c, j] · x[n, c, t - (k - 1 - j)·δ]    0 before the start
///
/// The last of the k taps sees now, the others δ, 2δ, … steps back. With δ = 1, 2, 4, 8 one above the
/// other, few layers see far.
///
/// Source: van den Oord et al., "WaveNet: A generative model for raw audio", 2016, section 2.1.
public struct CausalConv1d<Scalar: Real>: Layer, Sendable {
  /// `weight` is W, `[out, in, k]`; `bias` is b, `[out]`.
  public var parameters: WeightAndBias<Scalar>
  /// δ, how many steps lie between two taps.
  public let dilation: Int

  /// The input's shape, and for each place in time what all taps see there, `[m·t, in·k]`.
  public struct Cache: Sendable {
    public let shape: [Int]
    public let columns: Tensor<Scalar>
  }

  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>, dilation: Int = 1) {
    requireSize(dilation, "CausalConv1d: a dilation")
    parameters = WeightAndBias(weight: weight, bias: bias)
    self.dilation = dilation
    requireParameters()
  }

  /// A layer with random weights and biases of zero.
  public init(
    _ inputs: Int, _ outputs: Int, taps: Int, dilation: Int = 1, _ initializer: Initializer = .he,
    using generator: inout some RandomNumberGenerator
  ) {
    requireSize(inputs, "CausalConv1d: a number of inputs")
    requireSize(outputs, "CausalConv1d: a number of outputs")
    requireSize(taps, "CausalConv1d: a number of taps")
    self.init(
      weight: initializer(
        [outputs, inputs, taps], fanIn: inputs * taps, fanOut: outputs * taps, using: &generator),
      bias: Tensor(shape: [outputs]), dilation: dilation)
  }

  /// How many steps an output sees, itself included: (k - 1)·δ + 1.
  public var field: Int { (parameters.weight.shape[2] - 1) * dilation + 1 }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    let weight = parameters.weight
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    require(
      x.rank == 3 && x.shape[1] == inputs,
      "CausalConv1d: the input is \(x.shape); with W \(weight.shape) it must be [m, \(inputs), t]")
    let columns = gathered(x, taps: weight.shape[2], dilation: dilation)  // [m·t, in·k]
    let rows = weight.reshaped([outputs, weight.count / max(outputs, 1)])  // [out, in·k]
    let y = matmul(columns, transposed: rows) + parameters.bias  // [m·t, out]
    return (
      swappedLast(y.reshaped([x.shape[0], x.shape[2], outputs])),
      Cache(shape: x.shape, columns: columns)
    )
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    requireParameters()
    let weight = parameters.weight
    let (m, t, outputs) = (cache.shape[0], cache.shape[2], weight.shape[0])
    require(
      dY.shape == [m, outputs, t]
        && cache.columns.shape == [m * t, weight.count / max(outputs, 1)],
      "CausalConv1d backward: dY is \(dY.shape); for an input \(cache.shape) and W \(weight.shape) it "
        + "must be [\(m), \(outputs), \(t)]")
    let dRows = swappedLast(dY).reshaped([m * t, outputs])  // [m·t, out]
    // forward: y = columns·Wᵀ + b
    let dW = matmul(transposed: dRows, cache.columns).reshaped(weight.shape)  // [out, in, k]
    let db = dRows.sum(axis: 0)  // [out]
    let dColumns = matmul(dRows, weight.reshaped([outputs, weight.count / max(outputs, 1)]))
    // forward: columns[n·T + t, c·k + j] = x[n, c, t - (k - 1 - j)·δ]
    let dX = scattered(dColumns, shape: cache.shape, taps: weight.shape[2], dilation: dilation)
    return (dX, WeightAndBias(weight: dW, bias: db))
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  private func requireParameters() {
    let (weight, bias) = (parameters.weight, parameters.bias)
    require(
      weight.rank == 3 && bias.shape == [weight.shape[0]],
      "CausalConv1d: weight \(weight.shape) and bias \(bias.shape) must be [out, in, k] and [out]")
  }
}

/// `[m, a, b]` → `[m, b, a]`: channels and time change places.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func swappedLast<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  requireShape(x.shape, rank: 3, "swappedLast")
  let (m, a, b) = (x.shape[0], x.shape[1], x.shape[2])
  var y = Tensor<Scalar>(shape: [m, b, a])
  for n in 0..<m {
    for i in 0..<a {
      for j in 0..<b { y.storage[(n * b + j) * a + i] = x.storage[(n * a + i) * b + j] }
    }
  }
  return y
}

/// What every tap sees at every place in time: `[m, c, t]` → `[m·t, c·k]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func gathered<Scalar: Real>(
  _ x: Tensor<Scalar>, taps: Int, dilation: Int
) -> Tensor<Scalar> {
  let (m, channels, steps) = (x.shape[0], x.shape[1], x.shape[2])
  let width = channels * taps
  var columns = Tensor<Scalar>(shape: [m * steps, width])
  for n in 0..<m {
    for c in 0..<channels {
      for j in 0..<taps {
        let back = (taps - 1 - j) * dilation
        guard back < steps else { continue }
        for t in back..<steps {
          columns.storage[(n * steps + t) * width + c * taps + j] =
            x.storage[(n * channels + c) * steps + t - back]
        }
      }
    }
  }
  return columns
}

/// The way back from `gathered`: every number that was seen several times gets the sum.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func scattered<Scalar: Real>(
  _ columns: Tensor<Scalar>, shape: [Int], taps: Int, dilation: Int
) -> Tensor<Scalar> {
  let (m, channels, steps) = (shape[0], shape[1], shape[2])
  let width = channels * taps
  var x = Tensor<Scalar>(shape: shape)
  for n in 0..<m {
    for c in 0..<channels {
      for j in 0..<taps {
        let back = (taps - 1 - j) * dilation
        guard back < steps else { continue }
        for t in back..<steps {
          x.storage[(n * channels + c) * steps + t - back] +=
            columns.storage[(n * steps + t) * width + c * taps + j]
        }
      }
    }
  }
  return x
}

// MARK: The textbook's loops

/// The same by the definition, one sum after the other.
public func causalConv1dReference<Scalar: Real>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>, dilation: Int
) -> Tensor<Scalar> {
  require(
    x.rank == 3 && weight.rank == 3 && x.shape[1] == weight.shape[1]
      && bias.shape == [weight.shape[0]],
    "causalConv1dReference: x \(x.shape), weight \(weight.shape) and bias \(bias.shape) must be [m, in, t], "
      + "[out, in, k] and [out]")
  requireSize(dilation, "causalConv1dReference: a dilation")
  let (m, inputs, steps) = (x.shape[0], x.shape[1], x.shape[2])
  let (outputs, taps) = (weight.shape[0], weight.shape[2])
  var y = Tensor<Scalar>(shape: [m, outputs, steps])
  for n in 0..<m {
    for o in 0..<outputs {
      for t in 0..<steps {
        var sum = bias[o]
        for c in 0..<inputs {
          for j in 0..<taps {
            let past = t - (taps - 1 - j) * dilation
            guard past >= 0 else { continue }
            sum +=
              weight.storage[(o * inputs + c) * taps + j]
              * x.storage[(n * inputs + c) * steps + past]
          }
        }
        y.storage[(n * outputs + o) * steps + t] = sum
      }
    }
  }
  return y
}
