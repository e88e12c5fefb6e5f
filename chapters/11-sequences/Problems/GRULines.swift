import Core
import SequenceLayers
import Sequences

/// The lines of the backward pass, one by one, so that a misconception can replace one of them.
struct GRULines {
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

  var dA: Matrix { besideEachOther([dR, dZ, dG]) }
  var dU: Matrix { besideEachOther([dR, dZ, dProposed]) }

  var gradients: GRUStepGradients {
    let (dA, dU) = (dA, dU)
    return (
      matmul(dA, transposed: question.inputWeight),
      direct + matmul(dU, transposed: question.hiddenWeight), matmul(transposed: question.x, dA),
      matmul(transposed: question.h, dU), dA.sum(axis: 0)
    )
  }
}
