import Backprop
import Foundation
import Kernels
import Testing

private func random(_ shape: [Int], seed: UInt64) -> Tensor<Float> {
  var generator = SplitMix64(seed: seed)
  return Tensor(standardDeviation: 2, shape: shape, using: &generator)
}

/// Inputs with which other libraries' activations, softmax, losses and upsampling have gone wrong in public.
@Suite(.serialized) struct ReportedInputOfFunctionsTests {
  /// pytorch 187293 and 185770, executorch 2046: GELU of ±∞ was NaN; AiDotNet.Tensors 355: its slope at
  /// large numbers was.
  @Test(arguments: [Activation<Float>.gelu, .silu])
  func `at infinities and beyond every exponential, GELU and SiLU are at their limits`(
    activation: Activation<Float>
  ) {
    let left: [Float] = [-.infinity, -.greatestFiniteMagnitude, -1e30, -1e4, -701, -700, -110]
    let x = Tensor(
      left + left.map { -$0 } + [
        .nan, 0, -0.0, -Float(sign: .plus, exponent: -133, significand: 1),
      ])
    var context = Context.training(seed: 1)
    let (y, cache) = activation.forward(x, in: &context)
    let slopes = activation.backward(Tensor(repeating: 1, shape: x.shape), cache).dInput
    let alone = activation.backward(Tensor(repeating: 1, shape: x.shape), .init(x: x)).dInput
    for (i, x) in x.scalars.enumerated() {
      let (value, slope) = (activation.value(at: x), activation.derivative(at: x))
      if x.isNaN {
        #expect(value.isNaN && slope.isNaN && y[i].isNaN && slopes[i].isNaN && alone[i].isNaN)
        continue
      }
      #expect(value == (x < -100 ? 0 : x > 100 ? x : x / 2), "\(activation)(\(x)) = \(value)")
      #expect(slope == (x < -100 ? 0 : x > 100 ? 1 : 0.5), "slope at \(x): \(slope)")
      #expect(y[i] == value && slopes[i] == slope && alone[i] == slope, "in a loop, at \(x)")
    }
  }

  @Test(arguments: zip([Activation<Float>.gelu, .silu], [Activation<Double>.gelu, .silu]))
  func `the slopes of GELU and SiLU are as near as a Float of their size can be`(
    single: Activation<Float>, double: Activation<Double>
  ) {
    var worst = (error: 0.0, x: Float(0))
    for x in ElementaryTests.numbers where x.isFinite {
      let error = abs(Double(single.derivative(at: x)) - double.derivative(at: Double(x)))
      if !(error <= worst.error) { worst = (error, x) }
    }
    // The slope reaches 1.13, where half a unit of the last place is 6e-8.
    #expect(worst.error <= 6.0e-8, "at \(worst.x)")
  }

  @Test func `log(1 + x) for x from 0 to 1 is the nearest Float`() {
    for x in ElementaryTests.numbers where x >= 0 && x <= 1 {
      let exact = Foundation.log1p(Double(x))
      let units = abs(Double(Float.log(onePlusShare: x)) - exact) / Double(Float(exact).ulp)
      #expect(units <= 0.503, "at \(x)")
    }
    #expect(Float.log(onePlusShare: .nan).isNaN)
  }

  /// pytorch 135359: NaN at a logit of -∞ and a soft target; candle 2561: NaN at large logits; pytorch
  /// 103316: a slope of nearly 0 at -50, where it is -1.
  @Test(arguments: [
    (-Float.infinity, Float(0.9), Float.infinity, Float(-0.9)), (-.infinity, 0, 0, 0),
    (-.infinity, 1, .infinity, -1), (.infinity, 1, 0, 0), (.infinity, 0.25, .infinity, 0.75),
    (40, 0, 40, 1), (100, 0, 100, 1), (1e4, 0, 1e4, 1), (1e4, 1, 0, 0), (-50, 1, 50, -1),
    (0, 0.5, 0.6931472, 0), (-0.0, 0, 0.6931472, 0.5), (3e38, 0.5, 1.5e38, 0.5),
  ])
  func `binary cross-entropy of extreme logits is its limit, and so is its slope`(
    logit: Float, target: Float, loss: Float, slope: Float
  ) {
    let (one, gradient) = binaryCrossEntropy(
      logits: Tensor([logit]), targets: Tensor([target]))
    #expect(one == loss && gradient[0] == slope, "\(one), \(gradient[0])")
    // The same where the loop is one of vectors.
    let many = binaryCrossEntropy(
      logits: Tensor(repeating: logit, shape: [19]), targets: Tensor(repeating: target, shape: [19])
    )
    let dZ = many.gradient.scalars.map { $0 * 19 }
    #expect(dZ.allSatisfy { abs($0 - slope) <= 1e-6 }, "\(dZ)")
  }

