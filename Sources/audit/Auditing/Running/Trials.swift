import Course
import Foundation
import Synchronization

/// In the parent: runs mutants in child processes, and goes on behind one that has died.
struct Trials {
  let executable: URL
  let chapter: Int
  /// What each child takes at most of the queue: few enough that no worker is left with the rest.
  private static let chunk = 40

  /// The outcome of each mutant, by its number.
  func run(_ errands: [Errand], workers: Int) throws -> [Int: Outcome] {
    let found = Mutex([Int: Outcome]())
    let waiting = Mutex(errands[...])
    let failure = Mutex(String?.none)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let chunk = waiting.withLock { queue in
          let chunk = queue.prefix(Self.chunk)
          queue = queue.dropFirst(Self.chunk)
          return Array(chunk)
        }
        if chunk.isEmpty { return }
        do {
          let outcomes = try finish(chunk)
          found.withLock { $0.merge(outcomes) { first, _ in first } }
        } catch {
          failure.withLock { $0 = "\(error)" }
          waiting.withLock { $0 = [] }
        }
      }
    }
    if let reason = failure.withLock({ $0 }) { throw Failure(description: reason) }
    return found.withLock { $0 }
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs errands in one child after the other, until all have come to an end.
  private func finish(_ errands: [Errand]) throws -> [Int: Outcome] {
    var (outcomes, waiting) = ([Int: Outcome](), errands[...])
    let exercises = Catalogue.chapter(chapter)
    var inquiries = [Int: Inquiry]()
    while !waiting.isEmpty {
      let remains = try child(Array(waiting))
      let records = MutantRecord.all(in: remains.output)
      for (index, record) in records.enumerated() {
        guard let errand = waiting.popFirst(), errand.number == record.number,
          let exercise = exercises.first(where: { $0.id == errand.exercise })
        else { throw Failure(description: "a child has lost its way at mutant \(record.number)") }
        let hasDied = index == records.count - 1 && remains.signal != nil
        if errand.first == 0, let outcome = record.outcome {
          outcomes[errand.number] = outcome
          continue
        }
        let isTimeOut = remains.signal == SIGALRM
        if record.hasPassed {
          outcomes[errand.number] =
            .survived("it \(isTimeOut ? "hangs" : "crashes") on a random input")
          continue
        }
        // As the learner's guide does: another child goes on with the next case.
        var inquiry = inquiries[errand.number] ?? Inquiry(word: Errand.word)
        inquiry.add(
          Trial.Remains(
            output: record.output, errors: hasDied ? remains.errors : [],
            signal: hasDied ? remains.signal : nil))
        inquiries[errand.number] = inquiry
        if let next = inquiry.nextCase {
          var rest = errand
          rest.first = next
          waiting.insert(rest, at: waiting.startIndex)
        } else {
          outcomes[errand.number] =
            Outcome(inquiry.verdict, of: exercise)
            ?? .survived("it crashes the first time only")
        }
      }
      if records.isEmpty {
        let errors = String(decoding: remains.errors.suffix(400), as: UTF8.self)
        throw Failure(description: "a child has ended before its work: \(errors)")
      }
    }
    return outcomes
  }

  /// What a child leaves behind; of its errors, what it wrote last.
  private func child(_ errands: [Errand]) throws -> Trial.Remains {
    let folder = executable.deletingLastPathComponent()
    let name = UUID().uuidString
    // The errands go in as a file, and errors come out as one: a pipe could fill up.
    let (list, log) = (folder.appending(path: "\(name).in"), folder.appending(path: "\(name).err"))
    defer { for file in [list, log] { try? FileManager.default.removeItem(at: file) } }
    try errands.map(\.line).joined(separator: "\n").write(
      to: list, atomically: false, encoding: .utf8)
    try Data().write(to: log)
    let process = Process()
    process.executableURL = executable
    process.environment = ["SWIFT_BACKTRACE": "enable=no"]
    let pipe = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: list)
    process.standardOutput = pipe
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    let signal = isSignal ? process.terminationStatus : nil
    if let signal, [SIGKILL, SIGTERM, SIGINT, SIGHUP].contains(signal) {
      throw Failure(description: "signal \(signal), sent from outside, has ended a child")
    }
    return Trial.Remains(
      output: Array(output), errors: Array(try Data(contentsOf: log)),
      signal: signal == SIGPROF ? SIGALRM : signal)
  }
}

/// What a child has said about one mutant.
struct MutantRecord {
  let number: Int
  /// The messages of `Trial`.
  private(set) var output = [UInt8]()
  /// Whether the check has let it pass, and random inputs were tried.
  private(set) var hasPassed = false
  private(set) var outcome: Outcome?

  /// The records in a child's output, in order.
  static func all(in output: [UInt8]) -> [MutantRecord] {
    var records = [MutantRecord]()
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2).map {
        String(decoding: $0, as: UTF8.self)
      }
      let last = records.count - 1
      if words.count > 1, words[0] == "start", let number = Int(words[1]) {
        records.append(MutantRecord(number: number))
      } else if last < 0 {
        continue
      } else if words[0] == "passed" {
        records[last].hasPassed = true
      } else if words.count == 3, words[0] == "outcome" {
        records[last].outcome = try? JSONDecoder().decode(Outcome.self, from: Data(words[2].utf8))
      } else {
        records[last].output += line + [UInt8(ascii: "\n")]
      }
    }
    return records
  }
}
