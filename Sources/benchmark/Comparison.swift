import Backprop
import Foundation
import Processor

/// The measurements of the table, one after the other.
struct Comparison {
  /// Python with PyTorch and NumPy; nil where no comparison is asked for.
  let python: Python?
  let rounds: Int
  let seconds: Double
  /// Only works whose name contains this.
  let only: String?

  func fill(_ report: inout Report) throws {
    let networks = try peer("networks", if: python?.torch)
    for (batch, wanted) in [
      (64, wants(3, 1.8, 0.9)), (128, wants(2, nil, nil)), (1, wants(5, nil, nil)),
    ] {
      report.lines += try network(
        "MLP 784-256-128-10, Adam, batch \(batch)", "mlp,\(batch)", ["contiguous"], networks,
        batch, wanted
      ) { Training([784], batch: batch, mlp).contender }
    }
    report.lines += try network(
      "LeNet-5, Adam, batch 64", "lenet,64", ["channels_last", "contiguous"], networks,
      64, wants(4, 2, nil)
    ) { Training([1, 28, 28], batch: 64, count: 2048) { leNet5(using: &$0) }.contender }
    report.lines += try network(
      "ResNet of chapter 8, Adam, batch 64", "resnet,64", ["channels_last", "contiguous"],
      networks, 64, wants(2, nil, nil)
    ) { Training([1, 28, 28], batch: 64, count: 2048, smallResNet).contender }
    let tasks = try peer("tasks", if: python?.torch)
    let images = ["channels_last", "contiguous"]
    report.lines += try network(
      "detector of chapter 9, batch 64", "detector,64", images, tasks, 64, nil
    ) { detectorTraining }
    report.lines += try network(
      "U-Net of chapter 9, batch 32", "unet,32", images, tasks, 32, nil
    ) { uNetTraining }
    report.lines += try network(
      "LSTM of chapter 11, 64 names", "lstm,64", ["contiguous"], tasks, 64, nil
    ) { lstmTraining }
    report.lines += try network(
      "GPT of chapter 12, 64 names", "gpt,64", ["contiguous"], tasks, 64, nil
    ) { gptTraining }
    let several = try peer("several", if: python?.torch)
    report.lines += try network(
      "VAE of chapter 13, Adam, batch 128", "variational,128", ["contiguous"], several, 128,
      wants(1.5, nil, nil)
    ) { variationalTraining }
    report.lines += try network(
      "conditional GAN of chapter 13, both turns, batch 64", "game,64", ["contiguous"], several,
      64, wants(1.5, nil, nil)
    ) { gameTraining }
    // Most of it is overhead, which hangs on no instructions.
    report.lines += try network(
      "DQN of chapter 14, 64 moves", "deepq,64", ["contiguous"], several, 64, 5
    ) { deepQTraining }
    report.lines += try shares()
    report.lines += try products()
    report.lines += try engineLines()
    if chosen("memory"), let line = memoryLine(python) { report.lines.append(line) }
    if chosen("threads") { report.lines.append(try threadsLine()) }
    if chosen("scaling") { report.remarks += try scalingRemarks() }
  }

  private func chosen(_ work: String) -> Bool {
    only.map { work.lowercased().contains($0.lowercased()) } ?? true
  }

  /// What is wanted with AVX-512, AVX2 and less.
  private func wants(_ avx512: Double?, _ avx2: Double?, _ baseline: Double?) -> Double? {
    switch InstructionSet.built {
    case .avx512: avx512
    case .avx2: avx2
    case .baseline, .neon: baseline
    }
  }

  private func peer(
    _ name: String, if version: String?, environment: [String: String] = [:]
  ) throws -> Peer? {
    guard version != nil, let executable = python?.executable else { return nil }
    return try Peer(name, python: executable, environment: environment)
  }

  /// A network on two threads against PyTorch in every form: layouts, one and two threads.
  private func network(
    _ work: String, _ variant: String, _ layouts: [String], _ peer: Peer?,
    _ batch: Int, _ wanted: Double?,
    _ training: () -> (_ name: String, _ batch: Int, _ threads: Int) -> Contender
  ) throws -> [Line] {
    guard chosen(work) else { return [] }
    var others: [Contender] = []
    for layout in layouts {
      for threads in [2, 1] {
        let name = "PyTorch, \(layout), \(threads) thread\(threads == 1 ? "" : "s")"
        others += [peer?.contender(name, variant: "\(variant),\(layout),\(threads)")]
          .compactMap { $0 }
      }
    }
    let ours = training()("Backprop", batch, machineThreads)
    let (line, apart) = try line(
      work, "images/s", ours, others, wanted, beside: distanceContender())
    return [line.noting(apart)]
  }

