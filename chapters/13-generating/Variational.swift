import Core
import Generating
import Training

/// A variational autoencoder: an encoder 784-256, from it μ and ℓ of a code, a draw, a decoder 256-784.
struct VariationalAutoencoder: Layer {
  typealias Scalar = Float
  typealias Input = Tensor<Float>
  typealias InputGradient = Tensor<Float>

  /// What is said of the pixels, and of the code.
  struct Output {
    var logits: Tensor<Float>, mean: Tensor<Float>, logVariance: Tensor<Float>
  }

  typealias Looking = Then<Dense<Float>, Activation<Float>>
  typealias Decoder = Then<Looking, Dense<Float>>

  var encoder: Looking
  var meanHead: Dense<Float>, varianceHead: Dense<Float>
  var decoder: Decoder
  let functions: FunctionsInUse

  /// A network with random weights, whose codes have so many numbers.
  init(codes: Int, _ functions: FunctionsInUse, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    encoder = Dense<Float>(784, 256, using: &generator).then(Activation.relu)
    meanHead = Dense(256, codes, .glorot, using: &generator)
    varianceHead = Dense(256, codes, .normal(0.01), using: &generator)
    decoder = Dense<Float>(codes, 256, using: &generator).then(Activation.relu)
      .then(Dense(256, 784, .glorot, using: &generator))
    self.functions = functions
  }

  typealias Parameters = Pair<
    Pair<Looking.Parameters, WeightAndBias<Float>>, Pair<WeightAndBias<Float>, Decoder.Parameters>
  >

  var parameters: Parameters {
    Pair(
      Pair(encoder.parameters, meanHead.parameters),
      Pair(varianceHead.parameters, decoder.parameters))
  }

  struct Cache {
    let encoder: Looking.Cache, mean: Dense<Float>.Cache, variance: Dense<Float>.Cache
    let decoder: Decoder.Cache
    let code: (mean: Tensor<Float>, logVariance: Tensor<Float>, noise: Tensor<Float>)
  }

  func forward(
    _ x: Tensor<Float>, in context: inout Context
  ) -> (output: Output, cache: Cache) {
    let (h, encoderCache) = encoder.forward(x, in: &context)
    let (mean, meanCache) = meanHead.forward(h, in: &context)
    let (logVariance, varianceCache) = varianceHead.forward(h, in: &context)
    // Drawn once, and kept: backward needs this ε, not another.
    let noise =
      context.mode == .training
      ? Tensor<Float>(shape: mean.shape, using: &context.generator) : 0 * mean
    let z = reparameterized(mean: mean, logVariance: logVariance, noise: noise)
    let (logits, decoderCache) = decoder.forward(z, in: &context)
    return (
      Output(logits: logits, mean: mean, logVariance: logVariance),
      Cache(
        encoder: encoderCache, mean: meanCache, variance: varianceCache, decoder: decoderCache,
        code: (mean, logVariance, noise))
    )
  }

  func backward(
    _ dOutput: Output, _ cache: Cache
  ) -> (dInput: Tensor<Float>, gradient: Parameters) {
    // forward: logits = decoder(z)
    let (dZ, decoderGradient) = decoder.backward(dOutput.logits, cache.decoder)
    // forward: z = μ + e^(ℓ/2)⊙ε; μ and ℓ are also in the divergence, so two gradients meet
    let draw = functions.throughDraw(
      dZ, mean: cache.code.mean, logVariance: cache.code.logVariance, noise: cache.code.noise)
    let (dMeanHead, meanGradient) = meanHead.backward(draw.dMean + dOutput.mean, cache.mean)
    let (dVarianceHead, varianceGradient) = varianceHead.backward(
      draw.dLogVariance + dOutput.logVariance, cache.variance)
    // forward: h goes into both heads
    let (dX, encoderGradient) = encoder.backward(dMeanHead + dVarianceHead, cache.encoder)
    return (
      dX, Pair(Pair(encoderGradient, meanGradient), Pair(varianceGradient, decoderGradient))
    )
  }

