public import Checking
public import Core
import Sequences

/// One step of an LSTM, and the gradients that arrive at both of its states.
public struct LSTMStepQuestion: Question {
  public var x: Matrix
  public var h: Matrix
  public var cell: Matrix
  public var inputWeight: Matrix
  public var hiddenWeight: Matrix
  public var bias: Matrix
  /// ∂loss/∂h′, from the output and from the steps that follow.
  public var dNext: Matrix
  /// ∂loss/∂c′ from the steps that follow.
  public var dNextCell: Matrix

  public init(
    x: Matrix, h: Matrix, cell: Matrix, inputWeight: Matrix, hiddenWeight: Matrix, bias: Matrix,
    dNext: Matrix, dNextCell: Matrix
  ) {
    (self.x, self.h, self.cell) = (x, h, cell)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
    (self.dNext, self.dNextCell) = (dNext, dNextCell)
  }

  init(_ batch: Int, _ inputs: Int, _ hidden: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    x = draw([batch, inputs])
    h = draw([batch, hidden], 0.8).map { Double.tanh($0) }
    cell = draw([batch, hidden])
    inputWeight = draw([inputs, 4 * hidden], 0.6)
    hiddenWeight = draw([hidden, 4 * hidden], 0.6)
    bias = draw([4 * hidden], 0.4)
    dNext = draw([batch, hidden])
    dNextCell = draw([batch, hidden])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("h", \.h), ("c", \.cell), ("Wx", \.inputWeight), ("Wh", \.hiddenWeight),
      ("b", \.bias), ("dNext", \.dNext), ("dNextCell", \.dNextCell),
    ]
  }
  public var summary: String {
    "x \(x.shape), h and c \(h.shape), Wx \(inputWeight.shape), Wh \(hiddenWeight.shape)"
  }

  var parameters: RecurrentParameters<Double> {
    RecurrentParameters(inputWeight: inputWeight, hiddenWeight: hiddenWeight, bias: bias)
  }
  var step: (h: Matrix, c: Matrix, cache: LSTMStepCache<Double>) {
    Sequences.lstmStep(x, h, cell, parameters)
  }
}

/// The lines of the backward pass, one by one, so that a misconception can replace one of them.
private struct Lines {
  let question: LSTMStepQuestion
  let i, f, g, o, next, tanhNext: Matrix
  /// ∂loss/∂c′ by both ways.
  var cell: Matrix
  /// ∂loss/∂z of the gates, each `[m, hidden]`.
  var zI, zF, zG, zO: Matrix
  var dCell: Matrix

  init(
    _ question: LSTMStepQuestion,
    cell ownCell: ((LSTMStepQuestion, Matrix, Matrix) -> Matrix)? = nil
  ) {
    let step = question.step
    (i, f, g, o) = (step.cache.i, step.cache.f, step.cache.g, step.cache.o)
    (next, tanhNext) = (step.c, step.cache.tanhC)
    self.question = question
    cell =
      ownCell.map { $0(question, step.cache.o, step.cache.tanhC) }
      ?? question.dNextCell + question.dNext * step.cache.o * (1 - tanhNext * tanhNext)
    zI = cell * g * i * (1 - i)
    zF = cell * question.cell * f * (1 - f)
    zG = cell * i * (1 - g * g)
    zO = question.dNext * tanhNext * o * (1 - o)
    dCell = cell * f
  }

  /// All gradients from the gates', put beside each other in the order of the columns.
  func gradients(order: KeyPath<Lines, [Matrix]> = \.inOrder) -> LSTMStepGradients {
    let gates = self[keyPath: order]
    let (m, n) = (question.h.rows, question.h.columns)
    var dz = Matrix(shape: [m, 4 * n])
    for (k, gate) in gates.enumerated() {
      for row in 0..<m { for unit in 0..<n { dz[row, k * n + unit] = gate[row, unit] } }
    }
    return (
      matmul(dz, transposed: question.inputWeight), matmul(dz, transposed: question.hiddenWeight),
      dCell, matmul(transposed: question.x, dz), matmul(transposed: question.h, dz),
      dz.sum(axis: 0)
    )
  }

