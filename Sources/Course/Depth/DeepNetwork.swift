public import Backprop

/// A network of many equal layers, whose gradients can be measured one by one.
///
///     z = h·W   u = batchNorm(z) or z   h = f(u)      and, after the last of them, y = h·W
///
/// There are no biases: what is measured is the product of the weights and the slopes.
/// Its initial weights and the gradient of its batch norm come from functions that are passed in.
public struct DeepNetwork {
  /// `[in, out]`, from the first layer to the output layer.
  public var weights: [Matrix]
  /// γ and β of each layer but the last; none without batch norm.
  public var norms: [Norm]
  public let activation: Activation<Double>
  let normBackward: (NormalizationQuestion) throws -> NormalizationGradients

  /// The parameters of a batch norm, and its statistics for inference.
  public struct Norm {
    public var gamma: Matrix
    public var beta: Matrix
    public var runningMean: Matrix
    public var runningVariance: Matrix
    public static let epsilon = 1e-5

    init(_ width: Int) {
      (gamma, beta) = (Matrix(repeating: 1, shape: [width]), Matrix(shape: [width]))
      (runningMean, runningVariance) = (Matrix(shape: [width]), gamma)
    }
  }

  /// Which mean and variance a batch norm uses.
  public enum Statistics: Sendable { case batch, running }

  /// Creates a network with random weights.
  ///
  /// - Parameters:
  ///   - sizes: Numbers per sample: the input, after each layer, the output.
  ///   - activation: Follows each layer but the last.
  ///   - deviation: The standard deviation of a layer's weights.
  ///   - normalizes: Whether a batch norm stands before each activation.
  ///   - normBackward: The gradients of that batch norm.
  ///   - generator: The source of the weights.
  public init(
    _ sizes: [Int], _ activation: Activation<Double>,
    deviation: (_ fanIn: Int, _ fanOut: Int) throws -> Double, normalizes: Bool = false,
    normBackward: @escaping (NormalizationQuestion) throws -> NormalizationGradients,
    using generator: inout SplitMix64
  ) rethrows {
    weights = try zip(sizes, sizes.dropFirst()).map { fanIn, fanOut in
      let deviation = try deviation(fanIn, fanOut)
      return Tensor(standardDeviation: deviation, shape: [fanIn, fanOut], using: &generator)
    }
    norms = normalizes ? sizes.dropFirst().dropLast().map { Norm($0) } : []
    (self.activation, self.normBackward) = (activation, normBackward)
  }

  /// What a forward pass computed.
  public struct Pass {
    /// What each layer multiplied by its weights: x, and the h of each layer but the last.
    public var inputs: [Matrix]
    /// z = h·W of each layer but the last.
    public var sums: [Matrix] = []
    /// u, what each activation saw.
    public var arguments: [Matrix] = []
    public var output = Matrix(shape: [0, 0])

    /// What each activation gave.
    public var activations: ArraySlice<Matrix> { inputs.dropFirst() }
  }

  /// The gradient of every parameter.
  public struct Gradients {
    /// dW of each layer, from the first to the last.
    public var weights: [Matrix]
    /// dγ and dβ of each batch norm.
    public var norms: [(gamma: Matrix, beta: Matrix)]
  }

  public func forward(_ x: Matrix, _ statistics: Statistics = .batch) -> Pass {
    var pass = Pass(inputs: [x])
    for layer in weights.indices {
      let z = matmul(pass.inputs[layer], weights[layer])
      guard layer < weights.count - 1 else {
        pass.output = z
        break
      }
      pass.sums.append(z)
      let u = norms.isEmpty ? z : norms[layer].normalized(z, statistics)
      pass.arguments.append(u)
      pass.inputs.append(activation(u))
    }
    return pass
  }

  /// The gradients from that of the output, of a pass with the batch's own statistics.
  public func backward(_ dOutput: Matrix, _ pass: Pass) -> Gradients {
    var dWeights = weights
    var dNorms = norms.map { (gamma: $0.gamma, beta: $0.beta) }
    var dz = dOutput
    for layer in weights.indices.reversed() {
      // forward: z = h·W
      dWeights[layer] = matmul(transposed: pass.inputs[layer], dz)  // [in, out]
      guard layer > 0 else { break }
      let dh = matmul(dz, transposed: weights[layer])  // [m, in]
      // forward: h = f(u)
      let (du, _) = activation.backward(dh, .init(x: pass.arguments[layer - 1]))
      dz = du
      guard !norms.isEmpty else { continue }
      // forward: u = batchNorm(z)
      let (norm, z) = (norms[layer - 1], pass.sums[layer - 1])
      let gradients = answer("7.3") {
        try normBackward(
          NormalizationQuestion(
            x: z, gamma: norm.gamma, beta: norm.beta, epsilon: Norm.epsilon, dy: du))
      }
      requireShape(gradients.dx, z.shape, "7.3: dx")
      requireShape(gradients.dGamma, norm.gamma.shape, "7.3: dGamma")
      requireShape(gradients.dBeta, norm.beta.shape, "7.3: dBeta")
      dNorms[layer - 1] = (gradients.dGamma, gradients.dBeta)
      dz = gradients.dx
    }
    return Gradients(weights: dWeights, norms: dNorms)
  }
}

extension DeepNetwork.Norm {
  /// γ·x̂ + β, with the batch's mean and variance in training, the running ones afterwards.
  func normalized(_ z: Matrix, _ statistics: DeepNetwork.Statistics) -> Matrix {
    let (mean, variance) =
      statistics == .batch ? Self.moments(of: z) : (runningMean, runningVariance)
    let deviation = variance.map { ($0 + Self.epsilon).squareRoot() }
    return (z - mean) / deviation * gamma + beta
  }

  /// Mean and biased variance of each column.
  static func moments(of z: Matrix) -> (mean: Matrix, variance: Matrix) {
    let mean = z.mean(axis: 0)
    let centred = z - mean
    return (mean, (centred * centred).mean(axis: 0))
  }

  /// running ← 0.9 running + 0.1 batch; the running variance is the unbiased one.
  mutating func follow(_ z: Matrix) {
    let m = Double(z.rows)
    let (mean, variance) = Self.moments(of: z)
    runningMean = runningMean * 0.9 + mean * 0.1
    runningVariance = runningVariance * 0.9 + variance * (m / (m - 1)) * 0.1
  }
}
