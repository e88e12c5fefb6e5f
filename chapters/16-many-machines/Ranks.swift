import Checkpoints
import Core
import Foundation
import ManyMachines
import Running
import Training

/// A training that ranks share.
///
/// It knows what joins them by three members alone.
struct RankTraining: Sendable {
  let digits: Digits
  let epochs: Int, batch: Int
  let seed: UInt64
  /// A training that goes on, also with another number of ranks.
  var saved: Checkpoint?

  /// Chapter 4's network, 784-256-128-10.
  typealias Network = Then<
    Then<Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>, Activation<Float>>, Dense<Float>
  >

  /// What a rank has in the end.
  struct Outcome: Sendable {
    var network: Network
    /// The mean loss of each epoch.
    var losses = [Double]()
    var accuracy = 0.0
    var imagesPerSecond = 0.0
    /// Whether all ranks have the same weights, bit for bit.
    var isShared = false
    /// The network and the optimizer's memory.
    var checkpoint = Checkpoint()
  }

  private func start() -> Network {
    var generator = SplitMix64(seed: seed)
    return Dense<Float>(784, 256, using: &generator).then(Activation.relu)
      .then(Dense(256, 128, using: &generator)).then(Activation.relu)
      .then(Dense(128, 10, .glorot, using: &generator))
  }

  /// Trains as one rank of several: a part of every batch is this one's.
  func run(
    on communicator: some Communicator, report: (_ epoch: Int, Outcome) -> Void = { _, _ in }
  ) throws -> Outcome {
    var (outcome, optimizer) = (Outcome(network: start()), Adam<Float>())
    var first = 0
    if let saved {
      try outcome.network.load(saved)
      try optimizer.load(saved, for: outcome.network)
      first = Int(saved.metadata["epochs"] ?? "") ?? 0
    }
    var context = Context.training(seed: seed)
    for epoch in first..<first + epochs {
      // The order depends on the epoch alone: it is the same on every rank, and after a pause.
      var generator = SplitMix64(seed: seed &+ 1_000 &* UInt64(epoch + 1))
      let (begin, batches) = (Date(), Batches(of: digits.count, size: batch, using: &generator))
      var loss = 0.0
      for places in batches {
        let part = evenParts(of: places.count, communicator.size)[communicator.rank]
        let own = Array(places[part])
        loss += Double(
          try outcome.network.dataParallelStep(
            digits.x.rows(own), samples: own.count, among: communicator,
            with: &optimizer, in: &context
          ) {
            softmaxCrossEntropy(logits: $0, labels: own.map { digits.labels[$0] })
          })
      }
      outcome.imagesPerSecond = Double(digits.count) / max(Date().timeIntervalSince(begin), 1e-9)
      outcome.losses.append(loss / Double(batches.count))
      if communicator.rank == 0 { outcome.accuracy = digits.accuracy(outcome.network) }
      report(epoch, outcome)
    }
    outcome.isShared = try communicator.allAgree(on: outcome.network.parameters.flattened)
    outcome.checkpoint = outcome.network.checkpoint(metadata: ["epochs": "\(first + epochs)"])
    outcome.checkpoint.set(optimizer, for: outcome.network)
    return outcome
  }
}

/// The same training on one, two and four ranks, which are threads of this process.
func trainOnRanks(
  _ digits: Digits, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("The same training, on more ranks")
  let training = RankTraining(
    digits: digits, epochs: plan.epochs, batch: plan.batch, seed: plan.seed,
    saved: try options.load.map { try Checkpoint(contentsOf: $0.path) })
  var table = Table("ranks", "right", "from 1 rank", "all alike", "sent by each, a step", "")
  var alone: Tensor<Float>?
  for ranks in [1, 2, 4] {
    let outcome = try onThreads(ranks) { try training.run(on: $0) }[0]
    let row = outcome.network.parameters.flattened
    let distance = alone.map { (row - $0).scalars.reduce(0) { max($0, abs($1)) } } ?? 0
    alone = alone ?? row
    table.add(
      "\(ranks)", percent(outcome.accuracy, 1),
      distance == 0 ? "0" : distance < 0.02 ? "under 0.02" : significant(Double(distance), 1),
      outcome.isShared ? "bit for bit" : "no", kilobytes(row.count, ranks),
      "\(Int(outcome.imagesPerSecond)) images/s")
    if ranks == 4, let file = options.save { try outcome.checkpoint.save(to: file.path) }
  }
  screen.table(table)
}

/// The bytes that a rank sends for one sum of so many numbers of four bytes.
func kilobytes(_ numbers: Int, _ ranks: Int) -> String {
  fixed(4 * allReduceTraffic(numbers: numbers, ranks: ranks) / 1000, 0) + " kB"
}

/// On paper: where sending eats the gain.
func showLimitsOfRanks(on screen: Screen) {
  screen.section("On paper: 25 million parameters, a network of 10 gigabits")
  let (parameters, bytesPerSecond, batch, rate) = (25_000_000, 1.25e9, 256.0, 1000.0)
  screen.text(
    """
    A machine alone does \(Int(rate)) images in a second, \(Int(batch)) of them a step.

    """)
  var table = Table(
    "machines", "sending", "256 in all", "times faster", "256 each", "times faster")
  for machines in [1, 2, 4, 8, 32, 1000] {
    let sending =
      4 * allReduceTraffic(numbers: parameters, ranks: machines) / bytesPerSecond
    let (shared, own) = (batch / rate / Double(machines) + sending, batch / rate + sending)
    func milliseconds(_ seconds: Double) -> String { fixed(1000 * seconds, 0) + " ms" }
    table.add(
      grouped(machines), milliseconds(sending), milliseconds(shared),
      fixed(batch / rate / shared, 1), milliseconds(own),
      fixed(Double(machines) * batch / rate / own, 1))
  }
  screen.table(table)
}
