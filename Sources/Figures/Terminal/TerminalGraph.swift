/// The graph as a tree from its results down to its inputs; a shared node is written out once.
func terminalRows(of graph: NodeGraph, width: Int) -> [TextRow] {
  guard !graph.nodes.isEmpty else { return [TextRow("(no nodes)")] }
  var tree = GraphTree(graph, width: width)
  return tree.rows()
}

private struct GraphTree {
  let graph: NodeGraph
  let width: Int
  private var inputs: [[Int]]
  private var users: [Int]
  private var isWritten: [Bool]
  private var lines: [TextRow] = []

  init(_ graph: NodeGraph, width: Int) {
    self.graph = graph
    self.width = width
    inputs = Array(repeating: [], count: graph.nodes.count)
    users = Array(repeating: 0, count: graph.nodes.count)
    isWritten = Array(repeating: false, count: graph.nodes.count)
    for link in graph.links {
      inputs[link.to].append(link.from)
      users[link.from] += 1
    }
  }

  mutating func rows() -> [TextRow] {
    for node in graph.nodes.indices where users[node] == 0 { write(from: node) }
    // What is left lies on a cycle.
    for node in graph.nodes.indices where !isWritten[node] { write(from: node) }
    return lines
  }

  /// Writes a node and all that it is made of, without recursion: graphs may be deep.
  private mutating func write(from root: Int) {
    var stack = [(node: root, lead: "", branch: "", edge: "")]
    while let (node, lead, branch, edge) = stack.popLast() {
      let isRepeated = isWritten[node]
      isWritten[node] = true
      let indent = fitted(lead + branch)
      lines.append(
        TextRow(indent)
          + TextRow(
            shortened(
              label(node, isRepeated: isRepeated) + (edge.isEmpty ? "" : " │ \(edge)"),
              to: width - indent.count),
            colour: graph.nodes[node].kind == .operation ? Palette.terminal(1) : nil))
      if isRepeated { continue }
      let below = lead + (branch == "├─ " ? "│  " : branch.isEmpty ? "" : "   ")
      for (offset, input) in inputs[node].enumerated().reversed() {
        stack.append(
          (
            input, below, offset == inputs[node].count - 1 ? "└─ " : "├─ ",
            graph.label(from: input, to: node)
          ))
      }
    }
  }

  private func label(_ node: Int, isRepeated: Bool) -> String {
    let text = graph.nodes[node].lines
    let name = text.first ?? graph.nodes[node].id
    if isRepeated { return name + (inputs[node].isEmpty ? " (again)" : " (see above)") }
    let shown = text.isEmpty ? [name] : text
    return shown.joined(separator: " │ ")
  }

  /// A deep indent, cut at its left so that half of the width stays for the text.
  private func fitted(_ indent: String) -> String {
    let limit = max(width / 2, 4)
    return indent.count <= limit ? indent : "…" + indent.suffix(limit - 1)
  }
}
