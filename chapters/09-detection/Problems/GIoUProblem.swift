public import Checking
public import Core
import Detection

extension Chapter09Problems {
  /// 9.3, the gradient of the generalized IoU loss.
  public static var giouLoss: Problem<BoxPairsQuestion, Matrix> {
    Problem(
      "9.3", "giouLossBackward", minutes: 35, difficulty: 4,
      section: "How much two boxes overlap",
      hints: [
        "Push one edge outwards by a little. Which of the areas A, I, U and C grow, and by the length of "
          + "which side? Answer for an edge that lies within the target, and for one that lies outside.",
        "The box (0, 0, 2, 2) and its target (1, 0, 4, 2): I = 1·2 = 2, U = 4 + 6 - 2 = 8, C = 4·2 = 8. "
          + "Push x₂ by 0.01: I grows by 0.02, A by 0.02, so U stays, and so does C. Push x₁ by 0.01: A "
          + "shrinks by 0.02 and U with it, C shrinks by 0.02, I stays. What do I/U and U/C do each "
          + "time?",
        "prediction, target and the result are [k, 4], columns x₁, y₁, x₂, y₂. Three slopes for each edge: "
          + "dA always, dI where the edge lies strictly within the target's and the boxes meet, dC where "
          + "it lies strictly outside; then dU = dA - dI. The signs of x₁ and y₁ are those of x₂ and y₂, "
          + "turned.",
        "dp = -(1/k)·((dI·U - I·dU)/U² + (dU·C - U·dC)/C²), with dA = -h, dI = -ih·1[x₁ > a₁], "
          + "dC = -ch·1[x₁ < a₁] for x₁, and dA = h, dI = ih·1[x₂ < a₂], dC = ch·1[x₂ > a₂] for x₂; y "
          + "likewise with w, iw and cw",
        "let meet = iw > 0 && ih > 0\n"
          + "let dI = meet && x1 > a1 ? -ih : 0\n"
          + "let dU = -h - dI\n"
          + "let dC = x1 < a1 ? … : 0\n"
          + "dp[k, 0] = -((dI * U - I * dU) / (U * U) + (…) / (C * C)) / Double(prediction.rows)",
      ],
      cases: BoxPairsQuestion.cases,
      forward: { Detection.giouLoss(prediction: $0.prediction, target: $0.target).loss },
      reference: { Detection.giouLoss(prediction: $0.prediction, target: $0.target).gradient },
      parts: [Part("dPrediction", of: \.prediction)],
      misconceptions: giouMisconceptions + giouConventions, clues: BoxPairsQuestion.clues,
      alternatives: [
        { question in question.gradient { _, _, _ in } },
        byChains, byRatios,
      ],
      given: { question in
        func part(_ slope: (BoxPair, _ edge: Int) -> Double) -> Matrix {
          var part = question.prediction
          for k in 0..<part.rows {
            let pair = BoxPair(question, k)
            for edge in 0..<4 { part[k, edge] = slope(pair, edge) }
          }
          return part
        }
        let boxes = Double(question.prediction.rows)
        func dU(_ pair: BoxPair, _ edge: Int) -> Double { pair.dA(edge) - pair.dI(edge) }
        return question.tensors + [
          ("the part of dI in I/U", part { -$0.dI($1) / $0.U / boxes }),
          ("the part of dU in I/U", part { $0.I * dU($0, $1) / ($0.U * $0.U) / boxes }),
          ("the part of dU in U/C", part { -dU($0, $1) / $0.C / boxes }),
          ("the part of dC in U/C", part { $0.U * $0.dC($1) / ($0.C * $0.C) / boxes }),
          ("dI", part { $0.dI($1) }), ("dC", part { $0.dC($1) }), ("dA", part { $0.dA($1) }),
          ("dU", part(dU)),
        ]
      },
      attempt: asks {
        try $0.giouLossBackward(prediction: $1.prediction, target: $1.target)
      }
    )
  }

