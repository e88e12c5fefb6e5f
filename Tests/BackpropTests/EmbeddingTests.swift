import Backprop
import Testing

@Suite struct EmbeddingTests {
  @Test func `the gradient of a table is the one computed elsewhere`() {
    let table = Tensor<Double>(
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], shape: [5, 2])
    let layer = Embedding(table: table)
    let dY = Tensor((0..<12).map(Double.init), shape: [2, 3, 2])
    let (_, gradient) = layer.backward(dY, .init(ids: [[1, 3, 1], [0, 1, 3]]))
    #expect(gradient.table == Tensor([6, 7, 12, 15, 0, 0, 12, 14, 0, 0], shape: [5, 2]))
    let y = layer([[1, 3, 1], [0, 1, 3]])
    #expect(abs((y * dY).sum() - 31.2) < 1e-12)
  }

  @Test(arguments: [[1, 1, 1, 1], [3, 4, 5, 2], [2, 1, 3, 4], [5, 2, 2, 3]])
  func `a table's gradient is the slope of what it gives, and its product with one-hot rows`(
    _ n: [Int]
  ) {
    var generator = SplitMix64(seed: 3)
    let ids = (0..<n[0]).map { _ in (0..<n[1]).map { _ in generator.integer(below: n[2]) } }
    let (table, dY) = (random([n[2], n[3]], seed: 4), random([n[0], n[1], n[3]], seed: 5))
    let layer = Embedding(table: table)
    let gradient = layer.backward(dY, .init(ids: ids)).gradient.table
    #expect(isSlope(gradient, at: table) { (Embedding(table: $0)(ids) * dY).sum() })
    let oneHotRows: Tensor<Double> = oneHot(Array(ids.joined()), classes: n[2])
    let dense = Dense(weight: table, bias: Tensor(shape: [n[3]]))
    let rows = dY.reshaped([n[0] * n[1], n[3]])
    #expect(isClose(gradient, dense.gradient(rows, .init(x: oneHotRows)).weight))
  }

  @Test func `a word with a million uses loses none of them in Float`() {
    let dY = Tensor<Float>(repeating: 0.1, shape: [1_000_000, 1])
    let sum = scatterAdd(dY, to: [Int](repeating: 0, count: 1_000_000), of: 1)
    #expect(abs(sum.item - 100_000) < 0.1)
  }

  @Test func `a penalty on weights leaves a table alone`() {
    let layer = Embedding(table: random([3, 2], seed: 6))
    var gradient = layer.parameters * 0
    gradient.addL2Penalty(1, of: layer.parameters)
    #expect(gradient.table.squaredNorm() == 0)
  }
}

@Suite struct UnitLengthTests {
  @Test func `the gradient through a normalisation is the one computed elsewhere`() {
    let x = Tensor<Double>([3, 4, 1, -2], shape: [2, 2])
    let dY = Tensor<Double>([1, 2, -1, 0.5], shape: [2, 2])
    #expect(abs((l2Normalize(x) * dY).sum() - 1.305572809) < 1e-9)
    let expected = Tensor([-0.064, 0.048, -0.2683281573, -0.13416407865], shape: [2, 2])
    #expect(isClose(l2NormalizeBackward(dY, x: x), expected))
  }

  @Test(arguments: [[1, 1], [4, 3], [1, 5], [6, 2]])
  func `it is the slope, is at a right angle to x, and has nothing of x's length`(_ n: [Int]) {
    let (x, dY) = (random(n, seed: 7) + 0.3, random(n, seed: 8))
    let dX = l2NormalizeBackward(dY, x: x)
    #expect(isSlope(dX, at: x) { (l2Normalize($0) * dY).sum() })
    #expect((dX * x).sum(axis: 1).scalars.allSatisfy { abs($0) < 1e-12 })
    #expect(isClose(l2Normalize(8 * x), l2Normalize(x)))
    #expect(isClose(8 * l2NormalizeBackward(dY, x: 8 * x), dX))
  }

