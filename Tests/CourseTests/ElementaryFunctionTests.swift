import Course
import Testing

/// This file imports what a learner's file does, and not Foundation: that it compiles is the test.
@Test func `the functions of numbers come with what a learner's file imports`() {
  let x = 0.5
  #expect(pow(x, 2) == 0.25 && pow(2, Double(3)) == 8)
  #expect(exp(log(x)) == x && sqrt(x * x) == x)
  #expect(abs(erf(x) + erfc(x) - 1) < 1e-15 && tanh(0.0) == 0)
  #expect(sin(0.0) == 0 && cos(0.0) == 1 && expm1(0.0) == 0 && log1p(0.0) == 0)
  #expect([1.0, 4.0].map(sqrt) == [1, 2] && [x].map { pow($0, 2) + exp(-$0) }[0] > 0.8)
}
