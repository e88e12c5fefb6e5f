import Checking
import Core
import Problems07
import Sequences

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let glorot: (FanQuestion) throws -> Double
  let he: (FanInQuestion) throws -> Double
  let gradientNorms: (WeightGradientsQuestion) throws -> [Double]
  let batchNorm: (NormalizationQuestion) throws -> NormalizationGradients
  let rnnStep: (RNNStepQuestion) throws -> RNNStepGradients

  init(_ source: Source) {
    glorot = Chapter07Problems.glorot.function(from: source)
    he = Chapter07Problems.he.function(from: source)
    gradientNorms = Chapter07Problems.gradientNorms.function(from: source)
    batchNorm = Chapter07Problems.batchNorm.function(from: source)
    rnnStep = Chapter07Problems.rnnStep.function(from: source)
  }

  func norms(_ gradients: [Matrix]) throws -> [Double] {
    try gradientNorms(WeightGradientsQuestion(gradients: gradients))
  }
}

/// A way to begin: the standard deviation of the weights.
enum Start: CaseIterable {
  case unit, small, glorot, he

  var name: String {
    switch self {
    case .unit: "N(0, 1)"
    case .small: "N(0, 0.01)"
    case .glorot: "Glorot"
    case .he: "He"
    }
  }

  func deviation(_ functions: FunctionsInUse, fanIn: Int, fanOut: Int) throws -> Double {
    switch self {
    case .unit: 1
    case .small: 0.01
    case .glorot: try functions.glorot(FanQuestion(fanIn: fanIn, fanOut: fanOut))
    case .he: try functions.he(FanInQuestion(fanIn: fanIn))
    }
  }
}

/// A kind of network: its activation, its start, and whether it has batch norm.
struct Setting {
  let activation: Activation<Double>
  let start: Start
  var normalizes = false

  var name: String { "\(activation), \(start.name)" }

  /// Three activations, each with four starts.
  static func all(normalizes: Bool = false) -> [Setting] {
    [Activation.sigmoid, .tanh, .relu].flatMap { activation in
      Start.allCases.map {
        Setting(activation: activation, start: $0, normalizes: normalizes)
      }
    }
  }

  func network(
    _ sizes: [Int], _ functions: FunctionsInUse, last: Initializer? = nil,
    using generator: inout SplitMix64
  ) throws -> DeepNetwork {
    try deepNetwork(
      sizes, activation,
      start: { .normal(try start.deviation(functions, fanIn: $0, fanOut: $1)) }, last: last,
      normalizes: normalizes, normBackward: functions.batchNorm, using: &generator)
  }
}