  var inOrder: [Matrix] { [zI, zF, zG, zO] }
  var asElsewhere: [Matrix] { [zI, zF, zO, zG] }
  var asInONNX: [Matrix] { [zI, zO, zF, zG] }
  var asInTensorFlow: [Matrix] { [zI, zG, zF, zO] }
  var forgetGateFirst: [Matrix] { [zF, zI, zG, zO] }
}

extension Chapter11Problems {
  /// 11.2, one step of an LSTM, backwards.
  public static var lstmStep: Problem<LSTMStepQuestion, LSTMStepGradients> {
    Problem(
      "11.2", "lstmStepBackward", minutes: 35, difficulty: 4, section: "A cell with gates",
      hints: [
        "c′ is used twice: this step's h′ reads it, and the next step begins with it. So two gradients "
          + "meet there before anything else can be said. Then go back through each product.",
        "One sample, one unit: f = 0.5, c = 2, i = 0.5, g = 0.4, so c′ = 1.2; o = 0.5. Let 1 arrive at "
          + "c′ in all. A product swaps: f gets 1·2, and c gets 1·0.5. What do i and g get? And each of "
          + "the four came out of a curve whose slope its own value tells.",
        "Everything about states and gates is [m, n]. dz is [m, 4n]: the four gates' blocks beside each "
          + "other in the order i, f, g, o. dx [m, in], dh [m, n], dWx [in, 4n], dWh [n, 4n], db [4n].",
        "D = dNextCell + dNext·o·(1 - tanh²c′); dz = (D·g·i(1 - i), D·c·f(1 - f), D·i·(1 - g²), "
          + "dNext·tanh c′·o(1 - o)); dCell = D·f; dx = dz·Wxᵀ; dh = dz·Whᵀ; dWx = xᵀ·dz; dWh = hᵀ·dz; "
          + "db = Σ dz over the batch.",
        "let t = nextCell.map { Double.tanh($0) }; let d = dNextCell + dNext * … * (1 - t * t); let "
          + "gates = [d * g * i * (1 - i), …, …, dNext * t * o * (1 - o)]; var dz = Matrix(shape: [m, 4 "
          + "* n]); for (k, gate) in gates.enumerated() { … dz[row, k * n + unit] = gate[row, unit] }",
      ],
      cases: [
        Case(LSTMStepQuestion(4, 3, 2, seed: 1111)), Case(LSTMStepQuestion(3, 3, 3, seed: 1112)),
        Case(LSTMStepQuestion(1, 2, 5, seed: 1113)),
        Case(LSTMStepQuestion(2, 4, 2, seed: 1114)).rounded(),
        Case(LSTMStepQuestion(2, 1, 1, seed: 1115)),
        // Wx, [in, 4n], is square.
        Case(LSTMStepQuestion(3, 4, 1, seed: 1116)),
      ],
      forward: { question in
        let step = question.step
        return (question.dNext * step.h).sum() + (question.dNextCell * step.c).sum()
      },
      reference: { question in
        let back = Sequences.lstmStepBackward(
          question.dNext, question.dNextCell, question.step.cache, question.parameters)
        return (
          back.dX, back.dH, back.dC, back.gradient.inputWeight, back.gradient.hiddenWeight,
          back.gradient.bias
        )
      },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dh", of: \.h) { $0.dh },
        Part("dCell", of: \.cell) { $0.dCell }, Part("dWx", of: \.inputWeight) { $0.dWx },
        Part("dWh", of: \.hiddenWeight) { $0.dWh }, Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: lstmMisconceptions,
      alternatives: [
        { Lines($0).gradients() },
        { question in
          // Backward is linear: what arrives at h′ and what arrives at c′, one after the other.
          var (first, second) = (question, question)
          first.dNextCell = 0 * question.dNextCell
          second.dNext = 0 * question.dNext
          let (a, b) = (Lines(first).gradients(), Lines(second).gradients())
          return (
            a.dx + b.dx, a.dh + b.dh, a.dCell + b.dCell, a.dWx + b.dWx, a.dWh + b.dWh, a.db + b.db
          )
        }, lstmByElements,
      ],
      given: { question in
        let step = question.step
        let (i, f, g, o) = (step.cache.i, step.cache.f, step.cache.g, step.cache.o)
        return question.tensors.filter { $0.name != "b" } + [
          ("i", i), ("f", f), ("g", g), ("o", o), ("c′", step.c), ("tanh c′", step.cache.tanhC),
        ]
      },
      attempt: asks { answers, question in
        let step = question.step
        return try answers.lstmStepBackward(
          question.dNext, dNextCell: question.dNextCell, x: question.x, h: question.h,
          cell: question.cell, i: step.cache.i, f: step.cache.f, g: step.cache.g, o: step.cache.o,
          nextCell: step.c, inputWeight: question.inputWeight, hiddenWeight: question.hiddenWeight)
      }
    )
  }