  private static var giouMisconceptions: [Misconception<BoxPairsQuestion, Matrix>] {
    /// Slopes that are changed from the right ones.
    func wrong(
      _ name: String, _ sentence: String,
      _ change: @escaping (BoxPair, _ edge: Int, inout AreaSlopes) -> Void
    ) -> Misconception<BoxPairsQuestion, Matrix> {
      Misconception(name, sentence) { $0.gradient(but: change) }
    }
    return [
      Misconception(
        "giou-iou-only",
        "This is the gradient of 1 - IoU alone: 0 for boxes that do not meet. The term with the hull, "
          + "U/C, moves too."
      ) { iouLoss(prediction: $0.prediction, target: $0.target).gradient },
      wrong(
        "giou-union-constant",
        "You took the union for a constant. It is A + A′ - I, and grows with A and shrinks with I."
      ) { $2.dU = 0 },
      wrong(
        "giou-union-without-intersection",
        "The union is A + A′ - I: what I gains, it loses. You let it grow with A alone."
      ) { pair, edge, slopes in slopes.dU = pair.dA(edge) },
      wrong(
        "giou-union-without-area",
        "The union is A + A′ - I, and A is the area of the box itself: it grows with each of its edges. "
          + "You let the union change with I alone."
      ) { $2.dU = -$2.dI },
      wrong(
        "giou-hull-constant",
        "You took the hull for a constant. Its area C grows with an edge that lies outside the target's."
      ) { $2.dC = 0 },
      wrong(
        "giou-intersection-everywhere",
        "Where the boxes do not meet, I stays 0 if an edge moves a little: dI is 0 there. You need both "
          + "iw > 0 and ih > 0."
      ) { pair, edge, slopes in
        slopes.dI = pair.boundsCommon(edge) ? pair.sign(edge) * pair.common(1 - edge % 2) : 0
        slopes.dU = pair.dA(edge) - slopes.dI
      },
      Misconception(
        "giou-two-negatives",
        "Where boxes lie apart in both directions, iw and ih are both negative and their product is not: "
          + "I is 0 there. Take max(0, iw)·max(0, ih)."
      ) { negative($0, clipped: false) },
      Misconception(
        "giou-summed",
        "The loss is the mean over the k boxes: each gets 1/k of its gradient."
      ) { $0.gradient { _, _, _ in } * Double($0.prediction.rows) },
      wrong(
        "giou-signs-alike",
        "You gave x₁ the sign of x₂. A larger x₁ makes the box smaller: for x₁ and y₁ all three slopes are "
          + "turned."
      ) { pair, edge, slopes in
        slopes.dI *= pair.sign(edge)
        slopes.dU *= pair.sign(edge)
        slopes.dC *= pair.sign(edge)
      },
      wrong(
        "giou-edges-exchanged",
        "You took the edges the wrong way round: I is bounded by the inner one of the two edges, x₁ > a₁ "
          + "or x₂ < a₂, the hull by the outer one."
      ) { pair, edge, slopes in
        let (across, sign) = (1 - edge % 2, pair.sign(edge))
        slopes.dI = pair.meet && pair.boundsHull(edge) ? sign * pair.common(across) : 0
        slopes.dU = pair.dA(edge) - slopes.dI
        slopes.dC = pair.boundsCommon(edge) ? sign * pair.around(across) : 0
      },
      wrong(
        "giou-ties-to-all",
        "Where an edge lies exactly at the target's you let it move I and C. By convention nothing goes "
          + "through them there: compare with > and <."
      ) { pair, edge, slopes in
        guard pair.inside(edge) == 0 else { return }
        let (across, sign) = (1 - edge % 2, pair.sign(edge))
        slopes.dI = pair.meet ? sign * pair.common(across) : 0
        slopes.dU = pair.dA(edge) - slopes.dI
        slopes.dC = sign * pair.around(across)
      },
      wrong(
        "giou-touching-meets",
        "Boxes that share an edge and no more do not meet: I is 0 and stays 0 by the convention, dI = 0. "
          + "You asked iw >= 0 and ih >= 0."
      ) { pair, edge, slopes in
        let touches = pair.common(0) >= 0 && pair.common(1) >= 0
        slopes.dI =
          touches && pair.boundsCommon(edge) ? pair.sign(edge) * pair.common(1 - edge % 2) : 0
        slopes.dU = pair.dA(edge) - slopes.dI
      },
      wrong(
        "giou-every-edge-counts",
        "An edge moves I only where it lies within the target's, and C only where it lies outside. You let "
          + "each edge move both."
      ) { pair, edge, slopes in
        let (across, sign) = (1 - edge % 2, pair.sign(edge))
        slopes.dI = pair.meet ? sign * pair.common(across) : 0
        slopes.dU = pair.dA(edge) - slopes.dI
        slopes.dC = sign * pair.around(across)
      },
      Misconception(
        "giou-uphill",
        "All signs are turned: the loss falls where I/U and U/C grow."
      ) { -$0.gradient { _, _, _ in } },
      wrong(
        "giou-sides-exchanged",
        "An edge that moves by 1 adds the side along it: x₁ and x₂ add heights, y₁ and y₂ widths. You took "
          + "the other ones."
      ) { pair, edge, slopes in
        let (along, sign) = (edge % 2, pair.sign(edge))
        slopes.dI = pair.meet && pair.boundsCommon(edge) ? sign * pair.common(along) : 0
        slopes.dU = sign * pair.size(along) - slopes.dI
        slopes.dC = pair.boundsHull(edge) ? sign * pair.around(along) : 0
      },
      Misconception(
        "giou-hull-term-without-union",
        "You have the gradient of 1 - IoU, and of the hull's term only the part through C. U stands in "
          + "U/C as well."
      ) { question in
        let slopes = question.gradient { pair, edge, slopes in slopes.dC = 0 }
        let iou = iouLoss(prediction: question.prediction, target: question.target).gradient
        // All but what U brings to U/C.
        return question.gradient { _, _, _ in } - (slopes - iou)
      },
    ]
  }

