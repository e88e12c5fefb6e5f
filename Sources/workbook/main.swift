import Course
import Foundation

let usage = """
  usage: swift run workbook list              the exercises
                            hint ID           from a nudge to almost the code
                            reset ID          put one back to its beginning
                            stubs [--check]   write exercises/ from solutions/, or compare
  """

/// Says what is wrong with the command line, and how it is meant.
func fail(_ sentence: String) -> Never {
  FileHandle.standardError.write(Data("workbook: \(sentence)\n\(usage)\n".utf8))
  exit(64)
}

/// Finds the exercise that a command is about.
func wanted(_ words: [String]) -> any Exercise {
  guard words.count == 2 else { fail("\(words[0]) takes one exercise, such as 4.1") }
  guard let exercise = Catalogue.find(words[1]) else { fail("there is no exercise \(words[1])") }
  return exercise
}

func main() throws {
  let words = Array(CommandLine.arguments.dropFirst())
  switch words.first {
  case "list" where words.count == 1: Workbook.list()
  case "hint": Workbook.hint(wanted(words))
  case "reset": try Workbook.reset(wanted(words))
  case "stubs" where words.count == 1: _ = try Workbook.stubs(checkOnly: false)
  case "stubs" where words == ["stubs", "--check"]:
    exit(try Workbook.stubs(checkOnly: true) ? 0 : 1)
  case "--help", "-h", "help": print(usage)
  case let word?: fail("there is no command \(word)")
  case nil: print(usage)
  }
}

do {
  try main()
} catch {
  FileHandle.standardError.write(Data("workbook: \(error)\n".utf8))
  exit(1)
}
