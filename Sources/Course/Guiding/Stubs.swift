/// Makes what ships from what is finished: a solution's file, with the bodies left to do.
///
/// The doc comment is the marker. A function under `/// Exercise 4.1: …` is an exercise; its body
/// is what lies between the line that ends its signature with `{` and the line `  }`.
public enum Stubs {
  /// A file that the generator cannot read, and why.
  public struct Unreadable: Error {
    public let reason: String
  }

  /// The shipped text of one exercise's function: its comment, its signature and its `Todo`.
  public static func function(
    of exercise: ExerciseFacts, fromSolution source: String
  ) throws -> String {
    let stub = try stub(source, only: exercise.id)
    guard let function = FunctionText(of: exercise, among: [exercise], in: stub) else {
      throw Unreadable(reason: "no function is marked `/// Exercise \(exercise.id): …`")
    }
    return function.text
  }

  /// Replaces the body of each exercise, or of one, by its `Todo`; with line feeds between lines.
  public static func stub(_ source: String, only wanted: String? = nil) throws -> String {
    var (stubbed, found, id, inBody) = ([Substring](), [Substring](), Substring?.none, false)
    for line in source.withLineFeeds.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.contains("/// Exercise "),
        let marked = line.firstMatch(of: /^ *\/\/\/ Exercise (\d+\.\d+[a-z]?):/)?.1,
        wanted == nil || marked == wanted ?? ""
      {
        id = marked
        found.append(marked)
      }
      if inBody && line != "  }" { continue }
      stubbed.append(line)
      if inBody {
        (id, inBody) = (nil, false)
      } else if let id, !line.contains("///"), line.hasSuffix("{") {
        stubbed.append("    throw Todo(\"\(id)\")")
        inBody = true
      }
    }
    if let id { throw Unreadable(reason: "exercise \(id): no `  }` closes its function") }
    if let wanted, found.isEmpty {
      throw Unreadable(reason: "no function is marked `/// Exercise \(wanted): …`")
    }
    return stubbed.joined(separator: "\n")
  }

  /// The line of an exercise's function, counted from 1.
  public static func line(of id: String, in source: String) -> Int? {
    let lines = source.sourceLines
    guard let comment = lines.firstIndex(where: { FunctionText.marks(id, $0) }) else { return nil }
    return lines[comment...].firstIndex { !$0.contains("///") }.map { $0 + 1 }
  }
}
