import Guiding
import Foundation
import Synchronization

/// Where the guide writes: a terminal, of some width, with or without colour; or a file.
enum Screen {
  static let isTerminal = StandardOutput.isTerminal
  /// Whether all is said in words, one after the other, for screen readers: --plain.
  static let isPlain = CommandLine.arguments.contains("--plain")
  /// Whether the terminal has another size, or somebody else has written on it.
  static let hasChanged = Atomic(false)
  private static let usesColour = StandardOutput.takesColour && !isPlain

  /// How many characters fit into a line; 80 where nobody looks.
  static var width: Int {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return max(20, min(Int(size.ws_col), 100))
  }

  enum Style: String {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case good = "32"
    case bad = "31"
    case odd = "33"
  }

  /// Colour repeats what a sign or a word says already.
  static func styled(_ text: String, _ style: Style) -> String {
    usesColour && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Prints lines as they are.
  static func print(_ text: String = "") {
    write((isPlain ? text.replacing(" ★", with: " (a challenge)") : text) + "\n")
  }

  /// Prints prose, broken between words where the screen ends.
  static func say(_ text: String, indent: Int = 0, style: Style = .plain) {
    let text = isPlain ? inWords(text) : text
    for line in wrap(text, width: width, indent: indent) { print(styled(line, style)) }
  }

  /// A line that the next one overwrites, in a terminal; nothing elsewhere.
  static func passing(_ text: String) {
    guard isTerminal, !isPlain else { return }
    write("\r\u{1B}[2K" + String(text.prefix(width - 1)))
  }

  static func clear() {
    guard isTerminal, !isPlain else { return }
    write("\u{1B}[H\u{1B}[2J\u{1B}[3J")
  }

  /// Writes to standard output; if its reader has gone, there is nothing left to do.
  private static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
      }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        Processes.leave(128 + SIGPIPE)
      } else if errno == EAGAIN {
        usleep(1000)
      } else if errno != EINTR {
        complain("cannot write to standard output: \(String(cString: strerror(errno)))")
        Processes.leave(74)
      }
    }
  }

  static func complain(_ sentence: String) {
    FileHandle.standardError.write(Data("workbook: \(sentence)\n".utf8))
  }
}

/// A verdict's text with words for its signs: "wrong: dW is [2, 3], …" for "✗ dW is [2, 3], …".
func inWords(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    let margin = line.prefix { $0 == " " }
    let rest = line.dropFirst(margin.count)
    let words = [("✓ ok,", "ok,"), ("✗ ", "wrong: "), ("✓ ", "right: "), ("→ ", ""), ("★ ", "")]
    let sign = words.first { rest.hasPrefix($0.0) }
    let text = (sign?.1 ?? "") + rest.dropFirst(sign?.0.count ?? 0)
    return margin
      + text.replacing(" ✓", with: " right").replacing(" ✗", with: " wrong")
      .replacing(" ★", with: "")
  }.joined(separator: "\n")
}

/// Breaks each line of a text between words; lines keep their own indentation.
func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
    let own = line.prefix { $0 == " " }.count
    let margin = String(repeating: " ", count: indent + own)
    // A sentence under a sign such as "→ " goes on under its first word.
    let signs: Set<Substring> = ["→", "✗", "✓", "·", "-", "!"]
    let words = line.split(separator: " ")
    let sign = words.count > 1 && signs.contains(words[0]) ? words[0] + " " : ""
    let hang = margin + (sign.isEmpty ? "" : "  ")
    let room = max(1, width - hang.count)
    let lines = wrapped(String(line.dropFirst(own + sign.count)), to: room).flatMap { line in
      // A word that is longer than a line goes on in the next one.
      stride(from: 0, to: line.count, by: room).map { line.dropFirst($0).prefix(room) }
    }
    guard let first = lines.first else { return [margin] }
    return ["\(margin)\(sign)\(first)"] + lines.dropFirst().map { hang + $0 }
  }
}

/// A line that ends with … where the screen does.
func cut(_ line: String, to width: Int) -> String {
  line.count <= width ? line : line.prefix(max(0, width - 1)) + "…"
}
