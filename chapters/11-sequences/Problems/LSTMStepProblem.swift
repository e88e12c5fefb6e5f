public import Checking
import Core
import Sequences

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
      clues: LSTMStepQuestion.clues,
      alternatives: [
        { LSTMLines($0).gradients() },
        { question in
          // Backward is linear: what arrives at h′ and what arrives at c′, one after the other.
          var (first, second) = (question, question)
          first.dNextCell = 0 * question.dNextCell
          second.dNext = 0 * question.dNext
          let (a, b) = (LSTMLines(first).gradients(), LSTMLines(second).gradients())
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
