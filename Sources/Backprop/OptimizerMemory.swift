/// What an optimizer remembers: one tensor beside each parameter, in the order of visiting.
struct OptimizerMemory<Scalar: Real>: Sendable {
  private var tensors: [Tensor<Scalar>] = []

  init() {}

  /// Calls `body` with each parameter, its gradient, and the tensor that is kept for it, at first 0.
  mutating func visit<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters, _ optimizer: String,
    _ body: (
      _ parameter: inout Tensor<Scalar>, _ g: Tensor<Scalar>, _ kept: inout Tensor<Scalar>
    ) -> Void
  ) {
    if tensors.isEmpty { tensors = gradient.named.map { Tensor(shape: $0.value.shape) } }
    var index = 0
    network.visit(gradient) { name, parameter, g in
      require(
        index < tensors.count && tensors[index].shape == g.shape,
        "\(optimizer): \(name) is \(g.shape) now, another network than before; "
          + "make a new optimizer")
      body(&parameter, g, &tensors[index])
      index += 1
    }
  }
}
