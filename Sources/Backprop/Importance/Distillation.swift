public import Core

/// Distillation: a student learns from labels, and from what a teacher thinks of all classes.
///
///     loss = 1/m Σ rows (1 - α)·CE(z, label) + α·T²·KL(softmax(z′/T) ‖ softmax(z/T))
///
/// z are the student's logits, z′ the teacher's, which are constants. A temperature T above 1 makes small
/// probabilities visible. dz = [(1 - α)(p - t) + α·T·(softmax(z/T) - softmax(z′/T))]/m: T² is the loss's,
/// and the chain rule through z/T takes one T back.
///
/// The hotter, the nearer the two are to each other, and their difference is not computed from the two then:
/// at T → ∞ the teacher's part is α/(2n)·Σ (z - z′)², means of both taken off, and finite.
///
/// A class that the teacher gives no chance costs nothing. The loss stops nobody from being infinite where
/// the student's logit is -∞ and the teacher's is not.
///
/// Source: Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network", 2015, section 2.
///
/// - Parameters:
///   - z: The student's logits, `[m, classes]`.
///   - teacher: z′, of the same shape.
///   - labels: The class of each row.
///   - temperature: T, above 0.
///   - alpha: α, the teacher's share, in 0…1.
/// - Returns: The loss, and ∂loss/∂z.
public func distillationLoss<Scalar: Real>(
  logits z: Tensor<Scalar>, teacher: Tensor<Scalar>, labels: [Int], temperature: Scalar,
  alpha: Scalar
) -> Loss<Scalar> {
  require(
    z.rank == 2 && teacher.shape == z.shape,
    "distillationLoss: the student's logits are \(z.shape), the teacher's \(teacher.shape); both must be "
      + "[m, classes]")
  requirePositive(temperature, "distillationLoss: the temperature")
  require(
    0 <= alpha && alpha <= 1,
    "distillationLoss: alpha is \(alpha); it is the teacher's share, from 0 to 1")
  let hard = softmaxCrossEntropy(logits: z, labels: labels)
  let (loss, dSoft) = softenedDivergence(z, teacher, temperature)
  // forward: (1 - α)·CE(z, label) + α·T²·KL(… ‖ softmax(z/T))
  let dZ = (1 - alpha) * hard.gradient + (alpha * temperature) * dSoft
  return (share(1 - alpha, of: hard.loss) + share(alpha, of: loss), dZ)
}

/// A part of a loss; an infinite one with no weight counts nothing.
private func share<Scalar: Real>(_ weight: Scalar, of loss: Scalar) -> Scalar {
  weight == 0 && loss.isInfinite ? 0 : weight * loss
}
