import Backprop
import Testing

private func gradient<Scalar: Real>(_ weight: [Scalar], _ bias: [Scalar]) -> WeightAndBias<Scalar> {
  WeightAndBias(weight: Tensor(rows: [weight]), bias: Tensor(bias))
}

@Suite struct LimitsOfClippingTests {
  private static let root = Double(2).squareRoot()
  static let infinite: [([Double], [Double], [Double])] = [
    ([.infinity, 3], [4], [2, 0, 0]), ([0, -.infinity], [4], [0, -2, 0]),
    ([.infinity, 1], [-.infinity], [root, 0, -root]),
    ([1e200, .infinity], [-.infinity], [0, root, -root]),
  ]

  @Test(arguments: infinite)
  func `infinite elements share the limit, and the length that is returned tells of them`(
    weight: [Double], bias: [Double], right: [Double]
  ) {
    var g = gradient(weight, bias)
    #expect(g.clip(byGlobalNorm: 2) == .infinity)
    for (a, b) in zip(g.weight.scalars + g.bias.scalars, right) { #expect(abs(a - b) <= 1e-15) }
    var single = gradient(weight.map { Float($0) }, bias.map { Float($0) })
    #expect(single.clip(byGlobalNorm: 2) == .infinity)
    #expect(abs(single.norm - 2) <= 1e-6)
  }

  @Test func `an infinite limit leaves an infinite gradient as it is`() {
    var g = gradient([.infinity, 3], [4])
    #expect(g.clip(byGlobalNorm: .infinity) == .infinity)
    #expect(g.weight.scalars == [.infinity, 3] && g.bias.scalars == [4])
  }

  @Test func `a NaN goes through, and nothing beside it changes`() {
    var g = gradient([.nan, 3], [.infinity])
    #expect(g.clip(byGlobalNorm: 1).isNaN)
    #expect(g.weight[0, 0].isNaN && g.weight[0, 1] == 3 && g.bias[0] == .infinity)
    g.clip(byValue: 2)
    #expect(g.weight[0, 0].isNaN && g.weight[0, 1] == 2 && g.bias[0] == 2)
  }

  @Test(arguments: [[0, 0], [-0.0, -0.0], [0, -0.0]])
  func `the length of zeros is 0, without a sign`(zeros: [Double]) {
    for norm in [gradient(zeros, [0]).norm, gradient(zeros, [-0.0]).norm] {
      #expect(norm == 0 && norm.sign == .plus)
    }
    let single = gradient(zeros.map { Float($0) }, [0]).norm
    #expect(single == 0 && single.sign == .plus)
  }
}
