import Checking
import Core

/// The setting of all measurements at the start of training.
///
/// Layers of 64 units and one output, a batch of 128, inputs and targets N(0, 1), the mean squared
/// error. The output layer begins alike in all settings, with Glorot's weights, so that only the
/// layers under examination differ.
struct Laboratory {
  let functions: FunctionsInUse
  let seed: UInt64
  static let width = 64
  static let batch = 128

  init(_ functions: FunctionsInUse, seed: UInt64) {
    (self.functions, self.seed) = (functions, seed)
  }

  /// The geometric mean over some seeds of the length of each layer's weight gradient.
  func gradientNorms(
    _ setting: Setting, depth: Int, seeds: Int, last: Initializer = .glorot
  ) throws -> [Double] {
    var logarithms = [Double](repeating: 0, count: depth)
    for number in 0..<seeds {
      let norms = try gradientNorms(setting, depth: depth, seed: seed + UInt64(number), last)
      for layer in 0..<depth {
        logarithms[layer] += Double.log(max(norms[layer], 1e-300)) / Double(seeds)
      }
    }
    return logarithms.map { Double.exp($0) }
  }

  private func gradientNorms(
    _ setting: Setting, depth: Int, seed: UInt64, _ last: Initializer
  ) throws -> [Double] {
    let (network, x, targets) = try sample(setting, depth: depth, seed: seed, last: last)
    let gradients = network.weightGradients(of: x) {
      meanSquaredError(prediction: $0, target: targets).gradient
    }
    return Array(try functions.norms(gradients).prefix(depth))
  }

  /// A fresh network and a random batch.
  func sample(
    _ setting: Setting, depth: Int, seed: UInt64, last: Initializer = .glorot
  ) throws -> (network: DeepNetwork, x: Matrix, targets: Matrix) {
    var generator = SplitMix64(seed: seed)
    let sizes = [Int](repeating: Self.width, count: depth + 1) + [1]
    let network = try setting.network(sizes, functions, last: last, using: &generator)
    let x = Matrix(shape: [Self.batch, Self.width], using: &generator)
    let targets = Matrix(shape: [Self.batch, 1], using: &generator)
    return (network, x, targets)
  }
}
