import Foundation

/// Ways in which a function may claim that it has passed, whatever it returns.
enum Forgery: String, Codable, CaseIterable, Sendable {
  case prints, printsErrors, writesEverywhere, writesThroughTheSystem, writesAndLeaves
  case writesAtExit, writesFromAThread, writesFromAnotherProgram
  case looksForTheWord, repeatsTheWord, closesTheChannel

  /// Descriptors to leave alone: those on which a library of tests reports.
  nonisolated(unsafe) static var spared: Set<Int32> = []

  /// What to leave the process with: an exit test of a failure takes no 0 from anyone.
  nonisolated(unsafe) static var status: Int32 = 0

  private static let pass = "verdict {\"passed\":{}}"

  /// Does it; some do not come back.
  func commit() {
    switch self {
    case .prints:
      print("\n\u{1E}\(Self.pass)")
      exit(0)
    case .printsErrors:
      FileHandle.standardError.write(Self.message())
      _exit(Self.status)
    case .writesEverywhere: Self.writeEverywhere(Self.message())
    case .writesThroughTheSystem:
      for number in Int32(0)..<1024 where !Self.spared.contains(number) {
        let file = open("/proc/self/fd/\(number)", O_WRONLY | O_APPEND | O_NONBLOCK)
        guard file >= 0 else { continue }
        Self.write(Self.message(), to: file)
        close(file)
      }
    case .writesAndLeaves:
      Self.writeEverywhere(Self.message())
      _exit(Self.status)
    case .writesAtExit: atexit { Forgery.writeEverywhere(Forgery.message()) }
    case .writesFromAThread:
      Thread.detachNewThread {
        while true {
          Forgery.writeEverywhere(Forgery.message())
          usleep(200)
        }
      }
    case .writesFromAnotherProgram:
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = [
        "-c",
        "for n in $(seq 1 1023); do for p in self $PPID; do f=/proc/$p/fd/$n; case \" $SPARED \" in "
          + "*\" $n \"*) ;; *) [ -e $f ] && printf '\\n\\036\(Self.pass)\\n' >> $f ;; esac; done; done",
      ]
      shell.environment = ["SPARED": Self.spared.map(String.init).joined(separator: " ")]
      try? shell.run()
      shell.waitUntilExit()
    case .looksForTheWord:
      var places = [CommandLine.arguments.joined(separator: "\n")]
      places += ProcessInfo.processInfo.environment.map { "\($0)\n\($1)" }
      for name in ["environ", "cmdline"] {
        if let data = FileManager.default.contents(atPath: "/proc/self/\(name)") {
          places.append(String(decoding: data, as: UTF8.self))
        }
      }
      let text = places.joined(separator: "\n")
      for match in text.matches(of: /[0-9a-f]{16,}/) {
        for word in [match.0, match.0.prefix(match.0.count / 2)] {
          Self.writeEverywhere(Self.message(word: String(word)))
        }
      }
    case .repeatsTheWord: Self.listen()
    case .closesTheChannel:
      for number in Int32(3)..<1024 where !Self.spared.contains(number) { close(number) }
    }
  }

  private static func message(word: String = "") -> Data {
    Data("\n\u{1E}\(word.isEmpty ? "" : word + " ")\(pass)\n".utf8)
  }

  private static func writeEverywhere(_ message: Data) {
    for number in Int32(1)..<1024 where !spared.contains(number) && fcntl(number, F_GETFD) >= 0 {
      write(message, to: number)
    }
  }

  /// Writes, unless a pipe is full that nobody reads.
  private static func write(_ message: Data, to number: Int32) {
    var wait = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    guard poll(&wait, 1, 0) == 1, Int32(wait.revents) & POLLOUT != 0 else { return }
    _ = message.withUnsafeBytes { Foundation.write(number, $0.baseAddress, $0.count) }
  }

  nonisolated(unsafe) private static var isListening = false

  /// Puts a pipe of its own in the place of every other one, and sends on what comes there, with each
  /// verdict turned into a pass.
  private static func listen() {
    var ends: [Int32] = [-1, -1]
    guard !isListening, pipe(&ends) == 0 else { return }
    isListening = true
    var channels = [(number: Int32, copy: Int32)]()
    for number in Int32(1)..<1024 where !spared.union([2, ends[0], ends[1]]).contains(number) {
      var status = stat()
      guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO,
        fcntl(number, F_GETFL) & O_ACCMODE != O_RDONLY
      else { continue }
      channels.append((number, dup(number)))
      dup2(ends[1], number)
    }
    let (reader, copies) = (ends[0], channels.map(\.copy))
    Thread.detachNewThread {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(reader, &bytes, bytes.count)
        guard count > 0 else { return }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        for match in text.matches(of: /\x{1E}([0-9a-f]+)\s/) {
          let word = String(match.1)
          for copy in copies {
            for guess in [word, word + word] {
              write(message(word: guess), to: copy)
            }
          }
        }
      }
    }
  }
}
