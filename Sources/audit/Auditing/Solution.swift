/// A function's parameter, as its signature writes it: `_ dy: Matrix`, `of f: (Matrix) -> Double`.
struct Parameter: Equatable {
  /// What a call writes before the value; nil for `_`.
  let label: String?
  let name: String
  let type: String
}

/// One exercise's function, as `solutions/` has it.
struct Solution {
  /// Chapter and number, such as 4.1.
  let id: String
  let name: String
  let parameters: [Parameter]
  /// What the function returns.
  let result: String
  /// From the parenthesis that opens the parameters up to the brace that opens the body.
  let signature: String
  /// The lines between the braces.
  let body: String

  /// The arguments that hand each parameter on, one of them perhaps changed.
  func call(changing changed: String? = nil, to text: String = "") -> String {
    parameters.map { parameter in
      let value = parameter.name == changed ? text : parameter.name
      return parameter.label.map { "\($0): \(value)" } ?? value
    }.joined(separator: ", ")
  }

  /// The functions of a solution's file that are marked as exercises.
  static func all(in source: String) -> [Solution] {
    var (found, id, header, body) = ([Solution](), String?.none, [String](), [String]?.none)
    for line in source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let marked = line.firstMatch(of: /^ *\/\/\/ Exercise (\d+\.\d+[a-z]?):/)?.1 {
        id = String(marked)
        header = []
      } else if let current = id, body != nil, line == "  }" {
        let text = (body ?? []).joined(separator: "\n")
        if let solution = Solution(id: current, header: header.joined(separator: " "), body: text) {
          found.append(solution)
        }
        (id, body) = (nil, nil)
      } else if body != nil {
        body?.append(line)
      } else if id != nil, !line.contains("///") {
        header.append(line.trimmingPrefix { $0 == " " }.description)
        if line.hasSuffix("{") { body = [] }
      }
    }
    return found
  }

  private init?(id: String, header: String, body: String) {
    guard let match = header.firstMatch(of: /static func (\w+)(\(.*) throws -> (.+) \{$/) else {
      return nil
    }
    (self.id, name, result, self.body) = (id, String(match.1), String(match.3), body)
    signature = "\(match.2) throws -> \(match.3)"
    let tokens = Tokens(String(match.2))
    parameters = tokens.arguments(from: 0).compactMap { range in
      guard let colon = range.first(where: { tokens.all[$0].text == ":" }) else { return nil }
      let names = tokens.text(range.lowerBound..<colon).split(separator: " ").map(String.init)
      let type = tokens.text(colon + 2..<range.upperBound)
      guard let first = names.first, let last = names.last else { return nil }
      return Parameter(label: first == "_" ? nil : first, name: last, type: type)
    }
  }
}
