import Autodiff
public import Checking

/// A graph to be put in order: the parents of every node, and the root.
public struct OrderQuestion: Question {
  public let name: String
  public let parents: [[Int]]
  public let root: Int

  public init(_ name: String, parents: [[Int]], root: Int) {
    (self.name, self.parents, self.root) = (name, parents, root)
  }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] { [] }
  public var summary: String {
    parents.count > 12 ? name : "\(name): parents = \(parents), root = \(root)"
  }
  public var label: String { name }

  /// How long the chain is that a function calling itself does not survive.
  static let depth = 200_000
  private static let chain = (0..<depth).map { $0 == 0 ? [] : [$0 - 1] }

  static var cases: [Case<OrderQuestion>] {
    [
      Case(
        OrderQuestion(
          "a shared node, numbered at random", parents: [[4, 2], [], [5], [0, 2], [1], [1, 4]],
          root: 3)),
      Case(OrderQuestion("a diamond", parents: [[], [0], [0], [1, 2]], root: 3)),
      Case(OrderQuestion("c = b + b, b = a + a", parents: [[1, 1], [2, 2], []], root: 0)),
      Case(
        OrderQuestion(
          "a short way and a long one", parents: [[], [0], [1], [2, 0], [3, 0, 1]], root: 4)),
      Case(
        OrderQuestion(
          "nodes that the root does not need", parents: [[], [0], [], [1, 0], [3, 2]], root: 3)),
      Case(OrderQuestion("a root without parents", parents: [[], [0]], root: 0)),
      Case(
        OrderQuestion(
          "sums of three and of four", parents: [[], [], [0], [1, 0, 2], [5, 1, 2, 3], []], root: 4)
      ),
      Case(
        OrderQuestion(
          "a chain of \(depth) nodes, too deep for a function that calls itself, too long to search "
            + "the order at every node", parents: chain,
          root: depth - 1)),
    ]
  }
}

extension Chapter03Problems {
  public static var topologicalOrder: Problem<OrderQuestion, [Int]> {
    Problem(
      "3.4", "topologicalOrder", minutes: 20, difficulty: 4, section: "Why sort, why not recurse",
      hints: [
        "A node may be listed once all its parents are. Begin at the root: what must come "
          + "before it?",
        "parents = [[], [0, 0], [0, 1]], root 2: before 2 come 0 and 1, before 1 comes 0. "
          + "The order is 0, 1, 2. Which node did you come to first, and which could you list "
          + "first?",
        "Keep your own stack of nodes under way, and for each how many parents you have "
          + "looked at: the graph may be deeper than the stack of calls. Mark nodes when you "
          + "meet them first, in an array with a Bool for each: to search the order at every "
          + "node is too slow.",
        "Depth first: go down to a parent not yet seen; where there is none left, list the node.",
        "while let (node, next) = path.last { if next < parents[node].count { "
          + "path[path.count - 1].next += 1; … push the parent if it is new } "
          + "else { order.append(…); path.removeLast() } }",
      ],
      cases: OrderQuestion.cases,
      forward: nil,
      reference: { Autodiff.topologicalOrder(parents: $0.parents, root: $0.root) },
      parts: [Part("order") { Matrix($0.map(Double.init)) }],
      misconceptions: [
        Misconception(
          "order-root-first",
          "You list a node before its parents. List it after the last of them, so the root is last."
        ) { Autodiff.topologicalOrder(parents: $0.parents, root: $0.root).reversed() },
        Misconception(
          "order-revisits",
          "A node that is used twice is listed twice. Mark nodes that you have been to."
        ) { question in
          // All ways down from the root, the last one first.
          var (order, waiting) = ([Int](), [question.root])
          while let node = waiting.popLast() {
            order.append(node)
            waiting += question.parents[node]
          }
          return order.reversed()
        },
        Misconception(
          "order-by-number",
          "You list all nodes by their number. Numbers say nothing: follow the parents."
        ) { Array($0.parents.indices) },
        Misconception(
          "order-breadth-first",
          "You list nodes by their distance from the root. A node can be near the root and far "
            + "from it at once: it must wait for its longest way."
        ) { question in
          var (order, seen) = ([question.root], Set([question.root]))
          var next = 0
          while next < order.count {
            for parent in question.parents[order[next]] where seen.insert(parent).inserted {
              order.append(parent)
            }
            next += 1
          }
          return order.reversed()
        },
        Misconception("order-forgot-root", "The root belongs into the order too, as the last.") {
          Autodiff.topologicalOrder(parents: $0.parents, root: $0.root).dropLast()
        },
      ],
      alternatives: [
        { question in
          // Each node is on the stack twice: to be opened, and, below its parents, to be listed.
          var (order, isKnown) = ([Int](), [Bool](repeating: false, count: question.parents.count))
          var stack = [(node: question.root, isOpen: false)]
          while let (node, isOpen) = stack.popLast() {
            if isOpen { order.append(node) }
            if isOpen || isKnown[node] { continue }
            isKnown[node] = true
            stack.append((node, true))
            for parent in question.parents[node] where !isKnown[parent] {
              stack.append((parent, false))
            }
          }
          return order
        },
        { question in orderByCounting(question.parents, root: question.root) },
        { question in
          // The same with each node's parents taken from the right: another order, as good.
          Autodiff.topologicalOrder(
            parents: question.parents.map { $0.reversed() }, root: question.root)
        },
      ],
      judge: { question, order in
        objection(toOrder: order, parents: question.parents, root: question.root)
      },
      attempt: asks { try $0.topologicalOrder(parents: $1.parents, root: $1.root) }
    )
  }

  /// A node is listed, from the root down, once all its users are (Kahn, 1962).
  private static func orderByCounting(_ parents: [[Int]], root: Int) -> [Int] {
    var users = [Int](repeating: 0, count: parents.count)
    var (reached, waiting) = (Set([root]), [root])
    while let node = waiting.popLast() {
      for parent in parents[node] {
        users[parent] += 1
        if reached.insert(parent).inserted { waiting.append(parent) }
      }
    }
    var (order, ready) = ([Int](), [root])
    while let node = ready.popLast() {
      order.append(node)
      for parent in parents[node] {
        users[parent] -= 1
        if users[parent] == 0 { ready.append(parent) }
      }
    }
    return order.reversed()
  }
}
