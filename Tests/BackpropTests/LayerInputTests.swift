import Backprop
import Testing

/// Numbers of words to rows of a table: an input that has no gradient.
private struct Embedding: Layer {
  struct Table: ParameterSet {
    var weight: Tensor<Double>

    mutating func visit(
      _ other: Table, _ body: (String, inout Tensor<Double>, Tensor<Double>) -> Void
    ) {
      body("weight", &weight, other.weight)
    }
  }

  var parameters: Table

  init(_ weight: Tensor<Double>) { parameters = Table(weight: weight) }

  func forward(
    _ x: [Int], in context: inout Context
  ) -> (output: Tensor<Double>, cache: [Int]) { (parameters.weight.rows(x), x) }

  func backward(
    _ dY: Tensor<Double>, _ x: [Int]
  ) -> (dInput: NoGradient, gradient: Table) {
    // forward: y[i] = weight[x[i]], so a word that comes twice gets the sum
    var dWeight = Tensor<Double>(shape: parameters.weight.shape)
    for (i, word) in x.enumerated() {
      for j in 0..<dY.columns { dWeight[word, j] += dY[i, j] }
    }
    return (NoGradient(), Table(weight: dWeight))
  }

  mutating func visit(
    _ other: Table, _ body: (String, inout Tensor<Double>, Tensor<Double>) -> Void
  ) {
    parameters.visit(other, body)
  }
}

/// Two tensors of one shape, and their gradients.
private struct Two: Equatable, Sendable {
  var a, b: Tensor<Double>
}

/// y = x with x₂ = x·x beside it: an output that is no tensor.
private struct WithSquare: Layer {
  func forward(
    _ x: Tensor<Double>, in context: inout Context
  ) -> (output: Two, cache: Tensor<Double>) { (Two(a: x, b: x * x), x) }

  func backward(
    _ dY: Two, _ x: Tensor<Double>
  ) -> (dInput: Tensor<Double>, gradient: NoParameters<Double>) {
    // forward: y = (x, x²)
    (dY.a + 2 * dY.b * x, NoParameters())
  }
}

/// y = a ⊙ b: an input of two tensors.
private struct Product: Layer {
  func forward(
    _ x: Two, in context: inout Context
  ) -> (output: Tensor<Double>, cache: Two) { (x.a * x.b, x) }

  func backward(
    _ dY: Tensor<Double>, _ x: Two
  ) -> (dInput: Two, gradient: NoParameters<Double>) {
    // forward: y = a ⊙ b
    (Two(a: dY * x.b, b: dY * x.a), NoParameters())
  }
}

private func random(_ shape: Int..., seed: UInt64) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// The parameters' gradients that are not the slopes of Σ upstream·output, by central differences.
private func disagreements<
  Network: Layer<Double, Input, Tensor<Double>, Gradient>, Input, Gradient
>(
  of network: Network, at x: Input, upstream: Tensor<Double>
) -> [String] {
  var context = Context.inference
  let (y, cache) = network.forward(x, in: &context)
  let (_, gradient) = network.backward(upstream, cache)
  #expect(network.gradient(upstream, cache).named.map(\.value) == gradient.named.map(\.value))
  let parameters = network.parameters.named
  return gradient.named.indices.compactMap { index in
    let numeric = numericalGradient(
      of: { nudged in
        var (copy, place) = (network, 0)
        copy.visit(network.parameters) { _, tensor, _ in
          if place == index { tensor = nudged }
          place += 1
        }
        return (upstream * copy(x)).sum()
      }, at: parameters[index].value)
    let got = gradient.named[index].value
    let loss = (upstream * y).sum()
    return gradientsAgree(got, numeric, loss: loss) ? nil : "\(parameters[index].name): \(got)"
  }
}

@Suite struct LayerInputTests {
  private let words = [3, 0, 3, 1, 4]
  private var network: Then<Then<Embedding, Activation<Double>>, Dense<Double>> {
    Embedding(random(6, 4, seed: 1)).then(.tanh)
      .then(Dense(weight: random(4, 2, seed: 2), bias: random(2, seed: 3)))
  }

  @Test func `layers behind numbers of words have the slopes of their output for gradients`() {
    #expect(disagreements(of: network, at: words, upstream: random(5, 2, seed: 4)) == [])
  }

  @Test func `layers around two tensors have the slopes of their output for gradients`() {
    let x = random(5, 3, seed: 5)
    let network = Dense(weight: random(3, 4, seed: 6), bias: random(4, seed: 7))
      .then(WithSquare()).then(Product())
      .then(Dense(weight: random(4, 2, seed: 8), bias: random(2, seed: 9)))
    let upstream = random(5, 2, seed: 10)
    #expect(disagreements(of: network, at: x, upstream: upstream) == [])
    #expect(disagreements(of: network, at: x, seed: 11) == [], "and those of x")
  }

  @Test func `a network behind numbers of words is trained like any other`() throws {
    var (network, adam, context) = (
      network, Adam<Double>(learningRate: 0.05), Context.training(seed: 1)
    )
    let labels = [0, 1, 0, 1, 1]
    let first = network.trainingStep(words, labels: labels, with: &adam, in: &context)
    var last = first
    for step in 1..<50 {
      last = try network.trainingStep(words, number: step, with: &adam, in: &context) {
        softmaxCrossEntropy(logits: $0, labels: labels)
      }
    }
    #expect(last < first / 4)
    #expect(network(words).argmaxOfRows() == labels)
  }

  @Test func `a checkpoint has the table of words`() throws {
    let saved = network.checkpoint()
    var other = Embedding(random(6, 4, seed: 20)).then(Activation.tanh)
      .then(Dense(weight: random(4, 2, seed: 21), bias: random(2, seed: 22)))
    try other.load(saved)
    #expect(other(words) == network(words))
  }

  @Test func `a network can be given to another thread`() async {
    var generator = SplitMix64(seed: 1)
    let (network, images) = (
      leNet5(Float.self, using: &generator), Tensor<Float>(shape: [2, 1, 28, 28])
    )
    let elsewhere = await Task.detached { network(images) }.value
    #expect(elsewhere == network(images))
  }
}
