public import Checking
import Core
import SequenceLayers
import Sequences

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
      clues: GRUStepQuestion.clues,
      alternatives: [
        { GRULines($0).gradients },
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
            let part = GRULines(one).gradients
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
