public import Course
import Foundation

/// What a child is asked to do: check a mutant from a case on, in so much processor time.
struct Errand: Equatable {
  let number: Int
  let exercise: String
  /// The case to begin with: 0, or the one behind a case that has stopped another child.
  var first = 0
  let milliseconds: Int
  /// Mutants forge no verdicts: all their messages have the same word.
  static let word = "mutant"

  /// A line that `init(line:)` reads.
  var line: String { "\(number) \(exercise) \(first) \(milliseconds)" }

  init(number: Int, exercise: String, milliseconds: Int) {
    (self.number, self.exercise, self.milliseconds) = (number, exercise, milliseconds)
  }

  init?(line: String) {
    let words = line.split(separator: " ")
    guard words.count == 4, let number = Int(words[0]), let first = Int(words[2]),
      let milliseconds = Int(words[3])
    else { return nil }
    self.init(number: number, exercise: String(words[1]), milliseconds: milliseconds)
    self.first = first
  }
}

/// In the child: checks mutants one after the other, and tells the parent how far it has come.
public enum MutantTrial {
  /// How many random inputs decide that a mutant equals the reference.
  static let inputs = 400
  /// The time limit on the clock, in seconds: for what waits and takes no processor time.
  private static let patience: UInt32 = 120

  /// Runs the errands on standard input.
  ///
  /// A mutant's messages are those of `Trial`, which the learner's guide reads too, between the lines
  /// `start 17` and `outcome 17 …`.
  public static func run(
    _ module: any AnswerModule.Type, chapter: Int, choose: (_ mutant: Int) -> Void
  ) {
    let parent = getppid()
    Confinement.begin()
    let answers = [module]
    let samples = Samples.chapter(chapter)
    let exercises = Catalogue.chapter(chapter)
    while let errand = readLine().flatMap(Errand.init) {
      guard getppid() == parent,
        let exercise = exercises.first(where: { $0.id == errand.exercise })
      else { break }
      say("start \(errand.number)")
      choose(errand.number)
      Confinement.setTimer(milliseconds: errand.milliseconds)
      let verdict = Trial.run(seconds: patience, word: Errand.word) {
        check(exercise, answers, from: errand.first, progress: $0)
      }
      guard errand.first == 0 else { continue }
      let outcome =
        Outcome(verdict, of: exercise)
        ?? {
          say("passed \(errand.number)")
          Confinement.setTimer(milliseconds: 10 * errand.milliseconds)
          return comparison(answers, samples[exercise.id])
        }()
      let text = (try? JSONEncoder().encode(outcome)) ?? Data()
      say("outcome \(errand.number) " + String(decoding: text, as: UTF8.self))
    }
  }

  /// What the course's check says, while mutants can tell the first case from the others.
  static func check(
    _ exercise: any Exercise, _ answers: AnswerModules, from first: Int = 0,
    progress: (CheckProgress) -> Void = { _ in }
  ) -> Verdict {
    Situation.begin()
    defer { Situation.isFirstCase = false }
    return exercise.check(answers, from: first) { step in
      if case .running(let index, _, _) = step { Situation.isFirstCase = index == 0 }
      progress(step)
    }
  }

  /// Whether an answer that has passed equals the reference on random inputs.
  static func comparison(
    _ answers: AnswerModules, _ sample: Samples.Sample?
  ) -> Outcome {
    guard let sample else { return .survived("there are no random inputs for this exercise") }
    for seed in 0..<UInt64(inputs) {
      if let difference = sample(answers, seed) { return .survived(difference) }
    }
    return .equivalent(inputs: inputs, hasEffect: Situation.hasEffect)
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
