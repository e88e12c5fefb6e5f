import Attention
public import Checking
public import Core

/// A graph convolution and the gradient that arrives at its output.
public struct GraphConvolutionQuestion: Question {
  public var x: Matrix, weight: Matrix, bias: Matrix
  /// Â, `[nodes, nodes]`: row i says whom node i listens to.
  public var adjacency: Matrix
  public var dy: Matrix

  public init(x: Matrix, weight: Matrix, bias: Matrix, adjacency: Matrix, dy: Matrix) {
    (self.x, self.weight, self.bias) = (x, weight, bias)
    (self.adjacency, self.dy) = (adjacency, dy)
  }

  /// A random graph, its rows divided as `norm` says; one in three pairs are friends.
  init(_ nodes: Int, _ inputs: Int, _ outputs: Int, _ norm: AdjacencyNorm, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    var edges = [(Int, Int)]()
    for i in 0..<nodes {
      for j in 0..<i where generator.integer(below: 3) == 0 || (i, j) == (1, 0) {
        edges.append((i, j))
      }
    }
    x = draw([nodes, inputs])
    (weight, bias) = (draw([inputs, outputs]), draw([outputs]))
    dy = draw([nodes, outputs])
    adjacency = normalizedAdjacency(nodes: nodes, edges: edges, norm)
  }

  /// Any matrix for Â: influence that is not mutual, and may be negative.
  init(anyMatrix nodes: Int, _ inputs: Int, _ outputs: Int, seed: UInt64) {
    self.init(nodes, inputs, outputs, .rows, seed: seed)
    var generator = SplitMix64(caseSeed: seed + 1000)
    adjacency = Tensor(standardDeviation: 1.5, shape: [nodes, nodes], using: &generator)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("W", \.weight), ("b", \.bias), ("Â", \.adjacency), ("dy", \.dy),
    ]
  }
  public var isPermitted: Bool { true }
  public var summary: String {
    "x \(x.shape), W \(weight.shape), Â \(adjacency.shape), dy \(dy.shape)"
  }
}

