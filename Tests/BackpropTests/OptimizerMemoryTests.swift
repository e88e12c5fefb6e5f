import Backprop
import Foundation
import Testing

private typealias Network<Scalar: Real> = Then<
  Then<Then<Dense<Scalar>, BatchNorm<Scalar>>, Dropout<Scalar>>, Dense<Scalar>
>

/// All of a training that goes from one epoch to the next.
private struct Trainer<Scalar: Real, Rule: Optimizer<Scalar>> {
  var network: Network<Scalar>
  var optimizer: Rule
  var context = Context.training(seed: 5)
  private let x: Tensor<Scalar>
  private let labels: [Int]

  init(_ optimizer: Rule, seed: UInt64 = 1) {
    var generator = SplitMix64(seed: seed)
    network = Dense(4, 6, using: &generator).then(BatchNorm(6)).then(Dropout(rate: 0.3))
      .then(Dense(6, 3, using: &generator))
    self.optimizer = optimizer
    var data = SplitMix64(seed: 9)
    x = Tensor(shape: [23, 4], using: &data)
    labels = (0..<23).map { _ in data.integer(below: 3) }
  }

  /// Epochs of shuffled batches, with a rate from a schedule of 30 steps.
  mutating func train(epochs: Range<Int>) {
    let schedule = Schedule<Scalar>.warmupCosine(peak: 0.05, warmup: 4, steps: 30)
    var step = epochs.lowerBound * 5
    for _ in epochs {
      for places in Batches(of: 23, size: 5, using: &context.generator) {
        optimizer.learningRate = schedule(step)
        step += 1
        _ = network.trainingStep(
          x.rows(places), labels: places.map { labels[$0] }, l2: 0.01, with: &optimizer,
          in: &context)
      }
    }
  }

  var checkpoint: Checkpoint {
    var checkpoint = network.checkpoint()
    checkpoint.set(optimizer, for: network)
    return checkpoint
  }

  /// Six epochs, with a break after some: through a file, into other objects.
  func broken(after epochs: Int) throws -> Trainer {
    let folder = try Folder()
    var first = self
    first.train(epochs: 0..<epochs)
    try first.checkpoint.save(to: folder.file("net"))

    var second = Trainer(optimizer, seed: 77)
    let saved = try Checkpoint(contentsOf: folder.file("net"))
    try second.network.load(saved)
    try second.optimizer.load(saved, for: second.network)
    second.context.generator = SplitMix64(seed: first.context.generator.state)
    second.train(epochs: epochs..<6)
    return second
  }
}

private let rules = [
  "SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "AdamW", "AdamW of weights",
  "clipped Adam", "clipped SGD",
]

private func rule<Scalar: Real>(_ name: String) -> any Optimizer<Scalar> {
  switch name {
  case "SGD": SGD(learningRate: 0.1)
  case "Momentum": Momentum(learningRate: 0.1, beta: 0.8)
  case "Nesterov": Nesterov(learningRate: 0.1)
  case "AdaGrad": AdaGrad(learningRate: 0.1)
  case "RMSprop": RMSprop(learningRate: 0.1)
  case "Adam": Adam(learningRate: 0.1)
  case "AdamW": AdamW(learningRate: 0.1)
  case "AdamW of weights": AdamW(learningRate: 0.1, weightsOnly: true)
  case "clipped Adam": Clipped(Adam(learningRate: 0.1), toGlobalNorm: 0.5)
  default: Clipped(SGD(learningRate: 0.1), toGlobalNorm: 0.5)
  }
}

@Suite struct OptimizerMemoryTests {
  @Test(arguments: rules)
  func `training that was saved and loaded goes on to the same bits as without the break`(
    name: String
  ) throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      func compare(_ optimizer: some Optimizer<Scalar>) throws {
        let start = Trainer(optimizer)
        var whole = start
        whole.train(epochs: 0..<6)
        for epochs in [0, 1, 3, 6] {
          let broken = try start.broken(after: epochs)
          #expect(broken.checkpoint == whole.checkpoint, "a break after \(epochs)")
        }
      }
      try compare(rule(name))
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test(arguments: rules)
  func `without its memory the training would go elsewhere`(name: String) throws {
    func compare(_ optimizer: some Optimizer<Double>) throws -> Bool {
      var (whole, fresh) = (Trainer(optimizer), Trainer(optimizer))
      whole.train(epochs: 0..<3)
      fresh = whole
      fresh.optimizer = optimizer
      whole.train(epochs: 3..<6)
      fresh.train(epochs: 3..<6)
      return whole.network.checkpoint() == fresh.network.checkpoint()
    }
    #expect(try compare(rule(name)) == name.contains("SGD"))
  }

