public import Core
import Kernels

/// A fully connected net of single numbers: tanh after every layer.
public struct ScalarNet: Sendable {
  /// The number of units a layer, the inputs first: 2, 16, 16, 1.
  public let sizes: [Int]
  /// For every unit its weights and then its bias, layer by layer.
  public var parameters: [Double]

  /// Random weights of the variance 1/fanIn, biases of 0; a layer has 1 unit or more.
  public init(_ sizes: [Int], using generator: inout some RandomNumberGenerator) {
    require(
      sizes.count >= 2 && sizes.allSatisfy { $0 >= 1 },
      "ScalarNet: layers of \(sizes) units; it needs two or more, the inputs first, each of 1 or more"
    )
    for (fanIn, units) in zip(sizes, sizes.dropFirst()) {
      requireRoom(elementCount([fanIn, units], "ScalarNet"), bytesEach: 8, "ScalarNet")
    }
    self.sizes = sizes
    parameters = []
    for (fanIn, units) in zip(sizes, sizes.dropFirst()) {
      for _ in 0..<units {
        for _ in 0..<fanIn {
          parameters.append(generator.normal() / Double(fanIn).squareRoot())
        }
        parameters.append(0)
      }
    }
  }

  /// The net's outputs, in whatever numbers it is given: `Value` or `Dual`.
  public func outputs<Number: DifferentiableNumber>(
    _ x: [Number], parameters: [Number]
  ) -> [Number] {
    let count = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    require(
      x.count == sizes[0] && parameters.count == count,
      "ScalarNet: \(x.count) inputs and \(parameters.count) parameters; a net of \(sizes) takes "
        + "\(sizes[0]) and \(count)")
    var (a, next) = (x, 0)
    for (fanIn, units) in zip(sizes, sizes.dropFirst()) {
      a = (0..<units).map { _ in
        var z = parameters[next + fanIn]
        for i in 0..<fanIn {
          z = Number.apply(.add, z, .apply(.multiply, parameters[next + i], a[i]))
        }
        next += fanIn + 1
        return Number.apply(.tanh, z)
      }
    }
    return a
  }

  /// The net's first output, as a plain number.
  public func callAsFunction(_ x: [Double]) -> Double {
    outputs(x.map { Dual($0) }, parameters: parameters.map { Dual($0) })[0].value
  }

  /// 1/m Σ (output - target)² over some samples, on a tape of its own, with its parameters there.
  public func loss(
    _ inputs: Tensor<Double>, _ targets: [Double], samples: [Int]
  ) -> (loss: Value, parameters: [Value]) {
    requireSamples(inputs, targets)
    require(
      !samples.isEmpty && samples.allSatisfy(targets.indices.contains),
      "ScalarNet: the samples \(samples.prefix(10)); it needs one or more, each from 0 to "
        + "\(targets.count - 1)")
    let tape = Tape()
    let parameters = self.parameters.map { Value($0, on: tape) }
    var loss = Value(0, on: tape)
    for sample in samples {
      let x = (0..<sizes[0]).map { Value(inputs[sample, $0], on: tape) }
      let error = outputs(x, parameters: parameters)[0] - targets[sample]
      loss = loss + pow(error, 2)
    }
    return (loss / Double(samples.count), parameters)
  }

  /// Trains the net by mini-batch gradient descent.
  ///
  /// - Parameters:
  ///   - inputs: The samples, `[count, inputs]`.
  ///   - targets: -1 or 1 for each.
  ///   - steps: How many batches to take.
  ///   - batch: How many samples a step sees.
  ///   - learningRate: The step size; it falls linearly to a tenth.
  ///   - generator: Draws the batches.
  ///   - report: Is told the step and its loss.
  ///   - gradients: Reverse mode: the derivative of a loss with respect to each number on its tape.
  /// - Throws: What `gradients` throws.
  /// - Returns: The loss of each step's batch, measured before the step.
  public mutating func train(
    _ inputs: Tensor<Double>, _ targets: [Double], steps: Int, batch: Int, learningRate: Double,
    using generator: inout some RandomNumberGenerator,
    report: (_ step: Int, _ loss: Double) -> Void = { _, _ in },
    gradients: (Value) throws -> [Double]
  ) throws -> [Double] {
    requireSamples(inputs, targets)
    require(
      steps >= 0 && batch >= 1 && !targets.isEmpty,
      "ScalarNet: \(steps) steps with \(batch) of \(targets.count) samples; it needs 0 steps or more, "
        + "with 1 or more samples")
    requireNotNegative(learningRate, "ScalarNet: the learning rate")
    var losses: [Double] = []
    for step in 0..<steps {
      let samples = (0..<batch).map { _ in generator.integer(below: targets.count) }
      let (loss, parameters) = self.loss(inputs, targets, samples: samples)
      let slopes = try gradients(loss)
      require(
        slopes.count >= parameters.count,
        "ScalarNet: \(slopes.count) gradients for \(parameters.count) parameters; give one for each "
          + "number on the loss's tape")
      let rate = learningRate * (1 - 0.9 * Double(step) / Double(steps))
      for (i, parameter) in parameters.enumerated() {
        self.parameters[i] -= rate * slopes[parameter.index]
      }
      losses.append(loss.value)
      report(step, loss.value)
    }
    return losses
  }

  /// The share of samples whose output has the target's sign.
  public func accuracy(_ inputs: Tensor<Double>, _ targets: [Double]) -> Double {
    requireSamples(inputs, targets)
    let right = targets.indices.count { sample in
      let x = (0..<sizes[0]).map { inputs[sample, $0] }
      return self(x) * targets[sample] > 0
    }
    return Double(right) / Double(targets.count)
  }

  private func requireSamples(_ inputs: Tensor<Double>, _ targets: [Double]) {
    require(
      inputs.shape == [targets.count, sizes[0]],
      "ScalarNet: inputs \(inputs.shape) for \(targets.count) targets; they must be "
        + "[\(targets.count), \(sizes[0])]")
  }
}
