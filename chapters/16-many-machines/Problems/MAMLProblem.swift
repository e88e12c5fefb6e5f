public import Checking
public import Core
import ManyMachines

/// A linear model, the samples for one step, and others that judge it.
public struct MAMLQuestion: Question {
  /// `[n]`.
  public var w: Matrix
  /// `[m, n]` and `[m]`, of the support set and of the query set.
  public var supportX: Matrix, supportY: Matrix, queryX: Matrix, queryY: Matrix
  /// α.
  public var rate: Double

  public init(
    w: Matrix, supportX: Matrix, supportY: Matrix, queryX: Matrix, queryY: Matrix, rate: Double
  ) {
    (self.w, self.rate) = (w, rate)
    (self.supportX, self.supportY) = (supportX, supportY)
    (self.queryX, self.queryY) = (queryX, queryY)
  }

  init(_ n: Int, support: Int, query: Int, rate: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    self.init(
      w: draw([n]), supportX: draw([support, n]), supportY: draw([support]),
      queryX: draw([query, n]), queryY: draw([query]), rate: rate)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("w", \.w), ("supportX", \.supportX), ("supportY", \.supportY), ("queryX", \.queryX),
      ("queryY", \.queryY),
    ]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("rate", \.rate)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the support samples", \.supportX.rows), ("the query samples", \.queryX.rows)]
  }
  public var isPermitted: Bool { rate >= 0 }
  public var summary: String {
    "w \(w.shape), support \(supportX.shape), query \(queryX.shape), rate \(digits(rate))"
  }

  fileprivate var result: (loss: Double, adapted: Matrix, gradient: Matrix) {
    func task(_ x: Matrix, _ y: Matrix) -> TaskSamples<Double> {
      TaskSamples(x: x, y: y.reshaped([y.count, 1]))
    }
    return linearMAML(
      w, support: task(supportX, supportY), query: task(queryX, queryY), rate: rate)
  }

  /// ∇L = 2/m·Xᵀ(Xw - y), `[n]`.
  fileprivate func slope(_ x: Matrix, _ y: Matrix, at w: Matrix) -> Matrix {
    let error = matmul(x, w.reshaped([w.count, 1])) - y.reshaped([y.count, 1])
    return matmul(transposed: x, error).reshaped(w.shape) * (2 / Double(y.count))
  }

  /// w - α∇L_s(w).
  fileprivate var adapted: Matrix { w - rate * slope(supportX, supportY, at: w) }
  /// ∇L_q(w′).
  fileprivate var outer: Matrix { outer(at: adapted) }

  fileprivate func outer(at w: Matrix) -> Matrix { slope(queryX, queryY, at: w) }

  /// v - αH_s·v.
  fileprivate func through(_ v: Matrix) -> Matrix { v - rate * curvature(supportX, v) }

  /// dw from any weights in the place of w′.
  fileprivate func answer(adapted: Matrix) -> MAMLAnswer {
    (adapted, through(outer(at: adapted)))
  }

  /// factor·XᵀXv.
  fileprivate func curvature(_ x: Matrix, _ v: Matrix, factor: Double? = nil) -> Matrix {
    let product = matmul(transposed: x, matmul(x, v.reshaped([v.count, 1])))
    return product.reshaped(v.shape) * (factor ?? 2 / Double(x.rows))
  }
}

/// The weights after the step, and the gradient at those before.
public typealias MAMLAnswer = (adapted: Matrix, dw: Matrix)

