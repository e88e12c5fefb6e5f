public import Backprop

/// Reverse mode put together from the functions of chapter 3: the library's, or the learner's.
///
/// The local rules of ×, tanh and powers are those of exercises 3.2, 3.3a and 3.3b; the order is that of
/// 3.4 and the walk that of 3.5. The other slopes are the tape's own.
public struct SourcedEngine {
  private let multiply: (MultiplyQuestion) throws -> ProductGradients
  private let tanhNode: (TanhNodeQuestion) throws -> Matrix
  private let powNode: (PowNodeQuestion) throws -> Matrix
  private let order: (OrderQuestion) throws -> [Int]
  private let backward: (GraphQuestion) throws -> [Double]

  /// The exercises whose functions it runs on.
  public static let uses = ["3.2", "3.3a", "3.3b", "3.4", "3.5"]

  public init(_ source: Source) {
    multiply = Chapter03Problems.multiply.function(from: source)
    tanhNode = Chapter03Problems.tanhNode.function(from: source)
    powNode = Chapter03Problems.powNode.function(from: source)
    order = Chapter03Problems.topologicalOrder.function(from: source)
    backward = Chapter03Problems.backward.function(from: source)
  }

  /// The derivative of a result with respect to each number on its tape, by its place there.
  public func gradients(of result: Value) throws -> [Double] {
    let graph = try graph(of: result)
    let order = try order(
      OrderQuestion("a tape", parents: graph.parents, root: graph.root))
    let gradient = try backward(GraphQuestion("a tape", graph: graph, order: order))
    return gradient.reversed()
  }

  /// The tape as a graph, its slopes taken from the rules.
  ///
  /// The nodes are numbered from the end of the tape, so that only a right order visits them rightly.
  private func graph(of result: Value) throws -> ExpressionGraph {
    let tape = result.tape.nodes[...result.index]
    let last = result.index
    var nodes = tape.reversed().map { node in
      ExpressionGraph.Node(
        operation: node.operation, parents: node.parents.map { last - $0 }, value: node.value,
        slopes: node.slopes)
    }
    var places: [Operation: [Int]] = [:]
    for (place, node) in nodes.enumerated() { places[node.operation, default: []].append(place) }

    // A rule is asked with the upstream gradient 2, and its answer halved, which is exact: a rule that
    // forgets upstream is half of what it should be.
    for (operation, places) in places {
      func values(ofParent k: Int) -> Matrix {
        Matrix(places.map { nodes[nodes[$0].parents[k]].value })
      }
      let upstream = Matrix(repeating: 2, shape: [places.count])
      switch operation {
      case .multiply:
        let (da, db) = try multiply(
          MultiplyQuestion(a: values(ofParent: 0), b: values(ofParent: 1), upstream: upstream))
        for (i, place) in places.enumerated() {
          nodes[place].slopes[0] = da.scalars[i] / 2
          nodes[place].slopes[1] = db.scalars[i] / 2
        }
      case .tanh:
        let dx = try tanhNode(TanhNodeQuestion(x: values(ofParent: 0), upstream: upstream))
        for (i, place) in places.enumerated() { nodes[place].slopes[0] = dx.scalars[i] / 2 }
      case .power(let exponent):
        let dx = try powNode(
          PowNodeQuestion(x: values(ofParent: 0), exponent: exponent, upstream: upstream))
        for (i, place) in places.enumerated() { nodes[place].slopes[0] = dx.scalars[i] / 2 }
      default: break
      }
    }
    return ExpressionGraph(nodes: nodes, root: 0)
  }
}
