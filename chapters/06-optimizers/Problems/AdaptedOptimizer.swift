public import Checking
public import Core

// Optimizers that take their steps from a function of yours: which tensors are kept for a parameter
// is the adapter's business, what becomes of them is the answer to an exercise.

/// An optimizer whose step comes from an answer, such as 6.4 for Adam.
public struct AdaptedOptimizer: Optimizer {
  /// From θ, g, what is kept for θ, t and η to the new θ and what is kept then.
  public typealias Rule = (
    _ parameter: Matrix, _ gradient: Matrix, _ kept: [Matrix], _ step: Int, _ rate: Double
  ) throws -> (parameter: Matrix, kept: [Matrix])

  public var learningRate: Double
  private let id: String
  private let keeps: Int
  private let rule: Rule
  private var kept: [[Matrix]] = []
  /// The number of steps taken.
  private var step = 0

  public var memory: OptimizerMemory<Double> {
    get {
      let kinds = (0..<keeps).map { kind in ("kept\(kind)", kept.map { $0[kind] }) }
      return OptimizerMemory(
        rule: "the step of \(id)", step: step, kept: Dictionary(uniqueKeysWithValues: kinds))
    }
    set {
      step = newValue.step
      let kinds = (0..<keeps).map { newValue.kept["kept\($0)"] ?? [] }
      kept = (kinds.first ?? []).indices.map { place in kinds.map { $0[place] } }
    }
  }

  init(_ id: String, learningRate: Double, keeps: Int, rule: @escaping Rule) {
    (self.id, self.learningRate, self.keeps, self.rule) = (id, learningRate, keeps, rule)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Double {
    step += 1
    if kept.isEmpty {
      kept = gradient.named.map { Array(repeating: Matrix(shape: $0.value.shape), count: keeps) }
    }
    var index = 0
    network.visit(gradient) { name, parameter, g in
      require(
        index < kept.count && kept[index].allSatisfy { $0.shape == g.shape },
        "\(id): \(name) is \(g.shape) now, another network than before; make a new optimizer")
      let old = parameter
      let new = answer(id) { try rule(old, g, kept[index], step, learningRate) }
      requireShapes(id, ("the new parameter \(name)", new.parameter, g))
      for tensor in new.kept { requireShapes(id, ("what is kept for \(name)", tensor, g)) }
      (parameter, kept[index]) = (new.parameter, new.kept)
      index += 1
    }
  }

  /// Momentum from 6.1, or Nesterov's from 6.2.
  public static func momentum(
    _ id: String, learningRate: Double, beta: Double = 0.9,
    step: @escaping (MomentumQuestion) throws -> MomentumAnswer
  ) -> AdaptedOptimizer {
    AdaptedOptimizer(id, learningRate: learningRate, keeps: 1) { parameter, g, kept, _, rate in
      let new = try step(
        MomentumQuestion(
          parameter: parameter, gradient: g, velocity: kept[0], learningRate: rate, beta: beta))
      return (new.parameter, [new.velocity])
    }
  }

  /// RMSprop from 6.3.
  public static func rmsprop(
    learningRate: Double, rho: Double = 0.99, epsilon: Double = 1e-8,
    step: @escaping (RMSpropQuestion) throws -> RMSpropAnswer
  ) -> AdaptedOptimizer {
    AdaptedOptimizer("6.3", learningRate: learningRate, keeps: 1) { parameter, g, kept, _, rate in
      let new = try step(
        RMSpropQuestion(
          parameter: parameter, gradient: g, squares: kept[0], learningRate: rate, rho: rho,
          epsilon: epsilon))
      return (new.parameter, [new.squares])
    }
  }

  /// Adam from 6.4.
  public static func adam(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    step: @escaping (AdamQuestion) throws -> AdamAnswer
  ) -> AdaptedOptimizer {
    AdaptedOptimizer("6.4", learningRate: learningRate, keeps: 2) { parameter, g, kept, t, rate in
      let new = try step(
        AdamQuestion(
          parameter: parameter, gradient: g, m: kept[0], v: kept[1], step: t, learningRate: rate,
          beta1: beta1, beta2: beta2, epsilon: epsilon))
      return (new.parameter, [new.m, new.v])
    }
  }
}

/// An optimizer that is given clipped gradients, by an answer to 6.5 or by the library.
public struct ClippedOptimizer<Base: Optimizer>: Optimizer {
  public typealias Scalar = Base.Scalar

  public var base: Base
  private let clip: ([Tensor<Scalar>]) throws -> [Tensor<Scalar>]

  public var learningRate: Scalar {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  public var memory: OptimizerMemory<Scalar> {
    get { base.memory }
    set { base.memory = newValue }
  }

  public init(
    _ base: Base, clip: @escaping (_ gradients: [Tensor<Scalar>]) throws -> [Tensor<Scalar>]
  ) {
    (self.base, self.clip) = (base, clip)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    let tensors = gradient.named.map(\.value)
    let clipped = answer("6.5") { try clip(tensors) }
    require(
      clipped.map(\.shape) == tensors.map(\.shape),
      "6.5: the gradients have the shapes \(clipped.map(\.shape)), should be \(tensors.map(\.shape))"
    )
    var (copy, index) = (gradient, 0)
    copy.visit(gradient) { _, tensor, _ in
      tensor = clipped[index]
      index += 1
    }
    base.update(&network, copy)
  }
}
