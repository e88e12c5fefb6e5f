/// A tensor beside each parameter, of its shape, zero at first: what an optimizer remembers.
///
/// They stand in the order of visiting.
struct Companions<Scalar: Real>: Sendable {
  var tensors: [Tensor<Scalar>] = []

  /// Makes the tensors at the first step; later on, checks that the network is still the same.
  mutating func prepare(for gradient: some ParameterSet<Scalar>, of optimizer: String) {
    let named = gradient.named
    if tensors.isEmpty { tensors = named.map { Tensor(shape: $0.value.shape) } }
    for (index, (name, value)) in named.enumerated() {
      require(
        index < tensors.count && tensors[index].shape == value.shape,
        "\(optimizer): \(name) is \(value.shape) now, another network than before; "
          + "make a new optimizer")
    }
    require(
      named.count == tensors.count,
      "\(optimizer): \(named.count) parameters now and \(tensors.count) before, another network; "
        + "make a new optimizer")
  }
}
