import Backprop
import Course
import Foundation
import Solutions

/// Proves that the course's checks let no wrong answer pass, and no right one fail.
public enum Audit {
  public static let usage = """
    usage: swift run audit [CHAPTER or EXERCISE …]   every mutant of these, or of all exercises
                           --sample N                only N of them, as many of each chapter, always the same
                           --seeds N                 instead: right answers, on N draws of the cases
    """

  /// A command line that makes no sense, and why.
  public struct Misuse: Error {
    public let sentence: String
  }

  /// Runs the command.
  ///
  /// - Parameter words: The command line, without the program's name.
  /// - Throws: `Misuse`, or what went wrong with files and the compiler.
  /// - Returns: Whether everything held.
  public static func run(_ words: [String]) throws -> Bool {
    var (wanted, sample, seeds) = ([String](), Int?.none, Int?.none)
    var words = CommandWords(words)
    while let word = words.next() {
      switch word {
      case "--sample", "--seeds":
        guard let number = words.value().flatMap(Int.init), number > 0 else {
          throw Misuse(sentence: "\(word) takes a number above 0")
        }
        if word == "--sample" { sample = number } else { seeds = number }
      default:
        guard Catalogue.all.contains(where: { $0.id == word || "\($0.chapter)" == word }) else {
          throw Misuse(sentence: "\(word) is no chapter and no exercise")
        }
        wanted.append(word)
      }
    }
    let ids = Catalogue.all.filter {
      wanted.isEmpty || wanted.contains($0.id) || wanted.contains("\($0.chapter)")
    }.map(\.id)
    if let seeds { return rightAnswersPass(ids, seeds: seeds) }
    return try mutantsAreRejected(ids, sample: sample)
  }

  /// Every right answer, on cases drawn anew; says which do not pass.
  static func rightAnswersPass(_ ids: [String], seeds: Int) -> Bool {
    var (checks, failures, few) = (0, [String](), [String]())
    for seed in 0..<UInt64(seeds) {
      for exercise in Catalogue.all(seed: seed) where ids.contains(exercise.id) {
        let verdicts = exercise.checkAlternatives() + [exercise.check(Solutions.all)]
        checks += verdicts.count
        if seed == 0 && verdicts.count < 5 { few.append(exercise.id) }
        for (index, verdict) in verdicts.enumerated() where verdict != .passed {
          let name =
            index == 0
            ? "the reference"
            : index == verdicts.count - 1 ? "the solution" : "alternative \(index)"
          failures.append("\(exercise.id), seed \(seed), \(name): \(verdict)")
        }
      }
    }
    for failure in failures { print(failure) }
    if !few.isEmpty { print("fewer than three alternatives: \(few.joined(separator: ", "))") }
    print(
      "\(ids.count) exercises, \(seeds) seeds: \(checks) right answers checked, "
        + "\(failures.count) rejected")
    return failures.isEmpty && few.isEmpty
  }

  /// Every mutant; says which pass although they are wrong.
  static func mutantsAreRejected(_ ids: [String], sample: Int?) throws -> Bool {
    guard let program = Bundle.main.executableURL else { return false }
    let products = program.resolvingSymlinksInPath().deletingLastPathComponent()
    let package = URL(filePath: #filePath).appending(path: "../../../..").standardized
    let sources = try Catalogue.numbers.map { number in
      let file = package.appending(path: "solutions/\(chapterFile(number))")
      return (number: number, text: try String(contentsOf: file, encoding: .utf8))
    }
    var report = Report()
    let chosen = chosen(sources.flatMap { Solution.all(in: $0.text) }, ids, sample: sample)
    for (number, source) in sources {
      let solutions = Solution.all(in: source)
      let mutants = chosen.filter { mutant in solutions.contains { $0.id == mutant.solution.id } }
      guard !mutants.isEmpty else { continue }
      let start = Date.now
      let folder = "mutants/chapter\(twoDigits(number))"
      let compiler = MutantCompiler(
        products: products, folder: products.appending(path: folder))
      let (executable, compiled) = try compiler.compile(mutants) {
        MutantProgram(mutants: $0, chapter: number, solutions: solutions)
      }
      let compilation = Date.now.timeIntervalSince(start)
      let limits = Dictionary(
        uniqueKeysWithValues: Catalogue.chapter(number).map { ($0.id, milliseconds(for: $0)) })
      let trials = Trials(executable: executable, chapter: number)
      let errands = compiled.map {
        Errand(
          number: $0.number, exercise: $0.solution.id,
          milliseconds: limits[$0.solution.id, default: 1000])
      }
      let outcomes = try trials.run(errands, workers: 2)
      report.results += compiled.compactMap { mutant in
        outcomes[mutant.number].map { (mutant, $0) }
      }
      report.notCompiled += mutants.count - compiled.count
      let seconds = Date.now.timeIntervalSince(start)
      print(
        "chapter \(number): \(compiled.count) mutants, \(Int(compilation)) s to compile, "
          + "\(Int(seconds - compilation)) s to check")
      fflush(nil)
    }
    let file = products.appending(path: "mutants/report.md")
    try report.full.write(to: file, atomically: true, encoding: .utf8)
    print("\n\(report.table)\n\n\(report.summary)\n")
    if !report.survivors.isEmpty {
      print(report.list("Survivors") { if case .survived(let text) = $0 { text } else { nil } })
    }
    print("All of them, with their verdicts: \(file.path)")
    return report.survivors.isEmpty
  }

  /// The processor time for a mutant of an exercise: fifty times what the solution takes, and a second
  /// at least.
  private static func milliseconds(for exercise: any Exercise) -> Int {
    let start = clock()
    _ = exercise.check(Solutions.all)
    let taken = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    return max(1000, Int(50_000 * taken))
  }

  /// The mutants to run, numbered from 1; a sample takes as many from every chapter.
  ///
  /// What it takes from one depends on that chapter alone, and on how many there are.
  static func chosen(
    _ solutions: [Solution], _ ids: [String], sample: Int?
  ) -> [Mutant] {
    var mutants = [Mutant]()
    for solution in solutions where ids.contains(solution.id) {
      for mutation in solution.mutations {
        mutants.append(Mutant(number: mutants.count + 1, solution: solution, mutation: mutation))
      }
    }
    guard let sample, sample < mutants.count else { return mutants }
    let chapters = Dictionary(grouping: mutants) { Catalogue.find($0.solution.id)?.chapter ?? 0 }
    return chapters.sorted { $0.key < $1.key }.enumerated().flatMap { index, chapter in
      var generator = SplitMix64(seed: UInt64(chapter.key))
      let share = sample * (index + 1) / chapters.count - sample * index / chapters.count
      let places = Set(generator.permutation(of: chapter.value.count).prefix(share))
      return chapter.value.indices.filter { places.contains($0) }.map { chapter.value[$0] }
    }
  }
}
