import Guiding

/// An error that the compiler has found in a learner's file, in the compiler's own words.
struct CompilerMessage {
  /// The file's path below exercises/, such as Chapter04.swift.
  let file: String
  let line: Int
  /// The message with the lines of source that it points at; paths begin at exercises/.
  let text: String
  /// Whether it says only that functions are missing.
  let isAboutConformance: Bool

  /// The errors in a build's output, each once, in their order.
  static func all(in log: String) -> [CompilerMessage] {
    var messages = [CompilerMessage]()
    var seen = Set<String>()
    let lines = log.withLineFeeds.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      // The last folder of that name: the workbook itself may lie in another.
      guard line.hasPrefix("/"), line.contains(": error: "),
        let match = line.firstMatch(
          of: /^.*\/exercises\/(.+?\.swift):(\d+):(\d+): (error: .+)$/),
        seen.insert(String(match.0)).inserted
      else { continue }
      // The compiler draws the source under the message: lines such as "12 | let x", "   : ".
      let drawing = lines[(index + 1)...].prefix { $0.contains(/^ *\d* *[|:]/) }
      let text =
        (["exercises/\(match.1):\(match.2):\(match.3): \(match.4)"] + drawing.map(String.init)
        + (advice(on: match.4).map { ["→ \($0)"] } ?? []))
        .joined(separator: "\n")
      messages.append(
        CompilerMessage(
          file: String(match.1), line: Int(match.2) ?? 1, text: text,
          isAboutConformance: match.4.contains("does not conform to protocol 'Chapter")))
    }
    return messages
  }

  /// The functions of which the compiler says that a protocol asks for them in vain.
  static func unmet(in log: String) -> Set<String> {
    Set(log.matches(of: /note: protocol requires function '(\w+)\(/).map { String($0.1) })
  }

  /// What the compiler does not say to somebody who has just begun with Swift.
  private static func advice(on error: Substring) -> String? {
    if let match = error.firstMatch(
      of: /global function '(\w+)' requires that '(?:Matrix|Tensor<Double>)'/)
    {
      return "\(match.1) takes a number, not a tensor: write x.map { \(match.1)($0) }"
    }
    if error.contains("conform to 'DifferentiableNumber'") {
      return "for functions of numbers put `import Foundation` at the top of the file"
    }
    if error.contains("failed to produce diagnostic") || error.contains("unable to type-check") {
      return "take it apart: a `let` for each step, with its type, as in `let slope: Matrix = …`"
    }
    if error.contains("source control conflict marker") {
      return "git has left two versions here: keep one, and delete the lines `<<<<<<<`, `=======` "
        + "and `>>>>>>>`"
    }
    if error.contains("invalid redeclaration of") { return "it is there twice: delete one" }
    return nil
  }
}
