import Checkpoints
import Core
import Foundation
import ManyMachines
import Running

/// Trains as one of the ranks that an MPI's launcher has started; rank 0 speaks and saves.
///
/// A rank that cannot go on says why, and ends all: the others would wait for it.
func trainUnderMPI(_ plan: Plan, _ options: ChapterOptions, on screen: Screen) throws {
  let communicator = try MPICommunicator()
  do {
    try train(on: communicator, plan, options, on: screen)
  } catch {
    writeToStandardError("chapter16, rank \(communicator.rank): \(error)")
    fflush(nil)
    communicator.abort(status: (error as? any Failure)?.exitCode ?? 1)
  }
  communicator.leave()
}

private func train(
  on communicator: MPICommunicator, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws {
  // The ranks of one machine share its processors.
  if options.threads == nil { Threads.count = max(1, Threads.count / communicator.size) }
  let isFirst = communicator.rank == 0
  func say(_ line: String) {
    guard isFirst else { return }
    screen.text(line)
    fflush(nil)
  }
  if isFirst { screen.title("Chapter 16 · Many machines, joined by MPI") }
  say("\(communicator.version), \(communicator.size) rank\(communicator.size == 1 ? "" : "s")")
  if communicator.size == 1 {
    say("This is the only rank. To have two: mpirun -n 2 .build/debug/chapter16 --mpi")
  }
  let digits = try Digits(plan, from: options.data)
  let training = RankTraining(
    digits: digits, epochs: plan.epochs, batch: plan.batch, seed: plan.seed,
    saved: try options.load.map { try Checkpoint(contentsOf: $0.path) })
  let outcome = try training.run(on: communicator) { epoch, outcome in
    say(
      "epoch \(epoch + 1): loss \(fixed(outcome.losses.last ?? .nan, 4)), "
        + "\(percent(outcome.accuracy, 1)) of \(grouped(plan.tests)) right, "
        + "\(Int(outcome.imagesPerSecond)) images/s")
  }
  let row = outcome.network.parameters.flattened
  let print = String(fingerprint(of: row), radix: 16)
  say(
    outcome.isShared
      ? "All ranks hold the same weights, bit for bit: \(print)"
      : "The ranks' weights differ.")
  say(
    "Sent by each rank, a step, if the sum goes around a ring: \(kilobytes(row.count, communicator.size))"
  )
  guard isFirst, let file = options.save else { return }
  try outcome.checkpoint.save(to: file.path)
  say("saved: \(file.path)")
}
