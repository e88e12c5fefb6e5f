import Backprop
import Testing

private func random(_ shape: [Int], seed: UInt64) -> Tensor<Float> {
  var generator = SplitMix64(seed: seed)
  return Tensor(standardDeviation: 0.4, shape: shape, using: &generator)
}

private func lstm(_ inputs: Int, _ hidden: Int) -> LSTM<Float> {
  LSTM(
    RecurrentParameters(
      inputWeight: random([inputs, 4 * hidden], seed: 1),
      hiddenWeight: random([hidden, 4 * hidden], seed: 2), bias: random([4 * hidden], seed: 3)))
}

private func difference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Float {
  a.shape == b.shape ? (a - b).scalars.reduce(0) { Swift.max($0, abs($1)) } : .infinity
}

/// Inputs with which other libraries' recurrent kernels have gone wrong in public.
@Suite(.serialized) struct ReportedInputOfLSTMTests {
  /// Batch, steps, inputs, units.
  ///
  /// An odd number of units, chainer 300; more than a hundred samples, pytorch 177834; one of
  /// everything; no sample.
  static let sizes = [
    [1, 1, 1, 1], [3, 2, 4, 5], [2, 3, 1, 6], [7, 4, 3, 31], [70, 3, 32, 64], [131, 2, 5, 33],
    [500, 2, 3, 16], [9, 4, 7, 65], [15, 2, 3, 130], [0, 3, 2, 4],
  ]

  @Test(arguments: sizes)
  func `an LSTM in one loop is the textbook's operations, there and back`(_ n: [Int]) {
    let layer = lstm(n[2], n[3])
    let p = layer.parameters
    let (x, dY) = (random([n[0], n[1], n[2]], seed: 4), random([n[0], n[1], n[3]], seed: 5))
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    var (h, c) = (Tensor<Float>(shape: [n[0], n[3]]), Tensor<Float>(shape: [n[0], n[3]]))
    for (t, x) in steps(of: x, "x").enumerated() {
      let z = matmul(x, p.inputWeight) + matmul(h, p.hiddenWeight) + p.bias
      let blocks = columnBlocks(z, 4)
      let (i, f) = (Activation.sigmoid(blocks[0]), Activation.sigmoid(blocks[1]))
      let (g, o) = (Activation.tanh(blocks[2]), Activation.sigmoid(blocks[3]))
      c = f * c + i * g
      h = o * Activation.tanh(c)
      #expect(difference(steps(of: y, "y")[t], h) < 4e-6, "step \(t)")
    }
    let whole = layer.backwardThroughTime(dY, cache)
    let single = layer.backwardThroughTime(dY, cache) { lstmStepBackward($0, $1, $2, p) }
    #expect(difference(whole.dX, single.dX) < 1e-5)
    for (a, b) in zip(whole.dHidden, single.dHidden) { #expect(difference(a, b) < 1e-5) }
    for (a, b) in zip(whole.gradient.named, single.gradient.named) {
      #expect(difference(a.value, b.value) < 2e-4, "\(a.name)")
    }
  }

  /// Its sums have more than 4096 terms, which `matmul` makes of shorter ones.
  @Test func `what a wide LSTM hands back in time has the bits of its single steps`() {
    let layer = lstm(2, 1030)
    let (x, dY) = (random([2, 3, 2], seed: 4), random([2, 3, 1030], seed: 5))
    var context = Context.inference
    let cache = layer.forward(x, in: &context).cache
    let whole = layer.backwardThroughTime(dY, cache)
    let single = layer.backwardThroughTime(dY, cache) {
      lstmStepBackward($0, $1, $2, layer.parameters)
    }
    #expect(whole.dHidden == single.dHidden)
  }

  @Test(arguments: sizes)
  func `an LSTM has the same bits on 1, 2 and 3 threads`(_ n: [Int]) {
    let before = Threads.count
    defer { Threads.count = before }
    let layer = lstm(n[2], n[3])
    let (x, dY) = (random([n[0], n[1], n[2]], seed: 4), random([n[0], n[1], n[3]], seed: 5))
    let results = [1, 2, 3].map { threads in
      Threads.count = threads
      var context = Context.inference
      let (y, cache) = layer.forward(x, in: &context)
      let (dX, gradient) = layer.backward(dY, cache)
      return [y, dX] + gradient.named.map(\.value)
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  /// A sample that is a number alone was NaN in a batch, pytorch 177016.
  @Test func `a sample has the same answer alone and beside others, of any size or none`() {
    let layer = lstm(3, 37)
    var x = random([40, 4, 3], seed: 6)
    for (row, value) in [(3, Float.nan), (11, .infinity), (12, -.infinity), (20, 3e38)] {
      x.scalars[(row * 4 + 1) * 3] = value
    }
    var context = Context.inference
    let y = layer.forward(x, in: &context).output
    for row in 0..<40 {
      let alone = layer.forward(x.rows(row..<row + 1), in: &context).output
      let same = zip(alone.scalars, y.rows(row..<row + 1).scalars).allSatisfy {
        $0 == $1 || ($0.isNaN && $1.isNaN)
      }
      #expect(same, "sample \(row)")
      #expect(alone.scalars.contains { $0.isNaN } == (row == 3), "sample \(row)")
    }
  }

  /// σ and tanh of what overflows eˣ: dynet 1525, NNlib.jl 407, triton 8551.
  @Test(arguments: [89, 1662.7, 1e10, 1e16, 3e38] as [Float])
  func `gates are open or shut, and pass nothing back, where their input is far from 0`(z: Float) {
    let p = RecurrentParameters<Float>(
      inputWeight: Tensor(rows: [[1, 1, 1, 1]]), hiddenWeight: Tensor(shape: [1, 4]),
      bias: Tensor(shape: [4]))
    let (h, c) = (Tensor<Float>(shape: [2, 1]), Tensor<Float>(rows: [[0.5], [0.5]]))
    let after = lstmStep(Tensor(rows: [[z], [-z]]), h, c, p)
    #expect(after.cache.gates.scalars == [1, 1, 1, 1, 0, 0, -1, 0])
    #expect(after.c.scalars == [1.5, 0])
    let dH = Tensor<Float>(rows: [[1], [1]])
    let back = lstmStepBackward(dH, dH, after.cache, p)
    #expect(back.dX.scalars == [0, 0] && back.dH.scalars == [0, 0])
  }
}
