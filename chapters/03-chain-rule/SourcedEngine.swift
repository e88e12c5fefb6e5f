import Autodiff
import Checking
import Core
import Problems03

/// Reverse mode put together from the functions of chapter 3: the library's, or the learner's.
///
/// The local rules of ×, tanh and powers are those of exercises 3.2, 3.3a and 3.3b; the order is that of
/// 3.4 and the walk that of 3.5. The other slopes are the tape's own.
struct SourcedEngine {
  private let multiply: (MultiplyQuestion) throws -> ProductGradients
  private let tanhNode: (TanhNodeQuestion) throws -> Matrix
  private let powNode: (PowNodeQuestion) throws -> Matrix
  private let order: (OrderQuestion) throws -> [Int]
  private let backward: (GraphQuestion) throws -> [Double]

  /// The exercises whose functions it runs on.
  static let uses = ["3.2", "3.3a", "3.3b", "3.4", "3.5"]

  init(_ source: Source) {
    multiply = Chapter03Problems.multiply.function(from: source)
    tanhNode = Chapter03Problems.tanhNode.function(from: source)
    powNode = Chapter03Problems.powNode.function(from: source)
    order = Chapter03Problems.topologicalOrder.function(from: source)
    backward = Chapter03Problems.backward.function(from: source)
  }

  /// The derivative of a result with respect to each number on its tape, by its place there.
  func gradients(of result: Value) throws -> [Double] {
    let graph = try graph(of: result)
    let order = try order(
      OrderQuestion("a tape", parents: graph.parents, root: graph.root))
    let gradient = try backward(GraphQuestion("a tape", graph: graph, order: order))
    return gradient.reversed()
  }

  /// The tape as a graph, its slopes taken from the rules.
  ///
  /// A rule is asked with the upstream gradient 2, and its answer halved, which is exact: a rule that
  /// forgets upstream is half of what it should be.
  private func graph(of result: Value) throws -> ExpressionGraph {
    try ExpressionGraph(reversing: result) { operation, parents in
      let upstream = Matrix(repeating: 2, shape: parents[0].shape)
      switch operation {
      case .multiply:
        let (da, db) = try multiply(
          MultiplyQuestion(a: parents[0], b: parents[1], upstream: upstream))
        return [da / 2, db / 2]
      case .tanh: return [try tanhNode(TanhNodeQuestion(x: parents[0], upstream: upstream)) / 2]
      case .power(let exponent):
        let dx = try powNode(
          PowNodeQuestion(x: parents[0], exponent: exponent, upstream: upstream))
        return [dx / 2]
      default: return nil
      }
    }
  }
}
