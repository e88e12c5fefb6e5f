import Testing

@testable import Course

@Test(arguments: [
  (1.0, 1 + 1e-10, true), (1, 1 + 1e-8, false), (0, 1e-10, true), (1e12, 1e12 + 1, true),
  (1e12, 1e12 + 1e5, false), (.infinity, 1, false), (-.infinity, .infinity, false),
  (.infinity, .greatestFiniteMagnitude, false), (.nan, 1, false), (.nan, .nan, false),
  (.infinity, .infinity, true), (0, -0.0, true),
])
func `numbers agree but for rounding, an infinity or NaN with no number`(
  a: Double, b: Double, isRight: Bool
) {
  #expect(agree(a, b) == isRight)
  #expect(agree(b, a) == isRight)
}
