import Backprop
import Foundation
import Testing

private struct Broken: Error, Equatable {}

/// A small network and samples with labels.
private struct Training: Sendable {
  let x: Tensor<Double>
  let labels: [Int]

  init(_ count: Int) {
    var generator = SplitMix64(seed: 50)
    x = Tensor(shape: [count, 5], using: &generator)
    labels = (0..<count).map { _ in generator.integer(below: 3) }
  }

  var network: Then<Then<Dense<Double>, Activation<Double>>, Dense<Double>> {
    var generator = SplitMix64(seed: 51)
    return Dense<Double>(5, 7, using: &generator).then(Activation.tanh)
      .then(Dense(7, 3, using: &generator))
  }

  /// Trains with parts of each batch on the ranks, and returns the weights that each comes to.
  func run(ranks: Int, parts: @escaping @Sendable (Int) -> [Range<Int>]) throws -> [Tensor<Double>]
  {
    try onThreads(ranks) { communicator in
      var (network, optimizer) = (network, Adam<Double>(learningRate: 0.01))
      var context = Context.training(seed: 0)
      for _ in 0..<12 {
        let own = parts(communicator.size)[communicator.rank]
        _ = try network.dataParallelStep(
          x.rows(own), samples: own.count, among: communicator, with: &optimizer, in: &context
        ) { softmaxCrossEntropy(logits: $0, labels: Array(labels[own])) }
      }
      #expect(try communicator.allAgree(on: network.parameters.flattened))
      return network.parameters.flattened
    }
  }
}

@Suite struct CommunicatorTests {
  @Test(arguments: [1, 2, 3, 5])
  func `the sum over all is the same on every rank, to the last bit`(ranks: Int) throws {
    let sums = try onThreads(ranks) { communicator in
      var (generator, last) = (SplitMix64(seed: UInt64(communicator.rank)), Tensor<Float>([]))
      for _ in 0..<50 {
        last = try communicator.sumOverAll(Tensor<Float>(shape: [17], using: &generator))
      }
      return (communicator.size, last)
    }
    #expect(sums.allSatisfy { $0.0 == ranks && $0.1 == sums[0].1 && $0.1.count == 17 })
  }

  @Test(arguments: [2, 3, 4])
  func `ranks train to one process's weights but for rounding, and to each other's exactly`(
    ranks: Int
  ) throws {
    let training = Training(24)
    let alone = try training.run(ranks: 1) { _ in [0..<24] }[0]
    let even = try training.run(ranks: ranks) { evenParts(of: 24, $0) }
    // One rank has nearly all, and one nothing.
    let uneven = try training.run(ranks: ranks) { size in
      [0..<23, 23..<24] + Array(repeating: 24..<24, count: size - 2)
    }
    for all in [even, uneven] {
      #expect(all.allSatisfy { $0 == all[0] })
      #expect(zip(all[0].scalars, alone.scalars).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test func `every rank is told the whole batch's mean loss, from before the step`() throws {
    let training = Training(7)
    let whole = softmaxCrossEntropy(logits: training.network(training.x), labels: training.labels)
    let losses = try onThreads(2) { communicator in
      let own = [0..<2, 2..<7][communicator.rank]
      var (network, optimizer) = (training.network, SGD<Double>(learningRate: 0.1))
      var context = Context.training(seed: 0)
      return try network.dataParallelStep(
        training.x.rows(own), samples: own.count, among: communicator, with: &optimizer,
        in: &context
      ) { softmaxCrossEntropy(logits: $0, labels: Array(training.labels[own])) }
    }
    #expect(losses.allSatisfy { abs($0 - whole.loss) < 1e-12 })
  }

  @Test func `ranks that differ in a single bit do not agree`() throws {
    let answers = try onThreads(3) { communicator in
      var x = Tensor<Double>([1, 2, 3])
      let equal = try communicator.allAgree(on: x)
      if communicator.rank == 2 { x[1] = x[1].nextUp }
      return (equal, try communicator.allAgree(on: x))
    }
    #expect(answers.allSatisfy { $0.0 && !$0.1 })
  }

  @Test func `a fingerprint is FNV-1a of the bytes, computed elsewhere`() {
    #expect(fingerprint(of: Tensor<Double>([])) == 0xcbf2_9ce4_8422_2325)
    #expect(fingerprint(of: Tensor<Double>([1, -2.5])) == 0x2f20_b4ea_1c69_d79c)
    #expect(fingerprint(of: Tensor<Float>([0.1])) == 0x848a_69dc_e240_1057)
  }

  @Test func `a rank that fails ends all, with its own error`() {
    #expect(throws: Broken()) {
      try onThreads(3) { communicator in
        for step in 0..<5 {
          if communicator.rank == 1, step == 3 { throw Broken() }
          _ = try communicator.sumOverAll(Tensor<Double>([1]))
        }
      }
    }
  }

