import Foundation
import Synchronization

/// In the parent: runs mutants in child processes, and goes on behind one that has died.
enum Trials {
  /// The outcome of each mutant, by its number.
  static func run(_ mutants: [Mutant], executable: URL, workers: Int) throws -> [Int: Outcome] {
    let found = Mutex([Int: Outcome]())
    let failure = Mutex(String?.none)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let own = mutants.enumerated().filter { $0.offset % workers == worker }.map(\.element)
      do {
        let outcomes = try runOneByOne(own, executable: executable)
        found.withLock { $0.merge(outcomes) { first, _ in first } }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
    }
    if let reason = failure.withLock({ $0 }) {
      throw MutantCompiler.Failure(description: "a worker failed: \(reason)")
    }
    return found.withLock { $0 }
  }

  private static func runOneByOne(_ mutants: [Mutant], executable: URL) throws -> [Int: Outcome] {
    var (outcomes, waiting) = ([Int: Outcome](), mutants[...])
    while !waiting.isEmpty {
      let (lines, signal) = try child(executable, Array(waiting))
      var (started, passed) = (Int?.none, false)
      for line in lines {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let number = Int(words[1]) else { continue }
        switch words[0] {
        case "start": (started, passed) = (number, false)
        case "passed": passed = true
        case "outcome" where words.count == 3:
          outcomes[number] = try JSONDecoder().decode(Outcome.self, from: Data(words[2].utf8))
        default: break
        }
      }
      let last = started ?? waiting[waiting.startIndex].number
      if outcomes[last] == nil {
        let timeOut = signal == SIGVTALRM
        outcomes[last] =
          passed
          ? .survived(timeOut ? "it hangs on a random input" : "it crashes on a random input")
          : timeOut ? .timeOut : .crash
      }
      let next = waiting.firstIndex { $0.number == last }.map { $0 + 1 } ?? waiting.endIndex
      waiting = waiting[next...]
    }
    return outcomes
  }

  /// What a child prints, and the signal that ended it, if one did.
  private static func child(
    _ executable: URL, _ mutants: [Mutant]
  ) throws -> (lines: [Substring], signal: Int32?) {
    let process = Process()
    process.executableURL = executable
    process.environment = ["SWIFT_BACKTRACE": "enable=no"]
    // The list goes in as a file: a pipe could fill up before the child reads it.
    let list = executable.deletingLastPathComponent().appending(path: "list-\(UUID().uuidString)")
    let text = mutants.map { "\($0.number):\($0.solution.id)" }.joined(separator: "\n")
    try text.write(to: list, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: list) }
    let pipe = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: list)
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let signal = process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil
    return (String(decoding: data, as: UTF8.self).split(separator: "\n"), signal)
  }
}
