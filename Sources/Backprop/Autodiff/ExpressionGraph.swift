public import Core

/// The graph of a computation as plain data: nodes in any numbering, each naming its parents.
///
/// A tape is sorted as it is written. Here nothing says which node comes first, as in a graph that is
/// loaded, drawn or built out of order: that is what ``topologicalOrder(parents:root:)`` is for.
public struct ExpressionGraph: Equatable, Sendable {
  /// One number of the computation.
  public struct Node: Equatable, Sendable {
    public var operation: ScalarOperation
    /// The nodes that this one is computed from; in a·a the same node comes twice.
    public var parents: [Int]
    public var value: Double
    /// The local derivative ∂node/∂parent, one for each of the parents, in their order.
    public var slopes: [Double]
    public var name: String?

    public init(
      operation: ScalarOperation, parents: [Int], value: Double, slopes: [Double],
      name: String? = nil
    ) {
      self.operation = operation
      self.parents = parents
      self.value = value
      self.slopes = slopes
      self.name = name
    }
  }

  public var nodes: [Node]
  /// The result of the computation.
  public var root: Int

  public init(nodes: [Node], root: Int) {
    self.nodes = nodes
    self.root = root
  }

  /// The parents of every node.
  public var parents: [[Int]] { nodes.map(\.parents) }

  /// The numbers that went in: nodes without parents.
  public var leaves: [Int] { nodes.indices.filter { nodes[$0].parents.isEmpty } }
}

extension ExpressionGraph {
  /// The part of a tape that a number depends on, numbered as the tape is: parents first.
  public init(of result: Value) {
    let tape = result.tape
    var needed = [Bool](repeating: false, count: result.index + 1)
    needed[result.index] = true
    for i in (0...result.index).reversed() where needed[i] {
      for parent in tape.nodes[i].parents { needed[parent] = true }
    }
    var number: [Int: Int] = [:]
    var nodes: [Node] = []
    for i in needed.indices where needed[i] {
      let node = tape.nodes[i]
      number[i] = nodes.count
      nodes.append(
        Node(
          operation: node.operation, parents: node.parents.compactMap { number[$0] },
          value: node.value, slopes: node.slopes, name: tape.names[i]))
    }
    self.init(nodes: nodes, root: nodes.count - 1)
  }

  /// A tape numbered from its end, so that only a right order visits its nodes rightly, with slopes
  /// that may come from elsewhere.
  ///
  /// - Parameters:
  ///   - result: The root; everything that stands before it on the tape is taken along.
  ///   - slopes: Is asked for the slopes of all nodes of one operation at once, with the values of
  ///     their first parents and of their second; nil keeps the tape's own.
  public init(
    reversing result: Value,
    slopes: (ScalarOperation, [Tensor<Double>]) throws -> [Tensor<Double>]?
  ) rethrows {
    let last = result.index
    var nodes = result.tape.nodes[...last].reversed().map { node in
      Node(
        operation: node.operation, parents: node.parents.map { last - $0 }, value: node.value,
        slopes: node.slopes)
    }
    var places: [ScalarOperation: [Int]] = [:]
    for (place, node) in nodes.enumerated() { places[node.operation, default: []].append(place) }
    for (operation, places) in places where operation.operandCount > 0 {
      let parents = (0..<operation.operandCount).map { k in
        Tensor(places.map { nodes[nodes[$0].parents[k]].value })
      }
      guard let given = try slopes(operation, parents) else { continue }
      require(
        given.count == operation.operandCount && given.allSatisfy { $0.count == places.count },
        "ExpressionGraph: slopes \(given.map(\.shape)) for \(places.count) nodes of \(operation); "
          + "give \(operation.operandCount) tensor(s), a number for each node")
      for (k, slopes) in given.enumerated() {
        for (place, slope) in Swift.zip(places, slopes.scalars) { nodes[place].slopes[k] = slope }
      }
    }
    self.init(nodes: nodes, root: 0)
  }

  /// The same graph with its nodes numbered at random.
  public func shuffled(using generator: inout some RandomNumberGenerator) -> ExpressionGraph {
    validate()
    let old = generator.permutation(of: nodes.count)
    var new = old
    for (number, node) in old.enumerated() { new[node] = number }
    let renumbered = old.map { place in
      var node = nodes[place]
      node.parents = node.parents.map { new[$0] }
      return node
    }
    return ExpressionGraph(nodes: renumbered, root: new[root])
  }

