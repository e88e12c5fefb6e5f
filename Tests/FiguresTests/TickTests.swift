import Testing

@testable import Figures

struct TickCase: Sendable, CustomTestStringConvertible {
  let range: ClosedRange<Double>
  let count: Int
  let labels: [String]

  init(_ range: ClosedRange<Double>, _ count: Int, _ labels: [String]) {
    self.range = range
    self.count = count
    self.labels = labels
  }

  var testDescription: String { "\(range) in \(count)" }
}

struct TickTests {
  @Test(arguments: [
    TickCase(0...1, 6, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    TickCase(0...1, 5, ["0", "0.5", "1.0"]),
    TickCase(0...10, 6, ["0", "2", "4", "6", "8", "10"]),
    TickCase(-4...4, 9, ["-4", "-3", "-2", "-1", "0", "1", "2", "3", "4"]),
    TickCase(0.3...0.9, 4, ["0.4", "0.6", "0.8"]),
    TickCase(0...60_000, 7, ["0", "10000", "20000", "30000", "40000", "50000", "60000"]),
    TickCase(0...500_000, 3, ["0", "2e5", "4e5"]),
    TickCase(0...0.0002, 5, ["0", "5e-5", "1e-4", "1.5e-4", "2e-4"]),
    TickCase(1000...1001, 3, ["1000.0", "1000.5", "1001.0"]),
    TickCase(97...103, 4, ["98", "100", "102"]),
  ])
  func `linear ticks stand at multiples of 1, 2 or 5`(_ one: TickCase) {
    let ticks = linearTicks(one.range.lowerBound, one.range.upperBound, count: one.count)
    #expect(ticks.map(\.label) == one.labels)
  }

  @Test(arguments: [
    TickCase(1e-5...1, 6, ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1"]),
    TickCase(1...1000, 6, ["1", "10", "100", "1000"]),
    TickCase(1...20, 6, ["1", "2", "5", "10", "20"]),
    TickCase(1e-12...1, 5, ["1e-12", "1e-9", "1e-6", "0.001", "1"]),
    TickCase(3...6, 4, ["3", "4", "5", "6"]),
    TickCase(76...230_000, 8, ["100", "1000", "10000", "100000"]),
    TickCase(1e4...1e6, 6, ["10000", "100000", "1000000"]),
  ])
  func `logarithmic ticks stand at powers of ten`(_ one: TickCase) {
    let ticks = logarithmicTicks(one.range.lowerBound, one.range.upperBound, count: one.count)
    #expect(ticks.map(\.label) == one.labels)
  }

  @Test func `ticks are exact multiples, not sums of rounded steps`() {
    #expect(linearTicks(0, 1, count: 11)[3].value == 0.3)
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (0.9913, "0.99"), (0.0583, "0.058"), (12.345, "12.3"), (98, "98"),
    (1234.5, "1234"), (1e-5, "1e-5"), (2.54e-9, "2.5e-9"), (.nan, "NaN"), (-.infinity, "-∞"),
  ])
  func `numbers beside bars and in cells are short`(_ value: Double, _ text: String) {
    #expect(short(value) == text)
  }

  @Test(arguments: [
    (1.0, "1"), (0.5, "0.5"), (1.006, "1.01"), (-0.001, "0"), (-2.5, "-2.5"), (.nan, "0"),
    (0.05, "0.05"), (123.456, "123.46"),
  ])
  func `numbers in the SVG have at most two decimals`(_ value: Double, _ text: String) {
    #expect(format(value) == text)
  }

  @Test(arguments: [
    [], [3], [2, 2, 2], [0, 0], [.nan, .infinity], [-1e308, 1e308], [.leastNonzeroMagnitude, 0],
    [-3, -1],
  ])
  func `an extent is finite and not empty for any data`(_ values: [Double]) {
    for scale in [Axis.Scale.linear, .logarithmic] {
      let extent = Extent(of: values, within: nil, scale: scale, margin: 0.05)
      #expect(extent.lower.isFinite && extent.upper.isFinite && extent.lower < extent.upper)
      #expect(!extent.ticks(6).isEmpty)
    }
  }
}
