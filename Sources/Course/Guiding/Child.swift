import Foundation

/// A child process, with what it writes kept aside.
///
/// `Foundation.Process` gives a child no file descriptor beyond standard error, hides it from
/// Ctrl-C, and leaves its grandchildren alone when it ends one.
package final class Child {
  /// Which of its streams: standard output, standard error, or the channel of `CheckerProgram`.
  package enum Stream: Int, CaseIterable { case output, errors, channel }

  /// How a process ended.
  package enum End: Equatable {
    case status(Int32)
    case signal(Int32)
  }

  package private(set) var end: End?
  private let pid: pid_t
  /// What `kill` is told: the child's group, or the child alone where it is in ours.
  private let target: pid_t
  private var descriptors: [Int32]
  private var bytes: [[UInt8]] = [[], [], []]
  private var omitted = [0, 0, 0]

  /// Starts a program that is found on the PATH, or by its path.
  ///
  /// A child that shares the terminal has our input and output, and gets Ctrl-C and Ctrl-Z with us;
  /// only its standard error is kept aside. Another is in a group of its own, which ends with it.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String],
    sharesTerminal: Bool = false
  ) throws {
    var (readers, writers) = ([Int32](), [Int32]())
    defer { for writer in writers where writer >= 0 { close(writer) } }
    for stream in Stream.allCases {
      do {
        let (reader, writer) = sharesTerminal && stream != .errors ? (-1, -1) : try Self.pipe()
        readers.append(reader)
        writers.append(writer)
      } catch let error as CannotStart {
        for reader in readers where reader >= 0 { close(reader) }
        throw CannotStart(program, error.reason)
      }
    }

    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if !sharesTerminal { posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) }
    for (index, writer) in writers.enumerated() where writer >= 0 {
      posix_spawn_file_actions_adddup2(&actions, writer, Int32(index + 1))
    }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The parent ignores some signals; its children shall not.
    var (defaults, none) = (sigset_t(), sigset_t())
    sigemptyset(&defaults)
    sigemptyset(&none)
    for signal in Processes.ownSignals { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags =
      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
      | (sharesTerminal ? 0 : POSIX_SPAWN_SETPGROUP)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") }
    words.append(nil)
    settings.append(nil)
    defer { for text in words + settings { free(text) } }
    var (started, failure) = (pid_t(), Int32())
    // A program that was just written may for a moment still be open in another process.
    for _ in 0..<100 {
      failure = Processes.starting {
        let failure = posix_spawnp(&started, program, &actions, &attributes, words, settings)
        return (failure, failure == 0 ? (sharesTerminal ? started : -started) : nil)
      }
      guard failure == ETXTBSY || failure == EAGAIN else { break }
      usleep(10_000)
    }
    // Before `pid` and `target` are set, an error runs no `deinit`: there is nothing to end, and
    // `kill` takes 0 for our own group.
    guard failure == 0 else {
      for reader in readers where reader >= 0 { close(reader) }
      throw CannotStart(program, String(cString: strerror(failure)))
    }
    (pid, target, descriptors) = (started, sharesTerminal ? started : -started, readers)
  }

  deinit {
    if end == nil { stop() }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  /// A pipe whose ends are neither inherited nor among the numbers that a child uses.
  private static func pipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Foundation.pipe(&ends) == 0 else { throw CannotStart("a pipe", Self.fewFiles) }
    let safe = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    for end in ends { close(end) }
    guard safe.allSatisfy({ $0 >= 0 }) else {
      for end in safe where end >= 0 { close(end) }
      throw CannotStart("a pipe", Self.fewFiles)
    }
    let flags = fcntl(safe[0], F_GETFL)
    _ = fcntl(safe[0], F_SETFL, flags | O_NONBLOCK)
    return (safe[0], safe[1])
  }

  package static var fewFiles: String {
    "too many open files; `ulimit -n 256` lets this shell have more"
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
  package func stop(_ signal: Int32 = SIGKILL) {
    guard end == nil else { return }
    kill(target, signal)
    var status: Int32 = 0
    for _ in 0..<300 where signal != SIGKILL {
      drain()
      if waitpid(pid, &status, WNOHANG) == pid { return finish(status) }
      usleep(10_000)
    }
    kill(target, SIGKILL)
    waitpid(pid, &status, 0)
    finish(status)
  }

  private func finish(_ status: Int32) {
    let signal = status & 0x7f
    end = signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    // Whatever it left running holds the pipes open, and nobody needs it.
    if target < 0 { kill(target, SIGKILL) }
    Processes.ended(target)
    drain()
  }

  /// What came on a stream: the beginning of what a learner prints, the end of a backtrace.
  package func text(_ stream: Stream) -> String {
    let text = String(decoding: bytes[stream.rawValue], as: UTF8.self)
    let gone = omitted[stream.rawValue]
    return stream == .output && gone > 0 ? text + "\n… and \(gone) bytes more" : text
  }

  package func data(_ stream: Stream) -> [UInt8] { bytes[stream.rawValue] }

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

/// Why a process cannot be started.
package struct CannotStart: Error, CustomStringConvertible {
  let program: String
  let reason: String

  init(_ program: String, _ reason: String) { (self.program, self.reason) = (program, reason) }

  package var exitCode: Int32 { 71 }
  package var description: String { "cannot start \(program): \(reason)" }
}
