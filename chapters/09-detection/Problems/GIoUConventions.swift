import Checking
import Core
import Detection

extension Chapter09Problems {
  /// The ways in which other programs treat ties, pixels and the hull.
  static var giouConventions: [Misconception<BoxPairsQuestion, Matrix>] {
    /// A share of the slopes at ties, of I and of C, and whether boxes that touch meet.
    func ties(
      _ name: String, _ sentence: String, ofI: Double, ofC: Double, touching: Bool = false
    ) -> Misconception<BoxPairsQuestion, Matrix> {
      Misconception(name, sentence) { question in
        question.gradient { pair, edge, slopes in
          let (across, sign) = (1 - edge % 2, pair.sign(edge))
          let meets = pair.meet || touching && pair.common(0) >= 0 && pair.common(1) >= 0
          let isTie = pair.inside(edge) == 0
          let share = pair.boundsCommon(edge) ? 1 : isTie ? ofI : 0
          slopes.dI = meets ? sign * pair.common(across) * share : 0
          slopes.dU = pair.dA(edge) - slopes.dI
          if isTie { slopes.dC = sign * pair.around(across) * ofC }
        }
      }
    }
    return [
      ties(
        "giou-ties-halved",
        "Where an edge lies exactly at the target's you let half of it through, as PyTorch's max and min do. "
          + "By convention nothing goes through I and C there: compare with > and <.",
        ofI: 0.5, ofC: 0.5),
      ties(
        "giou-ties-halved-and-touching",
        "Where an edge lies at the target's you let half through, and where boxes only touch the whole, as max, "
          + "min and clamp do in some versions of PyTorch. By the convention here nothing goes through at either.",
        ofI: 0.5, ofC: 0.5, touching: true),
      ties(
        "giou-ties-in-intersection",
        "Where an edge lies exactly at the target's you let it move I. By convention it moves nothing there: "
          + "compare x₁ > a₁ and x₂ < a₂.",
        ofI: 1, ofC: 0),
      ties(
        "giou-ties-in-hull",
        "Where an edge lies exactly at the target's you let it move C. By convention it moves nothing there: "
          + "compare x₁ < a₁ and x₂ > a₂.",
        ofI: 0, ofC: 1),
      ties(
        "giou-ties-and-touching",
        "Where an edge lies at the target's, and where boxes only touch, you let it move I and C. By "
          + "convention nothing goes through at either: compare with > and <.",
        ofI: 1, ofC: 1, touching: true),
      Misconception(
        "giou-plus-one",
        "You added 1 to widths and heights, as where x₂ is the last pixel of a box. Here x₂ and y₂ are the "
          + "first coordinates outside: w = x₂ - x₁."
      ) { question in
        var other = question
        for k in 0..<question.prediction.rows {
          for edge in 2..<4 {
            other.prediction[k, edge] += 1
            other.target[k, edge] += 1
          }
        }
        return other.gradient { _, _, _ in }
      },
      Misconception(
        "giou-intersection-for-union",
        "In the hull's term stands the union, U/C. You put the intersection there, I/C."
      ) { question in
        var gradient = iouLoss(prediction: question.prediction, target: question.target).gradient
        for k in 0..<gradient.rows {
          let pair = BoxPair(question, k)
          for edge in 0..<4 {
            let slope = (pair.dI(edge) * pair.C - pair.I * pair.dC(edge)) / (pair.C * pair.C)
            gradient[k, edge] -= slope / Double(gradient.rows)
          }
        }
        return gradient
      },
    ]
  }
}