extension Chapter16Problems {
  /// 16.6, the gradient through a step.
  public static var maml: Problem<MAMLQuestion, MAMLAnswer> {
    Problem(
      "16.6", "mamlBackward", minutes: 25, difficulty: 4, isChallenge: true,
      section: "A gradient through a step",
      hints: [
        "Two functions, one behind the other: w goes to w′, and w′ to the loss. Take the gradient at w′ first. "
          + "Then ask how much w′ moves when w does: by that much, less what the step takes away.",
        "One weight, one sample each. Support: x = 1, y = 0, so L_s = w², its slope 2w, and a step of α = 0.1 "
          + "makes w′ = w - 0.2w = 0.8w. Query: x = 1, y = 2. At w = 5: w′ = 4, the slope of L_q there is "
          + "2·(4 - 2) = 4. And in w? Raise w by h: w′ rises by 0.8h.",
        "w and dw [n]; supportX [s, n], supportY [s]; queryX [q, n], queryY [q]. As a column: w.reshaped([n, 1]). "
          + "A curvature times a vector is again [n], by two products, without an [n, n].",
        "∇L(w) = 2/m·Xᵀ(Xw - y); w′ = w - α∇L_s(w); v = ∇L_q(w′); dw = v - α·2/s·X_sᵀ(X_s·v)",
        "func slope(…) …; let adapted = w - rate * slope(supportX, supportY, at: w); let v = slope(queryX, queryY, "
          + "at: …); let hv = matmul(transposed: supportX, matmul(supportX, …)) * (2 / Double(…)); return (adapted, v - …)",
      ],
      cases: [
        Case(MAMLQuestion(3, support: 4, query: 5, rate: 0.1, seed: 1651)),
        Case(MAMLQuestion(2, support: 2, query: 2, rate: 0.3, seed: 1652)),
        Case(MAMLQuestion(1, support: 1, query: 1, rate: 0.2, seed: 1653)),
        Case(MAMLQuestion(4, support: 1, query: 3, rate: 0.05, seed: 1654)),
        Case(MAMLQuestion(3, support: 3, query: 4, rate: 0.25, seed: 1655)).rounded(),
        Case(MAMLQuestion(5, support: 2, query: 1, rate: 1.5, seed: 1656)),
      ],
      forward: { $0.result.loss },
      reference: {
        let result = $0.result
        return (result.adapted, result.gradient)
      },
      parts: [
        Part("adapted") { $0.adapted },
        Part("dw", of: \.w, by: { $0.answer(adapted: $1.adapted).dw }) { $0.dw },
      ],
      misconceptions: mamlMisconceptions,
      alternatives: [
        { $0.answer(adapted: $0.adapted) },
        { question in
          // With I - αH written down.
          let n = question.w.count
          let h =
            matmul(transposed: question.supportX, question.supportX)
            * (2 / Double(question.supportX.rows))
          let through = oneHot(Array(0..<n), classes: n) - question.rate * h
          return (
            question.adapted,
            matmul(transposed: through, question.outer.reshaped([n, 1])).reshaped([n])
          )
        },
        { question in
          // Backward, line by line: query, step, support.
          let (n, s) = (question.w.count, question.supportX.rows)
          let dAdapted = question.outer.reshaped([n, 1])
          // forward: w′ = w - α·g, g = 2/s·Xᵀe, e = Xw - y
          let dSlope = -question.rate * dAdapted
          let dError = matmul(question.supportX, dSlope) * 2 / Double(s)
          let dw = dAdapted + matmul(transposed: question.supportX, dError)
          return (question.adapted, dw.reshaped([n]))
        },
      ],
      given: { $0.tensors + [("w′", $0.adapted), ("∇L_q(w′)", $0.outer)] },
      attempt: asks {
        try $0.mamlBackward(
          $1.w, supportX: $1.supportX, supportY: $1.supportY, queryX: $1.queryX,
          queryY: $1.queryY, rate: $1.rate)
      }
    )
  }

