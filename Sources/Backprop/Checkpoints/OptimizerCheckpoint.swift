// Training that goes on where it stopped: an optimizer's memory, to a checkpoint and back.

public import Core
import Kernels
public import Training

extension Checkpoint {
  /// Adds what an optimizer remembers and its learning rate, beside the network that it trains:
  /// `optimizer.velocity.layer1.weight`.
  ///
  /// ```swift
  /// var checkpoint = network.checkpoint()
  /// checkpoint.set(adam, for: network)
  /// try checkpoint.save(to: file)
  ///
  /// let saved = try Checkpoint(contentsOf: file)
  /// try network.load(saved)
  /// try adam.load(saved, for: network)
  /// ```
  /// A program that only uses the network reads the same file.
  public mutating func set<Rule: Optimizer, Network: Layer>(
    _ optimizer: Rule, for network: Network
  ) where Network.Scalar == Rule.Scalar {
    let memory = optimizer.memory
    metadata["optimizer"] = memory.rule
    set("optimizer.learningRate", to: Tensor([optimizer.learningRate], shape: []))
    // Exact up to 2⁵³ steps.
    set("optimizer.step", to: Tensor([Double(memory.step)], shape: []))
    let named = network.parameters.named
    let names = layerNames(of: named.map(\.name))
    for (kind, tensors) in memory.kept.sorted(by: { $0.key < $1.key }) {
      // Before the first step nothing is kept yet, and zeros are what the rule begins with.
      let tensors = tensors.isEmpty ? named.map { Tensor(shape: $0.value.shape) } : tensors
      for (name, tensor) in zip(names, tensors) { set("optimizer.\(kind).\(name)", to: tensor) }
    }
  }

  /// Adds what a plateau schedule remembers.
  public mutating func set<Scalar: Real>(_ schedule: PlateauSchedule<Scalar>) {
    set(
      "schedule.plateau",
      to: Tensor([schedule.learningRate, schedule.best, Scalar(schedule.waited)]))
  }
}

extension PlateauSchedule {
  /// Takes over the rate, the best loss and the patience left from a checkpoint to which such a schedule
  /// was added.
  ///
  /// - Throws: ``CheckpointError`` if the checkpoint has no such schedule.
  public mutating func load(_ checkpoint: Checkpoint) throws {
    let saved: Tensor<Scalar> = try checkpoint.tensor("schedule.plateau", shape: [3])
    guard let waited = Int(exactly: Double(saved[2])), waited >= 0 else {
      throw checkpoint.noCount("schedule.plateau")
    }
    (learningRate, best, self.waited) = (saved[0], saved[1], waited)
  }
}

extension Checkpoint {
  fileprivate func noCount(_ name: String) -> CheckpointError {
    CheckpointError(
      .malformed, path: path,
      "the tensor \"\(name)\" should count something, and holds no whole number from 0. Save it again"
    )
  }
}

extension Optimizer {
  /// Takes over memory and learning rate from a checkpoint: the next step is the one that would have
  /// followed, to the last bit.
  ///
  /// - Parameters:
  ///   - checkpoint: One to which such an optimizer was added with ``Checkpoint/set(_:for:)``.
  ///   - network: The network that it trains.
  /// - Throws: ``CheckpointError`` if the checkpoint has no optimizer's memory, or that of another rule
  ///   or network; the optimizer is then as before.
  public mutating func load<Network: Layer>(
    _ checkpoint: Checkpoint, for network: Network
  ) throws where Network.Scalar == Scalar {
    guard let rule = checkpoint.metadata["optimizer"] else {
      throw CheckpointError(
        .missingTensor, path: checkpoint.path,
        "it holds a network, but not what its optimizer remembered. Use the network as it is, or "
          + "train it with a new optimizer")
    }
    var loaded = memory
    guard rule == loaded.rule else {
      throw CheckpointError(
        .otherRun, path: checkpoint.path,
        "it holds the memory of \(rule), and this is \(loaded.rule). Make the optimizer as it was "
          + "then")
    }
    let rate: Tensor<Scalar> = try checkpoint.tensor("optimizer.learningRate", shape: [])
    let steps = try checkpoint.tensor("optimizer.step", as: Double.self, shape: []).item
    guard let step = Int(exactly: steps), step >= 0 else {
      throw checkpoint.noCount("optimizer.step")
    }
    loaded.step = step
    let named = network.parameters.named
    let names = layerNames(of: named.map(\.name))
    for kind in loaded.kept.keys {
      loaded.kept[kind] = try zip(names, named).map {
        try checkpoint.tensor("optimizer.\(kind).\($0)", shape: $1.value.shape)
      }
    }
    (memory, learningRate) = (loaded, rate.item)
  }
}
