import Course

/// A mutant: a mutation of a function, with its number in the program that runs it.
struct Mutant {
  let number: Int
  let solution: Solution
  let mutation: Mutation
}

/// A Swift file, and which mutant each of its lines belongs to.
struct SourceFile {
  let name: String
  private(set) var text = ""
  private var owners = [Int?]()

  init(_ name: String) { self.name = name }

  mutating func add(_ code: String, owner: Int? = nil) {
    text += code + "\n"
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).count
    owners += Array(repeating: owner, count: lines)
  }

  /// The mutant that a line belongs to; lines count from 1.
  func owner(line: Int) -> Int? { owners.indices.contains(line - 1) ? owners[line - 1] : nil }
}

/// The program that runs the mutants of one chapter: one function each, and a switch between them.
struct MutantProgram {
  let mutants: [Mutant]
  let chapter: Int
  let solutions: [Solution]

  /// The files to compile; the mutants are spread over a few, so that all cores have work.
  func files(parts: Int = 2) -> [SourceFile] {
    let problems = "Problems\(twoDigits(chapter))"
    let imports = "import Auditing\nimport \(problems)\n"
    var (files, main) = ([SourceFile](), SourceFile("main.swift"))
    for part in 0..<parts {
      var file = SourceFile("Mutants\(part).swift")
      file.add(imports)
      for mutant in mutants where mutant.number % parts == part {
        file.add(
          "func mutant\(mutant.number)\(mutant.solution.signature) {\n\(mutant.mutation.body)\n}",
          owner: mutant.number)
      }
      files.append(file)
    }
    var answers = SourceFile("Answers.swift")
    answers.add(imports + "nonisolated(unsafe) var current = 0")
    for solution in solutions {
      answers.add("func \(solution.name)Solved\(solution.signature) {\n\(solution.body)\n}")
    }
    answers.add("enum Answers: Chapter\(twoDigits(chapter)) {")
    for solution in solutions {
      answers.add("static func \(solution.name)\(solution.signature) {\nswitch current {")
      for mutant in mutants where mutant.solution.id == solution.id {
        answers.add("case \(mutant.number): return try mutant\(mutant.number)(\(solution.call()))")
      }
      answers.add("default: return try \(solution.name)Solved(\(solution.call()))\n}\n}")
    }
    answers.add("}")
    main.add(imports + "MutantTrial.run(Answers.self, chapter: \(chapter)) { current = $0 }")
    return files + [answers, main]
  }
}
