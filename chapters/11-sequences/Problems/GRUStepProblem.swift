public import Checking
public import Core
import SequenceLayers
import Sequences

/// One step of a GRU, and the gradient that arrives at its state.
public struct GRUStepQuestion: Question {
  public var x: Matrix
  public var h: Matrix
  public var inputWeight: Matrix
  public var hiddenWeight: Matrix
  public var bias: Matrix
  /// ∂loss/∂h′, from the output and from the steps that follow.
  public var dNext: Matrix

  public init(
    x: Matrix, h: Matrix, inputWeight: Matrix, hiddenWeight: Matrix, bias: Matrix, dNext: Matrix
  ) {
    (self.x, self.h, self.dNext) = (x, h, dNext)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }

  init(_ batch: Int, _ inputs: Int, _ hidden: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    x = draw([batch, inputs])
    h = draw([batch, hidden], 0.8).map { Double.tanh($0) }
    inputWeight = draw([inputs, 3 * hidden], 0.6)
    hiddenWeight = draw([hidden, 3 * hidden], 0.8)
    bias = draw([3 * hidden], 0.4)
    dNext = draw([batch, hidden])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("h", \.h), ("Wx", \.inputWeight), ("Wh", \.hiddenWeight), ("b", \.bias),
      ("dNext", \.dNext),
    ]
  }
  public var summary: String {
    "x \(x.shape), h \(h.shape), Wx \(inputWeight.shape), Wh \(hiddenWeight.shape)"
  }

  var parameters: RecurrentParameters<Double> {
    RecurrentParameters(inputWeight: inputWeight, hiddenWeight: hiddenWeight, bias: bias)
  }
  var step: (h: Matrix, cache: GRUStepCache<Double>) {
    SequenceLayers.gruStep(x, h, parameters)
  }
}

/// The lines of the backward pass, one by one, so that a misconception can replace one of them.
private struct Lines {
  let question: GRUStepQuestion
  let r, z, g, proposed: Matrix
  /// Before the curves: ∂loss/∂ of the three sums, `[m, hidden]`.
  var dG, dZ, dR: Matrix
  /// The share of u_n: dG ⊙ r.
  var dProposed: Matrix
  /// What h gets directly.
  var direct: Matrix

  init(_ question: GRUStepQuestion) {
    let cache = question.step.cache
    self.question = question
    (r, z, g, proposed) = (cache.r, cache.z, cache.g, cache.proposed)
    let dNext = question.dNext
    dG = dNext * (1 - z) * (1 - g * g)
    dZ = dNext * (question.h - g) * z * (1 - z)
    dR = dG * proposed * r * (1 - r)
    dProposed = dG * r
    direct = dNext * z
  }

  /// After another dG: what is made of it.
  mutating func follow() {
    dR = dG * proposed * r * (1 - r)
    dProposed = dG * r
  }

  func beside(_ parts: [Matrix]) -> Matrix {
    let (m, n) = (question.h.rows, question.h.columns)
    var all = Matrix(shape: [m, parts.count * n])
    for (k, part) in parts.enumerated() {
      for row in 0..<m { for unit in 0..<n { all[row, k * n + unit] = part[row, unit] } }
    }
    return all
  }

  var dA: Matrix { beside([dR, dZ, dG]) }
  var dU: Matrix { beside([dR, dZ, dProposed]) }

  var gradients: GRUStepGradients {
    let (dA, dU) = (dA, dU)
    return (
      matmul(dA, transposed: question.inputWeight),
      direct + matmul(dU, transposed: question.hiddenWeight), matmul(transposed: question.x, dA),
      matmul(transposed: question.h, dU), dA.sum(axis: 0)
    )
  }
}

