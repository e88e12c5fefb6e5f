// Weights from which one step is enough: the gradient through a gradient step.

public import Core
import Kernels

/// Inputs and their targets: the few samples that a task is learned from, or tested with.
public struct TaskSamples<Scalar: Real>: Sendable {
  /// `[m, inputs]`.
  public let x: Tensor<Scalar>
  /// `[m, outputs]`.
  public let y: Tensor<Scalar>

  public init(x: Tensor<Scalar>, y: Tensor<Scalar>) {
    require(
      x.rank == 2 && y.rank == 2 && x.rows == y.rows && x.rows >= 1,
      "TaskSamples: x is \(x.shape) and y \(y.shape); they must be [m, inputs] and [m, outputs], with a "
        + "row at least")
    (self.x, self.y) = (x, y)
  }
}

/// MAML for a linear model: the loss after one step, and its gradient at the weights before.
///
///     L(w) = 1/m Σ (x·w - y)²    w′ = w - α∇L_s(w)    loss = L_q(w′)
///     dw = (I - αH_s)·∇L_q(w′),   H_s·v = 2/m_s·X_sᵀ(X_s·v)
///
/// H is symmetric, so its transpose is not needed; it is never written down.
///
/// Source: Finn, Abbeel, Levine, "Model-agnostic meta-learning", 2017, equation 1.
///
/// - Parameters:
///   - w: The weights before, `[n]`.
///   - support: What the step is made with, y as `[m, 1]`.
///   - query: What it is judged by.
///   - rate: α.
/// - Returns: L_q(w′), w′ and dw.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func linearMAML<Scalar: Real>(
  _ w: Tensor<Scalar>, support: TaskSamples<Scalar>, query: TaskSamples<Scalar>, rate: Scalar
) -> (loss: Scalar, adapted: Tensor<Scalar>, gradient: Tensor<Scalar>) {
  requireFinite(rate, "linearMAML: the rate α")
  require(
    w.rank == 1
      && [support, query].allSatisfy { $0.x.columns == w.count && $0.y.columns == 1 },
    "linearMAML: w is \(w.shape), the samples \(support.x.shape), \(support.y.shape), \(query.x.shape) and "
      + "\(query.y.shape); with w [n] they must be [m, n] and [m, 1]")
  func slope(_ w: Tensor<Scalar>, _ task: TaskSamples<Scalar>) -> (Scalar, Tensor<Scalar>) {
    let (loss, dy) = meanSquaredError(prediction: matmul(task.x, w), target: task.y)
    return (loss, matmul(transposed: task.x, dy))
  }
  let column = w.reshaped([w.count, 1])
  // With a rate of 0 nothing moves, however steep it is.
  let adapted = column - slope(column, support).1.map { scaled($0, by: rate) }  // w′ [n, 1]
  let (loss, v) = slope(adapted, query)
  // forward: w′ = w - α∇L_s(w); its derivative is I - αH_s
  let product = matmul(transposed: support.x, matmul(support.x, v)) * 2 / Scalar(support.x.rows)
  return (
    loss, adapted.reshaped(w.shape), (v - product.map { scaled($0, by: rate) }).reshaped(w.shape)
  )
}

/// Dense layers with a ReLU between them, which know the curvature of their loss.
///
///     h₀ = x    zₗ = hₗ₋₁·Wₗ + bₗ    hₗ = relu(zₗ), but for the last one
public struct ReLUNetwork<Scalar: Real>: Layer, Sendable {
  /// W `[inputs, outputs]` and b `[outputs]` of each layer.
  public var parameters: ParameterList<WeightAndBias<Scalar>>
  /// The layers' inputs h₀, h₁ …: where they are 0, a ReLU was shut.
  public typealias Cache = [Tensor<Scalar>]

