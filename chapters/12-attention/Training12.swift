import Core
import Training

/// A batch of a language model: what it reads, and what should come next; -1 where it does not count.
struct TokenBatch {
  var ids: [[Int]]
  var labels: [Int]
}

/// How a language model is trained: AdamW with a warm-up and half a cosine.
struct LanguageRun {
  let steps: Int
  var rate = 0.003
  var warmup: Int { min(100, steps / 4 + 1) }

  /// Trains a model, and calls `report` after each step with the loss before it; `loss` is that of logits,
  /// a row for each place of the batch.
  func train<Model: Layer>(
    _ model: inout Model, seed: UInt64, batch: (inout SplitMix64) -> TokenBatch,
    loss: (_ logits: Tensor<Model.Scalar>, TokenBatch) -> Loss<Model.Scalar> = {
      softmaxCrossEntropy(logits: $0, labels: $1.labels, ignoring: -1)
    },
    report: (_ step: Int, _ loss: Double, Model) -> Void = { _, _, _ in }
  ) throws where Model.Input == [[Int]], Model.Output == Tensor<Model.Scalar> {
    typealias Scalar = Model.Scalar
    var generator = SplitMix64(seed: seed)
    var (optimizer, context) = (AdamW<Scalar>(decay: 0.01), Context.training(seed: seed))
    let schedule = Schedule.warmupCosine(peak: Scalar(rate), warmup: warmup, steps: steps)
    for step in 0..<steps {
      let batch = batch(&generator)
      optimizer.learningRate = schedule(step)
      let loss = try model.trainingStep(batch.ids, number: step, with: &optimizer, in: &context) {
        loss($0, batch)
      }
      report(step, Double(loss), model)
    }
  }
}
