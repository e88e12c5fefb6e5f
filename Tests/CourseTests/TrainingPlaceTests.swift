import TrainingRuns
import Running
import Backprop
import Course
import Foundation
import Testing

/// A network with dropout and running averages, and data that do not fill the last batch.
private typealias Network = Then<
  Then<Then<Dense<Float>, BatchNorm<Float>>, Dropout<Float>>, Dense<Float>
>

@Suite struct TrainingPlaceTests {
  private let x: Tensor<Float>
  private let labels: [Int]
  private let file = FileManager.default.temporaryDirectory
    .appending(path: "\(UUID().uuidString).safetensors")

  init() {
    var generator = SplitMix64(seed: 2)
    x = Tensor(shape: [35, 5], using: &generator)
    labels = (0..<35).map { _ in generator.integer(below: 3) }
  }

  /// A training of so many epochs in all, which is broken off after one of them.
  private func train<Rule: Optimizer<Float>>(
    _ optimizer: Rule, epochs: Int, stop: Int = .max, from saved: Checkpoint? = nil,
    file: URL? = nil, isScheduled: Bool = true, batch: Int = 8, seed: UInt64 = 4
  ) throws -> Checkpoint {
    var generator = SplitMix64(seed: saved == nil ? 3 : 99)
    var network: Network = Dense(5, 7, using: &generator).then(BatchNorm(7))
      .then(Dropout(rate: 0.4)).then(Dense(7, 3, using: &generator))
    var (training, rule) = (TrainingRun<Float>(epochs: epochs, batch: batch), optimizer)
    if isScheduled { training.rate = { cosineSchedule(step: $0, of: $1, from: 0.05) } }
    training.augment = { x, generator in x + Tensor(shape: x.shape, using: &generator) * 0.1 }
    (training.saved, training.file) = (saved, file)
    return try training.run(&network, on: x, labels: labels, with: &rule, seed: seed) { report, _ in
      report.epoch < stop
    }
  }

  @Test(arguments: [1, 2, 4])
  func `a training broken off after an epoch goes on to the same bits`(stop: Int) throws {
    defer { try? FileManager.default.removeItem(at: file) }
    func check(_ optimizer: some Optimizer<Float>, isScheduled: Bool) throws {
      let whole = try train(optimizer, epochs: 5, isScheduled: isScheduled)
      let part = try train(optimizer, epochs: 5, stop: stop, file: file, isScheduled: isScheduled)
      let saved = try Checkpoint(contentsOf: file.path)
      #expect(saved == part && saved != whole, "the file holds the last whole epoch")
      #expect(
        try train(optimizer, epochs: 5, from: saved, isScheduled: isScheduled) == whole,
        "\(optimizer.memory.rule)")
    }
    for isScheduled in [true, false] {
      try check(SGD(learningRate: 0.1), isScheduled: isScheduled)
      try check(Momentum(learningRate: 0.02), isScheduled: isScheduled)
      try check(AdamW(learningRate: 0.01), isScheduled: isScheduled)
      try check(Clipped(RMSprop(learningRate: 0.01), toGlobalNorm: 1), isScheduled: isScheduled)
    }
  }

  @Test func `without a schedule, more epochs are the same as more from the beginning`() throws {
    let adam = Adam<Float>()
    let short = try train(adam, epochs: 2, isScheduled: false)
    #expect(
      try train(adam, epochs: 6, from: short, isScheduled: false)
        == train(adam, epochs: 6, isScheduled: false))
  }

  @Test func `what is no part of this training is refused with what it was`() throws {
    let adam = Adam<Float>()
    let saved = try train(adam, epochs: 4, stop: 2)
    func error(_ body: () throws -> Checkpoint) -> CheckpointError? {
      #expect(throws: CheckpointError.self) { try body() }
    }
    let others = [
      error { try train(adam, epochs: 4, from: saved, batch: 7) },
      error { try train(adam, epochs: 4, from: saved, seed: 5) },
      error { try train(adam, epochs: 6, from: saved) },
      error { try train(adam, epochs: 4, from: saved, isScheduled: false) },
    ]
    for other in others {
      #expect(other?.kind == .otherRun)
      #expect(
        other?.detail.contains("35 samples in Float, batches of 8, rates from 0.05 in 4 epochs")
          == true)
    }
    #expect(
      error { try train(Nesterov(learningRate: 0.1), epochs: 4, from: saved) }?.kind == .otherRun)
    let done = error { try train(adam, epochs: 4, from: try train(adam, epochs: 4)) }
    #expect(done?.detail.contains("4 epochs behind it, of 4") == true)
    var alone = saved
    alone.metadata["run"] = nil
    #expect(error { try train(adam, epochs: 4, from: alone) }?.kind == .missingTensor)
  }
}