  /// A network with weights and biases drawn evenly from ±1/√inputs.
  ///
  /// Larger weights bend the loss more, and a step of MAML's would leave the bend.
  ///
  /// - Parameters:
  ///   - widths: Of the input, of each layer, such as 1, 40, 40, 1.
  ///   - generator: Draws them.
  public init(_ widths: [Int], using generator: inout some RandomNumberGenerator) {
    require(
      widths.count >= 2 && widths.allSatisfy { $0 >= 1 },
      "ReLUNetwork: the widths are \(widths); give two at least, each 1 or more")
    parameters = ParameterList(
      zip(widths, widths.dropFirst()).map { inputs, outputs in
        func draw(_ shape: [Int]) -> Tensor<Scalar> {
          Initializer.uniformFanIn(shape, fanIn: inputs, fanOut: outputs, using: &generator)
        }
        return WeightAndBias(weight: draw([inputs, outputs]), bias: draw([outputs]))
      })
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 2 && x.columns == parameters.parts.first?.weight.rows,
      "ReLUNetwork: the input is \(x.shape); it must be [m, \(parameters.parts[0].weight.rows)]")
    var (h, inputs) = (x, Cache())
    for (place, layer) in parameters.parts.enumerated() {
      inputs.append(h)
      let z = matmul(h, layer.weight) + layer.bias  // [m, outputs]
      h = place < parameters.parts.count - 1 ? Activation.relu(z) : z
    }
    return (h, inputs)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ inputs: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: ParameterList<WeightAndBias<Scalar>>) {
    var (dz, gradients) = (dY, [WeightAndBias<Scalar>]())
    for (place, layer) in parameters.parts.enumerated().reversed() {
      // forward: z = h·W + b
      gradients.append(
        WeightAndBias(weight: matmul(transposed: inputs[place], dz), bias: dz.sum(axis: 0)))
      let dh = matmul(dz, transposed: layer.weight)  // [m, inputs]
      // forward: h = relu(z)
      dz = place > 0 ? shut(dh, where: inputs[place]) : dh
    }
    return (dz, ParameterList(gradients.reversed()))
  }

  public mutating func visit(
    _ other: ParameterList<WeightAndBias<Scalar>>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  /// The mean squared error of some samples, and its gradient.
  public func loss(
    _ task: TaskSamples<Scalar>
  ) -> (loss: Scalar, gradient: ParameterList<WeightAndBias<Scalar>>) {
    var context = Context.inference
    let (y, inputs) = forward(task.x, in: &context)
    let (loss, dY) = meanSquaredError(prediction: y, target: task.y)
    return (loss, gradient(dY, inputs))
  }

  /// H·v, the change of the gradient along a direction v, exactly and without H.
  ///
  /// Every line of the forward and the backward pass is differentiated along v, here with an R in front of
  /// its name: R(h·W) = R(h)·W + h·V. A ReLU's slope does not change along v, but for its corner.
  ///
  /// Source: Pearlmutter, "Fast exact multiplication by the Hessian", 1994, section 3.
  public func curvature(
    along v: ParameterList<WeightAndBias<Scalar>>, _ task: TaskSamples<Scalar>
  ) -> ParameterList<WeightAndBias<Scalar>> {
    require(
      v.parts.count == parameters.parts.count,
      "curvature: a direction of \(v.parts.count) layers for \(parameters.parts.count); it must be one of "
        + "this network's gradients")
    var context = Context.inference
    let (y, inputs) = forward(task.x, in: &context)
    var (rh, rInputs) = (Tensor<Scalar>(shape: task.x.shape), Cache())
    for (place, layer) in parameters.parts.enumerated() {
      rInputs.append(rh)
      // forward: z = h·W + b
      let direction = v.parts[place]
      let rz =
        matmul(rh, layer.weight) + matmul(inputs[place], direction.weight) + direction.bias
      // forward: h = relu(z)
      rh = place < parameters.parts.count - 1 ? shut(rz, where: inputs[place + 1]) : rz
    }
    // forward: the mean of (y - target)²; its slope is linear in y
    var dz = meanSquaredError(prediction: y, target: task.y).gradient
    var rdz = rh * 2 / Scalar(y.count)
    var products = [WeightAndBias<Scalar>]()
    for (place, layer) in parameters.parts.enumerated().reversed() {
      // backward: dW = hᵀ·dz, db = Σ dz
      let rdW =
        matmul(transposed: rInputs[place], dz) + matmul(transposed: inputs[place], rdz)
      products.append(WeightAndBias(weight: rdW, bias: rdz.sum(axis: 0)))
      guard place > 0 else { break }
      // backward: dh = dz·Wᵀ, and shut where the ReLU was
      let rdh =
        matmul(rdz, transposed: layer.weight) + matmul(dz, transposed: v.parts[place].weight)
      let dh = matmul(dz, transposed: layer.weight)
      (dz, rdz) = (shut(dh, where: inputs[place]), shut(rdh, where: inputs[place]))
    }
    return ParameterList(products.reversed())
  }

  /// The network after some steps of gradient descent on a task.
  public func adapted(to task: TaskSamples<Scalar>, rate: Scalar, steps: Int = 1) -> ReLUNetwork {
    requireFinite(rate, "adapted: the rate α")
    var network = self
    for _ in 0..<steps {
      let gradient = network.loss(task).gradient
      network.visit(gradient) { _, parameter, g in parameter -= rate * g }
    }
    return network
  }

  /// The loss on the query set after one step on the support set, and its gradient here, before the step.
  ///
  ///     dw = (I - αH_s)·∇L_q(w′)
  ///
  /// - Parameters:
  ///   - support: What the step is made with.
  ///   - query: What it is judged by.
  ///   - rate: α.
  ///   - isFirstOrder: Whether the H is left out, as a cheaper guess.
  /// - Returns: L_q(w′) and dw.
  public func maml(
    support: TaskSamples<Scalar>, query: TaskSamples<Scalar>, rate: Scalar,
    isFirstOrder: Bool = false
  ) -> (loss: Scalar, gradient: ParameterList<WeightAndBias<Scalar>>) {
    let (loss, v) = adapted(to: support, rate: rate).loss(query)
    guard !isFirstOrder else { return (loss, v) }
    return (loss, v + curvature(along: v, support) * -rate)
  }
}

/// A gradient, 0 where the ReLU was shut.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func shut<Scalar: Real>(_ dh: Tensor<Scalar>, where h: Tensor<Scalar>) -> Tensor<Scalar> {
  dh.zip(h) { $1 <= 0 ? 0 : $0 }
}