  @Test func `directions are found where squares overflow, zeros stay zeros, and a NaN stays`() {
    for size in [1e-11, 1e200, 1.5e308] as [Double] {
      let y = l2Normalize(Tensor([size, -size], shape: [1, 2]))
      let half = Double(0.5).squareRoot()
      #expect(isClose(y, Tensor([half, -half], shape: [1, 2])))
    }
    #expect(l2Normalize(zeros(2, 3)) == zeros(2, 3))
    let short = l2NormalizeBackward(Tensor([1, 2], shape: [1, 2]), x: zeros(1, 2))
    let relative = short / Tensor([1e12, 2e12], shape: [1, 2])
    #expect(isClose(relative, Tensor([1, 1], shape: [1, 2])))
    // Below 10⁻¹² the divisor is that, and no longer moves with x.
    let tiny = Tensor<Double>([3e-13, 4e-13], shape: [1, 2])
    #expect(isClose(l2Normalize(tiny), Tensor([0.3, 0.4], shape: [1, 2])))
    #expect(isClose(l2NormalizeBackward(tiny, x: tiny), 1e12 * tiny))
    let lost = l2Normalize(Tensor([.nan, 1], shape: [1, 2]))
    #expect(lost[0, 0].isNaN && lost[0, 1].isNaN)
  }

  @Test func `as a layer it is the same function`() {
    let (x, dY) = (random([3, 4], seed: 9), random([3, 4], seed: 10))
    let layer = L2Normalize<Double>()
    #expect(layer(x) == l2Normalize(x))
    #expect(layer.backward(dY, .init(x: x)).dInput == l2NormalizeBackward(dY, x: x))
  }
}

@Suite struct TripletTests {
  private let a = Tensor<Double>([1, 0, 0, 1, 0.5, 0.5], shape: [3, 2])
  private let p = Tensor<Double>([0.8, 0.3, 0.1, 0.9, 0.4, 0.7], shape: [3, 2])
  private let n = Tensor<Double>([0.6, 0.8, -1, 0, 0.5, 0.3], shape: [3, 2])

