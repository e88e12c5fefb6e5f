public import Course
import Foundation

/// In the child: checks mutants one after the other, and tells the parent how far it has come.
public enum MutantTrial {
  /// Processor time for one mutant; what takes longer has lost its way.
  static let seconds = 4
  /// Memory, in bytes, that a mutant may ask for.
  static let memory: UInt = 6 << 30
  /// How many random inputs decide that a mutant equals the reference.
  static let inputs = 400

  /// Runs mutants: pairs of a number and an exercise, such as `17:4.1`, in the arguments.
  public static func run(_ answers: any AllChapters.Type, choose: (Int) -> Void) {
    var limit = rlimit(rlim_cur: rlim_t(memory), rlim_max: rlim_t(memory))
    setrlimit(.init(RLIMIT_AS.rawValue), &limit)
    let samples = Samples.all
    let exercises = Dictionary(uniqueKeysWithValues: Catalogue.all.map { ($0.id, $0) })
    while let line = readLine() {
      let pair = line.split(separator: ":")
      guard pair.count == 2, let number = Int(pair[0]), let exercise = exercises[String(pair[1])]
      else { continue }
      say("start \(number)")
      choose(number)
      setTimer()
      let outcome = check(exercise, answers, samples[exercise.id]) { say("passed \(number)") }
      let text = (try? JSONEncoder().encode(outcome)) ?? Data()
      say("outcome \(number) " + String(decoding: text, as: UTF8.self))
    }
  }

  static func check(
    _ exercise: any Exercise, _ answers: any AllChapters.Type, _ sample: Samples.Sample?,
    passed: () -> Void = {}
  ) -> Outcome {
    Situation.begin()
    let verdict = exercise.check(answers, from: 0) { progress in
      if case .running(let index) = progress { Situation.isFirstCase = index == 0 }
    }
    if let outcome = Outcome(verdict, of: exercise) { return outcome }
    passed()
    Situation.isFirstCase = false
    guard let sample else {
      return .survived("there are no random inputs for \(exercise.id)")
    }
    for seed in 0..<UInt64(inputs) {
      if let difference = sample(answers, seed) { return .survived(difference) }
    }
    return .equivalent(inputs: inputs)
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Ends the process after so much processor time: a loaded machine does not count.
  private static func setTimer() {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    setitimer(.init(ITIMER_VIRTUAL.rawValue), &timer, nil)
  }
}
