public import Core
public import Guiding

/// One exercise: what is asked, on which inputs, and the wrong answers that are known by name.
public struct Problem<Input: Question, Output>: Exercise {
  public let facts: ExerciseFacts
  public let hints: [String]
  /// The most telling one first: not square, with a batch that no other size equals.
  package let cases: [Case<Input>]
  /// The same cases, their random numbers drawn with a seed.
  package let draw: (_ seed: UInt64) -> [Case<Input>]
  /// The number whose gradient is asked, Σ dy·y or a loss; nil where the answer is no gradient.
  package let forward: ((Input) -> Double)?
  /// The library's answer.
  package let reference: (Input) -> Output
  package let parts: [Part<Input, Output>]
  package let misconceptions: [Misconception<Input, Output>]
  /// What else is known of wrong answers: the values on the way that explain them.
  package let clues: [Clue<Input, Output>]
  /// Right answers written in another way, which must pass.
  package let alternatives: [(Input) -> Output]
  /// The function in a module of answers.
  package let attempt: (AnswerModules, Input) throws -> Output
  /// What the learner's function is given, by name; where findings may look for what is wrong.
  package let given: (Input) -> [(name: String, value: Matrix)]
  /// Says what is wrong with an output that no single reference can be compared with.
  package var judge: ((Input, Output) -> String?)?
  /// What the function's comment promises and its result cannot show, if it is not kept: how often it
  /// calls a function that it is given, and what it does with that function's errors.
  package let promise: ((AnswerModules, Input) throws -> String?)?

  package init(
    _ id: String, _ name: String, minutes: Int, difficulty: Int, isChallenge: Bool = false,
    section: String, hints: [String], cases: @escaping @autoclosure () -> [Case<Input>],
    forward: ((Input) -> Double)?,
    reference: @escaping (Input) -> Output, parts: [Part<Input, Output>],
    misconceptions: [Misconception<Input, Output>], clues: [Clue<Input, Output>] = [],
    alternatives: [(Input) -> Output],
    given: @escaping (Input) -> [(name: String, value: Matrix)] = { $0.tensors },
    judge: ((Input, Output) -> String?)? = nil,
    promise: ((AnswerModules, Input) throws -> String?)? = nil,
    attempt: @escaping (AnswerModules, Input) throws -> Output
  ) {
    facts = ExerciseFacts(
      id, name, minutes: minutes, difficulty: difficulty, isChallenge: isChallenge, section: section
    )
    self.hints = hints
    (self.cases, self.forward, self.reference, self.parts) = (cases(), forward, reference, parts)
    draw = { CaseSeed.$current.withValue($0, operation: cases) }
    (self.misconceptions, self.clues, self.alternatives) = (misconceptions, clues, alternatives)
    (self.given, self.judge, self.promise, self.attempt) = (given, judge, promise, attempt)
  }

  /// The function that a chapter is to run with: the library's, the learner's, or a known wrong one.
  public func function(from source: Source) -> (Input) throws -> Output {
    switch source {
    case .library: reference
    case .answers(let answers): { try attempt(answers, $0) }
    case .bug(let name): misconceptions.first { $0.name == name }?.answer ?? reference
    }
  }
}

/// Where a chapter's backward functions come from.
public enum Source: Sendable {
  case library
  /// Modules of answers: the learner's, or the solutions.
  case answers(AnswerModules)
  /// The library's, but for one known misconception.
  case bug(String)
}

/// The input of an exercise: what its function is called with.
public protocol Question {
  /// The tensors that go in, by their names in the formulas: x, W, dy.
  static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] { get }
  /// The single numbers that go in: learningRate, epsilon.
  static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] { get }

  /// The same question but for one argument, where that is no tensor and no single number.
  var others: [Self] { get }
  /// Whether the function is called with single numbers, once for each place of the tensors.
  static var isCalledForEachPlace: Bool { get }
  /// The whole numbers that go in: window, stride.
  static var counts: [(name: String, path: KeyPath<Self, Int>)] { get }

  /// Whether the function's comment permits these values: the delta above 0, the rates under 1.
  ///
  /// What a diagnosis asks "what if" about stays within.
  var isPermitted: Bool { get }

  /// What messages say that the function was called with; the inputs, unless there is more to say.
  var tensors: [(name: String, value: Matrix)] { get }
  /// What the function is called with, in a line for messages: the tensors' shapes, or more.
  var summary: String { get }
  /// A shorter name for it, where it is listed among others.
  var label: String { get }
}

extension Question {
  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ")
  }
  public var label: String { summary }
}

extension Question {
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] { [] }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] { [] }
  public var others: [Self] { [] }
  public static var isCalledForEachPlace: Bool { false }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [] }

  public var tensors: [(name: String, value: Matrix)] {
    Self.inputs.map { ($0.name, self[keyPath: $0.path]) }
  }
}

/// One input to check with.
package struct Case<Input> {
  package let input: Input
  /// Whether the function has a corner or a tie here, so that central differences say nothing.
  package let isCorner: Bool

  package init(_ input: Input, isCorner: Bool = false) {
    (self.input, self.isCorner) = (input, isCorner)
  }
}

extension Case where Input: Question {
  /// The same with its tensors, or those of some names, in steps of ½: zeros and equal numbers
  /// stand among them, which random numbers never do.
  package func rounded(_ names: String..., isCorner: Bool = false) -> Case {
    var rounded = input
    for (number, (name, path)) in Input.inputs.enumerated()
    where names.isEmpty || names.contains(name) {
      var tensor = rounded[keyPath: path].map { ($0 * 2).rounded() / 2 }
      if tensor.count > 2 {
        // Each tensor has its zero at a place of its own, so that no other zero hides it.
        let (zero, one) = (number % tensor.count, (number + 1) % tensor.count)
        if tensor.scalars[one] == 0 { tensor.scalars[one] = 1 }
        tensor.scalars[(number + 2) % tensor.count] = tensor.scalars[one]
        tensor.scalars[zero] = 0
      }
      rounded[keyPath: path] = tensor
    }
    return Case(rounded, isCorner: isCorner)
  }
}

/// One output of an exercise, and the input that it is the gradient of.
package struct Part<Input, Output> {
  package let name: String
  /// What central differences nudge; nil where the part is no gradient of an input.
  package let variable: WritableKeyPath<Input, Matrix>?
  /// What it must be by the answer's own parts before it; nil where it depends on none.
  package let step: ((Input, Output) -> Matrix)?
  package let value: (Output) -> Matrix

  package init(
    _ name: String, of variable: WritableKeyPath<Input, Matrix>? = nil,
    by step: ((Input, Output) -> Matrix)? = nil, value: @escaping (Output) -> Matrix
  ) {
    (self.name, self.variable, self.step, self.value) = (name, variable, step, value)
  }
}

extension Part where Output == Matrix {
  /// The only output of an exercise.
  package init(_ name: String, of variable: WritableKeyPath<Input, Matrix>? = nil) {
    self.init(name, of: variable) { $0 }
  }
}

/// A wrong implementation, and the sentence that names the idea behind it.
package struct Misconception<Input, Output> {
  /// What `--bug` calls it, in lower case with hyphens.
  package let name: String
  package let sentence: String
  package let answer: (Input) -> Output

  package init(_ name: String, _ sentence: String, answer: @escaping (Input) -> Output) {
    (self.name, self.sentence, self.answer) = (name, sentence, answer)
  }
}
