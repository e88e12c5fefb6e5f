import Backprop
import Course

/// A network without an input: its output is its parameter, a place in a landscape.
///
/// With it any optimizer can walk over a function of a few numbers.
struct Place: Layer {
  var parameters: Position

  init(_ position: Matrix) { parameters = Position(position) }

  func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Void) {
    (parameters.position, ())
  }

  func backward(_ dOutput: Matrix, _ cache: Void) -> (dInput: Matrix, gradient: Position) {
    (Matrix(shape: [0]), Position(dOutput))
  }

  mutating func visit(_ other: Position, _ body: (String, inout Matrix, Matrix) -> Void) {
    parameters.visit(other, body)
  }
}

/// One tensor, the position.
struct Position: ParameterSet {
  var position: Matrix

  init(_ position: Matrix) { self.position = position }

  mutating func visit(_ other: Position, _ body: (String, inout Matrix, Matrix) -> Void) {
    body("position", &position, other.position)
  }
}

/// The places that an optimizer comes to, the start included; it ends where numbers end.
func walk(
  with optimizer: some Optimizer<Double>, from start: Matrix, steps: Int,
  gradient: (_ position: Matrix, _ step: Int) -> Matrix
) -> [Matrix] {
  var (optimizer, place, path) = (optimizer, Place(start), [start])
  for step in 0..<steps {
    optimizer.update(&place, Position(gradient(place.parameters.position, step)))
    path.append(place.parameters.position)
    guard place.parameters.position.scalars.allSatisfy(\.isFinite) else { break }
  }
  return path
}
