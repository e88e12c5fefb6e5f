import Checking
import Core
import SmallSets

/// Two inputs, eight hidden neurons, one output: enough for two moons.
struct TinyNetwork {
  var hidden: Dense<Double>
  var output: Dense<Double>

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    hidden = Dense(2, 8, .he, using: &generator)
    output = Dense(8, 1, .glorot, using: &generator)
  }

  /// Trains by gradient descent on all points; returns the losses and the share of right answers.
  static func train(
    on points: LabeledPoints, _ tested: TestedActivation, steps: Int, seed: UInt64
  ) throws -> (losses: [Double], rightAnswers: Double) {
    let (x, rate) = (points.inputs, 0.3)
    let target = Matrix(points.labels.map(Double.init)).reshaped([points.count, 1])
    var (network, losses, rightAnswers) = (TinyNetwork(seed: seed), [Double](), 0.0)
    for step in 0...steps {
      let z = network.hidden(x)  // [points, 8]
      let h = tested.activation(z)  // [points, 8]
      let y = network.output(h)  // [points, 1]
      let (loss, dy) = meanSquaredError(prediction: y, target: target)
      losses.append(loss)
      if step == steps {
        rightAnswers = y.zip(target) { ($0 > 0.5) == ($1 > 0.5) ? 1 : 0 }.mean()
      }

      // forward: z = x·W₁ + b₁, h = f(z), y = h·W₂ + b₂
      let (dh, outputGradient) = network.output.backward(dy, .init(x: h))
      let dz = try tested.backward(z, dh)
      let hiddenGradient = network.hidden.gradient(dz, .init(x: x))
      network.output.descend(outputGradient, rate: rate)
      network.hidden.descend(hiddenGradient, rate: rate)
    }
    return (losses, rightAnswers)
  }
}

extension Dense<Double> {
  /// One step downhill.
  fileprivate mutating func descend(_ gradient: WeightAndBias<Double>, rate: Double) {
    parameters.weight -= gradient.weight * rate
    parameters.bias -= gradient.bias * rate
  }
}
