import Backprop
import Testing

@Suite struct GradientCheckTests {
  @Test func `central differences find the gradient of a cubic in every element`() {
    let x = Tensor([0.5, -1, 2, 1000, 0, 3], shape: [2, 3])
    let weights = Tensor([1, -2, 3, 0.5, 5, -6], shape: [2, 3])
    let f = { (x: Tensor<Double>) in (x * x * x * weights).sum() }
    let gradient = numericalGradient(of: f, at: x)
    let exact = x * x * weights * 3
    #expect(gradient.shape == [2, 3])
    #expect(gradientsAgree(gradient, exact, loss: f(x)))
    #expect(
      maximumRelativeError(numericalGradient(of: { $0[0] * $0[0] }, at: Tensor([3])), Tensor([6]))
        <= 1e-9)
  }

  @Test func `errors of the function pass through`() {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try numericalGradient(of: { _ in throw Refusal() }, at: Tensor([1]))
    }
  }

  /// Two derivatives, the loss beside them, and whether they agree.
  private static let pairs: [(Double, Double, Double, Bool)] = [
    (1.0, 1.0, 0.0, true), (1, 1 + 0.9e-6, 0, true), (1, 1 + 1.2e-6, 0, false),
    (0, 0.9e-8, 0, true), (0, 1.1e-8, 0, false), (1, -1, 0, false),
    (0, 1.9e-8, 100, true), (0, 5e-7, 100, false),
    (0.003, 0.006, 1e6, false), (0.003, 0, 1e6, false), (0.003, 0.00305, 1e6, true),
    (.nan, .nan, 0, false), (.nan, 1, 0, false), (1, .nan, 0, false), (1, 1, .nan, false),
    (.infinity, .infinity, 0, false), (1, 2, .infinity, false),
  ]

  @Test(arguments: pairs)
  func `agreement follows its formula, and NaN never agrees`(
    _ a: Double, _ b: Double, _ loss: Double, _ agrees: Bool
  ) {
    #expect(derivativesAgree(a, b, loss: loss) == agrees)
    #expect(derivativesAgree(b, a, loss: loss) == agrees)
  }

  @Test func `the first disagreement and the largest error are found, NaN included`() {
    let a = Tensor([1.0, 2, 3, 4], shape: [2, 2])
    var b = a
    #expect(firstDisagreement(a, b, loss: 0) == nil && maximumRelativeError(a, b) == 0)
    b[1, 0] = 2.7
    #expect(firstDisagreement(a, b, loss: 0) == 2)
    #expect(abs(maximumRelativeError(a, b) - 0.1) <= 1e-12)
    b[0, 1] = .nan
    #expect(firstDisagreement(a, b, loss: 0) == 1 && maximumRelativeError(a, b).isNaN)
    #expect(maximumRelativeError(b, b).isNaN && !gradientsAgree(b, b, loss: 0))
    #expect(!gradientsAgree(a, a.reshaped([4]), loss: 0), "another shape does not agree")
  }

  @Test(arguments: [1e6, 1e8, 1e12, -1e12, 1e200])
  func `a place far out gets a step that its rounding does not swallow`(_ x: Double) {
    let numeric = numericalGradient(of: { $0[0] * 3 }, at: Tensor([x]))
    #expect(abs(numeric[0] - 3) <= 1e-4)
    let curvature = hessian(ofGradient: { $0 * 5 }, at: Tensor([x]))
    #expect(abs(curvature[0, 0] - 5) <= 1e-4)
  }

  @Test func `what differences cannot tell is said before they are trusted`() {
    #expect(roundingOfDifferences(loss: 1) < 2e-8)
    // A derivative of 0.003 shows beside a loss of a million, not beside a hundred millions.
    #expect(roundingOfDifferences(loss: 1e6) < 0.003 && roundingOfDifferences(loss: 1e8) > 0.003)
    #expect(roundingOfDifferences(loss: .nan).isNaN)
  }
}
