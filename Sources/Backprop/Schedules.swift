// How the learning rate changes in the course of training.

/// Half a cosine, from the highest rate at step 0 to the lowest at step K.
///
/// η(k) = ηmin + ½(η - ηmin)(1 + cos πk/K): flat at first, steepest in the middle, flat at the end.
/// After step K the rate stays at ηmin.
///
/// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
/// equation 5, without restarts.
///
/// - Parameters:
///   - step: k, from 0.
///   - steps: K, how many steps there are.
///   - peak: η, the rate at the beginning.
///   - floor: ηmin, the rate at the end.
/// - Returns: The learning rate at this step.
public func cosineSchedule<Scalar: Real>(
  step: Int, of steps: Int, from peak: Scalar, to floor: Scalar = 0
) -> Scalar {
  require(
    step >= 0 && steps >= 1, "cosineSchedule: step \(step) of \(steps); steps count from 0, of 1")
  let share = Scalar(min(step, steps)) / Scalar(steps)
  return floor + (peak - floor) * (1 + Scalar.cos(.pi * share)) / 2
}
