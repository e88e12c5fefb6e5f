import Backprop
@testable import Checking
import Course
@testable import Guiding
import Testing

private func measured(_ change: (Matrix) -> Matrix) -> Agreement? {
  Chapter01Problems.softmax.measure { change(Chapter01Problems.softmax.reference($0)) }
}

@Test(arguments: [Double.nan, .infinity, -.infinity])
func `an answer that is no number has no error, above all not 0`(factor: Double) {
  #expect((measured { $0 }?.error ?? 1) < 1e-6)
  #expect((measured { $0 * 1.5 }?.error ?? 0) > 0.01)
  #expect(measured { $0 * factor } == nil)
  // One element is enough, wherever it is.
  #expect(
    measured {
      var output = $0
      output.scalars[output.count - 1] = factor
      return output
    } == nil)
}
