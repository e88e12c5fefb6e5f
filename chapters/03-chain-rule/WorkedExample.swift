import Autodiff
import Checking
import Core
import Problems03

/// A small net with numbers that can be followed by hand: forward, backward, one step down.
///
/// Samples are rows: z = a·W + b with W `[in, out]`.
struct WorkedExample: Sendable {
  /// One layer, a′ = f(a·W + b).
  struct Layer: Sendable {
    /// W, `[in, out]`.
    var weight: Matrix
    /// b, `[out]`; nil where the example has no biases.
    var bias: Matrix?
    let activation: Activation<Double>
    /// Which weights there are at all, 1 or 0; nil if all of them.
    let connections: Matrix?

    init(
      _ weight: Matrix, _ bias: Matrix? = nil, _ activation: Activation<Double> = .sigmoid,
      connections: Matrix? = nil
    ) {
      (self.weight, self.bias, self.activation) = (weight, bias, activation)
      self.connections = connections
    }
  }

  /// How the error is measured; published examples differ in the factor and often do not say so.
  enum Loss: Sendable {
    /// 1/(2m) Σ (y - t)².
    case halfSquaredError
    /// 1/m Σ (y - t)².
    case squaredError
    /// -1/m Σ (t·log y + (1 - t)·log(1 - y)).
    case crossEntropy

    var formula: String {
      switch self {
      case .halfSquaredError: "1/(2m) Σ (y - t)²"
      case .squaredError: "1/m Σ (y - t)²"
      case .crossEntropy: "-1/m Σ (t·log y + (1 - t)·log(1 - y))"
      }
    }
  }

  let name: String
  var layers: [Layer]
  /// `[m, in]`.
  let inputs: Matrix
  /// `[m, out]`.
  let targets: Matrix
  let loss: Loss
  let learningRate: Double
  /// What was published, by the quantity's name: a1, y, loss, dW2, W2 new.
  let published: [String: String]
  /// What is wrong with that.
  let slips: [String]

  init(
    _ name: String, layers: [Layer], inputs: [[Double]], targets: [[Double]],
    loss: Loss = .halfSquaredError, learningRate: Double = 0.01,
    published: [String: String] = [:], slips: [String] = []
  ) {
    (self.name, self.layers, self.loss, self.learningRate) = (name, layers, loss, learningRate)
    (self.inputs, self.targets) = (Matrix(rows: inputs), Matrix(rows: targets))
    (self.published, self.slips) = (published, slips)
  }
}

extension WorkedExample {
  /// Everything that one pass forward and one pass backward compute, layer by layer.
  struct Pass: Sendable {
    /// z = a·W + b, `[m, out]`.
    var z: [Matrix] = []
    /// The input, and then each layer's output.
    var a: [Matrix]
    var loss = 0.0
    /// ∂loss/∂y.
    var dy: Matrix
    /// δ = ∂loss/∂z, `[m, out]`.
    var delta: [Matrix]
    var dW: [Matrix]
    var db: [Matrix]
    /// The gradient at each layer's input, `[m, in]`: the first is dx.
    var dInput: [Matrix]
  }

  /// Forward, then backward.
  func pass() -> Pass {
    var a = [inputs]
    var z: [Matrix] = []
    for layer in layers {
      let product = matmul(a[a.count - 1], layer.weight)
      z.append(layer.bias.map { product + $0 } ?? product)
      a.append(layer.activation(z[z.count - 1]))
    }
    let y = a[a.count - 1]
    var pass = Pass(z: z, a: a, dy: dy(y), delta: z, dW: z, db: z, dInput: a.dropLast())
    pass.loss = value(y)
    var flow = pass.dy
    for (i, layer) in layers.enumerated().reversed() {
      // forward: a′ = f(z)
      pass.delta[i] = flow.zip(z[i]) { $0 * layer.activation.derivative(at: $1) }
      // forward: z = a·W + b
      let dW = matmul(transposed: a[i], pass.delta[i])  // [in, out]
      pass.dW[i] = layer.connections.map { dW * $0 } ?? dW
      pass.db[i] = pass.delta[i].sum(axis: 0)  // [out]
      flow = matmul(pass.delta[i], transposed: layer.weight)  // [m, in]
      pass.dInput[i] = flow
    }
    return pass
  }

