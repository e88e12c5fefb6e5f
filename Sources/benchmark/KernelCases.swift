import Backprop

/// A kernel, and the textbook's loop for the same task on smaller sizes: how long the one takes,
/// measured in the other, is the same number on a quiet machine and on a busy one.
struct KernelCase {
  let name: String
  let kernel: () -> Void
  let textbook: () -> Void

  /// All of them, at the sizes of the course's networks.
  static func all() -> [KernelCase] { products() + convolutions() + elementwise() }

  private static func products() -> [KernelCase] {
    var generator = SplitMix64(seed: 1)
    func random(_ shape: Int...) -> Tensor<Float> {
      Tensor(standardDeviation: 1, shape: shape, using: &generator)
    }
    let textbook = textbookLoop()
    let (x, w, dY) = (random(64, 784), random(784, 256), random(64, 256))
    let (one, narrow, few) = (random(1, 784), random(128, 10), random(64, 128))
    let (v, dH) = (random(256, 128), random(64, 128))
    let (xs, ws) = (Tensor<Double>(few), Tensor<Double>(random(128, 128)))
    return [
      KernelCase(name: "x·W, 64×784·784×256", kernel: { _ = matmul(x, w) }, textbook: textbook),
      KernelCase(
        name: "xᵀ·dy, 784×64·64×256", kernel: { _ = matmul(transposed: x, dY) },
        textbook: textbook),
      KernelCase(
        name: "dy·Wᵀ, 64×128·128×256", kernel: { _ = matmul(dH, transposed: v) },
        textbook: textbook),
      KernelCase(
        name: "x·W, 64×128·128×10", kernel: { _ = matmul(few, narrow) }, textbook: textbook),
      KernelCase(
        name: "x·W, 1×784·784×256", kernel: { _ = matmul(one, w) }, textbook: textbook),
      KernelCase(
        name: "xᵀ·dy, 784×1·1×256",
        kernel: { _ = matmul(transposed: one, dY.rows(0..<1)) }, textbook: textbook),
      KernelCase(
        name: "Double, 64×128·128×128", kernel: { _ = matmul(xs, ws) }, textbook: textbook),
    ]
  }

  private static func convolutions() -> [KernelCase] {
    var generator = SplitMix64(seed: 2)
    let geometry = ConvolutionGeometry(padding: 1)
    let layers = [
      ("6→16, 5×5 on 14×14", Conv2d<Float>(6, 16, kernel: 5, using: &generator), 14, 10),
      ("1→6, 5×5 on 32×32", Conv2d<Float>(1, 6, kernel: 5, using: &generator), 32, 28),
      (
        "16→16, 3×3 on 14×14", Conv2d<Float>(16, 16, kernel: 3, geometry, using: &generator), 14, 14
      ),
    ]
    let textbook = textbookLoop()
    let cases = layers.flatMap { name, layer, size, output in
      let (channels, outputs) = (layer.parameters.weight.shape[1], layer.parameters.weight.shape[0])
      let x = Tensor<Float>(
        standardDeviation: 1, shape: [channels, size, size, 64], using: &generator)
      let dY = Tensor<Float>(
        standardDeviation: 1, shape: [outputs, output, output, 64], using: &generator)
      var context = Context.inference
      let cache = layer.forward(x, in: &context).cache
      return [
        KernelCase(
          name: "convolution \(name)",
          kernel: {
            var context = Context.inference
            _ = layer.forward(x, in: &context)
          }, textbook: textbook),
        KernelCase(
          name: "its dw and db", kernel: { _ = layer.gradient(dY, cache) }, textbook: textbook),
        KernelCase(
          name: "its dx, dw and db", kernel: { _ = layer.backward(dY, cache) }, textbook: textbook),
      ]
    }
    let pool = MaxPool2d<Float>(2)
    let x = Tensor<Float>(standardDeviation: 1, shape: [6, 28, 28, 64], using: &generator)
    let dY = Tensor<Float>(standardDeviation: 1, shape: [6, 14, 14, 64], using: &generator)
    var context = Context.inference
    let cache = pool.forward(x, in: &context).cache
    return cases + [
      KernelCase(
        name: "max pooling 6@28×28",
        kernel: {
          var context = Context.inference
          _ = pool.forward(x, in: &context)
        }, textbook: textbook),
      KernelCase(
        name: "its dx", kernel: { _ = pool.backward(dY, cache) }, textbook: textbook),
    ]
  }

  private static func elementwise() -> [KernelCase] {
    var generator = SplitMix64(seed: 3)
    let textbook = textbookLoop()
    let x = Tensor<Float>(standardDeviation: 1, shape: [64, 256], using: &generator)
    let bias = Tensor<Float>(standardDeviation: 1, shape: [256], using: &generator)
    let logits = Tensor<Float>(standardDeviation: 1, shape: [64, 10], using: &generator)
    let labels = (0..<64).map { $0 % 10 }
    let images = Tensor<Float>(standardDeviation: 1, shape: [512, 784], using: &generator)
    let places = (0..<64).map { $0 * 7 }
    let dense = Dense<Float>(784, 256, using: &generator)
    let gradient = dense.parameters
    var (trained, adam) = (dense, Adam<Float>())
    let norm = BatchNorm<Float>(16)
    let maps = Tensor<Float>(standardDeviation: 1, shape: [16, 14, 14, 64], using: &generator)
    var context = Context.training(seed: 1)
    let cache = norm.forward(maps, in: &context).cache
    let relu = Activation<Float>.relu
    return [
      KernelCase(name: "x + b, 64×256", kernel: { _ = x + bias }, textbook: textbook),
      KernelCase(name: "relu, 64×256", kernel: { _ = relu(x) }, textbook: textbook),
      KernelCase(
        name: "its dx", kernel: { _ = relu.backward(x, .init(x: x)) }, textbook: textbook),
      KernelCase(name: "Σ over rows, 64×256", kernel: { _ = x.sum(axis: 0) }, textbook: textbook),
      KernelCase(name: "transpose, 64×256", kernel: { _ = x.transposed }, textbook: textbook),
      KernelCase(
        name: "softmax cross-entropy, 64×10",
        kernel: { _ = softmaxCrossEntropy(logits: logits, labels: labels) }, textbook: textbook),
      KernelCase(name: "64 rows of 784", kernel: { _ = images.rows(places) }, textbook: textbook),
      KernelCase(
        name: "Adam, 200,960 parameters", kernel: { adam.update(&trained, gradient) },
        textbook: textbook),
      KernelCase(
        name: "batch norm, 16@14×14",
        kernel: {
          var context = Context.training(seed: 1)
          _ = norm.forward(maps, in: &context)
        }, textbook: textbook),
      KernelCase(
        name: "its dx", kernel: { _ = norm.backward(maps, cache) }, textbook: textbook),
    ]
  }

  /// The triple loop, 48×48·48×48: about 0.1 ms.
  private static func textbookLoop() -> () -> Void {
    let a = [Float](repeating: 0.5, count: 48 * 48)
    return { _ = textbookProduct(48, a, a) }
  }
}
