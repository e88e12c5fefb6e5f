import Backprop
import Datasets
import Foundation

/// One epoch of the MLP on MNIST in a process of its own, which prints its largest memory in MiB.
func runForMemory() throws {
  Memory.keepFreed()
  let images = try MNIST.load().train
  var generator = SplitMix64(seed: 1)
  var network = mlp(using: &generator)
  var (optimizer, context) = (Adam<Float>(learningRate: 0.001), Context.training(seed: 1))
  for places in Batches(of: images.count, size: 64, using: &generator) {
    let batch = images.samples(at: places)
    _ = network.trainingStep(
      batch.inputs(), labels: batch.labels, with: &optimizer, in: &context)
  }
  print(Machine.peakMemory)
}

/// The line of the table about memory.
func memoryLine(_ python: Python?) -> Line? {
  let program = URL(filePath: CommandLine.arguments[0])
  guard let ours = Peer.run(program, ["--memory-run"]).flatMap(Double.init) else { return nil }
  var line = Line(work: "memory of an MNIST epoch", unit: "MiB", ours: ours)
  line.note = "lower is better; images stay bytes until their batch"
  if let python, let executable = python.executable, python.torch != nil {
    let data = Peer.folder.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Datasets/Resources/mnist")
    let script = Peer.folder.appendingPathComponent("memory.py").path
    if let theirs = Peer.run(executable, [script, data.path]).flatMap(Double.init) {
      (line.peer, line.theirs, line.ratio) = ("PyTorch", theirs, theirs / ours)
      line.wanted = 3
    }
  }
  return line
}
