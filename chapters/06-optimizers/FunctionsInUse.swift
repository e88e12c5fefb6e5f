import Checking
import Core
import Problems06
import Training

/// The functions of the exercises that this chapter's steps are taken with.
struct FunctionsInUse {
  let momentum: (MomentumQuestion) throws -> MomentumAnswer
  let nesterov: (MomentumQuestion) throws -> MomentumAnswer
  let rmsprop: (RMSpropQuestion) throws -> RMSpropAnswer
  let adam: (AdamQuestion) throws -> AdamAnswer
  let clip: (ClippingQuestion) throws -> [Matrix]
  let warmupCosine: (WarmupQuestion) throws -> Double

  init(_ source: Source) {
    momentum = Chapter06Problems.momentum.function(from: source)
    nesterov = Chapter06Problems.nesterov.function(from: source)
    rmsprop = Chapter06Problems.rmsprop.function(from: source)
    adam = Chapter06Problems.adam.function(from: source)
    clip = Chapter06Problems.clipByGlobalNorm.function(from: source)
    warmupCosine = Chapter06Problems.warmupCosine.function(from: source)
  }

  /// An optimizer of a kind, in Double; with these functions where there is an exercise for it.
  func optimizer(_ kind: OptimizerKind, learningRate: Double) -> any Optimizer<Double> {
    switch kind {
    case .sgd: SGD(learningRate: learningRate)
    case .momentum:
      AdaptedOptimizer.momentum("6.1", learningRate: learningRate, step: momentum)
    case .nesterov:
      AdaptedOptimizer.momentum("6.2", learningRate: learningRate, step: nesterov)
    case .adaGrad: AdaGrad(learningRate: learningRate)
    case .rmsprop: AdaptedOptimizer.rmsprop(learningRate: learningRate, step: rmsprop)
    case .adam: AdaptedOptimizer.adam(learningRate: learningRate, step: adam)
    case .adamW: AdamW(learningRate: learningRate)
    case .clipped:
      ClippedOptimizer(
        AdaptedOptimizer.momentum("6.1", learningRate: learningRate, step: momentum)
      ) { try clip(ClippingQuestion(gradients: $0, limit: 1)) }
    }
  }
}

/// The kinds of optimizer that the chapter compares.
enum OptimizerKind: String, CaseIterable {
  case sgd = "SGD"
  case momentum
  case nesterov = "Nesterov"
  case adaGrad = "AdaGrad"
  case rmsprop = "RMSprop"
  case adam = "Adam"
  case adamW = "AdamW"
  case clipped = "mom., clipped"

  /// The same optimizer of the library, in Float.
  func fast(learningRate: Float) -> any Optimizer<Float> {
    switch self {
    case .sgd: SGD(learningRate: learningRate)
    case .momentum: Momentum(learningRate: learningRate)
    case .nesterov: Nesterov(learningRate: learningRate)
    case .adaGrad: AdaGrad(learningRate: learningRate)
    case .rmsprop: RMSprop(learningRate: learningRate)
    case .adam: Adam(learningRate: learningRate)
    case .adamW: AdamW(learningRate: learningRate)
    case .clipped:
      Clipped(Momentum(learningRate: learningRate), toGlobalNorm: 1)
    }
  }
}
