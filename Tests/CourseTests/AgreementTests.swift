import Testing

@testable import Checking
import Course
@testable import Guiding

private let huge = Double.greatestFiniteMagnitude
private let infinity = Double.infinity

/// Pairs of numbers that are the same but for rounding.
private let right: [(Double, Double)] = [
  (1.0, 1.0 + 1e-10), (0.0, 1e-10), (1e12, 1e12 + 1.0), (infinity, infinity), (0.0, -0.0),
]

/// Pairs that are not; nothing is the same as NaN, and no number as an infinity.
private let wrong: [(Double, Double)] = [
  (1.0, 1.0 + 1e-8), (1e12, 1e12 + 1e5), (infinity, 1.0), (infinity, huge),
  (infinity, -infinity), (Double.nan, 1.0), (Double.nan, Double.nan), (Double.nan, infinity),
]

@Test(arguments: right)
func `numbers agree that differ by rounding`(a: Double, b: Double) {
  #expect(agree(a, b) && agree(b, a))
}

@Test(arguments: wrong)
func `an infinity or a NaN agrees with no number`(a: Double, b: Double) {
  #expect(!agree(a, b) && !agree(b, a))
}
