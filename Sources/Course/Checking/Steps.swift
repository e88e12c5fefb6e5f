import Core

/// One step of a backward pass that is asked for as a whole: the gradient of one intermediate.
///
/// A problem of steps knows of each what it must be by the answer's own steps before it, so that a wrong
/// one is told from those that only carry its numbers on.
package struct Step<Input, Output> {
  package let name: String
  /// What central differences add to the intermediate: zeros, of its shape.
  package let nudge: WritableKeyPath<Input, Matrix>
  /// Where the step's gradient is among those that are returned.
  package let place: WritableKeyPath<Output, Matrix>
  /// The gradient by the input and by the gradients of the steps before.
  package let gradient: (Input, Output) -> Matrix

  package init(
    _ name: String, _ place: WritableKeyPath<Output, Matrix>, nudge: WritableKeyPath<Input, Matrix>,
    gradient: @escaping (Input, Output) -> Matrix
  ) {
    (self.name, self.place, self.nudge, self.gradient) = (name, place, nudge, gradient)
  }

  fileprivate var part: Part<Input, Output> {
    let place = place
    return Part(name, of: nudge, by: gradient) { $0[keyPath: place] }
  }
}

/// A backward pass in steps, the last line of the forward pass first.
package struct Steps<Input, Output> {
  private let all: [Step<Input, Output>]
  /// What is returned, before any gradient has been found.
  private let empty: (Input) -> Output

  package init(_ all: [Step<Input, Output>], from empty: @escaping (Input) -> Output) {
    (self.all, self.empty) = (all, empty)
  }

  package var parts: [Part<Input, Output>] { all.map(\.part) }

  package func gradients(_ input: Input) -> Output { gradients(input) { $0.gradient(input, $1) } }

  /// A misconception about one step: the steps behind it go on with what it gives.
  package func wrong(
    _ name: String, at place: WritableKeyPath<Output, Matrix>, _ sentence: String,
    gradient: @escaping (Input, Output) -> Matrix
  ) -> Misconception<Input, Output> {
    Misconception(name, sentence) { input in
      gradients(input) { step, before in
        step.place == place ? gradient(input, before) : step.gradient(input, before)
      }
    }
  }

  private func gradients(
    _ input: Input, _ gradient: (Step<Input, Output>, Output) -> Matrix
  ) -> Output {
    all.reduce(into: empty(input)) { found, step in
      found[keyPath: step.place] = gradient(step, found)
    }
  }
}

extension Problem {
  /// Whether a part is what the answer's own parts before it make it, in every case.
  ///
  /// Where it is wrong, that is another step's fault. Nil where that cannot be told: the part is no
  /// step, or some part has not its shape.
  func follows(_ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]) -> Bool? {
    guard let step = part.step else { return nil }
    let haveShapes = outcomes.allSatisfy { outcome in
      parts.allSatisfy { $0.value(outcome.output).shape == $0.value(outcome.expected).shape }
    }
    guard haveShapes else { return nil }
    return outcomes.allSatisfy { same(part.value($0.output), step($0.input, $0.output)) }
  }

  /// A part, and if it is a step all those before it, without which its numbers say nothing.
  func reaching(_ part: Part<Input, Output>) -> [Part<Input, Output>] {
    guard part.step != nil, let place = parts.firstIndex(where: { $0.name == part.name }) else {
      return [part]
    }
    return Array(parts[...place])
  }
}