  /// Every edge in the order of reverse mode: a node, one of its parents, and the slope between them.
  ///
  /// - Parameter order: A topological order of the graph.
  /// - Returns: The edges, those of the root first.
  public func edges(order: [Int]) -> [(node: Int, parent: Int, slope: Double)] {
    validate(order)
    var edges: [(node: Int, parent: Int, slope: Double)] = []
    edges.reserveCapacity(2 * order.count)
    for node in order.reversed() {
      for (parent, slope) in zip(nodes[node].parents, nodes[node].slopes) {
        edges.append((node, parent, slope))
      }
    }
    return edges
  }

  /// Reverse mode: the derivative of the root with respect to every node, in one walk.
  ///
  /// In another than a topological order a gradient may be passed on before it is complete, and the
  /// result is wrong. Where 0 meets ∞ the limit is found as on a tape, unless slopes came from elsewhere.
  ///
  /// - Parameter order: A topological order of the graph.
  /// - Returns: One derivative a node, in the nodes' numbering.
  public func gradients(order: [Int]) -> [Double] {
    validate(order)
    var gradient = [Double](repeating: 0, count: nodes.count)
    gradient[root] = 1  // ∂root/∂root
    var isLost = false
    for child in order.reversed() {
      // forward: child = f(…, parent, …)
      // so:      dparent += ∂child/∂parent · dchild
      for (parent, slope) in zip(nodes[child].parents, nodes[child].slopes) {
        gradient[parent] += passed(gradient[child], through: slope)
        isLost = isLost || isIndeterminate(gradient[child], slope)
      }
    }
    guard isLost, !nodes[root].value.isNaN, hasOwnSlopes else { return gradient }
    return limitGradients(order: order)
  }

  /// Forward mode: how fast every node changes when the leaves change at the given speeds.
  ///
  /// - Parameters:
  ///   - leaves: The tangents of leaves, by node; a leaf that is not named stands still.
  ///   - order: A topological order of the graph.
  /// - Returns: One tangent a node, in the nodes' numbering.
  public func tangents(leaves: [Int: Double], order: [Int]) -> [Double] {
    var tangent = [Double](repeating: 0, count: nodes.count)
    validate(order)
    for (leaf, speed) in leaves {
      require(
        nodes.indices.contains(leaf),
        "ExpressionGraph: a tangent for node \(leaf); the graph has \(nodes.count), counted from 0")
      tangent[leaf] = speed
    }
    var isLost = false
    for child in order {
      // child′ = Σ ∂child/∂parent · parent′
      for (parent, slope) in zip(nodes[child].parents, nodes[child].slopes) {
        tangent[child] += passed(tangent[parent], through: slope)
        isLost = isLost || isIndeterminate(tangent[parent], slope)
      }
    }
    guard isLost, !nodes[root].value.isNaN, hasOwnSlopes else { return tangent }
    return limitTangents(leaves: leaves, order: order)
  }
}

extension ExpressionGraph {
  /// Stops with a sentence where a root, a parent or a place in an order is no node, or where a node has
  /// not one slope for each parent: all of them can be set.
  private func validate(_ order: [Int] = []) {
    require(
      nodes.indices.contains(root),
      "ExpressionGraph: the root is node \(root); the graph has \(nodes.count), counted from 0")
    for (place, node) in nodes.enumerated() {
      require(
        node.slopes.count == node.parents.count && node.parents.allSatisfy(nodes.indices.contains),
        "ExpressionGraph: node \(place) has the parents \(node.parents) and \(node.slopes.count) "
          + "slopes; it needs a slope for each, and the graph has \(nodes.count) nodes, counted from 0"
      )
    }
    for node in order {
      require(
        nodes.indices.contains(node),
        "ExpressionGraph: the order names node \(node); the graph has \(nodes.count), counted from 0"
      )
    }
  }
}

extension ExpressionGraph: CustomStringConvertible {
  /// One line a node in topological order, as in `v2 = v0 × v1 = 6.0`.
  public var description: String {
    func name(_ node: Int) -> String { nodes[node].name ?? "v\(node)" }
    let lines = topologicalOrder(parents: parents, root: root).map { node in
      let operands = nodes[node].parents.map(name)
      let symbol = nodes[node].operation.symbol
      let formula =
        switch operands.count {
        case 0: ""
        case 1: "\(symbol)(\(operands[0])) = "
        default: operands.joined(separator: " \(symbol) ") + " = "
        }
      return "\(name(node)) = \(formula)\(nodes[node].value)"
    }
    return lines.joined(separator: "\n")
  }
}