  @Test func `the triplet loss and its gradients are those computed elsewhere`() {
    let (loss, gradient) = tripletLoss(anchor: a, positive: p, negative: n, margin: 0.2)
    #expect(abs(loss - 0.07) < 1e-12)
    let third = 0.2 / 3
    #expect(
      isClose(gradient.dAnchor, Tensor([0, 0, 0, 0, third, -4 * third], shape: [3, 2])))
    #expect(
      isClose(gradient.dPositive, Tensor([0, 0, 0, 0, -third, 2 * third], shape: [3, 2])))
    #expect(isClose(gradient.dNegative, Tensor([0, 0, 0, 0, 0, 2 * third], shape: [3, 2])))
  }

  @Test(arguments: [[1, 1], [5, 3], [4, 4]])
  func `each gradient is the slope, and the three add up to zero`(_ shape: [Int]) {
    let (a, p, n) = (random(shape, seed: 11), random(shape, seed: 12), random(shape, seed: 13))
    let gradient = tripletLoss(anchor: a, positive: p, negative: n, margin: 0.7).gradient
    func loss(_ a: Tensor<Double>, _ p: Tensor<Double>, _ n: Tensor<Double>) -> Double {
      tripletLoss(anchor: a, positive: p, negative: n, margin: 0.7).loss
    }
    #expect(isSlope(gradient.dAnchor, at: a) { loss($0, p, n) })
    #expect(isSlope(gradient.dPositive, at: p) { loss(a, $0, n) })
    #expect(isSlope(gradient.dNegative, at: n) { loss(a, p, $0) })
    let sum = gradient.dAnchor + gradient.dPositive + gradient.dNegative
    #expect(isClose(sum, Tensor(shape: shape)))
  }

  @Test func `a triplet at its margin is silent, all silent is no 0/0, and a NaN is heard`() {
    let (a, p) = (zeros(1, 2), Tensor<Double>([1, 0], shape: [1, 2]))
    let n = Tensor<Double>([1, 0.5], shape: [1, 2])
    let (loss, gradient) = tripletLoss(anchor: a, positive: p, negative: n, margin: 0.25)
    #expect(loss == 0 && gradient.dAnchor == zeros(1, 2) && gradient.dNegative == zeros(1, 2))
    let lost = Tensor<Double>([.nan, 0], shape: [1, 2])
    #expect(tripletLoss(anchor: a, positive: lost, negative: n, margin: 0.25).loss.isNaN)
  }

  @Test func `where all embeddings are one point the loss is the margin`() {
    let point = Tensor<Double>(repeating: 0.5, shape: [6, 4])
    let chosen = triplets(of: point, labels: [0, 0, 1, 1, 2, 2])
    #expect(chosen.count == 6)
    let rows = [chosen.map(\.anchor), chosen.map(\.positive), chosen.map(\.negative)]
      .map { point.rows($0) }
    let (loss, gradient) = tripletLoss(
      anchor: rows[0], positive: rows[1], negative: rows[2], margin: 0.2)
    #expect(abs(loss - 0.2) < 1e-12 && gradient.dAnchor.squaredNorm() == 0)
  }

  @Test func `a semi-hard negative is the nearest beyond the positive, else the farthest`() {
    // On a line: anchor 0, positive 2, negatives 1, 3, 5; from 2 they are 1, 1 and 3 away.
    let line = Tensor<Double>([0, 2, 1, 3, 5], shape: [5, 1])
    let labels = [0, 0, 1, 2, 3]
    #expect(
      triplets(of: line, labels: labels) == [
        Triplet(anchor: 0, positive: 1, negative: 3), Triplet(anchor: 1, positive: 0, negative: 4),
      ])
    #expect(
      triplets(of: line, labels: labels, .hardest) == [
        Triplet(anchor: 0, positive: 1, negative: 2), Triplet(anchor: 1, positive: 0, negative: 2),
      ])
    let near = Tensor<Double>([0, 9, 1, 2], shape: [4, 1])
    #expect(triplets(of: near, labels: [0, 0, 1, 1]).first?.negative == 3)
    #expect(triplets(of: near, labels: [4, 4, 4, 4]) == [])
    // As far as the positive is not farther.
    let even = Tensor<Double>([0, 2, -2, 3], shape: [4, 1])
    #expect(triplets(of: even, labels: [0, 0, 1, 1]).first?.negative == 3)
  }
}

@Suite struct InfoNCETests {
  @Test func `the loss and its gradients are those computed elsewhere`() {
    let a = Tensor<Double>([1, 0, 0.6, 0.8, 0, 1], shape: [3, 2])
    let b = Tensor<Double>([0.8, 0.6, 0, 1, -0.6, 0.8], shape: [3, 2])
    let (loss, dA, dB) = infoNCE(a, b, temperature: 0.5)
    #expect(abs(loss - 0.806810129068) < 1e-10)
    #expect(
      isClose(
        dA,
        Tensor(
          [
            -0.252873082174, -0.073392194073, 0.179121907404, -0.128438220032, 0.310520575438,
            0.167805292579,
          ], shape: [3, 2])))
    #expect(
      isClose(
        dB,
        Tensor(
          [
            -0.102056264712, 0.398976013063, -0.174227935215, 0.005185496597, 0.106258209938,
            -0.224395484852,
          ], shape: [3, 2])))
  }

  @Test(arguments: [[1, 3], [4, 2], [3, 3]])
  func `both gradients are slopes, and A and B may change places`(_ shape: [Int]) {
    let (a, b) = (random(shape, seed: 21), random(shape, seed: 22))
    let (loss, dA, dB) = infoNCE(a, b, temperature: 0.7)
    #expect(isSlope(dA, at: a) { infoNCE($0, b, temperature: 0.7).loss })
    #expect(isSlope(dB, at: b) { infoNCE(a, $0, temperature: 0.7).loss })
    let turned = infoNCE(b, a, temperature: 0.7)
    #expect(abs(turned.loss - loss) < 1e-12 && isClose(turned.dA, dB))
  }

  @Test func `scores of ten thousand stay finite, in Float too`() {
    let a = Tensor<Float>([100, 0, 0, 100], shape: [2, 2])
    let (loss, dA, _) = infoNCE(a, a * -1, temperature: 1)
    #expect(loss.isFinite && dA.norm().isFinite)
  }
}

