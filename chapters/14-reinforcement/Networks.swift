import Core

/// Two hidden layers, as all networks of this chapter have them.
typealias SmallNetwork = Then<
  Then<Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>, Activation<Float>>, Dense<Float>
>

func smallNetwork(
  _ inputs: Int, _ hidden: Int, _ outputs: Int, _ activation: Activation<Float>,
  using generator: inout SplitMix64
) -> SmallNetwork {
  Dense<Float>(inputs, hidden, .uniformFanIn, using: &generator).then(activation)
    .then(Dense(hidden, hidden, .uniformFanIn, using: &generator)).then(activation)
    .then(Dense(hidden, outputs, .uniformFanIn, using: &generator))
}

extension Layer {
  /// Takes over the parameters of another network of the same kind.
  mutating func copyParameters(of other: Self) {
    visit(other.parameters) { _, parameter, its in parameter = its }
  }

  /// Follows another network slowly: a share of the way with each call.
  mutating func follow(_ other: Self, share: Scalar) {
    visit(other.parameters) { _, parameter, its in
      parameter = parameter * (1 - share) + its * share
    }
  }
}

extension Layer where Output == Tensor<Scalar> {
  /// One step down a gradient that a body makes of the output.
  mutating func step(
    _ x: Input, with optimizer: inout some Optimizer<Scalar>,
    _ loss: (Tensor<Scalar>) throws -> Loss<Scalar>
  ) throws -> Scalar {
    var context = Context.inference
    return try trainingStep(x, with: &optimizer, in: &context, loss: loss)
  }
}