  private static var lstmMisconceptions: [Misconception<LSTMStepQuestion, LSTMStepGradients>] {
    [
      arriving(
        "lstm-future-cell-dropped",
        "The next step begins with c′ as well: what comes back from there, dNextCell, is added. It is the "
          + "way on which a memory's gradient survives."
      ) { question, o, t in question.dNext * o * (1 - t * t) },
      arriving(
        "lstm-output-way-dropped",
        "c′ is also read by h′ = o·tanh c′: dNext has a way into c′, and you left it out."
      ) { question, _, _ in question.dNextCell },
      arriving(
        "lstm-tanh-slope-forgotten",
        "Between c′ and h′ stands a tanh: its slope, 1 - tanh²c′, is missing on the way to c′."
      ) { question, o, _ in question.dNextCell + question.dNext * o },
      arriving(
        "lstm-future-cell-through-output",
        "dNextCell arrives at c′ itself. It does not pass o and the tanh: those lie between c′ and h′."
      ) { question, o, t in (question.dNextCell + question.dNext) * o * (1 - t * t) },
      wrong(
        "lstm-forget-with-new-cell",
        "f multiplied the state before the step, c. You used c′, the state behind it."
      ) { $0.zF = $0.cell * $0.next * $0.f * (1 - $0.f) },
      wrong(
        "lstm-gates-exchanged",
        "c′ has the product i·g, and a product swaps: i gets what g is, and g gets what i is. You gave "
          + "each its own."
      ) {
        $0.zI = $0.cell * $0.i * $0.i * (1 - $0.i)
        $0.zG = $0.cell * $0.g * (1 - $0.g * $0.g)
      },
      wrong(
        "lstm-cell-without-forgetting",
        "c′ = f·c + …: on the way back to c the gradient is multiplied by f."
      ) { $0.dCell = $0.cell },
      wrong(
        "lstm-input-gate-slope-forgotten",
        "i came out of a sigmoid: its slope, i(1 - i), is missing."
      ) { $0.zI = $0.cell * $0.g },
      wrong(
        "lstm-forget-gate-slope-forgotten",
        "f came out of a sigmoid: its slope, f(1 - f), is missing."
      ) { $0.zF = $0.cell * $0.question.cell },
      wrong(
        "lstm-output-gate-slope-forgotten",
        "o came out of a sigmoid: its slope, o(1 - o), is missing."
      ) { $0.zO = $0.question.dNext * $0.tanhNext },
      wrong(
        "lstm-proposal-slope-forgotten", "g came out of a tanh: its slope, 1 - g², is missing."
      ) { $0.zG = $0.cell * $0.i },
      wrong(
        "lstm-proposal-as-sigmoid",
        "g is a tanh, not a sigmoid: its slope is 1 - g², not g(1 - g)."
      ) { $0.zG = $0.cell * $0.i * $0.g * (1 - $0.g) },
      wrong(
        "lstm-output-gate-without-tanh",
        "h′ = o·tanh c′: o gets dNext·tanh c′. You multiplied by c′ itself."
      ) { $0.zO = $0.question.dNext * $0.next * $0.o * (1 - $0.o) },
      Misconception(
        "lstm-columns-in-another-order",
        "The columns are i, f, g, o. You put them as i, f, o, g; other libraries have other orders."
      ) { Lines($0).gradients(order: \.asElsewhere) },
      Misconception(
        "lstm-columns-as-onnx",
        "The columns are i, f, g, o. You put them as i, o, f, g, as ONNX has them."
      ) { Lines($0).gradients(order: \.asInONNX) },
      Misconception(
        "lstm-columns-as-tensorflow",
        "The columns are i, f, g, o. You put them as i, g, f, o, as TensorFlow's first cell has them."
      ) { Lines($0).gradients(order: \.asInTensorFlow) },
      Misconception(
        "lstm-columns-forget-first",
        "The columns are i, f, g, o. You put the forget gate first: f, i, g, o."
      ) { Lines($0).gradients(order: \.forgetGateFirst) },
      spoilt(
        "lstm-hidden-weights-from-next",
        "Wh was multiplied by the state before the step: dWh = hᵀ·dz. You used h′."
      ) { lines, gradients in
        let m = lines.question.x.rows
        var withOnes = lines.question
        withOnes.h = lines.o * lines.tanhNext
        // Only dWh changes: hᵀ·dz with another h and the same dz.
        gradients.dWh = matmul(transposed: withOnes.h, lines.dz(m))
      },
      spoilt(
        "lstm-bias-averaged",
        "b was added to every row: db is the sum of dz over the batch, not the mean."
      ) { lines, gradients in gradients.db = gradients.db / Double(lines.question.x.rows) },
    ]
  }

