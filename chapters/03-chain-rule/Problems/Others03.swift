import Autodiff

// The same questions but for one argument that is no tensor and no single number.

extension NumericalGradientQuestion {
  public var others: [Self] {
    let f = f
    return [
      Self("2·(\(formula))", at: x, step: step) { 2 * (try f($0)) },
      Self(formula, at: x.map { 0.5 * $0 + 0.25 }, step: step, of: f),
    ]
  }
}

extension PowNodeQuestion {
  public var others: [Self] { [Self(x: x, exponent: exponent + 1, upstream: upstream)] }
}

extension OrderQuestion {
  public var others: [Self] {
    guard parents.count < 100 else { return [] }
    let last = parents.count - 1
    /// The same graph with its nodes numbered anew.
    func numbered(_ number: (Int) -> Int) -> Self {
      var renumbered = parents
      for node in parents.indices { renumbered[number(node)] = parents[node].map(number) }
      return Self(name, parents: renumbered, root: number(root))
    }
    return [
      numbered { last - $0 },
      numbered { $0 == root ? root : $0 == last - root ? last - root : last - $0 },
      numbered { ($0 + 1) % (last + 1) },
      Self(name, parents: parents, root: (root + 1) % (last + 1)),
    ]
  }
}

extension GraphQuestion {
  public var others: [Self] {
    [
      Self(name, graph: moved, order: order, tangents: tangents),
      Self(name, graph: graph, order: order, tangents: tangents.map { -2 * $0 }),
    ]
  }

  /// The same computation with other numbers at its leaves.
  private var moved: ExpressionGraph {
    var moved = graph
    for i in order {
      let operands = moved.nodes[i].parents.map { moved.nodes[$0].value }
      switch operands.count {
      case 0: moved.nodes[i].value = 1.25 * moved.nodes[i].value + 0.125
      case 1:
        let (value, slope, _) = moved.nodes[i].operation(operands[0])
        (moved.nodes[i].value, moved.nodes[i].slopes) = (value, [slope])
      default:
        let (value, slopeA, slopeB) = moved.nodes[i].operation(operands[0], operands[1])
        (moved.nodes[i].value, moved.nodes[i].slopes) = (value, [slopeA, slopeB])
      }
    }
    return moved
  }
}