  @Test func `a rank with fewer steps than the others leaves nobody waiting`() throws {
    let failure = #expect(throws: RankFailure.self) {
      try onThreads(3) { communicator in
        for _ in 0..<(communicator.rank == 0 ? 2 : 3) {
          _ = try communicator.sumOverAll(Tensor<Double>([1]))
        }
      }
    }
    #expect(failure?.description.contains("rank 0 has ended") == true)
  }

  @Test(arguments: [0, 1])
  func `whoever is late, the one that leaves or the one that comes, nobody waits for ever`(
    late: Int
  ) {
    let isOver = NSConditionLock(condition: 0)
    Thread {
      let failure = #expect(throws: RankFailure.self) {
        try onThreads(2) { communicator in
          if communicator.rank == late { Thread.sleep(forTimeInterval: 0.1) }
          if communicator.rank == 1 { _ = try communicator.sumOverAll(Tensor<Double>([1])) }
        }
      }
      #expect(failure?.description.contains("rank 0 has ended") == true)
      isOver.lock()
      isOver.unlock(withCondition: 1)
    }.start()
    let isInTime = isOver.lock(whenCondition: 1, before: Date(timeIntervalSinceNow: 20))
    #expect(isInTime)
    if isInTime { isOver.unlock() }
  }

  @Test func `other shapes and other types are refused on every rank`() {
    for other in [true, false] {
      let failure = #expect(throws: RankFailure.self) {
        try onThreads(2) { communicator in
          if communicator.rank == 0 {
            _ = try communicator.sumOverAll(Tensor<Double>([1, 2]))
          } else if other {
            _ = try communicator.sumOverAll(Tensor<Double>([1, 2, 3]))
          } else {
            _ = try communicator.sumOverAll(Tensor<Float>([1, 2]))
          }
        }
      }
      #expect(failure?.description.contains("all ranks must make the same calls") == true)
    }
  }

  @Test func `a part of one rank that has the only sample trains all`() throws {
    let weights = try Training(1).run(ranks: 2) { _ in [0..<0, 0..<1] }
    #expect(weights[0] == weights[1] && weights[0] != Training(1).network.parameters.flattened)
  }

  @Test func `traffic grows to twice a vector, not with the ranks`() {
    #expect(allReduceTraffic(numbers: 100, ranks: 1) == 0)
    #expect(allReduceTraffic(numbers: 100, ranks: 2) == 100)
    #expect(abs(allReduceTraffic(numbers: 100, ranks: 1000) - 199.8) < 1e-9)
  }
}

@Suite struct MPIFailureTests {
  @Test func `where no MPI is there a sentence says what was looked for`() {
    let failure = #expect(throws: MPIFailure.self) {
      try MPICommunicator(environment: ["BACKPROP_MPI": "libnowhere-mpi.so"])
    }
    #expect(failure?.description.contains("no MPI was found; looked for libnowhere-mpi.so") == true)
    #expect(failure?.exitCode == 69)
  }

  @Test func `a library that is no MPI is named`() {
    #if os(macOS)
      let library = "libz.dylib"
    #else
      let library = "libm.so.6"
    #endif
    let failure = #expect(throws: MPIFailure.self) {
      try MPICommunicator(environment: ["BACKPROP_MPI": library])
    }
    #expect(failure?.description.contains("\(library) is no MPI: there is no MPI_") == true)
  }
}