  mutating func visit(
    _ other: Parameters, _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
  ) {
    encoder.visit(other.first.first) { body("encoder.\($0)", &$1, $2) }
    meanHead.visit(other.first.second) { body("mean.\($0)", &$1, $2) }
    varianceHead.visit(other.second.first) { body("variance.\($0)", &$1, $2) }
    decoder.visit(other.second.second) { body("decoder.\($0)", &$1, $2) }
  }
}

extension VariationalAutoencoder {
  /// The cost of a batch's images, in nats each.
  struct Cost {
    var reconstruction = 0.0, divergence = 0.0
    var bound: Double { reconstruction + divergence }
  }

  /// Trains it, and returns the cost of every twentieth part of the steps.
  mutating func train(
    _ x: Tensor<Float>, epochs: Int, beta: Float = 1, seed: UInt64,
    progress: (String) -> Void = { _ in }
  ) throws -> [(step: Int, cost: Cost)] {
    var (adam, context) = (Adam<Float>(learningRate: 0.002), Context.training(seed: seed))
    let steps = epochs * Batches(of: x.rows, size: 128).count
    let span = max(steps / 20, 1)
    var (curve, sum, step) = ([(step: Int, cost: Cost)](), Cost(), 0)
    for epoch in 0..<epochs {
      for places in Batches(of: x.rows, size: 128, using: &context.generator) {
        let images = x.rows(places)
        let (output, cache) = forward(images, in: &context)
        let loss = variationalLoss(
          logits: output.logits, targets: images, mean: output.mean,
          logVariance: output.logVariance, beta: beta)
        guard loss.total.isFinite else {
          throw TrainingFailure(
            step: step, loss: Double(loss.total), learningRate: Double(adam.learningRate))
        }
        let code = functions.ofDivergence(mean: output.mean, logVariance: output.logVariance)
        let gradient = gradient(
          Output(
            logits: loss.dLogits, mean: beta * code.dMean, logVariance: beta * code.dLogVariance),
          cache)
        adam.update(&self, gradient)
        sum.reconstruction += Double(loss.reconstruction)
        sum.divergence += Double(loss.divergence)
        step += 1
        if step % span == 0 {
          curve.append(
            (
              step,
              Cost(
                reconstruction: sum.reconstruction / Double(span),
                divergence: sum.divergence / Double(span))
            ))
          sum = Cost()
        }
      }
      progress("the variational autoencoder, epoch \(epoch + 1)")
    }
    return curve
  }

  /// What images cost that it has not learned from, with one draw each, and how many dimensions carry more
  /// than a twentieth of a nat.
  func cost(_ x: Tensor<Float>, seed: UInt64) -> (cost: Cost, used: Int) {
    var (context, sum) = (Context.training(seed: seed), Cost())
    var perDimension = [Double]()
    for places in Batches(of: x.rows, size: 500) {
      let images = x.rows(places)
      let output = forward(images, in: &context).output
      let loss = variationalLoss(
        logits: output.logits, targets: images, mean: output.mean, logVariance: output.logVariance)
      let share = Double(places.count) / Double(x.rows)
      sum.reconstruction += share * Double(loss.reconstruction)
      sum.divergence += share * Double(loss.divergence)
      // The divergence dimension by dimension: ½(μ² + e^ℓ - 1 - ℓ).
      let squares = (output.mean * output.mean).mean(axis: 0)
      let rest = output.logVariance.map { Float.exp($0) - 1 - $0 }.mean(axis: 0)
      let own = (squares + rest).scalars.map { share * Double($0) / 2 }
      perDimension = perDimension.isEmpty ? own : zip(perDimension, own).map { $0 + $1 }
    }
    return (sum, perDimension.count { $0 > 0.05 })
  }

  /// Images out of codes drawn from N(0, 1).
  func made(_ count: Int, seed: UInt64) -> Tensor<Float> {
    var generator = SplitMix64(seed: seed)
    let codes = meanHead.parameters.bias.count
    return Activation.sigmoid(decoder(Tensor(shape: [count, codes], using: &generator)))
  }
}
