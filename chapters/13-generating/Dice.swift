import Core
import Generating
import Running

/// A gradient through a die: E (z - 3)² for z from N(μ, e^ℓ), whose slopes are known.
func showDice(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) {
  screen.section("A die that lets a gradient pass")
  screen.text(
    """
    The mean of (z - 3)² over draws z from N(μ, e^ℓ), at μ = 1, ℓ = 0: it is
    (μ - 3)² + e^ℓ, so the slopes are -4 and 1. Three ways to find them from draws:

    """)
  let h: Float = 0.01
  var table = Table("", "draws", "in μ", "spread", "in ℓ", "spread")
  for count in [100, 10_000] {
    var generator = SplitMix64(seed: plan.seed)
    let noise = Tensor<Float>(shape: [count, 1], using: &generator)
    let other = Tensor<Float>(shape: [count, 1], using: &generator)
    let (mean, logVariance) = (
      Tensor<Float>(repeating: 1, shape: [count, 1]), Tensor<Float>(shape: [count, 1])
    )
    func values(
      _ mean: Tensor<Float>, _ logVariance: Tensor<Float>, _ noise: Tensor<Float>
    ) -> Tensor<Float> {
      let z = reparameterized(mean: mean, logVariance: logVariance, noise: noise) - 3
      return z * z
    }
    func add(_ name: String, _ inMean: Tensor<Float>, _ inLogVariance: Tensor<Float>) {
      func spread(_ x: Tensor<Float>) -> String {
        let variance = (x - x.mean()).squaredNorm() / Float(count)
        return fixed(Double(variance.squareRoot()), 2)
      }
      table.add(
        name, grouped(count), fixed(Double(inMean.mean()), 2), spread(inMean),
        fixed(Double(inLogVariance.mean()), 2), spread(inLogVariance))
    }
    let start = values(mean, logVariance, noise)
    add(
      "differences, a new die each time",
      (values(mean + h, logVariance, other) - start) / h,
      (values(mean, logVariance + h, other) - start) / h)
    add(
      "differences, the same ε",
      (values(mean + h, logVariance, noise) - start) / h,
      (values(mean, logVariance + h, noise) - start) / h)
    let z = reparameterized(mean: mean, logVariance: logVariance, noise: noise)
    let (dMean, dLogVariance) = functions.throughDraw(
      2 * (z - 3), mean: mean, logVariance: logVariance, noise: noise)
    add("through the draw, 13.1", dMean, dLogVariance)
  }
  screen.table(table)
}