@Suite struct WordVectorTests {
  @Test func `negative sampling's loss and gradients are those computed elsewhere`() {
    let u = Tensor<Double>([1, 0, 0, 2, 0.5, 0.5, 0, 0], shape: [4, 2])
    let v = Tensor<Double>([0, 0, 1, -1, 0.5, 1, -1, 0], shape: [4, 2])
    let (loss, dU, dV) = negativeSampling(
      u, v, centres: [0, 1, 0], contexts: [1, 2, 3], negatives: [[2, 3], [2, 2], [1, 2]])
    #expect(abs(loss - 3.19399491719) < 1e-10)
    #expect(
      isClose(
        dU,
        Tensor(
          [0.515564548574, 0.260933835048, 0.273731872322, 0.547463744645, 0, 0, 0, 0],
          shape: [4, 2])))
    #expect(
      isClose(
        dV,
        Tensor(
          [0, 0, 0.15403905242, 0, 0.414972887468, 1.09492748929, -0.15403905242, 0],
          shape: [4, 2])))
  }

  @Test func `both gradients are slopes where words come twice`() {
    let (u, v) = (random([5, 3], seed: 31), random([5, 3], seed: 32))
    let (c, o, n) = ([0, 4, 0, 2], [1, 1, 1, 2], [[2, 2], [1, 0], [4, 3], [2, 2]])
    func loss(_ u: Tensor<Double>, _ v: Tensor<Double>) -> Double {
      negativeSampling(u, v, centres: c, contexts: o, negatives: n).loss
    }
    let (_, dU, dV) = negativeSampling(u, v, centres: c, contexts: o, negatives: n)
    #expect(isSlope(dU, at: u) { loss($0, v) })
    #expect(isSlope(dV, at: v) { loss(u, $0) })
  }

  @Test func `noise is between the counts and all alike`() {
    let noise = noiseDistribution(counts: [16, 1, 0])
    #expect(abs(noise[0] - 8.0 / 9) < 1e-12 && abs(noise[1] - 1.0 / 9) < 1e-12 && noise[2] == 0)
  }

  @Test func `GloVe's gradients are the slopes of its sum, and pairs without a count are left out`()
  {
    let counts = random([4, 3], seed: 41).map { $0 > 0 ? ($0 * 90).rounded(.up) : 0 }
    let start = GloVeParameters(
      words: random([4, 2], seed: 42), contexts: random([3, 2], seed: 43),
      wordBias: random([4], seed: 44), contextBias: random([3], seed: 45))
    let (loss, gradient) = gloVeLoss(counts: counts, start)
    for (name, slope) in gradient.named {
      var changed = start
      let place = start.named.firstIndex { $0.name == name } ?? 0
      let isRight = isSlope(slope, at: start.named[place].value) { value in
        changed.visit(start) { own, tensor, _ in if own == name { tensor = value } }
        return gloVeLoss(counts: counts, changed).loss
      }
      #expect(isRight, "\(name)")
    }
    #expect(loss > 0 && gloVeLoss(counts: 0 * counts, start).loss == 0)
  }
}

@Suite struct FactorizationTests {
  private let factors = Factors<Double>(
    users: Tensor([1, 0, 0.5, -1, 0, 2], shape: [3, 2]),
    items: Tensor([1, 1, -1, 0.5], shape: [2, 2]), userBias: Tensor([0.1, -0.1, 0]),
    itemBias: Tensor([0.2, 0]))
  private let ratings = Ratings<Double>(
    users: [0, 0, 1, 2], items: [0, 1, 0, 1], stars: [5, 2, 3, 4])

