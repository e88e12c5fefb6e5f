// How far two softened rows are from each other: of two that are near, by their difference.

import Core
import Kernels

/// T²·KL(softmax(z′/T) ‖ softmax(z/T)), the mean over the rows, and (softmax(z/T) - softmax(z′/T))/m, which is
/// its gradient with respect to z, divided by T.
func softenedDivergence<Scalar: Real>(
  _ z: Tensor<Scalar>, _ teacher: Tensor<Scalar>, _ temperature: Scalar
) -> Loss<Scalar> {
  let (student, own) = (cooled(z, temperature), cooled(teacher, temperature))
  let targets = softmax(own)  // [m, classes]
  var (loss, dZ) = (Scalar(0), softmaxCrossEntropy(logits: student, targets: targets).gradient)
  for i in 0..<z.rows {
    let row = i..<i + 1
    if let near = NearRow(
      targets.rows(row).scalars, (z.rows(row) - teacher.rows(row)).scalars, temperature)
    {
      loss += near.loss
      guard near.isClose else { continue }
      for j in 0..<z.columns { dZ[i, j] = near.difference[j] / Scalar(z.rows) }
    } else {
      // KL(t ‖ s) = CE(s, t) - CE(t, t)
      let other = softmaxCrossEntropy(logits: student.rows(row), targets: targets.rows(row)).loss
      let least = softmaxCrossEntropy(logits: own.rows(row), targets: targets.rows(row)).loss
      let divergence = other == least ? 0 : other - least
      loss += scaled(divergence, by: temperature * temperature)
    }
  }
  return (loss / Scalar(z.rows), dZ)
}

/// z/T; a row that would overflow is moved first, which a softmax does not notice.
private func cooled<Scalar: Real>(_ z: Tensor<Scalar>, _ temperature: Scalar) -> Tensor<Scalar> {
  var cooled = z / temperature
  for i in 0..<z.rows {
    let row = i * z.columns..<(i + 1) * z.columns
    let isBeyond = row.contains { z.scalars[$0].isFinite && cooled.scalars[$0].isInfinite }
    guard isBeyond, let peak = z.scalars[row].max(), peak.isFinite else { continue }
    for j in row { cooled.scalars[j] = (z.scalars[j] - peak) / temperature }
  }
  return cooled
}

/// The divergence of two softened rows that are not far from each other.
///
///     d = z - z′ - Σ t·(z - z′)    e = d/T    S = 1 + Σ t·(eᵉ - 1 - e)    KL = log S    s - t = t·(eᵉ - S)/S
private struct NearRow<Scalar: Real> {
  /// T²·KL.
  let loss: Scalar
  /// s - t.
  let difference: [Scalar]
  /// Whether s - t would lose digits as a difference of two softmaxes.
  let isClose: Bool

  /// Nil where the two are far from each other, or the teacher rules a class out.
  init?(_ t: [Scalar], _ differences: [Scalar], _ temperature: Scalar) {
    let mean = zip(t, differences).reduce(0) { $0 + $1.0 * $1.1 }
    let d = differences.map { $0 - mean }
    let e = d.map { $0 / temperature }
    guard e.allSatisfy({ abs($0) < 16 }), t.allSatisfy({ $0 >= .leastNormalMagnitude }) else {
      return nil
    }
    // T²(S - 1) stays in range where T² does not.
    let square = d.indices.reduce(0) { $0 + t[$1] * d[$1] * d[$1] * bend(e[$1]) }
    let rest = square / temperature / temperature  // S - 1
    loss = rest == 0 ? square : square * (Scalar.log(onePlus: rest) / rest)
    difference = d.indices.map { t[$0] * (Scalar.expMinusOne(e[$0]) - rest) / (1 + rest) }
    isClose = e.allSatisfy { abs($0) < 0x1p-7 }
  }
}

/// (eᵉ - 1 - e)/e², which is ½ at 0.
private func bend<Scalar: Real>(_ e: Scalar) -> Scalar {
  if abs(e) > 0.5 { return (Scalar.expMinusOne(e) - e) / (e * e) }
  // ½(1 + e/3·(1 + e/4·(1 + …)))
  return (3...16).reversed().reduce(Scalar(1)) { 1 + $0 * e / Scalar($1) } / 2
}
