import Foundation
import Synchronization

/// The keyboard, one key at a time, while `watch` runs in a terminal.
enum Keys {
  private struct Saved: @unchecked Sendable { let settings: termios }
  private static let saved = Mutex<Saved?>(nil)

  /// After the guide was stopped with Ctrl-Z and goes on, keys come one at a time again.
  static func resume() {
    if saved.withLock({ $0 != nil }) { listen() }
  }

  /// From now on keys come without Enter, and are not shown; Ctrl-C still interrupts.
  static func listen() {
    var settings = termios()
    guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    saved.withLock { if $0 == nil { $0 = Saved(settings: settings) } }
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// Puts the terminal back as it was.
  static func restore() {
    saved.withLock {
      guard var settings = $0?.settings else { return }
      tcsetattr(STDIN_FILENO, TCSANOW, &settings)
      $0 = nil
    }
  }

  /// What can be told from the keyboard.
  enum Event: Equatable {
    case key(Character)
    /// Nobody can press a key any more.
    case closed
  }

  /// The key that has been pressed, if one has; waits for it no longer than asked.
  static func next(milliseconds: Int32 = 0) -> Event? {
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
