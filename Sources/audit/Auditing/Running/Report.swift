import Course

/// What became of all mutants, as a table and as lists.
struct Report {
  var results = [(mutant: Mutant, outcome: Outcome)]()
  /// How many mutations the compiler has turned down.
  var notCompiled = 0

  var survivors: [(mutant: Mutant, outcome: Outcome)] {
    results.filter { if case .survived = $0.outcome { true } else { false } }
  }

  /// Rejected, and the verdict says why: what half of the rejected should reach.
  var explainedShare: Double {
    let counts = Counts(results.map(\.outcome))
    return Double(counts.named + counts.found) / Double(max(counts.rejected, 1))
  }

  var table: String {
    var lines = [
      "| exercise | mutants | rejected | named | finding | stopped | numbers | crash | time out | "
        + "equivalent | survivors |",
      "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for exercise in Catalogue.all {
      let own = results.filter { $0.mutant.solution.id == exercise.id }.map(\.outcome)
      if !own.isEmpty { lines.append(Counts(own).row("\(exercise.id) \(exercise.name)")) }
    }
    lines.append(Counts(results.map(\.outcome)).row("total"))
    return lines.joined(separator: "\n")
  }

  var summary: String {
    let counts = Counts(results.map(\.outcome))
    let exercises = Set(results.map(\.mutant.solution.id)).count
    return """
      \(exercises) exercises, \(counts.all) mutants: \(counts.rejected) rejected \
      (\(counts.named) named by a misconception, \(counts.found) by a general finding, \
      \(counts.stopped) stopped with a sentence, \(counts.numbers) by plain numbers, \
      \(counts.crash) crashed, \(counts.timeOut) timed out), \
      \(counts.equivalent) equivalent, \(counts.survivors) survivors. \
      Named or found: \(Int((100 * explainedShare).rounded())) % of the rejected. \
      \(notCompiled) more did not compile.
      """
  }

  /// The mutants of one kind of outcome, with what was changed and what came of it.
  func list(_ title: String, _ reason: (Outcome) -> String?) -> String {
    let lines = results.compactMap { mutant, outcome in
      reason(outcome).map {
        "- \(mutant.solution.id) \(mutant.mutation.kind): `\(mutant.mutation.change)`: \($0)"
      }
    }
    return "## \(title)\n\n" + (lines.isEmpty ? "None." : lines.joined(separator: "\n"))
  }

  /// The mutants that are right, and why a wrong step may lead to a right answer.
  private var equivalents: String {
    let lines = results.compactMap { mutant, outcome -> String? in
      guard case .equivalent(let inputs, let hasEffect) = outcome else { return nil }
      let (kind, change) = (mutant.mutation.kind, mutant.mutation.change)
      let reason =
        switch (kind, hasEffect) {
        case (_, false): "no permitted input is changed by it"
        case (_, true): "the answer does not depend on what it changes"
        case ("loop", _) where change.contains(".reversed()"): "the same rounds in another order"
        case ("loop", _), ("constant", _): "the rounds that it leaves out or adds do nothing"
        case ("sign", _): "what is turned is 0, or an even function takes it in"
        case ("transpose", _): "the transpose in other words, or of numbers that are all alike"
        case ("statement", _): "what is done twice, or no more, changes nothing that is used"
        case ("neighbour", _), ("function", _):
          "both have the same value, or their difference cancels"
        default: "what it changes cancels, or both ways lead to the same value"
        }
      return "- \(mutant.solution.id) \(kind): `\(change)`: \(reason); "
        + "the same values on \(inputs) random inputs"
    }
    return "## Equivalent\n\n" + (lines.isEmpty ? "None." : lines.joined(separator: "\n"))
  }

  /// Everything, in Markdown.
  var full: String {
    [
      "# Audit of the checks", summary, table,
      list("Survivors") { if case .survived(let difference) = $0 { difference } else { nil } },
      equivalents,
      list("Rejected by plain numbers") { if case .numbers(let text) = $0 { text } else { nil } },
      list("Rejected by a general finding") { if case .found(let text) = $0 { text } else { nil } },
      list("Named by a misconception") { if case .named(let name) = $0 { name } else { nil } },
      list("Stopped with a sentence") { if case .stopped(let text) = $0 { text } else { nil } },
      list("Crashed") { $0 == .crash ? "crash" : nil },
      list("Timed out") { $0 == .timeOut ? "time out" : nil },
    ].joined(separator: "\n\n") + "\n"
  }
}

/// How many mutants came to each end.
struct Counts {
  var (named, found, stopped, numbers, crash, timeOut) = (0, 0, 0, 0, 0, 0)
  var (equivalent, survivors) = (0, 0)

  init(_ outcomes: [Outcome]) {
    for outcome in outcomes {
      switch outcome {
      case .named: named += 1
      case .found: found += 1
      case .numbers: numbers += 1
      case .stopped: stopped += 1
      case .crash: crash += 1
      case .timeOut: timeOut += 1
      case .equivalent: equivalent += 1
      case .survived: survivors += 1
      }
    }
  }

  var rejected: Int { named + found + stopped + numbers + crash + timeOut }
  var all: Int { rejected + equivalent + survivors }

  func row(_ title: String) -> String {
    let numbers = [
      all, rejected, named, found, stopped, numbers, crash, timeOut, equivalent, survivors,
    ]
    return "| \(title) | " + numbers.map(String.init).joined(separator: " | ") + " |"
  }
}
