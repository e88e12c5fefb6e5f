import Foundation
import Synchronization

/// The keyboard, one key at a time, while `watch` runs in a terminal.
enum Keys {
  private struct Terminal: @unchecked Sendable {
    /// Whether keys are wanted, though the shell may have put us into the background.
    var isWanted = false
    /// What the terminal was like before.
    var settings: termios?
  }
  private static let terminal = Mutex(Terminal())

  /// Whether the terminal is ours: in the background nothing of it may be read or changed.
  private static var isForeground: Bool {
    let group = tcgetpgrp(STDIN_FILENO)
    // A terminal that controls nobody has no group.
    return group < 0 || group == getpgrp()
  }

  /// From now on keys come without Enter, and are not shown; Ctrl-C still interrupts.
  static func listen() {
    terminal.withLock {
      $0.isWanted = true
      take(&$0)
    }
  }

  /// After the guide was stopped with Ctrl-Z and goes on, keys come one at a time again.
  static func resume() {
    terminal.withLock { if $0.isWanted { take(&$0) } }
  }

  /// Puts the terminal back as it was, for good: nothing that goes on meanwhile takes it again.
  static func restore() {
    terminal.withLock {
      $0.isWanted = false
      giveBack($0)
    }
  }

  /// Stops, as Ctrl-Z does, with the terminal as the shell expects it.
  static func pause() {
    // Without a shell that could go on with it, a process is not stopped by Ctrl-Z.
    guard getsid(getppid()) == getsid(0), getpgid(getppid()) != getpgrp() else { return }
    terminal.withLock { giveBack($0) }
    kill(getpid(), SIGSTOP)
  }

  private static func take(_ terminal: inout Terminal) {
    var settings = termios()
    guard isForeground, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    if terminal.settings == nil { terminal.settings = settings }
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  private static func giveBack(_ terminal: Terminal) {
    guard isForeground, var settings = terminal.settings else { return }
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// What can be told from the keyboard.
  enum Event: Equatable {
    case key(Character)
    /// Nobody can press a key any more.
    case closed
  }

  /// The key that has been pressed, if one has; waits for it no longer than asked.
  static func next(milliseconds: Int32 = 0) -> Event? {
    guard isForeground else {
      usleep(UInt32(milliseconds) * 1000)
      return nil
    }
    var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return nil }
    var byte: UInt8 = 0
    let count = read(STDIN_FILENO, &byte, 1)
    guard count > 0 else { return count == 0 || errno != EINTR ? .closed : nil }
    guard byte != 0x1B else {
      // An arrow or function key sends several bytes, from Escape on: none of them is a command.
      while poll(&wait, 1, 0) > 0, read(STDIN_FILENO, &byte, 1) > 0 {}
      return nil
    }
    return .key(Character(Unicode.Scalar(byte)))
  }
}
