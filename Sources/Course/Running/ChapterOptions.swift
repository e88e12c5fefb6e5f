import Checking
import Core
public import Foundation
import Guiding

/// What a chapter was asked for on its command line.
public struct ChapterOptions {
  public var help = false
  public var quick = false
  /// Whether to print what is left out without --all.
  public var all = false
  /// Whether this process is one of the ranks of an MPI.
  public var mpi = false
  public var mine = false
  public var solutions = false
  public var plain = false
  public var bug: String?
  public var seed: UInt64 = 0
  public var figures: URL?
  public var threads: Int?
  public var epochs: Int?
  public var batch: Int?
  /// The learning rate, where one was given.
  public var rate: Double?
  /// Whether the learning rate stays as it is, where one of --schedule's names was given.
  public var isConstantRate = false
  public var data: URL?
  public var save: URL?
  public var load: URL?

  /// Reads a command line; what it does not know is an error, with the usage.
  public init(parsing arguments: [String], for command: ChapterCommand) throws {
    var words = CommandWords(arguments)
    while let name = words.next() {
      guard let flag = command.flags.first(where: { $0.name == name || name == "-h" }) else {
        throw UsageError("there is no option \(name)", command)
      }
      guard flag.value != nil || name == "-h" else {
        if let value = words.attached {
          throw UsageError("\(name) takes no value, it was given \(value)", command)
        }
        set(name)
        continue
      }
      if name == "-h" {
        help = true
        continue
      }
      guard let value = words.value() else {
        throw UsageError("\(flag.form): the value is missing", command)
      }
      try set(flag, to: value, command)
    }
    guard [mine, solutions, bug != nil].count(where: { $0 }) <= 1 else {
      throw UsageError("--mine, --solutions and --bug exclude each other", command)
    }
    guard !mpi || !(mine || solutions || bug != nil) else {
      throw UsageError("--mpi runs on the library: not with --mine, --solutions or --bug", command)
    }
    guard bug == nil || save == nil else {
      throw UsageError(
        "--save and --bug exclude each other: a network with a mistake put in is not kept", command)
    }
    guard bug == nil || load == nil else {
      throw UsageError(
        "--load and --bug exclude each other: what is saved was trained without mistakes", command)
    }
  }

  private mutating func set(_ name: String) {
    switch name {
    case "--quick": quick = true
    case "--all": all = true
    case "--mine": mine = true
    case "--mpi": mpi = true
    case "--solutions": solutions = true
    case "--plain": plain = true
    default: help = true
    }
  }

  private mutating func set(
    _ flag: Flag, to value: String, _ command: ChapterCommand
  ) throws {
    func number(atLeast least: Int, atMost most: Int = 1_000_000) throws -> Int {
      guard let number = Int(value), (least...most).contains(number) else {
        throw UsageError(
          "\(flag.form): \(value) is no whole number from \(least) to \(most)", command)
      }
      return number
    }
    switch flag.name {
    case "--bug":
      guard value == "list" || command.bugs.contains(where: { $0.name == value }) else {
        throw UsageError("--bug: there is no bug \(value); --bug list names them all", command)
      }
      bug = value
    case "--seed": seed = UInt64(try number(atLeast: 0, atMost: Int.max))
    case "--figures": figures = URL(filePath: value)
    case "--threads": threads = try number(atLeast: 1, atMost: 64)
    case "--epochs": epochs = try number(atLeast: 1)
    case "--batch": batch = try number(atLeast: 1)
    case "--rate":
      guard let number = Double(value), number > 0, number.isFinite else {
        throw UsageError("\(flag.form): \(value) is no number above 0, such as 0.001", command)
      }
      rate = number
    case "--schedule":
      guard ["constant", "cosine"].contains(value) else {
        throw UsageError("\(flag.form): there is no schedule \(value)", command)
      }
      isConstantRate = value == "constant"
    case "--data": data = URL(filePath: value)
    case "--load": load = URL(filePath: value)
    default: save = URL(filePath: value)
    }
  }

  /// Where the chapter's backward functions come from: the library, unless the command line asked
  /// for others.
  func source(in command: ChapterCommand) -> Source {
    if mine { return .answers(command.chapters.map(\.exercises)) }
    if solutions { return .answers(command.chapters.map(\.solutions)) }
    return bug.map { .bug($0) } ?? .library
  }
}

/// A command line that cannot be understood.
struct UsageError: Failure {
  let sentence: String
  let command: ChapterCommand

  init(_ sentence: String, _ command: ChapterCommand) {
    (self.sentence, self.command) = (sentence, command)
  }

  var exitCode: Int32 { 64 }
  var description: String { "\(sentence)\n\n\(command.usage)" }
}
