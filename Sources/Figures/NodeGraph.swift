/// Nodes and arrows, such as the graph of a computation.
public struct NodeGraph: Sendable {
  public var nodes: [Node]
  public var edges: [Edge]

  public init(nodes: [Node], edges: [Edge]) {
    self.nodes = nodes
    self.edges = edges
  }

  /// The edges as pairs of positions in `nodes`, without unknown ends, loops and repetitions.
  var links: [(from: Int, to: Int)] {
    var positions: [String: Int] = [:]
    for (index, node) in nodes.enumerated() where positions[node.id] == nil {
      positions[node.id] = index
    }
    var seen: Set<[Int]> = []
    var links: [(from: Int, to: Int)] = []
    for edge in edges {
      guard let from = positions[edge.from], let to = positions[edge.to], from != to,
        seen.insert([from, to]).inserted
      else { continue }
      links.append((from, to))
    }
    return links
  }

  /// What stands on the arrow between two positions in `nodes`.
  func label(from: Int, to: Int) -> String {
    edges.first { $0.from == nodes[from].id && $0.to == nodes[to].id }?.label ?? ""
  }
}

/// One of several pictures of a graph, one below the other, and what it shows.
public struct Stage: Sendable {
  public var caption: String
  public var graph: NodeGraph

  public init(_ caption: String, _ graph: NodeGraph) {
    (self.caption, self.graph) = (caption, graph)
  }
}

/// A box with lines of text.
public struct Node: Sendable {
  public var id: String
  /// What stands in the box, the name first: "a = 2.0", "grad = 6.0".
  public var lines: [String]
  public var kind: Kind

  public enum Kind: Sendable {
    case value
    case operation
  }

  public init(_ id: String, _ lines: [String], kind: Kind = .value) {
    self.id = id
    self.lines = lines
    self.kind = kind
  }
}

/// An arrow from one node to another, in the direction of the forward pass.
public struct Edge: Sendable {
  public var from: String
  public var to: String
  /// What stands on the arrow: the slope of one node in the other.
  public var label: String

  public init(from: String, to: String, label: String = "") {
    self.from = from
    self.to = to
    self.label = label
  }
}