  /// What comes of I = iw·ih without a look at signs; with `clipped` the right answer.
  private static func negative(_ question: BoxPairsQuestion, clipped: Bool) -> Matrix {
    var gradient = Matrix(shape: question.prediction.shape)
    for k in 0..<gradient.rows {
      let pair = BoxPair(question, k)
      let (iw, ih) = (pair.common(0), pair.common(1))
      let meet = iw * ih > 0 && (!clipped || iw > 0)
      let I = meet ? iw * ih : 0
      let U = pair.U + pair.I - I
      for edge in 0..<4 {
        let dI =
          meet && pair.boundsCommon(edge) ? pair.sign(edge) * pair.common(1 - edge % 2) : 0
        let dU = pair.dA(edge) - dI
        let slope =
          (dI * U - I * dU) / (U * U) + (dU * pair.C - U * pair.dC(edge)) / (pair.C * pair.C)
        gradient[k, edge] = -slope / Double(gradient.rows)
      }
    }
    return gradient
  }

  /// The same through every step of the forward pass, sides first: areas, then sides, then edges.
  private static func byChains(_ question: BoxPairsQuestion) -> Matrix {
    var gradient = Matrix(shape: question.prediction.shape)
    for k in 0..<gradient.rows {
      let pair = BoxPair(question, k)
      let (I, U, C, boxes) = (pair.I, pair.U, pair.C, Double(gradient.rows))
      // loss = (2 - I/U - U/C)/k, U = A + A′ - I
      let dU = (I / (U * U) - 1 / C) / boxes
      let dC = U / (C * C) / boxes
      let dI = -1 / U / boxes - dU
      for axis in 0..<2 {
        let across = 1 - axis
        let dSize = dU * pair.size(across)
        let dCommon = pair.meet ? dI * pair.common(across) : 0
        let dAround = dC * pair.around(across)
        let (first, last) = (axis, axis + 2)
        gradient[k, first] = -dSize
        gradient[k, last] = dSize
        if pair.box[first] > pair.target[first] { gradient[k, first] -= dCommon }
        if pair.box[last] < pair.target[last] { gradient[k, last] += dCommon }
        if pair.box[first] < pair.target[first] { gradient[k, first] -= dAround }
        if pair.box[last] > pair.target[last] { gradient[k, last] += dAround }
      }
    }
    return gradient
  }

  /// The same through logarithms: d(I/U) = I/U·(dI/I - dU/U).
  private static func byRatios(_ question: BoxPairsQuestion) -> Matrix {
    var gradient = Matrix(shape: question.prediction.shape)
    for k in 0..<gradient.rows {
      let pair = BoxPair(question, k)
      for edge in 0..<4 {
        let dU = pair.dA(edge) - pair.dI(edge)
        let ofHull = pair.U / pair.C * (dU / pair.U - pair.dC(edge) / pair.C)
        var ofOverlap = 0.0
        if pair.I > 0 {
          ofOverlap = pair.I / pair.U * (pair.dI(edge) / pair.I - dU / pair.U)
        }
        gradient[k, edge] = -(ofOverlap + ofHull) / Double(gradient.rows)
      }
    }
    return gradient
  }
}
