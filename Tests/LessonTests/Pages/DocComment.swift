/// What the comment above an exercise's function says, read from the source of a solution.
///
/// It is the one place where an exercise is described by hand; pages about exercises quote it.
struct DocComment: Sendable {
  /// What is asked: "the gradients of a dense layer, y = x·W + b".
  let title: String
  /// The indented lines: what the forward pass computes.
  let forward: [String]
  /// What goes in, by name, with what is said about it.
  let parameters: [(name: String, text: String)]
  /// What comes out.
  let returns: String

  /// Reads the comment of one exercise; nil where the source has none.
  init?(of id: String, in source: String) {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let mark = "/// Exercise \(id): "
    guard let start = lines.firstIndex(where: { $0.contains(mark) }) else { return nil }
    let comment = lines[start...].prefix { $0.contains("///") }.map { line in
      String(line.drop { $0 == " " }.dropFirst(3))
    }
    var title = comment[0].replacing(" Exercise \(id): ", with: "")
    if title.hasSuffix(".") { title.removeLast() }
    self.title = title

    var (forward, parameters, returns, target) = ([String](), [(String, String)](), "", "")
    for line in comment.dropFirst() {
      if let match = line.firstMatch(of: /^ (?:- Parameter |  - )(\w+): (.*)$/) {
        parameters.append((String(match.1), String(match.2)))
        target = "parameter"
      } else if line.hasPrefix(" - Returns: ") {
        returns = String(line.dropFirst(" - Returns: ".count))
        target = "returns"
      } else if line.hasPrefix(" - ") {
        target = ""
      } else if target.isEmpty, line.hasPrefix("     ") {
        forward.append(line.withoutOuterSpaces)
      } else if target == "parameter", !parameters.isEmpty {
        parameters[parameters.count - 1].1 += " " + line.withoutOuterSpaces
      } else if target == "returns" {
        returns += " " + line.withoutOuterSpaces
      }
    }
    self.forward = forward
    self.parameters = parameters
    self.returns = returns
  }

  /// The shape that a description gives, such as `[m, in]`; nil where it gives none or several, or
  /// another's, as in "the rows of W `[in, out]`".
  static func shape(in text: String) -> [String]? {
    let shapes = text.matches(of: /`\[([^\]`]+)\]`/)
    guard shapes.count == 1, let shape = shapes.first else { return nil }
    let before = text[..<shape.range.lowerBound].split(separator: " ").last
    guard before == nil || before?.last == "," else { return nil }
    return shape.1.split(separator: ",").map { String($0).withoutOuterSpaces }
  }
}

extension String {
  /// Without spaces at both ends.
  var withoutOuterSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
