public import Checking
import Core
import Foundation
import Guiding

/// A chapter's command line: its name, what it takes, and how it runs.
public struct ChapterCommand: Sendable {
  public let number: Int
  public let summary: String
  /// Whether it takes --epochs, --batch, --data, --save and --load.
  public let trains: Bool
  /// Whether it takes --rate and --schedule too.
  public let choosesRate: Bool
  /// Whether --load alone tests a network; with --epochs it goes on with the training, as elsewhere.
  public let loads: Bool
  /// What it prints with --all only, as --help says it; nil where there is no such option.
  public let more: String?
  /// The exercises whose functions the chapter runs on, by number: what --mine needs.
  public let uses: [String]
  /// Where they are found.
  let chapters: [ChapterModules]

  /// The executable's name, such as chapter04.
  public var name: String { "chapter\(twoDigits(number))" }

  public init(
    _ number: Int, _ summary: String, uses: [String], of chapters: [ChapterModules],
    trains: Bool = false, choosesRate: Bool = false, loads: Bool = false, more: String? = nil
  ) {
    (self.number, self.summary, self.uses, self.chapters) = (number, summary, uses, chapters)
    (self.trains, self.choosesRate, self.loads) = (trains, choosesRate, loads)
    self.more = more
  }

  /// The options that this chapter takes, with what stands behind each.
  var flags: [Flag] {
    var flags = [
      Flag("--quick", nil, "the same in a few seconds, on less data"),
      Flag("--mine", nil, "with your functions from exercises/"),
      Flag("--solutions", nil, "with the functions from solutions/, as --mine will be"),
      Flag("--plain", nil, "in words and numbers, for screen readers: no pictures"),
      Flag("--bug", "NAME", "with a known mistake put in; --bug list names them"),
      Flag("--seed", "N", "the seed of all randomness, 0 or more (default 0)"),
      Flag("--figures", "DIR", "write the figures there, as SVG"),
      Flag("--threads", "N", "how many threads to use, 1 or more"),
    ]
    if let more { flags.insert(Flag("--all", nil, more), at: 1) }
    if trains {
      flags += [
        Flag("--epochs", "N", "how often to go through the training data, 1 or more"),
        Flag("--batch", "N", "how many samples a step sees, 1 or more"),
        Flag("--data", "DIR", "read other IDX files of the same names from there"),
        Flag("--save", "FILE", "write the trained network there, as safetensors"),
      ]
    }
    if choosesRate {
      flags += [
        Flag("--rate", "R", "the learning rate, or the highest of a schedule"),
        Flag("--schedule", "NAME", "constant, or cosine (the default)"),
      ]
    }
    if trains {
      flags.append(
        Flag(
          "--load", "FILE",
          loads
            ? "test the network saved there; with --epochs, train it on"
            : "go on with the training that was saved there"))
    }
    return flags + [Flag("--help", nil, "print this")]
  }

  /// What --help prints.
  public var usage: String {
    let width = flags.map(\.form.count).max() ?? 0
    let lines = flags.map {
      "  " + $0.form.padding(toLength: width + 3, withPad: " ", startingAt: 0) + $0.meaning
    }
    return (["\(summary)", "", "usage: swift run \(name) [options]"] + lines)
      .joined(separator: "\n")
  }

  /// Runs a chapter from its command line, and leaves the process with the status that is due.
  ///
  /// 0 if all went well, 1 if an exercise is not done, 64 for a wrong command line, otherwise the
  /// failure's own status.
  ///
  /// - Parameter body: The chapter, with the source of its backward functions.
  public func run(_ body: (ChapterOptions, Source) throws -> Void) -> Never {
    do {
      let options = try ChapterOptions(parsing: Array(CommandLine.arguments.dropFirst()), for: self)
      if options.help {
        print(usage)
        exit(0)
      }
      if options.bug == "list" {
        print(bugList)
        exit(0)
      }
      if options.mine {
        Mine.superviseChild()
        try Mine.requirePassed(inUse, in: chapters.map(\.exercises))
      }
      if let threads = options.threads { Threads.count = threads }
      Memory.keepFreed()
      try body(options, options.source(in: self))
      exit(0)
    } catch let failure as any Failure {
      Self.complain("\(name): \(failure)")
      exit(failure.exitCode)
    } catch {
      Self.complain("\(name): \(error)")
      exit(1)
    }
  }

  /// The exercises whose functions the chapter runs on.
  var inUse: [any Exercise] {
    let all = chapters.flatMap { $0.problems.all }
    return uses.compactMap { id in all.first { $0.id == id } }
  }

  /// The function of a challenge, for a chapter that uses it where it is done: the learner's if it passes,
  /// else nil.
  public func challenge<Input: Question, Output>(
    _ problem: Problem<Input, Output>, from source: Source
  ) -> ((Input) throws -> Output)? {
    if case .answers(let answers) = source, Mine.verdict(of: problem, in: answers) != .passed {
      return nil
    }
    return problem.function(from: source)
  }

  /// The exercise that a known mistake belongs to.
  public func exercise(withBug name: String) -> (any Exercise)? {
    inUse.first { $0.wrongAnswers.contains { $0.name == name } }
  }

  /// The mistakes that --bug knows in this chapter.
  var bugs: [(name: String, sentence: String)] { inUse.flatMap(\.wrongAnswers) }

  /// The mistakes by exercise, those of this chapter first.
  private var bugList: String {
    let exercises = inUse
    let own = exercises.filter { $0.chapter == number }
    let earlier = exercises.filter { $0.chapter != number }
    let groups = (own + earlier).filter { !$0.wrongAnswers.isEmpty }.map { exercise in
      let title = "\(exercise.id) \(exercise.name)"
      let bugs = exercise.wrongAnswers.map { bug in
        (["  " + bug.name] + wrapped(bug.sentence, to: 72).map { "      " + $0 })
          .joined(separator: "\n")
      }
      return ([title] + bugs).joined(separator: "\n")
    }
    return "--bug takes one of these \(bugs.count) names:\n\n" + groups.joined(separator: "\n\n")
  }

  static func complain(_ sentence: String) {
    FileHandle.standardError.write(Data((sentence + "\n").utf8))
  }
}

/// One option of a command line.
struct Flag {
  let name: String
  /// What stands for its value in the usage; nil where it takes none.
  let value: String?
  let meaning: String

  init(_ name: String, _ value: String?, _ meaning: String) {
    (self.name, self.value, self.meaning) = (name, value, meaning)
  }

  var form: String { value.map { "\(name) \($0)" } ?? name }
}