extension Chapter11Problems {
  /// 11.3, one step of a GRU, backwards.
  public static var gruStep: Problem<GRUStepQuestion, GRUStepGradients> {
    Problem(
      "11.3", "gruStepBackward", minutes: 35, difficulty: 4, section: "The same with one state",
      hints: [
        "h has two ways into h′: directly, and through the products with Wh. And the sums with x and "
          + "those with h part at the reset gate: give them names of their own, a and u.",
        "One unit: z = 0.25, g = 0.5, h = -1, so h′ = 0.75·0.5 - 0.25 = 0.125. Let 1 arrive. h gets 0.25 "
          + "directly; g gets 0.75. What does z get: how does h′ move when z grows a little?",
        "dr, dz, dg are [m, n]; da and du are [m, 3n], the blocks r, z, n beside each other. dx [m, in] "
          + "and dWx [in, 3n] belong to a, dh [m, n] and dWh [n, 3n] to u. b [3n] was added to one of "
          + "the two.",
        "dg = dNext·(1 - z)(1 - g²); dz = dNext·(h - g)·z(1 - z); dr = dg·u_n·r(1 - r); da = (dr, dz, "
          + "dg), du = (dr, dz, dg·r); dx = da·Wxᵀ; dh = dNext·z + du·Whᵀ; dWx = xᵀ·da; dWh = hᵀ·du; db "
          + "= Σ da over the batch.",
        "let dg = dNext * (1 - z) * (1 - g * g); let dz = dNext * (h - g) * …; let dr = dg * proposed * "
          + "…; then fill da[row, k * n + unit] from [dr, dz, dg] and du from [dr, dz, …]; let dh = "
          + "dNext * z + matmul(du, transposed: …)",
      ],
      cases: [
        Case(GRUStepQuestion(4, 3, 2, seed: 1121)), Case(GRUStepQuestion(3, 3, 3, seed: 1122)),
        Case(GRUStepQuestion(1, 2, 5, seed: 1123)),
        Case(GRUStepQuestion(2, 4, 2, seed: 1124)).rounded(),
        Case(GRUStepQuestion(2, 1, 1, seed: 1125)),
        // Wx, [in, 3n], is square.
        Case(GRUStepQuestion(4, 3, 1, seed: 1126)),
      ],
      forward: { ($0.dNext * $0.step.h).sum() },
      reference: { question in
        let back = SequenceLayers.gruStepBackward(
          question.dNext, question.step.cache, question.parameters)
        return (
          back.dX, back.dH, back.gradient.inputWeight, back.gradient.hiddenWeight,
          back.gradient.bias
        )
      },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dh", of: \.h) { $0.dh },
        Part("dWx", of: \.inputWeight) { $0.dWx }, Part("dWh", of: \.hiddenWeight) { $0.dWh },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: gruMisconceptions,
      alternatives: [
        { Lines($0).gradients },
        { question in
          // Sample by sample: a batch is the sum of its samples.
          var (dx, dh) = ([Double](), [Double]())
          var (dWx, dWh, db) = (
            0 * question.inputWeight, 0 * question.hiddenWeight, 0 * question.bias
          )
          for row in 0..<question.x.rows {
            var one = question
            (one.x, one.h) = (question.x.rows([row]), question.h.rows([row]))
            one.dNext = question.dNext.rows([row])
            let part = Lines(one).gradients
            (dx, dh) = (dx + part.dx.scalars, dh + part.dh.scalars)
            (dWx, dWh, db) = (dWx + part.dWx, dWh + part.dWh, db + part.db)
          }
          return (
            Matrix(dx, shape: question.x.shape), Matrix(dh, shape: question.h.shape), dWx, dWh, db
          )
        }, gruByElements,
      ],
      given: { question in
        let cache = question.step.cache
        return question.tensors.filter { $0.name != "b" } + [
          ("r", cache.r), ("z", cache.z), ("g", cache.g), ("u_n", cache.proposed),
        ]
      },
      attempt: asks { answers, question in
        let cache = question.step.cache
        return try answers.gruStepBackward(
          question.dNext, x: question.x, h: question.h, r: cache.r, z: cache.z, g: cache.g,
          proposed: cache.proposed, inputWeight: question.inputWeight,
          hiddenWeight: question.hiddenWeight)
      }
    )
  }

