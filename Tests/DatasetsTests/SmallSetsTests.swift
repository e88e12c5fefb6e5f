import Backprop
import Datasets
import SmallSets
import Testing

@Suite struct `Toy and tiny sets` {
  @Test func `a seed fixes the points, and another seed changes them`() {
    func sets(_ seed: UInt64) -> [LabeledPoints] {
      var generator = SplitMix64(seed: seed)
      return [
        twoMoons(count: 30, noise: 0.1, using: &generator),
        spirals(countPerArm: 10, noise: 0.1, using: &generator),
        imbalanced(count: 30, using: &generator),
      ]
    }
    #expect(sets(1) == sets(1))
    for (a, b) in zip(sets(1), sets(2)) { #expect(a.inputs != b.inputs) }
  }

  @Test(arguments: [2, 3, 100, 101])
  func `the moons are balanced, and without noise lie on their circles`(count: Int) {
    var generator = SplitMix64(seed: 3)
    let moons = twoMoons(count: count, noise: 0, using: &generator)
    #expect(moons.inputs.shape == [count, 2])
    #expect(moons.labels.filter { $0 == 1 }.count == count / 2)
    for (i, label) in moons.labels.enumerated() {
      let (x, y) = (moons.inputs[i, 0] - Double(label), moons.inputs[i, 1] - 0.5 * Double(label))
      #expect(abs(x * x + y * y - 1) <= 1e-12)
      #expect(label == 0 ? y >= -1e-12 : y <= 1e-12)
    }
  }

  @Test func `the moons' noise has the standard deviation asked for`() {
    var generator = SplitMix64(seed: 4)
    let clean = twoMoons(count: 10_000, noise: 0, using: &generator)
    let noisy = twoMoons(count: 10_000, noise: 0.3, using: &generator)
    let variance = (noisy.inputs - clean.inputs).squaredNorm() / 20_000
    #expect(abs(variance.squareRoot() - 0.3) <= 0.0075)
  }

  @Test func `the spirals' arms are equally long, and no two points coincide`() {
    var generator = SplitMix64(seed: 5)
    let arms = spirals(countPerArm: 50, arms: 3, noise: 0, using: &generator)
    #expect(arms.count == 150)
    for arm in 0..<3 { #expect(arms.labels.filter { $0 == arm }.count == 50) }
    for i in 0..<150 {
      let (x, y) = (arms.inputs[i, 0], arms.inputs[i, 1])
      #expect(abs((x * x + y * y).squareRoot() - Double(i / 3 + 1) / 50) <= 1e-12)
    }
    let places = (0..<150).map { [arms.inputs[$0, 0], arms.inputs[$0, 1]] }
    #expect(Set(places).count == 150)
  }

  @Test func `exclusive or is 1 where the inputs differ`() {
    for i in 0..<4 { #expect(xor.labels[i] == (xor.inputs[i, 0] == xor.inputs[i, 1] ? 0 : 1)) }
    #expect(xor.inputs.shape == [4, 2])
  }

  @Test func `one point in ten is rare, and the best line finds 46% or 84% of them`() {
    var generator = SplitMix64(seed: 6)
    let points = imbalanced(count: 100_000, using: &generator)
    #expect(points.labels.filter { $0 == 1 }.count == 10_000)
    // The place of each rare point along the line through the two centres.
    let places = points.labels.indices.filter { points.labels[$0] == 1 }.map {
      0.8 * points.inputs[$0, 0] + 0.6 * points.inputs[$0, 1]
    }
    func share(above bound: Double) -> Double {
      Double(places.filter { $0 > bound }.count) / 10_000
    }
    #expect(abs(share(above: 1 + Double.log(9) / 2) - 0.46073) <= 0.025)
    #expect(abs(share(above: 1) - 0.84134) <= 0.018)
  }

  @Test func `the tiny sets have a target a sample, of their networks' sizes`() {
    for (set, samples, inputs, outputs) in [
      (TinySets.twoThreeTwo, 4, 2, 2), (TinySets.twoThreeOne, 2, 2, 1),
      (TinySets.twoOne, 1, 2, 1), (TinySets.twoTwoOne, 4, 2, 1), (TinySets.twoTwoOneTest, 3, 2, 1),
    ] {
      #expect(set.inputs.shape == [samples, inputs])
      #expect(set.targets.shape == [samples, outputs])
    }
  }

  @Test func `the constant answer to the 2-2-1 set has the error that the lesson tells`() {
    let targets = TinySets.twoTwoOne.targets
    #expect(targets.mean() == 0.75)
    #expect((targets - targets.mean()).squaredNorm() / 4 == 0.1875)
  }

  @Test func `the first step of the 2-1 program is the published one`() {
    // The program's first draws for seed 0; its printed loss before the first update.
    let (w, b) = ([0.5488135039273248, 0.7151893663724195], 0.6027633760716439)
    let x = TinySets.twoOne.inputs
    let z = w[0] * x[0, 0] + w[1] * x[0, 1] + b
    let error = 1 / (1 + Double.exp(-z)) - TinySets.twoOne.targets[0, 0]
    #expect(abs(error * error - 0.0818281715685339) <= 1e-15)
  }
}