  /// Networks on one thread, and how much of what the processor can do at most their multiply-adds are.
  private func shares() throws -> [Line] {
    let networks: [(work: String, multiplyAdds: Double, training: () -> Contender)] = [
      (
        "MLP, batch 64, one thread", Work.mlp,
        { Training([784], batch: 64, mlp).contender("Backprop", batch: 64, threads: 1) }
      ),
      (
        "LeNet-5, batch 64, one thread", Work.leNet5,
        {
          Training([1, 28, 28], batch: 64, count: 2048) { leNet5(using: &$0) }
            .contender("Backprop", batch: 64, threads: 1)
        }
      ),
      (
        "ResNet of chapter 8, batch 64, one thread", Work.smallResNet,
        {
          Training([1, 28, 28], batch: 64, count: 2048, smallResNet)
            .contender("Backprop", batch: 64, threads: 1)
        }
      ),
    ]
    return try networks.filter { chosen($0.work) }.map { work, multiplyAdds, training in
      let training = training()
      let ours = Contender("Backprop") { try training.rate($0) * multiplyAdds * 2e-9 }
      return try lineOfPeak(work, ours, [], nil)
    }
  }

  /// A line in GFLOP/s, with its share of the processor's peak as its remark.
  private func lineOfPeak(
    _ work: String, _ ours: Contender, _ others: [Contender], _ wanted: Double?
  ) throws -> Line {
    var line = try line(work, "GFLOP/s", ours, others, wanted, beside: peakContender())
    if let peak = line.beside {
      line.line.note = "\(percentage(line.line.ours / peak)) of the peak"
    }
    return line.line
  }

  private func products() throws -> [Line] {
    let sizes = [512, 2048].filter { chosen("matrix product \($0)") }
    guard !sizes.isEmpty else { return [] }
    let types = [nil, "Haswell", "Zen"] + (InstructionSet.built == .avx512 ? ["SkylakeX"] : [])
    let peers = try types.compactMap { type in
      var environment = ["OPENBLAS_NUM_THREADS": "1"]
      environment["OPENBLAS_CORETYPE"] = type
      return try peer("products", if: python?.numpy, environment: environment)
        .map { (name: type.map { "NumPy, \($0)" } ?? "NumPy as installed", peer: $0) }
    }
    return try sizes.map { size in
      let others = peers.map { $0.peer.contender($0.name, variant: "\(size)") }
      let wanted = size == 512 ? wants(1, 0.85, nil) : 0.8
      return try lineOfPeak(
        "matrix product \(size)³, 1 thread", productContender(size), others, wanted)
    }
  }

  private func engineLines() throws -> [Line] {
    guard chosen("scalar engine") else { return [] }
    let engine = try peer("engine", if: python?.executable?.path)
    let uncollected = engine?.contender("Python, as micrograd", variant: "1000000,uncollected")
    var line = try line(
      "scalar engine, 1,000,000 nodes", "Mnodes/s", engineContender(),
      [uncollected].compactMap { $0 }, 50, beside: nil
    ).line
    var note = "\(engineBytes) bytes a node"
    if let engine, let ratio = line.ratio {
      // Half a minute, so once: nothing that other programs do makes this difference.
      let theirs = try engine.contender("Python", variant: "1000000").rate(0)
      note += String(format: "; %.0f × with Python's garbage collector off", ratio)
      (line.theirs, line.ratio) = (theirs, line.ours / theirs)
    }
    line.note = note
    return [line]
  }

  private func threadsLine() throws -> Line {
    let training = Training([784], batch: 64, mlp)
    let (line, apart) = try line(
      "2 threads, MLP at batch 64", "images/s",
      training.contender("Backprop", batch: 64, threads: 2),
      [training.contender("1 thread", batch: 64, threads: 1)], 1.5, beside: distanceContender())
    return line.noting(apart)
  }

  /// Measures one line of the table; `beside` is measured in the same rounds and is no peer.
  private func line(
    _ work: String, _ unit: String, _ ours: Contender, _ others: [Contender], _ wanted: Double?,
    beside: Contender?
  ) throws -> (line: Line, beside: Double?) {
    let all = [ours] + others + [beside].compactMap { $0 }
    let rates = try interleaved(all, rounds: rounds, seconds: seconds)
    var line = Line(work: work, unit: unit, ours: rates[0])
    let best = zip(others, rates[1...]).max { $0.1 < $1.1 }
    if let (peer, rate) = best {
      (line.peer, line.theirs, line.ratio) = (peer.name, rate, rates[0] / rate)
      line.wanted = wanted
    }
    return (line, beside == nil ? nil : rates.last)
  }
}

/// Two threads, or one where the machine has no more.
let machineThreads = min(2, ProcessInfo.processInfo.activeProcessorCount)

private func percentage(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }

extension Line {
  /// The line with the distance of the threads as its remark.
  fileprivate func noting(_ nanoseconds: Double?) -> Line {
    var line = self
    line.note = nanoseconds.map { "threads \(Int($0)) ns apart" }
    return line
  }
}
