import Foundation

/// A number with as many decimals as its step needs: 0.25, 1000, 2e-5.
///
/// `largest` is the largest magnitude beside it: all labels of an axis change to powers of ten
/// together.
func number(_ value: Double, step: Double, largest: Double? = nil) -> String {
  guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
  guard value != 0, abs(value) >= step / 1000 else { return "0" }
  let stepExponent = Int(floor(log10(step) + 1e-9))
  if max(abs(value), largest ?? 0) >= 1e5 || stepExponent < -4 || step < 0.001 && step == value {
    let exponent = Int(floor(log10(abs(value)) + 1e-9))
    let digits = min(max(exponent - stepExponent, 0), 6)
    let parts = String(format: "%.\(digits)e", value).split(separator: "e")
    return trimmed(String(parts[0])) + "e\(Int(parts[1]) ?? 0)"
  }
  return String(format: "%.\(max(0, -stepExponent))f", value)
}

/// A number with about three significant digits, for bars and cells.
func short(_ value: Double) -> String {
  guard value.isFinite else { return number(value, step: 1) }
  let magnitude = abs(value)
  if magnitude == 0 { return "0" }
  if magnitude < 0.001 || magnitude >= 1e7 {
    let parts = String(format: "%.1e", value).split(separator: "e")
    return trimmed(String(parts[0])) + "e\(Int(parts[1]) ?? 0)"
  }
  if magnitude >= 100 || value == value.rounded() { return String(format: "%.0f", value) }
  let decimals = magnitude >= 10 ? 1 : magnitude >= 0.0995 ? 2 : 3
  return String(format: "%.\(decimals)f", value)
}

/// Without zeros at the end of the decimals.
func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  var text = text
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}
