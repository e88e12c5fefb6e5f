import Backprop
import Testing

/// Inputs with which other libraries that reinforce have gone wrong in public, each as the kind that it is.
@Suite struct ReportedInputOfReinforcementTests {
  /// 0/0 in a batch of one, and an ε that hides what is small: stable-baselines3 325, wheatley 93.
  @Test func `advantages of any size are standardised, and equal ones become 0`() {
    check(Float.self, 1e30, 1e-30)
    check(Double.self, 1e200, 1e-200)
    func check<Scalar: Real>(_ type: Scalar.Type, _ big: Scalar, _ tiny: Scalar) {
      let (most, least) = (Scalar.greatestFiniteMagnitude, Scalar.leastNonzeroMagnitude)
      let pairs: [[Scalar]] = [
        [big, -big], [tiny, -tiny], [most, -most], [least, 0], [big, 0], [1, 1 + 4 * .ulpOfOne],
      ]
      for pair in pairs {
        let first: Scalar = pair[0] > pair[1] ? 1 : -1
        #expect(standardized(Tensor(pair)).scalars == [first, -first], "\(pair)")
      }
      let equal: [[Scalar]] = [[5], [0.1, 0.1, 0.1], [big, big], [0, -0.0], [1, 1 + .ulpOfOne]]
      for equal in equal { #expect(standardized(Tensor(equal)).scalars.allSatisfy { $0 == 0 }) }
      // Returns of a million that differ by one: Float has but seven digits.
      let large = standardized(Tensor<Scalar>([1e6, 1e6 + 1, 1e6 + 2])).scalars
      let root = Scalar(1.5).squareRoot()
      #expect(zip(large, [-root, 0, root]).allSatisfy { abs($0 - $1) < 1e-6 })
      #expect(standardized(Tensor<Scalar>([1, .nan])).scalars.allSatisfy { $0.isNaN })
    }
  }

  /// e^(log π - log π_old) overflowed, and ∞·0 was NaN: miles 1363, slime 2198, rlevo 476, coach 87.
  @Test func `a ratio beyond the range leaves a gradient that is in it`() {
    check(Float.self, 200)
    check(Double.self, 1600)
    func check<Scalar: Real>(_ type: Scalar.Type, _ l: Scalar) {
      func surrogate(_ advantage: Scalar, _ row: [Scalar], _ old: Scalar) -> Loss<Scalar> {
        clippedSurrogate(
          logits: Tensor(row, shape: [1, 2]), actions: [0], oldLogProbabilities: Tensor([old]),
          advantages: Tensor([advantage]))
      }
      // r = e^(0.75·l), and the other action has π = e^-l: r·π = e^(-0.25·l).
      let lost = surrogate(-1, [l, 0], -0.75 * l)
      let product = Scalar.exp(-l / 4)
      #expect(lost.loss == .infinity && abs(lost.gradient[0, 0] / product - 1) < 1e-3)
      #expect(lost.gradient[0, 1] == -lost.gradient[0, 0])
      #expect(surrogate(1, [l, 0], -0.75 * l).gradient.scalars == [0, 0])
      #expect(surrogate(0, [l, 0], -0.75 * l).loss == 0)
      // A factor that is small enough brings r·A back into the range.
      let small = surrogate(-Scalar.exp(-0.4 * l), [l, 0], -0.75 * l)
      #expect(abs(small.loss / Scalar.exp(0.35 * l) - 1) < 1e-3)
      // What the old policy held for impossible.
      #expect(surrogate(1, [0, -.infinity], -.infinity).gradient.scalars == [0, 0])
    }
  }

  /// 0·log 0 of masked actions: trl 7221, pytorch 40553, SkyRL 2259.
  @Test func `actions that are ruled out add nothing to the entropy, and get nothing`() {
    let z = Tensor<Float>(rows: [[0, 0, -.infinity], [65504, -65504, 0]])
    let (loss, dZ) = entropyBonus(logits: z, strength: 1)
    #expect(abs(loss + Float.log(2) / 2) < 1e-6 && dZ.scalars.allSatisfy { $0 == 0 })
    let chosen = policyGradientLoss(logits: z, actions: [0, 0], advantages: Tensor([2, 3]))
    #expect(chosen.gradient.scalars == [-0.5, 0.5, 0, 0, 0, 0])
    // The largest next value is that of an action that is not ruled out: tianshou 309, ray 4693.
    #expect(
      qTargets(
        rewards: Tensor([1, 1]), done: [false, true],
        nextQ: Tensor<Float>(rows: [[-.infinity, -3], [.nan, .nan]]), gamma: 0.5
      ).scalars == [-0.5, 1])
  }

