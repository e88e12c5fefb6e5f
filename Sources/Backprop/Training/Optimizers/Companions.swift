import Core

/// A tensor beside each parameter, of its shape, zero at first: what an optimizer remembers.
///
/// They stand in the order of visiting.
struct Companions<Scalar: Real>: Sendable {
  var tensors: [Tensor<Scalar>] = []

  /// Makes the tensors at the first step.
  mutating func prepare(for gradient: some ParameterSet<Scalar>) {
    if tensors.isEmpty { tensors = gradient.named.map { Tensor(shape: $0.value.shape) } }
  }
}
