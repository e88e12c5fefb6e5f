import Foundation
import Testing

/// A program in a terminal of its own: keys go in, the screen comes out.
final class Terminal {
  /// All that has been written to the screen.
  private(set) var screen = ""
  private(set) var status: Int32?
  let pid: pid_t
  private let keyboard: Int32
  private var isGone = false
  private var bytes = [UInt8]()
  private var mark = 0

  /// Starts a program with a pseudo-terminal as its standard streams, which it controls.
  init(
    _ words: [String], columns: UInt16 = 80, folder: URL, environment: [String: String] = [:]
  ) throws {
    let name: String
    (keyboard, name) = try Self.pair()
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(keyboard, UInt(TIOCSWINSZ), &size)
    _ = fcntl(keyboard, F_SETFD, FD_CLOEXEC)
    _ = fcntl(keyboard, F_SETFL, O_NONBLOCK)

    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      let newSession: Int16 = 0x80
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let newSession = Int16(POSIX_SPAWN_SETSID)
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawnattr_setflags(&attributes, newSession)
    for descriptor in 0..<Int32(3) {
      posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0)
    }
    let settings = ProcessInfo.processInfo.environment.merging(["TERM": "xterm", "NO_COLOR": ""]) {
      $1
    }
    .merging(environment) { $1 }
    let inFolder = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder.path]
    var arguments: [UnsafeMutablePointer<CChar>?] =
      (inFolder + words).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      settings.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var started = pid_t()
    let failure = posix_spawn(&started, inFolder[0], &actions, &attributes, &arguments, &variables)
    pid = started
    try #require(failure == 0, "\(words[0]) cannot be started")
  }

  /// The two ends of a new pseudo-terminal: ours, and the name of the program's.
  private static func pair() throws -> (Int32, String) {
    #if os(Linux)
      // Swift does not see posix_openpt and its kin: this is what they do.
      let end = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var (lock, number) = (Int32(0), UInt32(0))
      let (unlock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
      try #require(end >= 0 && ioctl(end, unlock, &lock) == 0)
      try #require(ioctl(end, getNumber, &number) == 0)
      return (end, "/dev/pts/\(number)")
    #else
      let end = posix_openpt(O_RDWR | O_NOCTTY)
      try #require(end >= 0 && grantpt(end) == 0 && unlockpt(end) == 0)
      return (end, String(cString: try #require(ptsname(end))))
    #endif
  }

  deinit {
    // Until it is waited for, a process that has ended keeps Swift Testing's exit tests from ending.
    if status == nil {
      if !isGone { kill(pid, SIGTERM) }
      _ = waitForEnd(seconds: 5)
    }
    hangUp()
  }

  /// Closes the terminal, as somebody who closes its window.
  func hangUp() {
    if !isGone { close(keyboard) }
    isGone = true
  }

  /// Changes its width, as somebody who pulls at the window's edge.
  func resize(columns: UInt16) {
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(keyboard, UInt(TIOCSWINSZ), &size)
  }

  /// Presses keys; what is waited for next must come after them.
  func press(_ keys: String) {
    forget()
    _ = keys.withCString { write(keyboard, $0, strlen($0)) }
  }

  /// What is waited for next must come after this moment.
  func forget() {
    read()
    mark = bytes.count
  }

  /// Waits until a text stands on the screen, and returns all that has come since the last key.
  @discardableResult
  func wait(for text: String, seconds: Double = 60) throws -> String {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      read()
      let shown = String(decoding: bytes[mark...], as: UTF8.self)
      if shown.contains(text) { return shown }
      hasEnded()
      usleep(10_000)
    }
    let shown = String(decoding: bytes[mark...], as: UTF8.self)
    throw Missing(description: "\"\(text)\" has not come; the screen shows:\n\(shown)")
  }

  /// Waits until the program has ended; its status, 128 more than the signal if one ended it.
  func waitForEnd(seconds: Double = 60) -> Int32? {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      read()
      if hasEnded() { return status }
      usleep(10_000)
    }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    // From now on its number may be another's.
    status = 128 + SIGKILL
    return nil
  }

  /// Whether keys are shown, and wait for Enter, as in a terminal that nobody has changed.
  var isAsItWas: Bool {
    var settings = termios()
    guard tcgetattr(keyboard, &settings) == 0 else { return false }
    let usual = tcflag_t(ICANON | ECHO)
    return settings.c_lflag & usual == usual
  }

  @discardableResult
  private func hasEnded() -> Bool {
    if status != nil { return true }
    var code: Int32 = 0
    guard waitpid(pid, &code, WNOHANG) == pid else { return false }
    status = code & 0x7f == 0 ? code >> 8 & 0xff : 128 + code & 0x7f
    read()
    return true
  }

  private func read() {
    guard !isGone else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Foundation.read(keyboard, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    screen = String(decoding: bytes, as: UTF8.self)
  }
}

/// Something that did not come in time.
struct Missing: Error, CustomStringConvertible {
  let description: String
}

/// A screen's text without colours and movements of the cursor.
func plain(_ screen: String) -> String {
  screen.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "")
    .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
}