  @Test func `the loss and its gradients are those computed elsewhere`() {
    let (loss, gradient) = factorizationLoss(factors, mean: 3, ratings: ratings, penalty: 0.1)
    #expect(abs(loss - 0.64) < 1e-10)
    #expect(
      isClose(gradient.users, Tensor([-0.3, -0.325, -0.15, -0.3, 0, 0.2], shape: [3, 2])))
    #expect(isClose(gradient.items, Tensor([-0.35, 0.3, -0.05, 0.05], shape: [2, 2])))
    #expect(isClose(gradient.userBias, Tensor([-0.3, -0.2, 0])))
    #expect(isClose(gradient.itemBias, Tensor([-0.55, 0.05])))
  }

  @Test func `all four gradients are slopes, and an unrated row has its penalty alone`() {
    let some = Ratings<Double>(users: [0, 0, 1], items: [0, 1, 0], stars: [5, 2, 3])
    let gradient = factorizationLoss(factors, mean: 3.1, ratings: some, penalty: 0.3).gradient
    for (place, part) in gradient.named.enumerated() {
      var changed = factors
      let isRight = isSlope(part.value, at: factors.named[place].value) { value in
        changed.visit(factors) { name, tensor, _ in if name == part.name { tensor = value } }
        return factorizationLoss(changed, mean: 3.1, ratings: some, penalty: 0.3).loss
      }
      #expect(isRight, "\(part.name)")
    }
    #expect(isClose(gradient.users.rows([2]), 0.3 * factors.users.rows([2])))
  }
}

@Suite struct KalmanTests {
  private let identity: Tensor<Double> = oneHot([0, 1, 2, 3], classes: 4)

  @Test func `a step is the one computed elsewhere`() {
    let belief = KalmanBelief(state: Tensor([0, 0, 1, 2]), covariance: identity)
    let (after, distance) = kalmanStep(
      belief, measurement: Tensor([2, 2]), processNoise: 0.1 * identity,
      measurementNoise: Tensor([1, 0, 0, 1], shape: [2, 2]))
    #expect(abs(distance - 0.322580645161) < 1e-10)
    #expect(isClose(after.state, Tensor([1.67741935484, 2, 1.32258064516, 2])))
    let p = after.covariance
    #expect(abs(p[0, 0] - 0.677419354839) < 1e-10 && abs(p[1, 3] - 0.322580645161) < 1e-10)
    #expect(abs(p[2, 2] - 0.777419354839) < 1e-10 && p[0, 1] == 0)
  }

  @Test func `a thing of constant speed is found, and believed more and more`() {
    var belief = KalmanBelief(
      state: Tensor([0, 0, 0, 0]), covariance: identity * 4)
    var generator = SplitMix64(seed: 51)
    for step in 1...60 {
      let place = [Double(step) * 0.7, 10 - Double(step) * 0.3].map {
        $0 + 0.5 * generator.normal()
      }
      belief =
        kalmanStep(
          belief, measurement: Tensor(place), processNoise: 1e-6 * identity,
          measurementNoise: Tensor([0.25, 0, 0, 0.25], shape: [2, 2])
        ).belief
    }
    #expect(abs(belief.state[2] - 0.7) < 0.05 && abs(belief.state[3] + 0.3) < 0.05)
    #expect(
      belief.covariance[0, 0] < 0.1 && isClose(belief.covariance, belief.covariance.transposed))
  }

  @Test func `who is hidden long is unsure, and then everything is near`() {
    var belief = KalmanBelief(state: Tensor([0, 0, 0, 0]), covariance: 0.1 * identity)
    let noise = Tensor<Double>([0.5, 0, 0, 0.5], shape: [2, 2])
    let seen = Tensor<Double>([3, 0])
    let before = belief.innovation(of: seen, measurementNoise: noise)
    for _ in 0..<10 { belief = belief.predicted(processNoise: 0.05 * identity) }
    let after = belief.innovation(of: seen, measurementNoise: noise)
    #expect(after.squaredDistance < before.squaredDistance / 5)
    #expect(after.logDeterminant > before.logDeterminant)
  }
}
