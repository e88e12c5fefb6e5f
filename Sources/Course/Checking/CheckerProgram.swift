import Backprop
@preconcurrency import Foundation

/// The process in which the learner's guide checks one exercise.
///
/// It is started as `checker ID --from CASE --seconds N --memory MIB`; `--errors` asks for numbers. It
/// says what it finds on file descriptor 3, in the messages of `Trial`: standard output belongs to
/// the learner's function.
public enum CheckerProgram {
  /// The file descriptor for messages.
  public static let channel: Int32 = 3
  /// What a check may take of memory: many times what the largest exercise needs.
  public static let mebibytes = 1024

  /// Checks what the command line names, and ends the process.
  public static func run(_ answers: any AllChapters.Type) -> Never {
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
    limitMemory(to: number("--memory") ?? mebibytes)
    if words.contains("--errors"), let exercise = Catalogue.find(word) {
      sendError(of: exercise, answers, seconds: number("--seconds"))
    } else if let exercise = Catalogue.find(word) {
      Trial.run(
        exercise, answers, from: number("--from") ?? 0,
        seconds: UInt32(number("--seconds") ?? Int(Trial.seconds)), channel: channel, word: runsWord
      )
    } else {
      complain("there is no exercise \(word)")
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
    of exercise: any Exercise, _ answers: any AllChapters.Type, seconds: Int?
  ) {
    alarm(seconds.map { UInt32($0) } ?? Trial.seconds)
    let line = (try? JSONEncoder().encode(exercise.measure(answers))) ?? Data()
    FileHandle(fileDescriptor: channel).write(line)
  }

  /// Lets the system refuse more memory than this; macOS knows no such limit.
  package static func limitMemory(to mebibytes: Int = mebibytes) {
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
