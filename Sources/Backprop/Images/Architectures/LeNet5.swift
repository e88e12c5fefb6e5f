public import Core

/// LeNet-5 as it is built today, for images of 1×28×28: two convolutions and three dense layers,
/// 61,706 parameters.
///
///     6@28×28 (5×5, padding 2) → pool 6@14×14 → 16@10×10 (5×5) → pool 16@5×5 → 120 → 84 → 10
///
/// Source: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document
/// Recognition", Proceedings of the IEEE 86, 1998, section II.B. There pooling is a trained average,
/// activations are tanh, the second convolution sees chosen channels only, and the output layer
/// measures distances.
///
/// Each ReLU stands behind its pooling. Since ReLU never decreases, max(ReLU(x)) = ReLU(max(x)):
/// outputs and gradients are the same as in the usual order, for a quarter of the work.
///
/// - Parameters:
///   - type: The precision.
///   - generator: The source of the weights, which begin as He's.
/// - Returns: A network from images `[m, 1, 28, 28]` to logits `[m, 10]`.
public func leNet5<Scalar: Real>(
  _ type: Scalar.Type = Scalar.self, using generator: inout some RandomNumberGenerator
) -> some TensorLayer<Scalar> & Sendable {
  let features = ImagesIn<Scalar>()
    .then(Conv2d(1, 6, kernel: 5, ConvolutionGeometry(padding: 2), using: &generator))
    .then(MaxPool2d(2)).then(Activation.relu)
    .then(Conv2d(6, 16, kernel: 5, using: &generator))
    .then(MaxPool2d(2)).then(Activation.relu)
  return features.then(Flatten())
    .then(Dense(400, 120, using: &generator)).then(Activation.relu)
    .then(Dense(120, 84, using: &generator)).then(Activation.relu)
    .then(Dense(84, 10, .glorot, using: &generator))
}
