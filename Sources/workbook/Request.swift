import Guiding
import Foundation

/// What the command line asks for.
struct Request {
  var command = "map"
  var words = [String]()
  var flags = Set<String>()
  var timeout = Int(Trial.seconds)

  private static let usageLines = [
    ("(none)", "where you are, and what comes next"),
    ("check [ID…] [--fresh]", "verdicts; status 0 if all asked for pass"),
    ("watch [ID]", "check at each save"),
    ("hint [ID] [--all]", "one hint more each time, up to almost the code"),
    ("solution ID", "once it passes; --peek shows it before"),
    ("reset ID", "put one function back to its beginning"),
    ("list", "every exercise"),
    ("doctor", "whether this machine is ready"),
    ("report --json", "results for a program, or --markdown for a reader"),
    ("finish [--quick]", "a page about what your functions can do"),
    ("stubs [--yes]", "all of exercises/ anew: it asks, and keeps yours"),
  ]

  /// What `help` prints, for a screen of some width.
  static func usage(width: Int = 80) -> String {
    let notes = [
      "An ID is a number such as 4.1, a function's name, or for check a chapter such as 4.",
      "What has not changed since it was checked is not checked again, unless it is named, or with "
        + "--fresh.",
      "--timeout is what one exercise may take, from 1 to 600 seconds (10 if not given).",
      "--plain says everything in words, without signs and pictures, for screen readers.",
    ]
    let commands = usageLines.flatMap { form, meaning in
      width < 80
        ? wrap("  \(form)", width: width) + wrap(meaning, width: width, indent: 6)
        : ["  " + form.padding(toLength: 23, withPad: " ", startingAt: 0) + meaning]
    }
    let head = wrap(
      "usage: swift run workbook [command] [--timeout SECONDS] [--plain]", width: width)
    let lines = head + [""] + commands + [""] + notes.flatMap { wrap($0, width: width) }
    return lines.joined(separator: "\n")
  }

  /// The flags that a command takes, and how many words: fewest and most.
  private static let commands: [String: (flags: Set<String>, words: ClosedRange<Int>)] = [
    "map": ([], 0...0),
    "check": (["--fresh"], 0...1000),
    "watch": ([], 0...1),
    "hint": (["--all"], 0...1),
    "solution": (["--peek"], 1...1),
    "reset": ([], 1...1),
    "list": ([], 0...0),
    "doctor": ([], 0...0),
    "report": (["--json", "--markdown"], 0...0),
    "finish": (["--quick"], 0...0),
    "stubs": (["--check", "--yes"], 0...0),
    "help": ([], 0...0),
  ]

  /// Reads a command line; what it does not know is an error that says how it is meant.
  init(_ arguments: [String]) throws {
    var line = CommandWords(arguments)
    var named: String?
    while let word = line.next() {
      if word == "--help" || word == "-h" {
        (command, words, flags) = ("help", [], [])
        return
      } else if word == "--timeout" {
        let value = line.value()
        guard let value, let seconds = Int(value), (1...600).contains(seconds) else {
          throw Self.misuse(
            "--timeout takes whole seconds from 1 to 600, not \(value ?? "nothing")")
        }
        timeout = seconds
      } else if let value = line.attached {
        throw Self.misuse("\(word) takes no value, it was given \(value)")
      } else if word == "--plain" {
        // Screen knows it, from the first sentence on.
        continue
      } else if word.hasPrefix("-") {
        flags.insert(word)
      } else if named == nil {
        named = word
      } else {
        words.append(word)
      }
    }
    command = named ?? "map"
    guard let known = Self.commands[command] else {
      if (try? Folder())?.outline.find(command) != nil {
        throw Self.misuse("\(command) is an exercise; did you mean `check \(command)`?")
      }
      let nearest = nearest(to: command, among: Self.commands.keys.sorted())
      throw Self.misuse(
        "there is no command \(command)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
    }
    if let flag = flags.subtracting(known.flags).min() {
      throw Self.misuse("\(named ?? "the map") takes no \(flag)")
    }
    guard words.count >= known.words.lowerBound else {
      throw Self.misuse("\(command) takes an exercise, such as 4.1 or denseBackward")
    }
    guard words.count <= known.words.upperBound else {
      throw Self.misuse("\(command) takes no \(words[known.words.upperBound])")
    }
    if command == "report" && flags.count != 1 {
      throw Self.misuse("report takes either --json or --markdown")
    }
  }

  private static func misuse(_ sentence: String) -> Trouble {
    Trouble("\(sentence)\n\(usage())", status: 64)
  }

  /// The exercises that the words name; all if there are none.
  func exercises(in outline: Outline) throws -> [ExerciseFacts] {
    if words.isEmpty { return outline.all }
    var found = [ExerciseFacts]()
    for word in words {
      // 3.3 stands for 3.3a and 3.3b; 2.3 for itself, though there is a 2.3a.
      let isExercise = outline.find(word) != nil
      let matches = outline.all.filter { exercise in
        exercise.id == word || exercise.name == word || "\(exercise.chapter)" == word
          || !isExercise && exercise.id.last?.isLetter == true && exercise.id.dropLast() == word
      }
      guard !matches.isEmpty else { throw Self.unknown(word, outline) }
      found += matches.filter { match in !found.contains { $0.id == match.id } }
    }
    return found
  }

  /// The one exercise that the words name; nil if there are no words.
  func exercise(in outline: Outline) throws -> ExerciseFacts? {
    guard let word = words.first else { return nil }
    guard let exercise = outline.find(word) else {
      let parts = outline.all.filter { $0.id.dropLast() == word && $0.id.last?.isLetter == true }
      guard parts.isEmpty else {
        let names = parts.map { "\($0.id) \($0.name)" }.joined(separator: " and ")
        throw Trouble("\(word) has two functions, \(names); which one?", status: 64)
      }
      throw Self.unknown(word, outline)
    }
    return exercise
  }

  private static func unknown(_ word: String, _ outline: Outline) -> Trouble {
    let names = outline.all.flatMap { [$0.id, $0.name] }
    let advice = nearest(to: word, among: names).map { "did you mean \($0)?" }
    return Trouble(
      "there is no exercise \(word); \(advice ?? "`swift run workbook list` shows them all")",
      status: 64)
  }
}

/// The name that is typed most like a word, if any is close.
func nearest(to word: String, among names: [String]) -> String? {
  let word = word.lowercased()
  let distances = names.map { (name: $0, distance: edits(word, $0.lowercased())) }
  let best = distances.min { $0.distance < $1.distance }
  let contained = names.first { word.count >= 4 && $0.lowercased().contains(word) }
  return best.flatMap { $0.distance <= min(4, max(1, word.count / 2)) ? $0.name : nil } ?? contained
}

/// How many letters must be put in, left out or changed to make one word of another.
private func edits(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let change = diagonal + (letter == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
