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

/// A rate that is multiplied by γ every s steps: η·γ^⌊k/s⌋.
public func stepSchedule<Scalar: Real>(
  step: Int, every interval: Int, from rate: Scalar, by factor: Scalar
) -> Scalar {
  require(
    step >= 0 && interval >= 1, "stepSchedule: step \(step), every \(interval); from 0, of 1")
  return rate * Scalar.pow(factor, Scalar(step / interval))
}

/// A rate that is multiplied by γ at every step: η·γᵏ.
public func exponentialSchedule<Scalar: Real>(
  step: Int, from rate: Scalar, by factor: Scalar
) -> Scalar {
  require(step >= 0, "exponentialSchedule: step \(step); steps count from 0")
  return rate * Scalar.pow(factor, Scalar(step))
}

/// A rate that falls as one over time: η/(1 + γk).
///
/// The rates of all steps have no finite sum, their squares have one: what Robbins and Monro, 1951,
/// ask for, so that noisy steps arrive.
public func inverseTimeSchedule<Scalar: Real>(
  step: Int, from rate: Scalar, decay: Scalar
) -> Scalar {
  require(step >= 0, "inverseTimeSchedule: step \(step); steps count from 0")
  return rate / (1 + decay * Scalar(step))
}

/// A linear rise for the first w steps, then half a cosine down to step K.
///
/// η(k + 1)/w for k < w, then ηmin + ½(η - ηmin)(1 + cos π(k - w)/(K - w)); after step K the rate
/// stays at ηmin.
///
/// Sources: Goyal and others, "Accurate, large minibatch SGD", 2017, section 2.2, for the rise;
/// Loshchilov and Hutter, ICLR 2017, equation 5, for the cosine.
public func warmupCosineSchedule<Scalar: Real>(
  step: Int, warmup: Int, of total: Int, from peak: Scalar, to floor: Scalar = 0
) -> Scalar {
  require(
    step >= 0 && warmup >= 0 && total > warmup,
    "warmupCosineSchedule: step \(step), warm-up \(warmup) of \(total); steps count from 0, "
      + "and the warm-up must end before the total")
  if step < warmup { return peak * Scalar(step + 1) / Scalar(warmup) }
  return cosineSchedule(step: step - warmup, of: total - warmup, from: peak, to: floor)
}

/// A rate that falls when the loss has not: each time it brought nothing new for some time.
public struct ReduceOnPlateau<Scalar: Real>: Sendable {
  public private(set) var rate: Scalar
  public let factor: Scalar
  /// How many losses in a row may fail to be the lowest.
  public let patience: Int
  private var best = Scalar.infinity
  private var waited = 0

  public init(from rate: Scalar, by factor: Scalar = 0.1, patience: Int = 10) {
    (self.rate, self.factor, self.patience) = (rate, factor, patience)
  }

  /// Takes in a loss, of an epoch or of validation, and returns the rate to go on with.
  public mutating func rate(after loss: Scalar) -> Scalar {
    if loss < best {
      (best, waited) = (loss, 0)
    } else {
      waited += 1
      if waited > patience { (rate, waited) = (rate * factor, 0) }
    }
    return rate
  }
}