/// The gradients of a graph convolution.
public typealias GraphConvolutionGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter12Problems {
  /// 12.1, the gradients of a graph convolution.
  public static var graphConvolution: Problem<GraphConvolutionQuestion, GraphConvolutionGradients> {
    Problem(
      "12.1", "graphConvolutionBackward", minutes: 15, difficulty: 2,
      section: "Mixing rows, backwards",
      hints: [
        "It is a dense layer behind a product with a constant matrix. Call what stands between them "
          + "M = Â·x, and write the dense layer's three gradients for M. Then ask where each x went.",
        "Two nodes, one number each, W = (1), b = (0). Node 0 listens to both, half each; node 1 to "
          + "itself alone: Â = [[½, ½], [0, 1]]. With dy = (1, 10) node 0's x is in y₀ with ½ and in "
          + "y₁ with 0. Node 1's x is in y₀ with ½ and in y₁ with 1. Which entries of Â are these: a "
          + "row or a column?",
        "Â is [nodes, nodes], x and dx [nodes, in], dy [nodes, out], W and dW [in, out], db [out]. Â "
          + "is square, so its transpose fits as well as itself: only the numbers tell.",
        "dx = Âᵀ·dy·Wᵀ, dW = (Â·x)ᵀ·dy, db = Σ dy over the nodes",
        "let mixed = matmul(adjacency, x); let dMixed = matmul(dy, transposed: …); return "
          + "(matmul(transposed: …, dMixed), matmul(transposed: mixed, …), dy.sum(axis: …))",
      ],
      cases: [
        Case(GraphConvolutionQuestion(5, 3, 2, .rows, seed: 1201)),
        Case(GraphConvolutionQuestion(4, 4, 4, .rows, seed: 1202)),
        Case(GraphConvolutionQuestion(6, 2, 5, .symmetric, seed: 1203)),
        Case(GraphConvolutionQuestion(1, 3, 2, .symmetric, seed: 1204)),
        Case(GraphConvolutionQuestion(7, 1, 3, .rows, seed: 1205)).rounded("x", "W", "b", "dy"),
        Case(GraphConvolutionQuestion(anyMatrix: 4, 2, 3, seed: 1206)),
      ],
      forward: { ($0.dy * (matmul(matmul($0.adjacency, $0.x), $0.weight) + $0.bias)).sum() },
      reference: right,
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: [
        wrong(
          "graph-untransposed",
          "Row i of Â says whom node i listens to. Backwards the question is who listened to it: "
            + "column i, so Âᵀ. You used Â as it is, which is the same only where Â is symmetric."
        ) { $1.dx = matmul($0.adjacency, matmul($0.dy, transposed: $0.weight)) },
        wrong(
          "graph-adjacency-forgotten-in-dx",
          "This is what each node gets through its own row. Its x went to all that listen to it: Âᵀ "
            + "is missing in dx."
        ) { $1.dx = matmul($0.dy, transposed: $0.weight) },
        wrong(
          "graph-adjacency-forgotten-in-dw",
          "W saw the mixed rows Â·x, not x: dW = (Â·x)ᵀ·dy."
        ) { $1.dW = matmul(transposed: $0.x, $0.dy) },
        wrong(
          "graph-untransposed-in-dw",
          "W saw Â·x, mixed as in the forward pass: no transpose of Â in dW. You mixed x with Âᵀ."
        ) { $1.dW = matmul(transposed: matmul(transposed: $0.adjacency, $0.x), $0.dy) },
        Misconception(
          "graph-self-loops-added",
          "Â is given whole, with what each node keeps of itself. You added the identity to it."
        ) { question in
          var other = question
          for i in 0..<question.adjacency.rows { other.adjacency[i, i] += 1 }
          return right(other)
        },
        wrong(
          "graph-weights-untransposed",
          "Backwards W is read across: dy·Wᵀ. You used W as it is."
        ) {
          $1.dx = matmul(
            transposed: $0.adjacency,
            matmul($0.dy, $0.weight.reshaped($0.weight.shape.reversed())))
        },
        wrong(
          "graph-bias-mixed",
          "b is added behind the mixing: db sums dy itself. You mixed dy with Â before."
        ) { $1.db = matmul(transposed: $0.adjacency, $0.dy).sum(axis: 0) },
        wrong(
          "graph-bias-averaged",
          "b is added to every node's row, so its gradients add up: a sum over the nodes, no mean."
        ) { $1.db = $1.db / Double($0.dy.rows) },
        wrong(
          "graph-weights-averaged",
          "All nodes use the same W, and their gradients add up. You divided by the number of nodes; "
            + "the loss has divided already, by what it averages over."
        ) { $1.dW = $1.dW / Double($0.dy.rows) },
      ],
      alternatives: [
        {
          // The product in the other order: (Â·x)·W = Â·(x·W).
          let dSupport = matmul(transposed: $0.adjacency, $0.dy)  // [nodes, out]
          return (
            matmul(dSupport, transposed: $0.weight), matmul(transposed: $0.x, dSupport),
            $0.dy.sum(axis: 0)
          )
        },
        byNodes,
        { question in
          let turned = question.adjacency.transposed
          let mixed = matmul(question.adjacency, question.x).transposed
          return (
            matmul(matmul(turned, question.dy), question.weight.transposed),
            matmul(mixed, question.dy), question.dy.transposed.sum(axis: 1)
          )
        },
      ],
      given: { question in
        question.tensors.filter { $0.name != "b" }
          + [("Â·x", matmul(question.adjacency, question.x))]
      },
      attempt: asks {
        try $0.graphConvolutionBackward(
          $1.dy, x: $1.x, weight: $1.weight, adjacency: $1.adjacency)
      }
    )
  }

  private static func right(_ question: GraphConvolutionQuestion) -> GraphConvolutionGradients {
    let layer = GraphConvolution(
      WeightAndBias(weight: question.weight, bias: question.bias),
      adjacency: question.adjacency)
    var context = Context.inference
    let (dx, gradient) = layer.backward(
      question.dy, layer.forward(question.x, in: &context).cache)
    return (dx, gradient.weight, gradient.bias)
  }

  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (GraphConvolutionQuestion, inout GraphConvolutionGradients) -> Void
  ) -> Misconception<GraphConvolutionQuestion, GraphConvolutionGradients> {
    Misconception(name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }

  /// Node by node, each gradient to all whom the node listened to.
  private static func byNodes(_ question: GraphConvolutionQuestion) -> GraphConvolutionGradients {
    let (x, weight, a, dy) = (question.x, question.weight, question.adjacency, question.dy)
    var (dx, dW) = (Matrix(shape: x.shape), Matrix(shape: weight.shape))
    var db = Matrix(shape: [weight.columns])
    for i in 0..<a.rows {
      for o in 0..<weight.columns {
        db[o] += dy[i, o]
        for j in 0..<a.rows {
          for c in 0..<weight.rows {
            dx[j, c] += dy[i, o] * a[i, j] * weight[c, o]
            dW[c, o] += dy[i, o] * a[i, j] * x[j, c]
          }
        }
      }
    }
    return (dx, dW, db)
  }
}
