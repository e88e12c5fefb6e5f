import Backprop
import Testing

private let golden = GoldenFile("golden")

private let activations = [
  "identity", "sigmoid", "tanh", "relu", "leakyReLU", "elu", "softplus", "silu", "gelu",
]

private func activation<Scalar>(_ name: String) -> Activation<Scalar> {
  switch name {
  case "sigmoid": .sigmoid
  case "tanh": .tanh
  case "relu": .relu
  case "leakyReLU": .leakyReLU(slope: Scalar(0.1))
  case "elu": .elu(alpha: Scalar(0.7))
  case "softplus": .softplus
  case "silu": .silu
  case "gelu": .gelu
  default: .identity
  }
}

@Test(arguments: activations)
func `an activation and its gradient are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let function: Activation<Scalar> = activation(name)
    let x = try golden("\(name).x", as: type)
    try golden.expect(function(x), "\(name).y")
    let dX = function.backward(try golden("\(name).dy", as: type), .init(x: x)).dInput
    try golden.expect(dX, "\(name).dx")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test func `softmax and its gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let y = softmax(try golden("softmax.x", as: type))
    try golden.expect(y, "softmax.y")
    try golden.expect(softmaxBackward(golden("softmax.dy", as: type), y: y), "softmax.dx")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test(arguments: [
  "meanSquaredError", "meanAbsoluteError", "huber", "binaryCrossEntropyOnLogits",
  "binaryCrossEntropyOnProbabilities", "softTargets", "labels", "weighted", "smoothed",
])
func `a loss and its gradient are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let x = try golden("\(name).x", as: type)
    let t = try golden("\(name).t", as: type)
    let labels = try golden("losses.labels", as: type).scalars.map { Int($0) }
    let (loss, gradient): Loss<Scalar> =
      switch name {
      case "meanSquaredError": meanSquaredError(prediction: x, target: t)
      case "meanAbsoluteError": meanAbsoluteError(prediction: x, target: t)
      case "huber": huber(prediction: x, target: t, delta: Scalar(0.8))
      case "binaryCrossEntropyOnLogits":
        binaryCrossEntropy(logits: x, targets: Activation.sigmoid(t))
      case "binaryCrossEntropyOnProbabilities": binaryCrossEntropy(probabilities: x, targets: t)
      case "softTargets":
        softmaxCrossEntropy(logits: x, targets: try golden("losses.soft", as: type))
      case "labels": softmaxCrossEntropy(logits: x, labels: labels)
      case "weighted":
        weightedCrossEntropy(
          logits: x, labels: labels,
          classWeights: try golden("losses.weights", as: type).scalars)
      default:
        softmaxCrossEntropy(
          logits: x, targets: smoothed(oneHot(labels, classes: 4), by: Scalar(0.1)))
      }
    try golden.expect(Tensor([loss]), "\(name).loss")
    try golden.expect(gradient, "\(name).dx")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test func `a dense layer and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let layer = Dense(
      weight: try golden("dense.w", as: type), bias: try golden("dense.b", as: type))
    let x = try golden("dense.x", as: type)
    try golden.expect(layer(x), "dense.y")
    let (dX, gradient) = layer.backward(try golden("dense.dy", as: type), .init(x: x))
    try golden.expect(dX, "dense.dx")
    try golden.expect(gradient.weight, "dense.dW")
    try golden.expect(gradient.bias, "dense.db")
  }
  try check(Double.self)
  try check(Float.self)
}

/// sin(1.7·i + shift) in each place i: the same numbers in every language, with no generator.
private func formula(_ shape: [Int], shift: Double) -> Tensor<Double> {
  Tensor((0..<shape.reduce(1, *)).map { Double.sin(1.7 * Double($0) + shift) }, shape: shape)
}

@Test(arguments: ["sgd", "sgdL2", "adam"])
func `ten steps of training a network are the independent ones`(name: String) throws {
  func layer(_ inputs: Int, _ outputs: Int, _ index: Int) -> Dense<Double> {
    Dense(weight: formula([inputs, outputs], shift: Double(index)), bias: Tensor(shape: [outputs]))
  }
  var network = layer(3, 5, 0).then(Activation.relu).then(layer(5, 4, 1)).then(Activation.relu)
    .then(layer(4, 2, 2))
  var (sgd, adam) = (SGD(learningRate: 0.1), Adam(learningRate: 0.05))
  var context = Context.training(seed: 0)
  let (x, labels) = (formula([6, 3], shift: 0.3), [0, 1, 1, 0, 1, 0])
  let losses = (0..<10).map { _ in
    name == "adam"
      ? network.trainingStep(x, labels: labels, with: &adam, in: &context)
      : network.trainingStep(
        x, labels: labels, l2: name == "sgdL2" ? 0.01 : 0, with: &sgd, in: &context)
  }
  try golden.expect(Tensor(losses), "\(name).losses")
  let order = ["w0", "b0", "w1", "b1", "w2", "b2"]
  for (name, parameter) in zip(order.map { "\(name).\($0)" }, network.parameters.named) {
    try golden.expect(parameter.value, name)
  }
}
