import Guiding
import Figures
import Foundation

/// The page at the end: what the learner's functions can do, measured.
struct Finish {
  let folder: Folder
  let guide: Guide
  let isQuick: Bool

  private var page: URL { folder.root.appending(path: "finish") }

  /// The exercises that a page must wait for: those of part one, whose challenges may stay open.
  static func missing(in results: [CheckResult]) -> [CheckResult] {
    results.filter {
      $0.state != .done && !$0.exercise.isChallenge && Part.isOne($0.exercise.chapter)
    }
  }

  /// Measures, and writes finish/README.md with its figures; returns what to say about it.
  func write(_ results: [CheckResult]) throws -> [String] {
    let passed = results.filter { $0.state == .done }.map(\.exercise)
    let (errors, unmeasured) = try measure(passed)
    let accuracies = try train()

    let measured = passed.compactMap { exercise in
      errors[exercise.id].map { (exercise: exercise, agreement: $0) }
    }
    let gradients = measured.filter(\.agreement.isGradient).map {
      ($0.exercise, $0.agreement.error)
    }
    let values = measured.filter { !$0.agreement.isGradient }.map(\.agreement.error)
    try figure(gradients).write(named: "gradient-errors", in: page)
    let text = markdown(done: passed.count, of: results.count, gradients, values, accuracies)
    try folder.write(text, to: page.appending(path: "README.md"))
    let worst = gradients.map(\.1).max() ?? 0
    return [
      "\(gradients.count) gradients agree with central differences to \(scientific(worst)).",
      accuracies.last.map { "On your functions a network reads \($0) % of 10,000 test digits." },
      unmeasured.isEmpty
        ? nil
        : "Not measured, for they gave no answer this time: \(unmeasured.joined(separator: ", ")).",
      "The page is finish/README.md, with figures beside it.",
    ].compactMap(\.self)
  }

  /// How far from the truth each function's answers are: the functions that pass, each in a process
  /// of its own; and the names of those that stopped or took too long.
  private func measure(
    _ passed: [ExerciseFacts]
  ) throws -> (errors: [String: Agreement], unmeasured: [String]) {
    var (errors, unmeasured) = ([String: Agreement](), [String]())
    var waiting = passed[...]
    for (chapter, exercises) in Dictionary(grouping: passed, by: \.chapter).sorted(by: {
      $0.key < $1.key
    }) {
      try guide.ask(
        chapter: chapter, for: "measures your gradients",
        exercises.map { [$0.id, "--errors", "--seconds", "\(guide.limit)"] },
        seconds: guide.limit + 2
      ) { (answer: Agreement??) in
        guard let exercise = waiting.popFirst() else { return }
        Screen.passing(
          "measuring your gradients, \(passed.count - waiting.count) of \(passed.count)")
        if let agreement = answer {
          errors[exercise.id] = agreement
        } else {
          unmeasured.append("\(exercise.id) \(exercise.name)")
        }
      }
    }
    Screen.passing("")
    return (errors, unmeasured)
  }

  /// Trains chapter 4's network on the learner's functions; the test accuracy after each epoch.
  private func train() throws -> [String] {
    Screen.passing("training a network on your functions")
    let path: String
    do {
      let lock = Lock.take(in: folder) { true }
      defer { withExtendedLifetime(lock) {} }
      path = try Builder(folder: folder).chapter04()
    }
    let child = try Child(
      path, ["--mine", "--figures", page.path] + (isQuick ? ["--quick"] : []),
      environment: ProcessInfo.processInfo.environment)
    try wait(for: child, seconds: 1200, doing: "training a network on your functions")
    guard child.end == .status(0) else {
      throw Trouble("`swift run chapter04 --mine` did not end well:\n\(child.text(.errors))")
    }
    // The chapter trains more than one network: the first is the one that the lesson speaks of.
    let section = child.text(.output).split(separator: "Does it read handwriting?").last ?? ""
    return section.split(separator: "\n").prefix { !$0.contains("The same with") }
      .compactMap { $0.firstMatch(of: /epoch +\d+.*test +([\d.]+) %/).map { String($0.1) } }
  }

  private func wait(for child: Child, seconds: Int, doing what: String) throws {
    let start = ContinuousClock.now
    while child.end == nil {
      Event.wait(for: [child])
      let age = Int((ContinuousClock.now - start) / .seconds(1))
      Screen.passing("\(what), \(age) s")
      guard age <= seconds else { throw Trouble("\(what) took more than \(seconds) s") }
    }
    Screen.passing("")
  }

  private func figure(_ gradients: [(ExerciseFacts, Double)]) -> Figure {
    // Nothing is drawn for an error of 0 on a logarithmic axis: it is set to the smallest step.
    let errors = gradients.map { max($0.1, 1e-17) }
    let chart = BarChart(
      categories: gradients.map { "\($0.0.id) \($0.0.name)" },
      groups: [Bars("", errors)], axis: Axis("largest error", scale: .logarithmic))
    return Figure(
      "Your gradients against central differences",
      description: "The largest error of each gradient, relative to the larger of 1 and its size. "
        + "The largest of all is \(scientific(gradients.map(\.1).max() ?? 0)).",
      .bars(chart))
  }

  private func markdown(
    done: Int, of total: Int, _ gradients: [(ExerciseFacts, Double)],
    _ values: [Double], _ accuracies: [String]
  ) -> String {
    let worst = gradients.max { $0.1 < $1.1 }
    var lines = [
      "# What my functions can do", "",
      "\(done) of \(total) exercises of Backprop Workbook, written by hand and checked.",
      "",
      "## The gradients", "",
      "\(gradients.count) gradients, compared with central differences in every element, but where "
        + "the function has a corner:",
      "the largest error is \(scientific(worst?.1 ?? 0)), in \(worst?.0.name ?? "none"). "
        + "Most of it is the error of the differences themselves.",
    ]
    if let largest = values.max() {
      lines += [
        "", "\(values.count) other results agree with the library to \(scientific(largest)).",
      ]
    }
    lines += [
      "", "![The largest error of each gradient](gradient-errors.svg)", "", "## Handwriting", "",
    ]
    lines += ["A network of three dense layers, trained on these functions with MNIST:", ""]
    lines += ["| epoch | test images read right |", "| --- | --- |"]
    lines += accuracies.enumerated().map { "| \($0.offset + 1) | \($0.element) % |" }
    let figures = [
      ("confusion-matrix", "Which digits it confuses"), ("worst-mistakes", "Its surest mistakes"),
    ]
    for (name, title) in figures {
      let file = page.appending(path: "\(name).svg").path
      if FileManager.default.fileExists(atPath: file) { lines += ["", "![\(title)](\(name).svg)"] }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func scientific(_ x: Double) -> String { String(format: "%.1e", x) }
}

extension Commands {
  /// Makes the page, if nothing is missing.
  func finish(quick: Bool) throws -> Int32 {
    let results = try guide.results(folder.outline.all)
    let missing = Finish.missing(in: results)
    guard missing.isEmpty else {
      Screen.say("The page waits for \(missing.count) more:")
      for result in missing.prefix(10) { pages.line(result) }
      if missing.count > 10 { Screen.say("and \(missing.count - 10) others") }
      return 1
    }
    for sentence in try Finish(folder: folder, guide: guide, isQuick: quick).write(results) {
      Screen.say(sentence)
    }
    return 0
  }
}
