/// The parameters of a layer or a network, or a gradient with respect to them: tensors in a fixed
/// order, each with a name.
public protocol ParameterSet<Scalar>: Sendable {
  associatedtype Scalar: Real

  /// Calls `body` with each tensor, its name, and its partner in `other`, in a fixed order.
  ///
  /// The name of a parameter that multiplies its input ends in `weight`, so that penalties find it.
  mutating func visit(
    _ other: Self, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void)
}

extension ParameterSet {
  /// The tensors with their names, for reading.
  public var named: [(name: String, value: Tensor<Scalar>)] {
    var (copy, list) = (self, [(name: String, value: Tensor<Scalar>)]())
    copy.visit(self) { name, tensor, _ in list.append((name, tensor)) }
    return list
  }

  /// The number of numbers in it.
  public var count: Int { named.reduce(0) { $0 + $1.value.count } }

  /// The Euclidean length of all tensors together.
  public var norm: Scalar { euclideanNorm(named.map(\.value)).value }

  /// The sum of two gradients, tensor by tensor.
  public static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.visit(b) { name, tensor, other in
      require(
        tensor.shape == other.shape,
        "\(name): \(tensor.shape) + \(other.shape): both must be gradients of one network")
      tensor += other
    }
    return sum
  }

  /// A gradient with every element multiplied by a number.
  public static func * (a: Self, factor: Scalar) -> Self {
    var product = a
    product.visit(a) { _, tensor, other in tensor = other * factor }
    return product
  }

  /// Adds the gradient of the penalty λ/2·ΣW² to a loss's gradient: λ·W, for weights, not biases.
  ///
  /// λ is finite and at least 0.
  public mutating func addL2Penalty(_ strength: Scalar, of parameters: Self) {
    requireNotNegative(strength, "addL2Penalty: the strength")
    visit(parameters) { name, tensor, weight in
      require(
        tensor.shape == weight.shape,
        "addL2Penalty: the gradient of \(name) is \(tensor.shape), the parameter \(weight.shape); they "
          + "must be alike")
      if isWeight(name) { tensor += strength * weight }
    }
  }
}

/// Whether a parameter multiplies its input, `hidden.weight`, and is no bias, scale or shift.
package func isWeight(_ name: String) -> Bool { name.lowercased().hasSuffix("weight") }

/// The parameters of a layer that has none.
public struct NoParameters<Scalar: Real>: ParameterSet {
  public init() {}

  public mutating func visit(
    _ other: NoParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {}
}

/// The parameters of y = x·W + b, and of a convolution.
public struct WeightAndBias<Scalar: Real>: ParameterSet {
  public var weight: Tensor<Scalar>
  public var bias: Tensor<Scalar>

  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.weight, self.bias) = (weight, bias)
  }

  public mutating func visit(
    _ other: WeightAndBias, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("weight", &weight, other.weight)
    body("bias", &bias, other.bias)
  }
}

/// The parameters of two parts, one after the other.
public struct Pair<First: ParameterSet, Second: ParameterSet>: ParameterSet
where First.Scalar == Second.Scalar {
  public var first: First
  public var second: Second

  public init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }

  public mutating func visit(
    _ other: Pair,
    _ body: (String, inout Tensor<First.Scalar>, Tensor<First.Scalar>) -> Void
  ) {
    first.visit(other.first) { body("first." + $0, &$1, $2) }
    second.visit(other.second) { body("second." + $0, &$1, $2) }
  }
}