  private static var gruMisconceptions: [Misconception<GRUStepQuestion, GRUStepGradients>] {
    [
      wrong(
        "gru-direct-way-dropped",
        "h′ = (1 - z)·g + z·h: h is in it directly, so dh has dNext·z as well as the way through Wh."
      ) { $0.direct = 0 * $0.direct },
      wrong(
        "gru-gates-exchanged",
        "z keeps the old state: h′ = (1 - z)·g + z·h. You have z and 1 - z the other way round."
      ) {
        let dNext = $0.question.dNext
        $0.dG = dNext * $0.z * (1 - $0.g * $0.g)
        $0.dZ = dNext * ($0.g - $0.question.h) * $0.z * (1 - $0.z)
        $0.direct = dNext * (1 - $0.z)
        $0.follow()
      },
      wrong(
        "gru-reset-missing-in-u",
        "u_n is multiplied by r before it is added: on the way back to it, dg is multiplied by r. da and "
          + "du differ in their last block."
      ) { $0.dProposed = $0.dG },
      wrong(
        "gru-proposal-forgotten",
        "z weighs h against g: when z grows, h′ moves by h - g. You left g out."
      ) { $0.dZ = $0.question.dNext * $0.question.h * $0.z * (1 - $0.z) },
      wrong(
        "gru-update-sign",
        "When z grows, h′ moves towards h and away from g: the difference is h - g."
      ) { $0.dZ = $0.question.dNext * ($0.g - $0.question.h) * $0.z * (1 - $0.z) },
      wrong(
        "gru-reset-from-state",
        "r multiplies u_n, the product h·Wh in the last columns, and not h itself."
      ) { $0.dR = $0.dG * $0.question.h * $0.r * (1 - $0.r) },
      wrong(
        "gru-proposal-slope-forgotten", "g came out of a tanh: its slope, 1 - g², is missing."
      ) {
        $0.dG = $0.question.dNext * (1 - $0.z)
        $0.follow()
      },
      wrong(
        "gru-update-slope-forgotten", "z came out of a sigmoid: its slope, z(1 - z), is missing."
      ) { $0.dZ = $0.question.dNext * ($0.question.h - $0.g) },
      wrong(
        "gru-reset-slope-forgotten", "r came out of a sigmoid: its slope, r(1 - r), is missing."
      ) { $0.dR = $0.dG * $0.proposed },
      spoilt(
        "gru-reset-before-matrix",
        "You went back through the other GRU, where r multiplies h before Wh. Here r stands behind the "
          + "matrix: g = tanh(a_n + r·(h·Wh))."
      ) { lines, gradients in
        let (question, n) = (lines.question, lines.question.h.columns)
        // Wh's last n columns, [n, n].
        var last = Matrix(shape: [n, n])
        for i in 0..<n { for j in 0..<n { last[i, j] = question.hiddenWeight[i, 2 * n + j] } }
        let back = matmul(lines.dG, transposed: last)  // ∂loss/∂(r·h)
        var other = lines
        other.dR = back * question.h * lines.r * (1 - lines.r)
        other.dProposed = 0 * lines.dProposed
        gradients = other.gradients
        gradients.dh = gradients.dh + back * lines.r
        let inner = matmul(transposed: lines.r * question.h, lines.dG)
        for i in 0..<n { for j in 0..<n { gradients.dWh[i, 2 * n + j] = inner[i, j] } }
      },
      spoilt(
        "gru-columns-in-another-order",
        "The columns are r, z, n. You put them as z, r, n, as Keras and ONNX have them."
      ) { lines, gradients in
        var other = lines
        (other.dR, other.dZ) = (lines.dZ, lines.dR)
        gradients = other.gradients
      },
      spoilt(
        "gru-bias-from-u",
        "b was added to x·Wx, which makes a: db is the sum of da. You summed du, whose last block has "
          + "another factor r."
      ) { lines, gradients in gradients.db = lines.dU.sum(axis: 0) },
      spoilt(
        "gru-input-from-u",
        "x is in a, not in u: dx and dWx come from da, whose last block has no factor r."
      ) { lines, gradients in
        gradients.dx = matmul(lines.dU, transposed: lines.question.inputWeight)
        gradients.dWx = matmul(transposed: lines.question.x, lines.dU)
      },
      spoilt(
        "gru-bias-averaged",
        "b was added to every row: db is the sum over the batch, not the mean."
      ) { lines, gradients in gradients.db = gradients.db / Double(lines.question.x.rows) },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, spoil: @escaping (inout Lines) -> Void
  ) -> Misconception<GRUStepQuestion, GRUStepGradients> {
    Misconception(name, sentence) {
      var lines = Lines($0)
      spoil(&lines)
      return lines.gradients
    }
  }

  private static func spoilt(
    _ name: String, _ sentence: String,
    spoil: @escaping (Lines, inout GRUStepGradients) -> Void
  ) -> Misconception<GRUStepQuestion, GRUStepGradients> {
    Misconception(name, sentence) {
      let lines = Lines($0)
      var gradients = lines.gradients
      spoil(lines, &gradients)
      return gradients
    }
  }

  private static func gruByElements(_ question: GRUStepQuestion) -> GRUStepGradients {
    let (cache, n) = (question.step.cache, question.h.columns)
    var result: GRUStepGradients = (
      0 * question.x, 0 * question.h, 0 * question.inputWeight, 0 * question.hiddenWeight,
      0 * question.bias
    )
    for row in 0..<question.x.rows {
      for unit in 0..<n {
        let (r, z, g) = (cache.r[row, unit], cache.z[row, unit], cache.g[row, unit])
        let (d, h) = (question.dNext[row, unit], question.h[row, unit])
        let toG = d * (1 - z) * (1 - g) * (1 + g)
        let toZ = z * (1 - z) * (d * h - d * g)
        let toR = toG * cache.proposed[row, unit] * (r - r * r)
        result.dh[row, unit] += z * d
        for (k, (da, du)) in [(toR, toR), (toZ, toZ), (toG, toG * r)].enumerated() {
          let column = k * n + unit
          result.db[column] += da
          for j in 0..<question.x.columns {
            result.dx[row, j] += da * question.inputWeight[j, column]
            result.dWx[j, column] += da * question.x[row, j]
          }
          for j in 0..<n {
            result.dh[row, j] += du * question.hiddenWeight[j, column]
            result.dWh[j, column] += du * question.h[row, j]
          }
        }
      }
    }
    return result
  }
}
