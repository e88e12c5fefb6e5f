import Core

/// The record of a computation: one node for every number, in the order in which they were made.
///
/// A node names its parents, the numbers it was computed from, by their place on the tape. They stand
/// before it, because nothing can be computed from a number that does not exist yet. So the tape is
/// sorted from the start, and reverse mode is one walk from its end.
///
/// Nodes do not own each other: a tape of a million of them is released at once, where a chain of
/// objects would be taken apart link by link, each release inside the last, until the stack is full.
///
/// - Complexity: 48 bytes a node, and 8 more for its gradient.
public final class Tape {
  /// One number of a computation.
  public struct Node: Sendable {
    public let operation: ScalarOperation
    /// The places of the first and the second parent, or `Tape.none`.
    fileprivate let a, b: Int32
    public let value: Double
    /// The local derivatives ∂value/∂a and ∂value/∂b.
    public let slopeA, slopeB: Double

    /// The places of the numbers that this one was computed from: none, one or two.
    public var parents: [Int] { [a, b].prefix(operation.operandCount).map(Int.init) }

    /// The local derivative with respect to each parent.
    public var slopes: [Double] { Array([slopeA, slopeB].prefix(operation.operandCount)) }
  }

  public private(set) var nodes: [Node] = []

  /// What the nodes are called in a drawing, by their place; most have no name.
  public fileprivate(set) var names: [Int: String] = [:]

  public init() {}

  static let none: Int32 = -1

  fileprivate func append(_ node: Node) -> Value {
    require(
      nodes.count < Int32.max,
      "Tape: it holds 2³¹ - 1 numbers at most; start a new tape for the next computation")
    nodes.append(node)
    return Value(tape: self, index: nodes.count - 1)
  }
}

/// A number that remembers how it was computed, and so can say how it depends on what it came from.
///
/// ```swift
/// let tape = Tape()
/// let x = Value(3, on: tape)
/// let y = x * x + 2 * x
/// print(y.value)           // 15.0
/// print(y.gradients()[x])  // 8.0, which is 2x + 2
/// ```
/// Numbers of two tapes do not mix. A training step starts a tape of its own and puts the parameters
/// on it first; keep their values elsewhere.
public struct Value: DifferentiableNumber {
  public let tape: Tape
  /// The number's place on the tape.
  public let index: Int

  fileprivate init(tape: Tape, index: Int) {
    self.tape = tape
    self.index = index
  }

  /// Puts a number on a tape: an input or a parameter, perhaps with a name for drawings.
  public init(_ value: Double, named name: String? = nil, on tape: Tape) {
    self = tape.append(
      Tape.Node(operation: .leaf, a: Tape.none, b: Tape.none, value: value, slopeA: 0, slopeB: 0))
    if let name { tape.names[index] = name }
  }

  public var value: Double { tape.nodes[index].value }

  /// The same number with a name for drawings.
  @discardableResult
  public func named(_ name: String) -> Value {
    tape.names[index] = name
    return self
  }

  public func constant(_ value: Double) -> Value { Value(value, on: tape) }

  public static func apply(_ operation: ScalarOperation, _ a: Value) -> Value {
    require(operation.operandCount == 1, "Value: \(operation) does not take one number")
    let y = operation(a.value)
    return a.tape.append(
      Tape.Node(
        operation: operation, a: Int32(a.index), b: Tape.none,
        value: y.value, slopeA: y.slopeA, slopeB: y.slopeB))
  }

  public static func apply(_ operation: ScalarOperation, _ a: Value, _ b: Value) -> Value {
    require(
      a.tape === b.tape,
      "Value: \(a.value) \(operation.symbol) \(b.value) mixes numbers of two tapes; "
        + "put all numbers of one computation on one tape")
    require(operation.operandCount == 2, "Value: \(operation) does not take two numbers")
    let y = operation(a.value, b.value)
    return a.tape.append(
      Tape.Node(
        operation: operation, a: Int32(a.index), b: Int32(b.index),
        value: y.value, slopeA: y.slopeA, slopeB: y.slopeB))
  }
}

// MARK: Reverse mode

extension Value {
  /// The derivatives of this number with respect to every number before it: backpropagation.
  ///
  /// Children follow their parents on the tape, so the tape read backwards meets every number after
  /// all its users. By then its gradient is complete, and it is passed on to its parents, once.
  /// A number with several users collects from each: hence `+=`. A gradient of 0 is not passed on,
  /// so infinite slopes that this number does not depend on do no harm. Where 0 meets ∞ because Double
  /// ends, as in log(1 + eˣ) at x = 1000 or (√x)² at 0, the tape is walked once more with numbers that
  /// reach further: the result is the limit, or NaN where there is none.
  ///
  /// Nothing is stored on the tape: asking twice gives the same answer twice.
  ///
  /// - Complexity: one multiplication and one addition an edge, whatever the number of inputs.
  public func gradients() -> Gradients {
    var gradient = [Double](repeating: 0, count: index + 1)
    gradient[index] = 1  // ∂y/∂y
    let nodes = tape.nodes
    var isLost = false
    for i in (0...index).reversed() {
      let node = nodes[i]
      if gradient[i] == 0 {
        if node.slopeA.isInfinite || node.slopeB.isInfinite { isLost = true }
        continue
      }
      if gradient[i].isNaN { isLost = true }
      // forward: node = operation(a, b)
      // so:      da += ∂node/∂a · dnode      db += ∂node/∂b · dnode
      if node.a != Tape.none { gradient[Int(node.a)] += node.slopeA * gradient[i] }
      if node.b != Tape.none { gradient[Int(node.b)] += node.slopeB * gradient[i] }
    }
    if isLost, !value.isNaN {
      let part = nodes[...index].map { node in
        ExpressionGraph.Node(
          operation: node.operation, parents: node.parents, value: node.value, slopes: node.slopes)
      }
      gradient = ExpressionGraph(nodes: part, root: index).limitGradients(order: Array(0...index))
    }
    return Gradients(tape: tape, derivatives: gradient)
  }
}

/// The derivatives of one number with respect to all others on its tape.
public struct Gradients {
  let tape: Tape
  let derivatives: [Double]

  /// The derivative with respect to a number; 0 where there is no dependence on it.
  public subscript(x: Value) -> Double {
    require(
      x.tape === tape,
      "Gradients: asked for a number of another tape (its value is \(x.value)); "
        + "only numbers of the same computation have a derivative here")
    return x.index < derivatives.count ? derivatives[x.index] : 0
  }
}

extension Value: CustomStringConvertible {
  /// The name, if there is one, and the number.
  public var description: String { tape.names[index].map { "\($0) = \(value)" } ?? "\(value)" }
}
