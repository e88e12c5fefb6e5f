import Guiding
import Foundation

/// Checks exercises, each in a process of its own, as many at a time as there are cores.
struct Checks {
  /// How long one exercise may take, in seconds.
  let limit: Int

  /// One exercise on its way to a verdict.
  private struct Running {
    let exercise: ExerciseFacts
    let checker: String
    var inquiry: Inquiry
    var child: Child
    var childStart = ContinuousClock.now
    let start = ContinuousClock.now
    var printed: String?
    var deadlineHasPassed = false
  }

  /// Checks all of them, in any order.
  ///
  /// - Parameters:
  ///   - exercises: What is checked, each with its chapter's checker.
  ///   - goOn: Asked again and again; false ends all checks.
  ///   - each: Called with each result as it comes.
  /// - Throws: `Trouble`, if a process cannot be started.
  /// - Returns: The results in the order of the exercises; nil if they were abandoned.
  func run(
    _ exercises: [(exercise: ExerciseFacts, checker: String)], while goOn: () -> Bool,
    each: (CheckResult) -> Void = { _ in }
  ) throws -> [CheckResult]? {
    var waiting = exercises[...]
    var running = [Running]()
    var results = [String: CheckResult]()
    let lanes = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
    while !waiting.isEmpty || !running.isEmpty {
      guard goOn() else {
        for check in running { check.child.stop() }
        return nil
      }
      while running.count < lanes, let (exercise, checker) = waiting.popFirst() {
        let inquiry = Inquiry(seconds: UInt32(limit))
        running.append(
          Running(
            exercise: exercise, checker: checker, inquiry: inquiry,
            child: try start(checker, exercise, from: 0, word: inquiry.word)))
      }
      Event.wait(for: running.map(\.child))
      for index in running.indices.reversed() {
        guard try advance(&running[index]) else { continue }
        let check = running.remove(at: index)
        let result = CheckResult(
          exercise: check.exercise, finding: .verdict(check.inquiry.verdict),
          printed: check.printed ?? "", seconds: (ContinuousClock.now - check.start) / .seconds(1))
        results[check.exercise.id] = result
        each(result)
      }
    }
    return exercises.compactMap { results[$0.exercise.id] }
  }

  private func start(
    _ checker: String, _ exercise: ExerciseFacts, from first: Int, word: String
  ) throws -> Child {
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = Trial.backtrace
    environment[Trial.wordVariable] = word
    // The child's own alarm, should this process be killed and not see to it.
    return try Child(
      checker, [exercise.id, "--from", "\(first)", "--seconds", "\(limit + graceSeconds + 2)"],
      environment: environment)
  }

  /// What a function has no part in may end after the limit: the backtrace of its trap, which takes
  /// a moment to write, and the check of what it has answered.
  private var graceSeconds: Int { 5 }

  /// Takes in what a child has said; true once the verdict is known.
  private func advance(_ check: inout Running) throws -> Bool {
    let age = (ContinuousClock.now - check.childStart) / .seconds(1)
    if check.child.end == nil && age > Double(limit) {
      let isOver =
        Crash.isTold(in: check.child.text(.errors))
        || check.inquiry.hasAnswer(in: check.child.data(.channel))
      if !isOver || age > Double(limit + graceSeconds) {
        check.deadlineHasPassed = true
        check.child.stop()
      }
    }
    guard let end = check.child.end else { return false }
    check.printed = check.printed ?? check.child.text(.output)
    var signal: Int32?
    if case .signal(let number) = end { signal = check.deadlineHasPassed ? SIGALRM : number }
    check.inquiry.add(
      Trial.Remains(
        output: check.child.data(.channel), errors: check.child.data(.errors), signal: signal))
    guard let first = check.inquiry.nextCase else { return true }
    check.child = try start(
      check.checker, check.exercise, from: first, word: check.inquiry.word)
    check.childStart = .now
    check.deadlineHasPassed = false
    return false
  }
}
