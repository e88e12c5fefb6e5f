public import Checkpoints
public import Core
public import Foundation
import Training

/// Where a training stands between two epochs: with network and optimizer all that it needs to go on.
public struct TrainingPlace: Sendable {
  /// How many epochs are over.
  public private(set) var epoch = 0
  /// The source of the order of samples, of dropout and of augmentation.
  public private(set) var generator: SplitMix64
  /// What determines the bits of this training beside its code: samples, batches, seed, rates.
  private let run: String

  /// The beginning of a training.
  public init(seed: UInt64, run: String) {
    (generator, self.run) = (SplitMix64(seed: seed), "\(run), shuffled from \(seed)")
  }

  /// Takes note that an epoch is over, and writes the file, if there is one.
  ///
  /// What cannot be written now is tried again after the next epoch; whoever writes the last one hears of
  /// it. Pipes and devices get the last one alone.
  public mutating func endEpoch<Rule: Optimizer>(
    _ generator: SplitMix64, _ network: some TensorLayer<Rule.Scalar>, _ optimizer: Rule, file: URL?
  ) {
    epoch += 1
    self.generator = generator
    guard let file else { return }
    var status = stat()
    if stat(file.path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG {
      try? checkpoint(network, optimizer).save(to: file.path)
    }
  }

  /// Network, optimizer and place, for a file.
  public func checkpoint<Rule: Optimizer>(
    _ network: some TensorLayer<Rule.Scalar>, _ optimizer: Rule
  ) -> Checkpoint {
    var checkpoint = network.checkpoint(
      metadata: ["epochs": "\(epoch)", "generator": "\(generator.state)", "run": run])
    checkpoint.set(optimizer, for: network)
    return checkpoint
  }

  /// Takes network, optimizer and place from a checkpoint: what follows is what would have followed
  /// without the break, to the last bit.
  ///
  /// - Parameters:
  ///   - checkpoint: What was saved after an epoch.
  ///   - network: Gets what was saved.
  ///   - optimizer: Gets what it remembered.
  ///   - epochs: How many there are to be in all.
  /// - Throws: `CheckpointError` if it holds no training, one with other data or settings, or one that
  ///   has all its epochs behind it.
  public mutating func load<Network: Layer>(
    _ checkpoint: Checkpoint, into network: inout Network,
    _ optimizer: inout some Optimizer<Network.Scalar>, epochs: Int
  ) throws {
    guard let saved = checkpoint.metadata["run"],
      let epoch = checkpoint.metadata["epochs"].flatMap({ Int($0) }), epoch >= 0,
      let state = checkpoint.metadata["generator"].flatMap({ UInt64($0) })
    else {
      throw CheckpointError(
        .missingTensor, path: checkpoint.path,
        "it holds a network, but not a training that could go on. Save one with --save")
    }
    guard saved == run else {
      throw CheckpointError(
        .otherRun, path: checkpoint.path,
        "it was saved in a training of \(saved), and this is one of \(run). Give the options of then"
      )
    }
    guard epoch < epochs else {
      throw CheckpointError(
        .otherRun, path: checkpoint.path,
        "it has \(epoch) epochs behind it, of \(epochs). Ask for more with --epochs")
    }
    var (loaded, rule) = (network, optimizer)
    try loaded.load(checkpoint)
    try rule.load(checkpoint, for: loaded)
    (network, optimizer) = (loaded, rule)
    (self.epoch, generator) = (epoch, SplitMix64(seed: state))
  }
}