  private static var mamlMisconceptions: [Misconception<MAMLQuestion, MAMLAnswer>] {
    func wrong(
      _ name: String, _ sentence: String, _ dw: @escaping (MAMLQuestion) -> Matrix
    ) -> Misconception<MAMLQuestion, MAMLAnswer> {
      Misconception("maml-" + name, sentence) { ($0.adapted, dw($0)) }
    }
    func wrongStep(
      _ name: String, _ sentence: String, _ adapted: @escaping (MAMLQuestion) -> Matrix
    ) -> Misconception<MAMLQuestion, MAMLAnswer> {
      Misconception("maml-" + name, sentence) { $0.answer(adapted: adapted($0)) }
    }
    /// v less α times a curvature with another factor.
    func curved(
      _ name: String, _ sentence: String, _ factor: @escaping (MAMLQuestion) -> Double
    ) -> Misconception<MAMLQuestion, MAMLAnswer> {
      wrong(name, sentence) {
        $0.outer - $0.rate * $0.curvature($0.supportX, $0.outer, factor: factor($0))
      }
    }
    return [
      wrong(
        "first-order",
        "This is the slope at w′, as if w′ moved just as w does. The step moves along: w′ = w - α∇L_s(w), and "
          + "the factor I - αH is missing."
      ) { $0.outer },
      wrong(
        "at-old-weights",
        "The query set judges w′, the weights after the step. You took its slope at w."
      ) { $0.through($0.outer(at: $0.w)) },
      wrong(
        "query-slope-alone",
        "This is the query set's slope at w, with no step in between at all."
      ) { $0.outer(at: $0.w) },
      wrong(
        "query-curvature",
        "The step was made with the support set: its curvature is in I - αH. You took the query set's."
      ) { $0.outer - $0.rate * $0.curvature($0.queryX, $0.outer) },
      wrong("rate-twice", "α stands in I - αH once. You multiplied with it twice.") {
        $0.outer - $0.rate * $0.rate * $0.curvature($0.supportX, $0.outer)
      },
      wrong("rate-missing", "The step is α times a slope: α is missing in front of H.") {
        $0.outer - $0.curvature($0.supportX, $0.outer)
      },
      wrong("sign", "The step goes against the slope: I minus αH. You added.") {
        $0.outer + $0.rate * $0.curvature($0.supportX, $0.outer)
      },
      curved("two-missing", "The error is squared: H = 2/m·XᵀX, and the 2 is missing.") {
        1 / Double($0.supportX.rows)
      },
      curved(
        "not-averaged", "L_s is a mean: H = 2/m·XᵀX, and the division by m is missing."
      ) { _ in 2 },
      curved(
        "divided-by-query",
        "H is of the support set, a mean over its samples. You divided by the number of query samples."
      ) { 2 / Double($0.queryX.rows) },
      wrong(
        "curvature-alone",
        "dw = v - αHv: w moves w′ directly, too. You returned the second part alone."
      ) { -$0.rate * $0.curvature($0.supportX, $0.outer) },
      wrongStep("uphill", "A step goes against the slope: w′ = w - α∇L_s(w). Yours goes up.") {
        $0.w + $0.rate * $0.slope($0.supportX, $0.supportY, at: $0.w)
      },
      wrongStep(
        "step-with-query", "The step is made with the support set. You made it with the query set."
      ) { $0.w - $0.rate * $0.slope($0.queryX, $0.queryY, at: $0.w) },
      wrongStep(
        "step-two-missing",
        "The error is squared: its slope has a 2, also in the step. Yours has none."
      ) { $0.w - $0.rate / 2 * $0.slope($0.supportX, $0.supportY, at: $0.w) },
      Misconception(
        "maml-halved",
        "Here L is the mean of (x·w - y)², and its slope has a 2. You took half of it, in the step and in the loss "
          + "behind it."
      ) { question in
        let adapted =
          question.w - question.rate / 2
          * question.slope(question.supportX, question.supportY, at: question.w)
        let v = 0.5 * question.outer(at: adapted)
        let factor = 1 / Double(question.supportX.rows)
        return (
          adapted, v - question.rate * question.curvature(question.supportX, v, factor: factor)
        )
      },
      wrongStep(
        "step-not-averaged",
        "L_s is a mean over its samples: the step's slope has a 1/m. Yours has none."
      ) {
        $0.w - $0.rate * Double($0.supportX.rows) * $0.slope($0.supportX, $0.supportY, at: $0.w)
      },
    ]
  }
}
