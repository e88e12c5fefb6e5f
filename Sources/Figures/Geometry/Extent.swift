import Foundation

/// What an axis covers, and where a value lies on it.
struct Extent {
  let lower: Double
  let upper: Double
  let scale: Axis.Scale

  /// The asked range where it is usable, else that of the finite data.
  ///
  /// Never empty and never infinite: without data 0…1, around a single value some room. The
  /// `margin` is the part of the data's width that is added on both sides.
  init(
    of values: [Double], within range: ClosedRange<Double>?, scale: Axis.Scale, margin: Double
  ) {
    self.scale = scale
    let limit = 1e150
    let isLogarithmic = scale == .logarithmic
    if let range, range.lowerBound >= -limit, range.upperBound <= limit,
      !isLogarithmic || range.lowerBound > 0,
      Self.isWide(range.lowerBound, range.upperBound)
    {
      lower = range.lowerBound
      upper = range.upperBound
      return
    }
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite && (!isLogarithmic || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = isLogarithmic ? (0.1, 1) : (0, 1) }
    let smallest = isLogarithmic ? 1 / limit : -limit
    low = min(max(low, smallest), limit)
    high = min(max(high, smallest), limit)
    if isLogarithmic {
      let part = pow(10, margin * log10(high / low))
      (lower, upper) =
        Self.isWide(low, high) ? (low / part, high * part) : (low / 10, high * 10)
    } else if Self.isWide(low, high) {
      let part = margin * (high - low)
      // A margin never adds a sign that the data does not have.
      lower = low >= 0 && low < part ? 0 : low - part
      upper = high <= 0 && -high < part ? 0 : high + part
    } else {
      let part = max(abs(low), abs(high)) * 0.5
      (lower, upper) = part > 0 ? (low - part, high + part) : (-1, 1)
    }
  }

  private static func isWide(_ low: Double, _ high: Double) -> Bool {
    high - low > max(abs(low), abs(high)) * 1e-9 && high - low > 1e-290
  }

  /// Where a value lies: 0 at the lower end, 1 at the upper; nil if it has no place.
  func position(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    var part: Double
    switch scale {
    case .linear: part = (value - lower) / (upper - lower)
    case .logarithmic:
      guard value > 0 else { return nil }
      part = log10(value / lower) / log10(upper / lower)
    }
    // Far outside, the exact place no longer matters.
    part = min(max(part, -1e6), 1e6)
    return part
  }

  /// At most about `count` ticks, with labels.
  func ticks(_ count: Int) -> [Tick] {
    switch scale {
    case .linear: linearTicks(lower, upper, count: count)
    case .logarithmic: logarithmicTicks(lower, upper, count: count)
    }
  }
}