  @Test func `the memory stands under the names of the parameters`() {
    var trainer = Trainer<Float, Adam<Float>>(Adam(learningRate: 0.1))
    trainer.train(epochs: 0..<1)
    let names = trainer.checkpoint.tensors.map(\.name)
    #expect(names.contains("layer1.weight") && names.contains("layer2.runningMean"))
    #expect(
      names.contains("optimizer.m.layer1.weight") && names.contains("optimizer.v.layer3.bias"))
    #expect(!names.contains { $0.hasPrefix("optimizer.m") && $0.contains("running") })
    #expect(
      trainer.checkpoint.metadata["optimizer"] == "Adam, beta1 0.9, beta2 0.999, epsilon 1e-08")
  }

  @Test
  func `a network without a memory is loaded alone, and the optimizer's loading says why not`()
    throws
  {
    var trainer = Trainer<Double, Adam<Double>>(Adam())
    let old = Trainer<Double, Adam<Double>>(Adam(), seed: 3).network.checkpoint()
    try trainer.network.load(old)
    #expect(trainer.network.checkpoint() == old)
    let error = #expect(throws: CheckpointError.self) {
      try trainer.optimizer.load(old, for: trainer.network)
    }
    #expect(error?.kind == .missingTensor)
    #expect(error?.detail.contains("not what its optimizer remembered") == true)
  }

  @Test func `a memory of another rule, network or count is refused, and nothing is changed`()
    throws
  {
    var trainer = Trainer<Double, Momentum<Double>>(Momentum(learningRate: 0.1))
    trainer.train(epochs: 0..<1)
    let saved = trainer.checkpoint
    var (nesterov, other) = (
      Nesterov<Double>(learningRate: 0.1), Momentum<Double>(learningRate: 0.1, beta: 0.5)
    )
    for error in [
      #expect(throws: CheckpointError.self) { try nesterov.load(saved, for: trainer.network) },
      #expect(throws: CheckpointError.self) { try other.load(saved, for: trainer.network) },
    ] {
      #expect(error?.kind == .otherRun && error?.exitCode == 65)
      #expect(error?.detail.contains("Momentum, beta 0.9") == true)
    }
    var generator = SplitMix64(seed: 1)
    let wider = Dense<Double>(5, 6, using: &generator)
    let memory = trainer.optimizer.memory
    #expect(throws: CheckpointError.self) { try trainer.optimizer.load(saved, for: wider) }
    #expect(trainer.optimizer.memory == memory)

    for steps in [-1, 0.5, .nan, .infinity] {
      var damaged = saved
      damaged.set("optimizer.step", to: Tensor([steps], shape: []))
      let error = #expect(throws: CheckpointError.self) {
        try trainer.optimizer.load(damaged, for: trainer.network)
      }
      #expect(error?.kind == .malformed)
    }
  }

  @Test func `the learning rate comes back, also one that a plateau has lowered`() throws {
    let losses = [3, 2, 2, 2, 2, 1.9, 2, 2, 2, 2, 2.1, 1.8, 2]
    var (whole, optimizer) = (
      PlateauSchedule<Double>(from: 0.3, factor: 0.5, patience: 1), SGD<Double>(learningRate: 0.3)
    )
    let network = Dense<Double>(weight: Tensor(shape: [1, 1]), bias: Tensor(shape: [1]))
    for place in losses.indices {
      var checkpoint = network.checkpoint()
      checkpoint.set(whole)
      checkpoint.set(optimizer, for: network)
      var (again, rule) = (
        PlateauSchedule<Double>(from: 0.3, factor: 0.5, patience: 1), SGD<Double>(learningRate: 9)
      )
      try again.load(checkpoint)
      try rule.load(checkpoint, for: network)
      #expect(rule.learningRate == optimizer.learningRate)
      for loss in losses[place...] { _ = again.next(after: loss) }
      var rest = whole
      for loss in losses[place...] { _ = rest.next(after: loss) }
      #expect(again.learningRate == rest.learningRate && again.best == rest.best)
      optimizer.learningRate = whole.next(after: losses[place])
    }
    #expect(throws: CheckpointError.self) { try whole.load(network.checkpoint()) }
  }
}
