import Backprop
import Testing

@Suite struct NoiseScheduleTests {
  @Test func `what is left of the image is a product, and falls to nearly nothing`() {
    for schedule in [NoiseSchedule.linear(steps: 100), .cosine(steps: 100)] {
      var signal = 1.0
      for t in 0..<schedule.steps {
        signal *= 1 - schedule.betas[t]
        #expect(abs(schedule.signals[t] - signal) < 1e-15)
      }
      #expect(schedule.signals[0] > 0.99 && schedule.signals[99] < 1e-4)
    }
    // The last step of a cosine would be β = 1, and is cut off.
    let cosine = NoiseSchedule.cosine(steps: 100)
    #expect(cosine.betas[99] == 0.999 && cosine.betas[98] < 0.999)
    func signal(_ t: Double) -> Double {
      let root = Double.cos((t / 100 + 0.008) / 1.008 * .pi / 2)
      return root * root
    }
    for t in 0..<99 {
      #expect(abs(cosine.signals[t] - signal(Double(t + 1)) / signal(0)) < 1e-12)
    }
    let linear = NoiseSchedule.linear(steps: 3, from: 0.1, to: 0.5)
    #expect(zip(linear.betas, [0.1, 0.3, 0.5]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(NoiseSchedule.linear(steps: 1, from: 0.1, to: 0.5).betas == [0.5])
    // The reference's last value.
    #expect(abs(NoiseSchedule.linear(steps: 100).signals[99] / 2e-5 - 1) < 0.3)
  }

  @Test func `noise in one go has the mean and the variance of noise step by step`() {
    let schedule = NoiseSchedule.linear(steps: 10, from: 0.05, to: 0.3)
    let (rows, last) = (40_000, 9)
    var x = Tensor<Double>(repeating: 0.8, shape: [rows, 1])
    for t in 0..<10 {
      let noise = random([rows, 1], seed: UInt64(30 + t))
      x = x * (1 - schedule.betas[t]).squareRoot() + noise * schedule.betas[t].squareRoot()
    }
    let once = schedule.noised(
      Tensor<Double>(repeating: 0.8, shape: [rows, 1]),
      at: [Int](repeating: last, count: rows), noise: random([rows, 1], seed: 41))
    for y in [x, once] {
      let mean = y.mean()
      #expect(abs(mean - 0.8 * schedule.signals[last].squareRoot()) < 0.02)
      #expect(
        abs((y - mean).squaredNorm() / Double(rows) / (1 - schedule.signals[last]) - 1) < 0.03)
    }
  }

  @Test func `steps back that know the image arrive at it, whatever is drawn`() {
    let schedule = NoiseSchedule.cosine(steps: 20)
    let x = random([5, 6], seed: 50).map { min(max($0, -1), 1) }
    var noisy = random([5, 6], seed: 51)
    for t in (0..<20).reversed() {
      noisy = schedule.stepBack(
        noisy, prediction: x, at: t, noise: random([5, 6], seed: UInt64(60 + t)))
    }
    #expect((noisy - x).norm() < 1e-12)
    // A prediction beyond an image's range is cut off.
    let wild = schedule.stepBack(noisy, prediction: 9 * x, at: 0, noise: noisy)
    #expect(wild.max() <= 1 && wild.min() >= -1)
    // In the last step nothing is drawn.
    #expect(schedule.stepBack(noisy, prediction: x, at: 0, noise: noisy * .nan).max().isFinite)
  }

  @Test func `a step back has the mean and the variance of the formula`() {
    let schedule = NoiseSchedule(betas: [0.1, 0.2, 0.4])
    let (x, prediction, noise) = (
      Tensor<Double>(rows: [[0.3]]), Tensor<Double>(rows: [[-0.5]]), Tensor<Double>(rows: [[2]])
    )
    // ᾱ = 0.9, 0.72, 0.432.
    let mean = (0.72.squareRoot() * 0.4 * -0.5 + 0.6.squareRoot() * 0.28 * 0.3) / 0.568
    let deviation = (0.4 * 0.28 / 0.568).squareRoot()
    let y = schedule.stepBack(x, prediction: prediction, at: 2, noise: noise)
    #expect(abs(y[0, 0] - mean - 2 * deviation) < 1e-12)
  }

  @Test func `no two steps have one embedding, and near ones are alike`() {
    let all: Tensor<Double> = timeEmbedding(Array(0..<100), width: 16)
    #expect(all.shape == [100, 16] && abs(all.max()) <= 1)
    let products = matmul(all, transposed: all)
    for t in 0..<99 {
      #expect(abs(products[t, t] - 8) < 1e-12)
      #expect(products[t, t + 1] > 7 && products[t, t + 1] < 8 - 1e-6)
      if t > 40 { #expect(products[t, 0] < products[t, t - 1]) }
    }
    #expect(timeEmbedding([0], width: 3, as: Double.self).scalars == [0, 1, 0])
    let three = [Double.sin(3), Double.cos(3), Double.sin(0.03), Double.cos(0.03)]
    #expect(isClose(timeEmbedding([3], width: 4), Tensor(rows: [three]), 1e-15))
  }

  // MARK: Codes from a list
}
