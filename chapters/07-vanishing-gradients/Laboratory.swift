import Backprop
import Course

/// The setting of all measurements at the start of training.
///
/// Layers of 64 units and one output, a batch of 128, inputs and targets N(0, 1), the mean squared
/// error. The output layer begins alike in all settings, N(0, 1/64), so that only the others differ.
struct Laboratory {
  let functions: FunctionsInUse
  let seed: UInt64
  static let width = 64
  static let batch = 128

  init(_ functions: FunctionsInUse, seed: UInt64) {
    (self.functions, self.seed) = (functions, seed)
  }

  /// The geometric mean over some seeds of the length of each layer's weight gradient.
  func gradientNorms(_ setting: Setting, depth: Int, seeds: Int) throws -> [Double] {
    var logarithms = [Double](repeating: 0, count: depth)
    for number in 0..<seeds {
      let norms = try gradientNorms(setting, depth: depth, seed: seed + UInt64(number))
      for layer in 0..<depth {
        logarithms[layer] += Double.log(max(norms[layer], 1e-300)) / Double(seeds)
      }
    }
    return logarithms.map { Double.exp($0) }
  }

  private func gradientNorms(_ setting: Setting, depth: Int, seed: UInt64) throws -> [Double] {
    let (network, pass, targets) = try forward(setting, depth: depth, seed: seed)
    let (_, dOutput) = meanSquaredError(prediction: pass.output, target: targets)
    let norms = try functions.norms(network.backward(dOutput, pass).weights)
    return Array(norms.prefix(depth))
  }

  /// A fresh network, and what it makes of a random batch.
  func forward(
    _ setting: Setting, depth: Int, seed: UInt64
  ) throws -> (network: DeepNetwork, pass: DeepNetwork.Pass, targets: Matrix) {
    var generator = SplitMix64(seed: seed)
    let sizes = [Int](repeating: Self.width, count: depth + 1) + [1]
    var network = try setting.network(sizes, functions, using: &generator)
    network.weights[depth] = Matrix(
      standardDeviation: 1 / Double(Self.width).squareRoot(), shape: [Self.width, 1],
      using: &generator)
    let x = Matrix(shape: [Self.batch, Self.width], using: &generator)
    let targets = Matrix(shape: [Self.batch, 1], using: &generator)
    return (network, network.forward(x), targets)
  }
}
