// How the learning rate changes in the course of training.

public import Core

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
///   - peak: η, the rate at the beginning, finite.
///   - floor: ηmin, the rate at the end, finite.
/// - Returns: The learning rate at this step.
public func cosineSchedule<Scalar: Real>(
  step: Int, of steps: Int, from peak: Scalar, to floor: Scalar = 0
) -> Scalar {
  require(
    step >= 0 && steps >= 1, "cosineSchedule: step \(step) of \(steps); steps count from 0, of 1")
  requireFinite(peak, "cosineSchedule: the rate at the beginning")
  requireFinite(floor, "cosineSchedule: the rate at the end")
  let share = Scalar(min(step, steps)) / Scalar(steps)
  return floor + (peak - floor) * (1 + Scalar.cos(.pi * share)) / 2
}

/// A learning rate for every step, counted from 0.
///
/// Rates are finite, factors γ of `step` and `exponential` positive, and the decay at least 0; asking for
/// the rate of a step checks it.
public enum Schedule<Scalar: Real>: Sendable, Equatable {
  /// η.
  case constant(Scalar)
  /// η·γ^⌊k/s⌋: the rate is multiplied by a factor γ every s steps.
  case step(Scalar, factor: Scalar, every: Int)
  /// η·γᵏ.
  case exponential(Scalar, factor: Scalar)
  /// η/(1 + γk).
  case inverseTime(Scalar, decay: Scalar)
  /// η(k + 1)/w in the first w steps, then `cosineSchedule` down to ηmin, which step K reaches.
  ///
  /// Adam's averages are noise at first: a warm-up keeps these steps short (Goyal et al., "Accurate,
  /// Large Minibatch SGD", 2017, section 2.2).
  case warmupCosine(peak: Scalar, floor: Scalar = 0, warmup: Int, steps: Int)

  /// The learning rate at a step.
  public func callAsFunction(_ step: Int) -> Scalar {
    require(step >= 0, "Schedule: step \(step); steps count from 0")
    switch self {
    case .constant(let rate):
      requireFinite(rate, "Schedule.constant: the rate")
      return rate
    case .step(let rate, let factor, let period):
      require(period >= 1, "Schedule.step: every \(period) steps; it must be 1 or more")
      requireFinite(rate, "Schedule.step: the rate")
      requirePositive(factor, "Schedule.step: the factor")
      return rate * Scalar.pow(factor, Scalar(step / period))
    case .exponential(let rate, let factor):
      requireFinite(rate, "Schedule.exponential: the rate")
      requirePositive(factor, "Schedule.exponential: the factor")
      return rate * Scalar.pow(factor, Scalar(step))
    case .inverseTime(let rate, let decay):
      requireFinite(rate, "Schedule.inverseTime: the rate")
      requireNotNegative(decay, "Schedule.inverseTime: the decay")
      return rate / (1 + decay * Scalar(step))
    case .warmupCosine(let peak, let floor, let warmup, let steps):
      require(
        0 <= warmup && warmup < steps,
        "Schedule.warmupCosine: a warm-up of \(warmup) in \(steps) steps; it must be 0 to "
          + "\(steps - 1)")
      requireFinite(peak, "Schedule.warmupCosine: the peak")
      requireFinite(floor, "Schedule.warmupCosine: the floor")
      if step < warmup { return peak * Scalar(step + 1) / Scalar(warmup) }
      return cosineSchedule(step: step - warmup, of: steps - warmup, from: peak, to: floor)
    }
  }
}

/// A learning rate that falls when the loss has stopped falling.
public struct PlateauSchedule<Scalar: Real>: Sendable {
  /// The rate now.
  public package(set) var learningRate: Scalar
  /// What the rate is multiplied by, between 0 and 1.
  public let factor: Scalar
  /// How many losses without progress are borne; the one after them lowers the rate.
  public let patience: Int
  /// A loss is progress if it is below the best by more than this share of its size, in 0..<1.
  public let threshold: Scalar
  /// The lowest rate.
  public let floor: Scalar
  /// The lowest loss so far.
  public package(set) var best = Scalar.infinity
  package var waited = 0

  public init(
    from learningRate: Scalar, factor: Scalar = 0.1, patience: Int = 10, threshold: Scalar = 1e-4,
    floor: Scalar = 0
  ) {
    require(
      0 < factor && factor < 1 && patience >= 0,
      "PlateauSchedule: a factor of \(factor) after \(patience) losses; the factor must be between "
        + "0 and 1, the patience 0 or more")
    requireNotNegative(learningRate, "PlateauSchedule: the learning rate")
    requireShare(threshold, "PlateauSchedule: the threshold")
    requireNotNegative(floor, "PlateauSchedule: the floor")
    (self.learningRate, self.factor, self.patience) = (learningRate, factor, patience)
    (self.threshold, self.floor) = (threshold, floor)
  }

  /// Takes note of a loss, best that of the validation set after an epoch, and gives the next rate.
  ///
  /// A loss that is not a number is no progress.
  public mutating func next(after loss: Scalar) -> Scalar {
    // Of its size: a loss may be negative, and the first one is below infinity.
    if loss < best - (best.isFinite ? threshold * abs(best) : 0) {
      (best, waited) = (loss, 0)
    } else {
      waited += 1
    }
    if waited > patience {
      learningRate = Swift.max(learningRate * factor, floor)
      waited = 0
    }
    return learningRate
  }
}
