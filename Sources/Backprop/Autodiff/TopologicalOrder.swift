import Core

/// The nodes that a root depends on, each after all its parents: the root comes last.
///
/// Evaluate in this order and every operand is ready; walk it backwards and every gradient is
/// complete before it is passed on. Depth first with a stack of its own: recursion would run out of
/// the thread's stack on a deep graph.
///
/// A node named twice among its child's parents, as in a·a, still comes once.
///
/// - Parameters:
///   - parents: For each node, the nodes that it is computed from.
///   - root: The node to begin at.
/// - Returns: The nodes that the root depends on, and the root.
/// - Complexity: proportional to the nodes and edges reached.
public func topologicalOrder(parents: [[Int]], root: Int) -> [Int] {
  enum Mark { case new, open, done }
  var marks = [Mark](repeating: .new, count: parents.count)
  var order: [Int] = []
  var path: [(node: Int, next: Int)] = []

  func open(_ node: Int) {
    require(
      parents.indices.contains(node),
      "topologicalOrder: there is no node \(node); the graph has \(parents.count)")
    require(
      marks[node] != .open,
      "topologicalOrder: node \(node) depends on itself; a graph with a cycle has no order")
    if marks[node] == .new {
      marks[node] = .open
      path.append((node, 0))
    }
  }

  open(root)
  while let (node, next) = path.last {
    if next < parents[node].count {
      path[path.count - 1].next += 1
      open(parents[node][next])
    } else {
      marks[node] = .done
      order.append(node)
      path.removeLast()
    }
  }
  return order
}

/// What is wrong with an order, as a sentence; nil if it is a topological order of the nodes that the
/// root depends on.
///
/// A graph has many such orders, and each of them is right. So they are tested, not compared.
public func objection(toOrder order: [Int], parents: [[Int]], root: Int) -> String? {
  var place: [Int: Int] = [:]
  for (position, node) in order.enumerated() {
    guard parents.indices.contains(node) else {
      return "the order names node \(node), the graph has the nodes 0 to \(parents.count - 1)"
    }
    if place.updateValue(position, forKey: node) != nil {
      return "node \(node) comes twice, it should come once"
    }
  }
  let needed = topologicalOrder(parents: parents, root: root)
  for node in needed {
    guard let position = place[node] else {
      return node == root
        ? "the root, node \(root), is missing"
        : "node \(node) is missing, although the root depends on it"
    }
    for parent in parents[node] {
      guard let before = place[parent], before < position else {
        return "node \(node) comes before its parent, node \(parent)"
      }
    }
  }
  let reached = Set(needed)
  if let extra = order.first(where: { !reached.contains($0) }) {
    return "node \(extra) is listed, but the root does not depend on it"
  }
  return nil
}
