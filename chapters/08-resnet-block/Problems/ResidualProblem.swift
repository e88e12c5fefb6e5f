public import Checking
public import Core
import Images

/// A sum y = F(x) + x, and the gradient that arrives at it.
public struct ResidualQuestion: Question {
  public var x: Matrix
  /// What F multiplies by: F(x) = tanh(x·W), or on images the convolution w ⋆ x.
  public var weight: Matrix
  public var dy: Matrix
  /// F, backwards: from ∂loss/∂F(x) to its share of ∂loss/∂x.
  private let backward: ((Matrix) -> Matrix)?

  /// A question about a branch that is only known backwards: a part of a network.
  public init(dy: Matrix, branchBackward: @escaping (Matrix) -> Matrix) {
    (x, weight, self.dy) = (Matrix(shape: dy.shape), Matrix([]), dy)
    backward = branchBackward
  }

  init(x shape: [Int], seed: UInt64, isSilent: Bool = false) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(shape: shape, using: &generator)
    let size = shape[1]
    weight = Tensor(
      shape: shape.count == 2 ? [size, size] : [size, size, 3, 3], using: &generator)
    if isSilent { weight = weight * 0 }
    dy = Tensor(shape: shape, using: &generator)
    backward = nil
  }

  /// A branch that is known backwards only, of any shape.
  fileprivate init(scaling shape: [Int], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let (dy, scale) = (
      Matrix(shape: shape, using: &generator), Matrix(shape: shape, using: &generator)
    )
    self.init(dy: dy) { $0 * scale }
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("W", \.weight), ("dy", \.dy)]
  }

  public var summary: String {
    if backward != nil { return "dy \(dy.shape), F multiplies each element by a number" }
    let branch = x.rank == 2 ? "F(x) = tanh(x·W)" : "F a 3×3 convolution"
    let silent = weight.scalars.allSatisfy { $0 == 0 } ? ", F(x) = 0 everywhere" : ""
    return "dy \(dy.shape), \(branch)\(silent)"
  }

  /// The forward pass.
  var y: Matrix {
    x.rank == 2 ? matmul(x, weight).map { Double.tanh($0) } + x : convolved + x
  }

  private static var geometry: ConvolutionGeometry { ConvolutionGeometry(padding: 1) }

  private var convolved: Matrix {
    conv2dReference(x, weight: weight, bias: Matrix(shape: [weight.shape[0]]), Self.geometry)
  }

  /// What the learner's function is given to send a gradient back through F.
  public func branchBackward(_ dF: Matrix) -> Matrix {
    if let backward { return backward(dF) }
    if x.rank == 4 {
      return conv2dReferenceBackwardInput(
        dF, inputShape: x.shape, weight: weight, Self.geometry)
    }
    let slope = matmul(x, weight).map { 1 - Double.tanh($0) * Double.tanh($0) }
    return matmul(dF * slope, transposed: weight)
  }
}

extension Chapter08Problems {
  /// 8.1, the gradient of a residual sum.
  public static var residual: Problem<ResidualQuestion, Matrix> {
    Problem(
      "8.1", "residualBackward", minutes: 8, difficulty: 1, section: "One addition, backwards",
      hints: [
        "x goes two ways: into F, and past it. Chapter 3 had a name for that, and a rule.",
        "F(x) = 0.1·x² at x = 2, so y = 0.4 + 2. Raise x by 0.01: F rises by 0.004, and y by "
          + "0.014. With dy = 3, how much of dx came through F, and how much past it?",
        "dy, what branchBackward returns, and dx have the same shape: that of x and of y.",
        "∂y/∂x = ∂F/∂x + I, so dx = branchBackward(dy) + dy",
        "try branchBackward(…) + …",
      ],
      cases: [
        Case(ResidualQuestion(x: [5, 3], seed: 81)),
        Case(ResidualQuestion(x: [2, 3, 4, 5], seed: 82)),
        Case(ResidualQuestion(x: [1, 4], seed: 83)),
        Case(ResidualQuestion(x: [3, 3], seed: 84, isSilent: true)),
        Case(ResidualQuestion(x: [2, 6], seed: 85)).rounded(),
        Case(ResidualQuestion(scaling: [7], seed: 86), isCorner: true),
        Case(ResidualQuestion(scaling: [2, 3, 4], seed: 87), isCorner: true),
      ],
      forward: { ($0.dy * $0.y).sum() },
      reference: { $0.dy + $0.branchBackward($0.dy) },
      parts: [Part("dx", of: \.x)],
      misconceptions: residualMisconceptions,
      alternatives: [
        { $0.dy - -1 * $0.branchBackward($0.dy) },
        { $0.branchBackward($0.dy) + $0.dy },
        { question in
          // Element by element, into a copy of what came through F.
          var dx = question.branchBackward(question.dy)
          for place in dx.scalars.indices { dx.scalars[place] += question.dy.scalars[place] }
          return dx
        },
      ],
      given: { [("dy", $0.dy), ("branchBackward(dy)", $0.branchBackward($0.dy))] },
      promise: asks { try residualPromise($1, $0.residualBackward) },
      attempt: asks { try $0.residualBackward($1.dy, branchBackward: $1.branchBackward) }
    )
  }

  private static var residualMisconceptions: [Misconception<ResidualQuestion, Matrix>] {
    [
      Misconception(
        "residual-branch-twice",
        "You sent the gradient through F twice. Call branchBackward once, with dy."
      ) { $0.branchBackward($0.branchBackward($0.dy)) + $0.dy },
      Misconception(
        "residual-shortcut-dropped",
        "This is the gradient of F(x) alone. x also went past F: what arrives at y goes back to x "
          + "on that way too, whole."
      ) { $0.branchBackward($0.dy) },
      Misconception(
        "residual-branch-dropped",
        "This is the gradient of the shortcut alone. x also went through F: add "
          + "branchBackward(dy)."
      ) { $0.dy },
      Misconception(
        "residual-shortcut-twice",
        "The shortcut's gradient is in your answer twice. x went past F once: add dy once."
      ) { $0.branchBackward($0.dy) + 2 * $0.dy },
      Misconception(
        "residual-divided",
        "You divided dy between the two ways. A sum does not divide its gradient: both summands "
          + "get all of it."
      ) { 0.5 * ($0.branchBackward($0.dy) + $0.dy) },
      Misconception(
        "residual-multiplied",
        "You multiplied the two ways' gradients. Factors multiply along one way; two ways add."
      ) { $0.branchBackward($0.dy) * $0.dy },
    ]
  }
}