  /// A probability of 0 was drawn: pytorch 4858, botbowl 259.
  @Test func `an action that is ruled out is never drawn`() {
    var generator = SplitMix64(seed: 3)
    let z = Tensor<Float>(rows: [[-.infinity, 0, -.infinity, 0.1, -.infinity]])
    let drawn = Set((0..<2000).flatMap { _ in sampledActions(logits: z, using: &generator) })
    #expect(drawn == [1, 3])
  }

  /// A clock taken for an end, or not for a cut: skrl 449, rlevo 342, spinningup 233, baselines 436.
  @Test func `a clock that runs out within a recording is a cut with its own estimate`() {
    let (rewards, values) = ([1.0, 2, 3, 4, 5], [0.5, 0.25, 1, 0.75, 2])
    let (gamma, lambda, reached, after) = (0.9, 0.8, 7.0, 4.0)
    // Two pieces: the clock ran out with the third step, in a state worth 7.
    func piece(_ places: Range<Int>, _ bootstrap: Double) -> [Double] {
      generalizedAdvantages(
        rewards: Tensor(Array(rewards[places])), values: Tensor(Array(values[places])),
        done: [Bool](repeating: false, count: places.count), gamma: gamma, lambda: lambda,
        bootstrap: bootstrap
      ).scalars
    }
    let apart = piece(0..<3, reached) + piece(3..<5, after)
    var estimated = rewards
    estimated[2] += gamma * reached
    let whole = generalizedAdvantages(
      rewards: Tensor(estimated), values: Tensor(values), done: [false, false, true, false, false],
      gamma: gamma, lambda: lambda, bootstrap: after)
    #expect(zip(whole.scalars, apart).allSatisfy { abs($0 - $1) < 1e-12 })
    let returns = discountedReturns(
      rewards: Tensor(estimated), done: [false, false, true, false, false], gamma: gamma,
      bootstrap: after)
    #expect(abs(returns[2] - (3 + 0.9 * 7)) < 1e-12 && abs(returns[4] - (5 + 0.9 * 4)) < 1e-12)
  }

  /// Squares of errors in a mean: the loss and the slope are in range where e² and 2e are not.
  @Test func `an error of Q costs what its mean is, also where its square overflows`() {
    let size = 1.5 * Float.greatestFiniteMagnitude.squareRoot()
    let q = Tensor<Float>([size, 0, 0, 0], shape: [4, 1])
    let (loss, dQ) = qLearningLoss(q: q, actions: [0, 0, 0, 0], targets: Tensor(shape: [4]))
    #expect(loss.isFinite && abs(loss / (size / 4 * size) - 1) < 1e-6 && dQ[0, 0] == size / 2)
    let most = 0.75 * Double.greatestFiniteMagnitude
    let far = qLearningLoss(
      q: Tensor([most, 0, 0, 0], shape: [4, 1]), actions: [0, 0, 0, 0], targets: Tensor(shape: [4]))
    #expect(far.loss == .infinity && far.gradient[0, 0] == most / 2)
  }

  /// tanh at its ends: ray 14878 and 65036, autonomous-learning-library 139, tianshou 332.
  @Test func `a draw far out keeps its density and its gradient`() {
    check(Float.self)
    check(Double.self)
    func check<Scalar: Real>(_ type: Scalar.Type) {
      func drawn(_ mean: Scalar, _ s: Scalar, _ noise: Scalar) -> [Scalar] {
        let draw = squashedGaussian(
          mean: Tensor([mean], shape: [1, 1]), logDeviation: Tensor([s], shape: [1, 1]),
          noise: Tensor([noise], shape: [1, 1]))
        let (dMean, dS) = squashedGaussianBackward(
          dAction: Tensor([1], shape: [1, 1]), dLogProbability: Tensor([0.5]), draw.cache)
        return [draw.action[0, 0], draw.logProbability[0], dMean[0, 0], dS[0, 0]]
      }
      // log π = -½ log 2π - 2(log 2 - 40), as 1 - a² is 4e⁻⁸⁰.
      let far = drawn(40, 0, 0)
      #expect(abs(far[1] - 77.694767) < 1e-4 && far[2] == 1 && far[3] == -0.5)
      #expect(drawn(1e30, 0, 1)[1] == 2e30)
      // Both the normal's and the squashing's part are beyond Float.
      #expect(!drawn(0, 60, 1e20).contains { $0.isNaN } && drawn(0, 60, 1e20)[1] > 1e38)
      #expect(!drawn(0, 20, 1e20).contains { $0.isNaN } && drawn(0, 20, 1e20)[1] < -1e38)
      #expect(abs(drawn(0, 88.8, 0.25)[3] / Scalar(0.25 * Double.exp(88.8)) - 1) < 1e-4)
    }
  }
}