  /// A misconception about what arrives at c′, which spoils all gradients but that of o.
  private static func arriving(
    _ name: String, _ sentence: String,
    cell: @escaping (_ question: LSTMStepQuestion, _ o: Matrix, _ tanhNext: Matrix) -> Matrix
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) { Lines($0, cell: cell).gradients() }
  }

  /// A misconception about one line.
  private static func wrong(
    _ name: String, _ sentence: String, spoil: @escaping (inout Lines) -> Void
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) {
      var lines = Lines($0)
      spoil(&lines)
      return lines.gradients()
    }
  }

  /// A misconception about one of the results.
  private static func spoilt(
    _ name: String, _ sentence: String,
    spoil: @escaping (Lines, inout LSTMStepGradients) -> Void
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) {
      let lines = Lines($0)
      var gradients = lines.gradients()
      spoil(lines, &gradients)
      return gradients
    }
  }

  private static func lstmByElements(_ question: LSTMStepQuestion) -> LSTMStepGradients {
    let (cache, n) = (question.step.cache, question.h.columns)
    var result: LSTMStepGradients = (
      0 * question.x, 0 * question.h, 0 * question.h, 0 * question.inputWeight,
      0 * question.hiddenWeight, 0 * question.bias
    )
    for row in 0..<question.x.rows {
      for unit in 0..<n {
        let (i, f) = (cache.i[row, unit], cache.f[row, unit])
        let (g, o, t) = (cache.g[row, unit], cache.o[row, unit], cache.tanhC[row, unit])
        let d = question.dNextCell[row, unit] + question.dNext[row, unit] * o * (1 - t) * (1 + t)
        result.dCell[row, unit] = f * d
        let slopes = [
          g * d * i * (1 - i), question.cell[row, unit] * d * f * (1 - f),
          i * d * (1 - g) * (1 + g), t * question.dNext[row, unit] * o * (1 - o),
        ]
        for (k, dz) in slopes.enumerated() {
          let column = k * n + unit
          result.db[column] += dz
          for j in 0..<question.x.columns {
            result.dx[row, j] += dz * question.inputWeight[j, column]
            result.dWx[j, column] += dz * question.x[row, j]
          }
          for j in 0..<n {
            result.dh[row, j] += dz * question.hiddenWeight[j, column]
            result.dWh[j, column] += dz * question.h[row, j]
          }
        }
      }
    }
    return result
  }
}

extension Lines {
  /// dz, the four blocks beside each other, `[m, 4n]`.
  fileprivate func dz(_ m: Int) -> Matrix {
    let n = question.h.columns
    var dz = Matrix(shape: [m, 4 * n])
    for (k, gate) in inOrder.enumerated() {
      for row in 0..<m { for unit in 0..<n { dz[row, k * n + unit] = gate[row, unit] } }
    }
    return dz
  }
}