  /// The same net after a step of gradient descent: θ ← θ - α·dθ, all parameters at once.
  ///
  /// A gradient that has not its parameter's shape, as some wrong answers give, moves nothing.
  func stepped(by pass: Pass) -> WorkedExample {
    func moved(_ parameter: Matrix, by gradient: Matrix) -> Matrix {
      parameter.shape == gradient.shape ? parameter - learningRate * gradient : parameter
    }
    var next = self
    for i in layers.indices {
      next.layers[i].weight = moved(layers[i].weight, by: pass.dW[i])
      next.layers[i].bias = layers[i].bias.map { moved($0, by: pass.db[i]) }
    }
    return next
  }

  /// The net after some steps.
  func trained(steps: Int) -> WorkedExample {
    (0..<steps).reduce(self) { net, _ in net.stepped(by: net.pass()) }
  }

  /// The same example with another step size.
  func with(learningRate: Double) -> WorkedExample {
    copy(loss: loss, learningRate: learningRate)
  }

  /// The same example with another loss.
  func with(loss: Loss) -> WorkedExample { copy(loss: loss, learningRate: learningRate) }

  private func copy(loss: Loss, learningRate: Double) -> WorkedExample {
    WorkedExample(
      name, layers: layers, inputs: inputs.nested, targets: targets.nested, loss: loss,
      learningRate: learningRate, published: published, slips: slips)
  }

  private var m: Double { Double(inputs.rows) }

  private func value(_ y: Matrix) -> Double {
    switch loss {
    case .halfSquaredError: (y - targets).squaredNorm() / (2 * m)
    case .squaredError: (y - targets).squaredNorm() / m
    case .crossEntropy:
      y.zip(targets) { y, t in -(t * Double.log(y) + (1 - t) * Double.log(1 - y)) }.sum() / m
    }
  }

  private func dy(_ y: Matrix) -> Matrix {
    switch loss {
    // forward: loss = 1/(2m) Σ (y - t)²
    case .halfSquaredError: (y - targets) / m
    // forward: loss = 1/m Σ (y - t)²
    case .squaredError: 2 * (y - targets) / m
    // forward: loss = -1/m Σ (t·log y + (1 - t)·log(1 - y))
    case .crossEntropy: y.zip(targets) { y, t in (y - t) / (y * (1 - y)) } / m
    }
  }
}

extension WorkedExample {
  /// The example as a question of exercise 3.6; nil if it is no such net.
  var twoLayerQuestion: TwoLayerQuestion? {
    guard layers.count == 2, loss == .halfSquaredError,
      layers.allSatisfy({ $0.activation == .sigmoid && $0.connections == nil }),
      let bias1 = layers[0].bias, let bias2 = layers[1].bias
    else { return nil }
    return TwoLayerQuestion(
      x: inputs, target: targets, weight1: layers[0].weight, bias1: bias1,
      weight2: layers[1].weight, bias2: bias2)
  }

  /// The pass, with the gradients of a net of two sigmoid layers taken from a function for those.
  func pass(
    with twoLayerBackward: (TwoLayerQuestion) throws -> TwoLayerGradients
  ) rethrows -> Pass {
    var pass = pass()
    guard let question = twoLayerQuestion else { return pass }
    let gradients = try twoLayerBackward(question)
    pass.dW = [gradients.dW1, gradients.dW2]
    pass.db = [gradients.db1, gradients.db2]
    pass.dInput = [gradients.dx, gradients.dh]
    return pass
  }
}

extension Tensor<Double> {
  /// A matrix as its rows.
  fileprivate var nested: [[Double]] { (0..<rows).map { i in (0..<columns).map { self[i, $0] } } }
}
