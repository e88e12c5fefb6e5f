import Checking
import Core
import Problems16

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let shards: (ShardsQuestion) throws -> Matrix
  let topK: (TopKQuestion) throws -> TopKAnswer
  let federated: (FederatedQuestion) throws -> Matrix
  let privacy: (PrivacyQuestion) throws -> PrivacyAnswer
  let isLibrary: Bool

  init(_ source: Source) {
    shards = Chapter16Problems.shards.function(from: source)
    topK = Chapter16Problems.topK.function(from: source)
    federated = Chapter16Problems.federated.function(from: source)
    privacy = Chapter16Problems.privacy.function(from: source)
    if case .library = source { isLibrary = true } else { isLibrary = false }
  }
}

// The networks compute in Float, what an exercise asks for in Double.
extension FunctionsInUse {
  /// One gradient from those of several shards.
  func gradient(of shards: [Tensor<Float>], sizes: [Int]) throws -> Tensor<Float> {
    let n = shards[0].count
    let question = ShardsQuestion(
      means: Matrix(Tensor<Float>(shards.flatMap(\.scalars), shape: [shards.count, n])),
      sizes: sizes)
    let gradient = try self.shards(question)
    requireShapes("16.1", ("the gradient", gradient, Matrix(shape: [n])))
    return Tensor(gradient)
  }

  /// What is sent of a step, and what stays.
  func sent(
    _ step: Tensor<Float>, memory: Tensor<Float>, k: Int
  ) throws -> (sent: Tensor<Float>, memory: Tensor<Float>) {
    let question = TopKQuestion(step: Matrix(step), memory: Matrix(memory), k: k)
    let (sent, memory) = try topK(question)
    requireShapes("16.3", ("sent", sent, question.step), ("memory", memory, question.memory))
    return (Tensor(sent), Tensor(memory))
  }

  /// One network's weights from those of several clients.
  func average(of clients: [Tensor<Float>], sizes: [Int]) throws -> Tensor<Float> {
    let n = clients[0].count
    let question = FederatedQuestion(
      weights: Matrix(Tensor<Float>(clients.flatMap(\.scalars), shape: [clients.count, n])),
      sizes: sizes)
    let weights = try federated(question)
    requireShapes("16.4", ("the weights", weights, Matrix(shape: [n])))
    return Tensor(weights)
  }
}
