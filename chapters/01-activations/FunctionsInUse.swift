import Checking
import Core
import Problems01

/// An activation as this chapter runs it: its function, and a backward that may be the reader's.
struct TestedActivation {
  let name: String
  let activation: Activation<Double>
  /// Where the backward comes from: library, yours, solutions, the bug.
  let origin: String
  /// The names of its exercise's known mistakes.
  var bugs = [String]()
  /// ∂loss/∂x from the input x and dy = ∂loss/∂y.
  let backward: (_ x: Matrix, _ dy: Matrix) throws -> Matrix

  /// The slope at each x: what backward makes of dy = 1.
  func slopes(at x: Matrix) throws -> Matrix {
    try backward(x, Matrix(repeating: 1, shape: x.shape))
  }
}

/// All activations of the chapter, with the functions that the command line asked for.
struct FunctionsInUse {
  let source: Source
  private let answersName: String

  /// - Parameters:
  ///   - source: Where the functions come from.
  ///   - areMine: Whether its answers are the reader's.
  init(_ source: Source, areMine: Bool = false) {
    (self.source, answersName) = (source, areMine ? "yours" : "solutions")
  }

  static let library = FunctionsInUse(.library)

  /// The library's functions, but for one known mistake.
  static func with(bug: String) -> FunctionsInUse { FunctionsInUse(.bug(bug)) }

  static let leak = 0.1

  var sigmoid: TestedActivation { elementwise("sigmoid", .sigmoid, Chapter01Problems.sigmoid) }
  var tanh: TestedActivation { elementwise("tanh", .tanh, Chapter01Problems.tanh) }
  var relu: TestedActivation { elementwise("ReLU", .relu, Chapter01Problems.relu) }
  var leakyReLU: TestedActivation {
    let problem = Chapter01Problems.leakyReLU
    let answer = problem.function(from: source)
    return TestedActivation(
      name: "leaky", activation: .leakyReLU(slope: Self.leak), origin: origin(of: problem),
      bugs: problem.wrongAnswers.map(\.name)
    ) { try answer(LeakyQuestion(x: $0, dy: $1, slope: Self.leak)) }
  }

  /// Those that flatten or break at zero: the ones with an exercise.
  var exercised: [TestedActivation] { [sigmoid, tanh, relu, leakyReLU] }

  /// Those that round ReLU's corner: always the library's.
  var smooth: [TestedActivation] {
    [
      ("ELU", Activation.elu(alpha: 1)), ("softplus", .softplus), ("SiLU", .silu),
      ("GELU", .gelu),
    ].map { name, activation in
      TestedActivation(name: name, activation: activation, origin: "library") {
        activation.backward($1, .init(x: $0)).dInput
      }
    }
  }

  /// ∂loss/∂x of softmax, and where it comes from.
  var softmax: (origin: String, backward: (_ x: Matrix, _ dy: Matrix) throws -> Matrix) {
    let answer = Chapter01Problems.softmax.function(from: source)
    return (
      origin(of: Chapter01Problems.softmax), { try answer(ActivationQuestion(x: $0, dy: $1)) }
    )
  }

  private func elementwise(
    _ name: String, _ activation: Activation<Double>,
    _ problem: Problem<ActivationQuestion, Matrix>
  ) -> TestedActivation {
    let answer = problem.function(from: source)
    return TestedActivation(
      name: name, activation: activation, origin: origin(of: problem),
      bugs: problem.wrongAnswers.map(\.name)
    ) {
      try answer(ActivationQuestion(x: $0, dy: $1))
    }
  }

  private func origin(of exercise: any Exercise) -> String {
    switch source {
    case .library: "library"
    case .answers: answersName
    case .bug(let bug): exercise.wrongAnswers.contains { $0.name == bug } ? "the bug" : "library"
    }
  }
}
