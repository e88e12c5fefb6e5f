import Core
@preconcurrency import Foundation
import Guiding

/// The process in which the learner's guide checks one exercise.
///
/// It is started as `checker04 ID --from CASE --seconds N --memory MIB`, and says what it finds on file
/// descriptor 3, in the messages of `Trial`: standard output belongs to the learner's function.
/// `ID --errors` asks for numbers, `--hints ID` for the ladder of hints and `--speed` for how fast the
/// library is; these answers are JSON, on the same descriptor, and need no run's word.
public enum CheckerProgram {
  /// The file descriptor for messages.
  public static let channel: Int32 = 3

  /// Checks what the command line names, and ends the process.
  ///
  /// - Parameters:
  ///   - answers: The modules whose functions are checked.
  ///   - chapters: The exercises that it knows.
  public static func run(
    _ answers: AnswerModules, on chapters: [any ChapterProblems.Type]
  ) -> Never {
    let runsWord = takeWord()
    let words = Array(CommandLine.arguments.dropFirst())
    func number(_ name: String) -> Int? {
      words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil }
    }
    guard let word = words.first, fcntl(channel, F_GETFD) >= 0 else {
      complain("this is run by `swift run workbook`")
    }
    // What a function prints before it stops shall not be lost in a buffer.
    setvbuf(stdout, nil, _IOLBF, 0)
    // Two checks run at once; a second thread in each would only be in the way.
    Threads.count = 1
    limitMemory(to: number("--memory") ?? Trial.mebibytes)
    if word == "--speed" {
      send(operationsPerSecond())
      exit(0)
    }
    let id = word == "--hints" ? words.dropFirst().first ?? "" : word
    guard let exercise = chapters.lazy.flatMap({ $0.all }).first(where: { $0.id == id }) else {
      complain("there is no exercise \(id)")
    }
    if word == "--hints" {
      send(exercise.hints)
    } else if words.contains("--errors") {
      sendError(of: exercise, answers, seconds: number("--seconds"))
    } else {
      let (first, seconds) = (number("--from") ?? 0, number("--seconds").map { UInt32($0) })
      Trial.run(seconds: seconds ?? Trial.seconds, channel: channel, word: runsWord) {
        exercise.check(answers, from: first, progress: $0)
      }
    }
    exit(0)
  }

  /// The run's word, wiped from where this process, or another one, could read it again.
  private static func takeWord() -> String {
    guard let place = getenv(Trial.wordVariable) else { return "" }
    defer {
      memset(place, 0, strlen(place))
      unsetenv(Trial.wordVariable)
    }
    return String(cString: place)
  }

  /// Sends how far a function's answers are from the truth: a JSON object, or null.
  private static func sendError(
    of exercise: any Exercise, _ answers: AnswerModules, seconds: Int?
  ) {
    alarm(seconds.map { UInt32($0) } ?? Trial.seconds)
    send(exercise.measure(answers))
  }

  private static func send(_ answer: some Encodable) {
    FileHandle(fileDescriptor: channel).write((try? JSONEncoder().encode(answer)) ?? Data())
  }

  /// How many operations a second a product of matrices takes: few, where the library was built
  /// without optimisation.
  private static func operationsPerSecond() -> Double {
    var generator = SplitMix64(seed: 1)
    let a = Tensor<Float>(shape: [256, 256], using: &generator)
    let clock = ContinuousClock()
    let best = (0..<20).map { _ in clock.measure { _ = matmul(a, a) } }.min() ?? .seconds(1)
    return 2 * 256.0 * 256 * 256 / (best / .seconds(1))
  }

  /// Lets the system refuse more memory than this; macOS knows no such limit.
  package static func limitMemory(to mebibytes: Int = Trial.mebibytes) {
    #if os(Linux)
      let bytes = rlim_t(mebibytes) << 20
      var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
  }

  private static func complain(_ sentence: String) -> Never {
    FileHandle.standardError.write(Data("checker: \(sentence)\n".utf8))
    exit(64)
  }
}
