import Foundation

/// A labelled value of an axis.
struct Tick: Equatable {
  let value: Double
  let label: String
}

/// Multiples of 1, 2 or 5 times a power of ten: the finest such step with at most `count` ticks.
func linearTicks(_ lower: Double, _ upper: Double, count: Int) -> [Tick] {
  let count = max(count, 2)
  var exponent = Int(floor(log10((upper - lower) / Double(count))))
  while true {
    for digit in [1.0, 2, 5] {
      let step = scaled(digit, exponent)
      let first = (lower / step - 1e-9).rounded(.up)
      let last = (upper / step + 1e-9).rounded(.down)
      guard last - first < Double(count), abs(first) < 1e15, abs(last) < 1e15 else { continue }
      let values = stride(from: first, through: last, by: 1).map { scaled($0 * digit, exponent) }
      let largest = values.map(abs).max() ?? 0
      return values.map { Tick(value: $0, label: number($0, step: step, largest: largest)) }
    }
    exponent += 1
  }
}

/// Powers of ten; also their 2- and 5-fold where fewer than three powers lie in the range.
///
/// Where all are from 1 to a million they are written out: 100000 beside 1000, not 1e5.
func logarithmicTicks(_ lower: Double, _ upper: Double, count: Int) -> [Tick] {
  let first = Int((log10(lower) - 1e-9).rounded(.up))
  let last = Int((log10(upper) + 1e-9).rounded(.down))
  let powers = max(last - first + 1, 0)
  let digits: [Double] = powers >= 3 ? [1] : [1, 2, 5]
  if powers == 0 && upper / lower < 4 { return linearTicks(lower, upper, count: count) }
  let stride = max(1, Int((Double(powers) / Double(max(count, 2))).rounded(.up)))
  var values: [Double] = []
  for exponent in (first - 1)...max(last, first) where exponent.isMultiple(of: stride) {
    for digit in digits {
      let value = scaled(digit, exponent)
      if value >= lower * (1 - 1e-9) && value <= upper * (1 + 1e-9) {
        values.append(value)
      }
    }
  }
  let isWrittenOut = values.allSatisfy { (1...1e6).contains($0) }
  return values.map { value in
    Tick(value: value, label: isWrittenOut ? "\(Int(value))" : number(value, step: value))
  }
}

/// digit · 10^exponent, rounded once, so that three steps of 0.1 print as 0.3.
private func scaled(_ digit: Double, _ exponent: Int) -> Double {
  exponent < 0 ? digit / pow(10, Double(-exponent)) : digit * pow(10, Double(exponent))
}
