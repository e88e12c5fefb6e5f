import Guiding
import Foundation

/// The results for a teacher, a portfolio or a program.
///
/// Nothing in it says whose they are.
struct Report: Codable {
  struct Entry: Codable {
    let id: String
    let name: String
    let chapter: Int
    let isChallenge: Bool
    /// As the map calls it: done, wrong, not started, still throws Todo, crashed, timed
    /// out, does not compile.
    let state: String
    /// The verdict's sentences, where there is something to say.
    let verdict: String
    /// How long the check took.
    let seconds: Double
  }

  /// The version of this format.
  var format = 1
  let done: Int
  let total: Int
  let exercises: [Entry]

  init(_ results: [CheckResult]) {
    done = results.count { $0.state == .done }
    total = results.count
    exercises = results.map { result in
      Entry(
        id: result.exercise.id, name: result.exercise.name, chapter: result.exercise.chapter,
        isChallenge: result.exercise.isChallenge, state: result.state.rawValue,
        verdict: result.finding.text,
        seconds: (result.seconds * 1000).rounded() / 1000)
    }
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
  }

  /// A page with a table for each chapter.
  func markdown(part: (Int) -> String?, title: (Int) -> String) -> String {
    var lines = ["# Backprop Workbook", "", "\(done) of \(total) exercises done."]
    let chapters = Set(exercises.map(\.chapter)).sorted()
    let heading = chapters.contains { part($0) != nil } ? "###" : "##"
    for chapter in chapters {
      let own = exercises.filter { $0.chapter == chapter }
      lines += part(chapter).map { ["", "## \($0)"] } ?? []
      lines += [
        "", "\(heading) \(title(chapter))", "", "| exercise | state | checked in |",
        "| --- | --- | --- |",
      ]
      lines += own.map { entry in
        let star = entry.isChallenge ? " ★" : ""
        let seconds = String(format: "%.2f s", entry.seconds)
        return "| \(entry.id) `\(entry.name)`\(star) | \(entry.state) | \(seconds) |"
      }
      for entry in own where !entry.verdict.isEmpty && entry.state != State.notStarted.rawValue {
        lines += ["", "\(entry.id) `\(entry.name)`:", "", "```text", entry.verdict, "```"]
      }
    }
    return (lines + ["", "★ a challenge: no chapter needs it"]).joined(separator: "\n")
  }
}

extension Commands {
  /// Prints the report.
  func report(asJSON: Bool) throws -> Int32 {
    // Whoever reads it was not there: nothing is taken from before.
    let report = Report(try guide.results(folder.outline.all, anew: true))
    Screen.print(
      asJSON
        ? report.json
        : report.markdown(
          part: { Part.title(before: $0, in: folder.outline) }, title: folder.title))
    return 0
  }
}
