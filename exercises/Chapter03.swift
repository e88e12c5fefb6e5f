import Problems03

public enum Answers: Chapter03 {
  /// Exercise 3.1: the gradient of any function, by asking the function itself.
  ///
  /// ∂f/∂xᵢ ≈ (f(x + h·eᵢ) - f(x - h·eᵢ)) / 2h: one element moves, the others stay.
  /// Use the step that you are given, even where it is large.
  /// Lesson: chapter 3, "Asking the function itself". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 3.1`
  ///
  /// - Parameters:
  ///   - f: The function. Call it with tensors of x's shape, and let its errors through.
  ///   - x: The place, any shape; `x.scalars` lists its elements.
  ///   - h: The step to each side, above 0.
  /// - Throws: `Todo`, until you have written it; otherwise what f throws.
  /// - Returns: The gradient, in x's shape.
  public static func numericalGradient(
    of f: (Matrix) throws -> Double, at x: Matrix, step h: Double
  ) throws -> Matrix {
    throw Todo("3.1")
  }

  /// Exercise 3.2: the local rule of a product, y = a·b.
  ///
  /// What arrives is multiplied by the slope of y in each factor, the other one held still. All are
  /// single numbers.
  /// Lesson: chapter 3, "The local rules". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 3.2`
  ///
  /// - Parameters:
  ///   - a: The first factor.
  ///   - b: The second factor.
  ///   - upstream: ∂loss/∂y, what arrives at the product.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂a and ∂loss/∂b.
  public static func multiplyBackward(
    _ a: Double, _ b: Double, upstream: Double
  ) throws -> (da: Double, db: Double) {
    throw Todo("3.2")
  }

  /// Exercise 3.3a: the local rule of the hyperbolic tangent, y = tanh(x).
  ///
  /// What arrives is multiplied by the slope of tanh, and y alone says that slope.
  /// Lesson: chapter 3, "The local rules". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 3.3a`
  ///
  /// - Parameters:
  ///   - y: What the forward pass gave, tanh(x).
  ///   - upstream: ∂loss/∂y.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x.
  public static func tanhNodeBackward(y: Double, upstream: Double) throws -> Double {
    throw Todo("3.3a")
  }

  /// Exercise 3.3b: the local rule of a power with a constant exponent, y = xⁿ.
  ///
  /// x⁰ is 1 everywhere, at x = 0 too: the answer is a number there, never NaN. `Double.pow(x, p)` is
  /// x to the power p.
  /// Lesson: chapter 3, "The local rules". About 5 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 3.3b`
  ///
  /// - Parameters:
  ///   - x: The base. It may be 0 or negative.
  ///   - exponent: n, any number; a constant, so it needs no gradient.
  ///   - upstream: ∂loss/∂y.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x.
  public static func powNodeBackward(
    x: Double, exponent: Double, upstream: Double
  ) throws -> Double {
    throw Todo("3.3b")
  }

  /// Exercise 3.4: the nodes that the root depends on, each once, parents before children.
  ///
  /// Nodes that the root does not depend on are left out. Any order that keeps the rule is right.
  /// One graph is a chain of 200,000 nodes. A function that calls itself for every parent runs out
  /// of stack there, so keep the nodes under way in an array; one that searches the order at every
  /// node (`order.contains`) runs out of time, so keep a mark for each node.
  /// Lesson: chapter 3, "Why sort, why not recurse". About 20 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 3.4`
  ///
  /// - Parameters:
  ///   - parents: For each node, the nodes that it is computed from; in a·a one comes twice.
  ///   - root: The node to begin at. The graph has no cycles.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The order; the root is its last node.
  public static func topologicalOrder(parents: [[Int]], root: Int) throws -> [Int] {
    throw Todo("3.4")
  }

  /// Exercise 3.5: the gradient of the root with respect to every node of a graph.
  ///
  /// Each node hands its gradient on to its parents, along a slope each, and ways add. A node may do
  /// so when all its users have.
  /// `graph.nodes[i].parents` and `graph.nodes[i].slopes` belong together, place by place; in a·a one
  /// parent comes twice.
  /// Lesson: chapter 3, "Backwards through the graph". About 10 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 3.5`
  ///
  /// - Parameters:
  ///   - graph: The graph; the slopes are computed already, `graph.root` is its result.
  ///   - order: The nodes that the root depends on, parents before children.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂root/∂node for every node, by its number; 0 where there is no dependence.
  public static func backward(graph: ExpressionGraph, order: [Int]) throws -> [Double] {
    throw Todo("3.5")
  }

  /// Exercise 3.6: all gradients of a net with two sigmoid layers.
  ///
  /// h = σ(x·W1 + b1), y = σ(h·W2 + b2), loss = 1/(2m) Σ (y - target)², summed over samples and
  /// outputs; m is the number of samples, x's rows. Return a tuple of the six, in this order:
  /// (dW2, db2, dh, dW1, db1, dx).
  /// Lesson: chapter 3, "A net by hand". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 3.6`
  ///
  /// - Parameters:
  ///   - x: The input, `[m, in]`.
  ///   - h: The hidden layer's output, `[m, hidden]`.
  ///   - y: The net's output, `[m, out]`.
  ///   - target: What y should be, `[m, out]`.
  ///   - weight1: W1, `[in, hidden]`.
  ///   - weight2: W2, `[hidden, out]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂W2 `[hidden, out]`, ∂loss/∂b2 `[out]`, ∂loss/∂h `[m, hidden]`,
  ///   ∂loss/∂W1 `[in, hidden]`, ∂loss/∂b1 `[hidden]`, ∂loss/∂x `[m, in]`.
  public static func twoLayerBackward(
    x: Matrix, h: Matrix, y: Matrix, target: Matrix, weight1: Matrix, weight2: Matrix
  ) throws -> TwoLayerGradients {
    throw Todo("3.6")
  }

  /// Exercise 3.7: how fast every node changes when the leaves change at given speeds.
  ///
  /// Every number is a function of its parents: if they move, so does it. One pass is enough for all
  /// nodes: a Jacobian-vector product.
  /// Lesson: chapter 3, "The other direction". About 15 minutes, difficulty 3 of 5.
  /// A challenge: no chapter needs it. Stuck? `swift run workbook hint 3.7`
  ///
  /// - Parameters:
  ///   - graph: The graph, with its slopes.
  ///   - order: The nodes that the root depends on, parents before children.
  ///   - tangents: The speed of each leaf, by its number; 0 for all other nodes.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The tangent of every node, by its number.
  public static func forwardMode(
    graph: ExpressionGraph, order: [Int], tangents: [Double]
  ) throws -> [Double] {
    throw Todo("3.7")
  }
}
