/// An error that the compiler has found in a learner's file, in the compiler's own words.
struct CompilerMessage {
  /// The file's name, such as Chapter04.swift.
  let file: String
  let line: Int
  /// The message with the lines of source that it points at; paths begin at exercises/.
  let text: String

  /// The errors in a build's output, each once, in their order.
  static func all(in log: String) -> [CompilerMessage] {
    var messages = [CompilerMessage]()
    var seen = Set<String>()
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard let match = line.firstMatch(of: /exercises\/(\w+\.swift):(\d+):(\d+): (error: .+)$/),
        line.hasPrefix("/"), seen.insert(String(match.0)).inserted
      else { continue }
      // The compiler draws the source under the message: lines such as "12 | let x", "   : ".
      let drawing = lines[(index + 1)...].prefix { $0.contains(/^ *\d* *[|:]/) }
      let text =
        (["exercises/\(match.1):\(match.2):\(match.3): \(match.4)"] + drawing.map(String.init))
        .joined(separator: "\n")
      messages.append(
        CompilerMessage(file: String(match.1), line: Int(match.2) ?? 1, text: text))
    }
    return messages
  }
}
