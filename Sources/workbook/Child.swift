import Foundation

/// A child process in a group of its own, with what it writes kept aside.
///
/// `Foundation.Process` gives a child no file descriptor beyond standard error, and leaves its
/// grandchildren alone when it ends one.
final class Child {
  /// Which of its streams: standard output, standard error, or the channel of `CheckerProgram`.
  enum Stream: Int, CaseIterable { case output, errors, channel }

  /// How a process ended.
  enum End: Equatable {
    case status(Int32)
    case signal(Int32)
  }

  private(set) var end: End?
  private let pid: pid_t
  private var descriptors: [Int32]
  private var bytes: [[UInt8]] = [[], [], []]
  private var omitted = [0, 0, 0]

  /// Starts a program that is found on the PATH, or by its path.
  init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
    var (readers, writers) = ([Int32](), [Int32]())
    for _ in Stream.allCases {
      let (reader, writer) = try Self.pipe()
      readers.append(reader)
      writers.append(writer)
    }
    defer { for writer in writers { close(writer) } }

    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (index, writer) in writers.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, writer, Int32(index + 1))
    }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The guide ignores some signals; its children shall not.
    var (defaults, none) = (sigset_t(), sigset_t())
    sigemptyset(&defaults)
    sigemptyset(&none)
    for signal in Processes.signals + [SIGPIPE] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") }
    words.append(nil)
    settings.append(nil)
    defer { for text in words + settings { free(text) } }
    var started = pid_t()
    let failure = Processes.starting {
      let failure = posix_spawnp(&started, program, &actions, &attributes, words, settings)
      return (failure, failure == 0 ? started : nil)
    }
    (pid, descriptors) = (started, readers)
    guard failure == 0 else {
      for reader in readers { close(reader) }
      throw Trouble("cannot start \(program): \(String(cString: strerror(failure)))", status: 71)
    }
  }

  deinit {
    if end == nil { stop() }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  /// A pipe whose ends are neither inherited nor among the numbers that a child uses.
  private static func pipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Foundation.pipe(&ends) == 0 else { throw Trouble("no more pipes", status: 71) }
    let safe = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    for end in ends { close(end) }
    let flags = fcntl(safe[0], F_GETFL)
    _ = fcntl(safe[0], F_SETFL, flags | O_NONBLOCK)
    return (safe[0], safe[1])
  }

  /// What `poll` is to wait for.
  var waits: [pollfd] {
    descriptors.filter { $0 >= 0 }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  }

  /// Reads what has come, and sees whether the process has ended.
  func update() {
    guard end == nil else { return }
    drain()
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return }
    finish(status)
  }

  /// Ends the process and all that it has started, and waits for it.
  func stop(_ signal: Int32 = SIGKILL) {
    guard end == nil else { return }
    kill(-pid, signal)
    var status: Int32 = 0
    for _ in 0..<300 where signal != SIGKILL {
      drain()
      if waitpid(pid, &status, WNOHANG) == pid { return finish(status) }
      usleep(10_000)
    }
    kill(-pid, SIGKILL)
    waitpid(pid, &status, 0)
    finish(status)
  }

  private func finish(_ status: Int32) {
    let signal = status & 0x7f
    end = signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    // Whatever it left running holds the pipes open, and nobody needs it.
    kill(-pid, SIGKILL)
    Processes.ended(pid)
    drain()
  }

  /// What came on a stream: the beginning of what a learner prints, the end of a backtrace.
  func text(_ stream: Stream) -> String {
    let text = String(decoding: bytes[stream.rawValue], as: UTF8.self)
    let gone = omitted[stream.rawValue]
    return stream == .output && gone > 0 ? text + "\n… and \(gone) bytes more" : text
  }

  func data(_ stream: Stream) -> [UInt8] { bytes[stream.rawValue] }

  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for stream in Stream.allCases {
      let index = stream.rawValue
      // A process that prints without an end shall not keep this loop busy: the rest comes later.
      for _ in 0..<16 where descriptors[index] >= 0 {
        let count = read(descriptors[index], &buffer, buffer.count)
        if count < 0 { break }
        if count == 0 {
          close(descriptors[index])
          descriptors[index] = -1
          break
        }
        keep(buffer[..<count], of: stream)
      }
    }
  }

  private func keep(_ part: ArraySlice<UInt8>, of stream: Stream) {
    let index = stream.rawValue
    switch stream {
    case .output:
      let room = max(0, 65_536 - bytes[index].count)
      bytes[index] += part.prefix(room)
      omitted[index] += max(0, part.count - room)
    case .errors:
      bytes[index] += part
      if bytes[index].count > 4 << 20 { bytes[index].removeFirst(2 << 20) }
    case .channel: bytes[index] += part
    }
  }
}