  /// tt-metal 53208: rows that fill no tile, and one more; Liger-Kernel 1252: more than 65,536 columns.
  @Test(arguments: [[64, 197], [59, 197], [1, 1], [3, 70_000], [9000, 11], [1, 257], [0, 5]])
  func `softmax and its gradient are the textbook's, whatever rows and columns and threads`(
    _ shape: [Int]
  ) {
    let (z, dY) = (random(shape, seed: 1), random(shape, seed: 2))
    let before = Threads.count
    defer { Threads.count = before }
    let results = [1, 2, 3].map { threads in
      Threads.count = threads
      let y = softmax(z)
      return [y, softmaxBackward(dY, y: y)]
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    let (y, dX) = (results[0][0], results[0][1])
    for i in 0..<shape[0] {
      let row = (0..<shape[1]).map { z[i, $0] }
      let largest = row.max() ?? 0
      let terms = row.map { Foundation.exp(Double($0) - Double(largest)) }
      let sum = terms.reduce(0, +)
      let p = terms.map { $0 / sum }
      let along = p.indices.reduce(0.0) { $0 + p[$1] * Double(dY[i, $1]) }
      let isRight = p.indices.allSatisfy { j in
        abs(Double(y[i, j]) - p[j]) <= 1e-5 * p[j]
          && abs(Double(dX[i, j]) - p[j] * (Double(dY[i, j]) - along)) <= 2e-5 * p[j]
      }
      #expect(isRight, "row \(i)")
    }
  }

  /// tt-metal 14938: odd sizes, and a factor of 4; pytorch 97135: gradients of pixels that were not used.
  @Test(arguments: [
    [3, 5, 7, 9, 2], [2, 3, 3, 1, 4], [8, 28, 28, 16, 2], [1, 1, 5, 3, 3], [2, 0, 4, 1, 2],
  ])
  func `upsampling copies each pixel k×k times, and sums what comes back`(_ n: [Int]) {
    let (x, k) = (random([n[0], n[1], n[2], n[3]], seed: 3), n[4])
    let dY = random([n[0], k * n[1], k * n[2], n[3]], seed: 4)
    let before = Threads.count
    defer { Threads.count = before }
    for threads in [1, 2, 3] {
      Threads.count = threads
      var context = Context.inference
      let (y, cache) = UpsampleNearest<Float>(k).forward(x, in: &context)
      let dX = UpsampleNearest<Float>(k).backward(dY, cache).dInput
      #expect(y.shape == dY.shape && dX.shape == x.shape)
      var sums = Tensor<Float>(shape: x.shape)
      var isCopy = true
      for c in 0..<n[0] {
        for i in 0..<k * n[1] {
          for j in 0..<k * n[2] {
            for sample in 0..<n[3] {
              isCopy = isCopy && y[c, i, j, sample] == x[c, i / k, j / k, sample]
              sums[c, i / k, j / k, sample] += dY[c, i, j, sample]
            }
          }
        }
      }
      #expect(isCopy && dX == sums, "\(threads) threads")
    }
  }

  @Test(arguments: [[0, 0], [5, 0], [0, 7], [50_000, 1], [70_001, 50_003]])
  func `stretches that are joined stand one behind the other`(_ counts: [Int]) {
    let (a, b) = (random([counts[0]], seed: 5).scalars, random([counts[1]], seed: 6).scalars)
    #expect(joined(a[...], b[...]) == a + b)
    #expect(joined(a[(counts[0] / 3)...]) == Array(a[(counts[0] / 3)...]))
  }
}
