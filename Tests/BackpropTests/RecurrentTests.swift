import Backprop
import Testing

private let golden = GoldenFile("recurrent")

private func random(_ shape: [Int], seed: UInt64) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  return Tensor(standardDeviation: 0.6, shape: shape, using: &generator)
}

private func parameters(_ inputs: Int, _ hidden: Int, gates: Int, seed: UInt64)
  -> RecurrentParameters<Double>
{
  RecurrentParameters(
    inputWeight: random([inputs, gates * hidden], seed: seed),
    hiddenWeight: random([hidden, gates * hidden], seed: seed + 1),
    bias: random([gates * hidden], seed: seed + 2))
}

private func parameters<Scalar: Real>(_ name: String) throws -> RecurrentParameters<Scalar> {
  RecurrentParameters(
    inputWeight: try golden("\(name).wx"), hiddenWeight: try golden("\(name).wh"),
    bias: try golden("\(name).b"))
}

private func expect<Scalar: Real>(
  _ gradient: RecurrentParameters<Scalar>, _ name: String
) throws {
  try golden.expect(gradient.inputWeight, "\(name).dwx")
  try golden.expect(gradient.hiddenWeight, "\(name).dwh")
  try golden.expect(gradient.bias, "\(name).db")
}

private func isClose(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Bool {
  a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-13 }
}

@Suite struct RecurrentTests {
  /// Batch, steps, inputs, hidden.
  static let sizes = [[3, 4, 2, 5], [1, 1, 1, 1], [2, 7, 3, 1], [4, 2, 1, 3]]

  @Test(arguments: sizes)
  func `a simple recurrent layer's gradients through time are the slopes of its output`(
    _ n: [Int]
  ) {
    let layer = RNN(parameters(n[2], n[3], gates: 1, seed: 1))
    #expect(disagreements(of: layer, at: random([n[0], n[1], n[2]], seed: 5), seed: 6) == [])
  }

  @Test(arguments: sizes)
  func `an LSTM's gradients through time are the slopes of its output`(_ n: [Int]) {
    let layer = LSTM(parameters(n[2], n[3], gates: 4, seed: 11))
    #expect(disagreements(of: layer, at: random([n[0], n[1], n[2]], seed: 15), seed: 16) == [])
  }

  /// The layer makes its products for all steps at once.
  @Test(arguments: sizes + [[2, 0, 3, 2], [5, 3, 4, 17]])
  func `an LSTM over a sequence is its steps, one after the other, there and back`(_ n: [Int]) {
    let p = parameters(n[2], n[3], gates: 4, seed: 51)
    let layer = LSTM(p)
    let (x, dY) = (random([n[0], n[1], n[2]], seed: 54), random([n[0], n[1], n[3]], seed: 55))
    var context = Context.inference
    let (y, cache) = layer.forward(x, in: &context)
    var (h, c) = (zeros(n[0], n[3]), zeros(n[0], n[3]))
    for (t, x) in steps(of: x, "x").enumerated() {
      let step = lstmStep(x, h, c, p)
      (h, c) = (step.h, step.c)
      #expect(isClose(steps(of: y, "y")[t], h) && isClose(cache[t].gates, step.cache.gates))
    }
    let whole = layer.backwardThroughTime(dY, cache)
    let single = layer.backwardThroughTime(dY, cache) { lstmStepBackward($0, $1, $2, p) }
    #expect(isClose(whole.dX, single.dX))
    #expect(zip(whole.dHidden, single.dHidden).allSatisfy(isClose))
    #expect(zip(whole.dCell, single.dCell).allSatisfy(isClose))
    #expect(whole.dHidden.count == n[1] && whole.dCell.count == n[1])
    for (a, b) in zip(whole.gradient.named, single.gradient.named) {
      #expect(isClose(a.value, b.value), "\(a.name)")
    }
  }

  @Test func `what reads an LSTM's last cell reaches every step before`() {
    let p = parameters(2, 3, gates: 4, seed: 41)
    let (x, dY, dLastC) = (
      random([2, 4, 2], seed: 44), random([2, 4, 3], seed: 45), random([2, 3], seed: 46)
    )
    func loss(_ x: Tensor<Double>) -> Double {
      var (h, c, sum) = (zeros(2, 3), zeros(2, 3), 0.0)
      for (x, dY) in zip(steps(of: x, "x"), steps(of: dY, "dY")) {
        let step = lstmStep(x, h, c, p)
        (h, c) = (step.h, step.c)
        sum += (dY * h).sum()
      }
      return sum + (dLastC * c).sum()
    }
    var context = Context.inference
    let layer = LSTM(p)
    let cache = layer.forward(x, in: &context).cache
    let back = layer.backwardThroughTime(dY, cache, dLastC: dLastC) {
      lstmStepBackward($0, $1, $2, p)
    }
    #expect(isSlope(back.dX, at: x, loss))
    #expect(back.dCell[3] == dLastC && back.dCell.count == 4)
  }

  @Test func `a sequence ends in a decision, and the gradient starts at its last step`() {
    let network = RNN(parameters(2, 4, gates: 1, seed: 21)).then(LastStep())
      .then(Dense(weight: random([4, 3], seed: 24), bias: random([3], seed: 25)))
    #expect(disagreements(of: network, at: random([3, 5, 2], seed: 26), seed: 27) == [])
  }

  @Test func `one step and its gradients are the independent ones`() throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      let simple: RecurrentParameters<Scalar> = try parameters("rnnStep")
      let (h, cache) = rnnStep(try golden("rnnStep.x"), try golden("rnnStep.h"), simple)
      try golden.expect(h, "rnnStep.y")
      let (dX, dH, gradient) = rnnStepBackward(try golden("rnnStep.dy"), cache, simple)
      try golden.expect(dX, "rnnStep.dx")
      try golden.expect(dH, "rnnStep.dh")
      try expect(gradient, "rnnStep")

      let gated: RecurrentParameters<Scalar> = try parameters("lstmStep")
      let step = lstmStep(
        try golden("lstmStep.x"), try golden("lstmStep.h"), try golden("lstmStep.c"), gated)
      try golden.expect(step.h, "lstmStep.y")
      try golden.expect(step.c, "lstmStep.cOut")
      let back = lstmStepBackward(
        try golden("lstmStep.dy"), try golden("lstmStep.dcOut"), step.cache, gated)
      try golden.expect(back.dX, "lstmStep.dx")
      try golden.expect(back.dH, "lstmStep.dh")
      try golden.expect(back.dC, "lstmStep.dc")
      try expect(back.gradient, "lstmStep")
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func `whole sequences and their gradients are the independent ones`() throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      func compare(
        _ layer: some TensorLayer<Scalar>, _ name: String,
        _ expectGradient: (Any) throws -> Void
      ) throws {
        var context = Context.inference
        let (y, cache) = layer.forward(try golden("\(name).x"), in: &context)
        try golden.expect(y, "\(name).y")
        let (dX, gradient) = layer.backward(try golden("\(name).dy"), cache)
        try golden.expect(dX, "\(name).dx")
        try expectGradient(gradient)
      }
      for name in ["rnn", "lstm"] {
        let parameters: RecurrentParameters<Scalar> = try parameters(name)
        let gradient: (Any) throws -> Void = {
          try expect(try #require($0 as? RecurrentParameters<Scalar>), name)
        }
        if name == "rnn" {
          try compare(RNN(parameters), name, gradient)
        } else {
          try compare(LSTM(parameters), name, gradient)
        }
      }
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test(arguments: [0.5, 0.9, 1.0, 1.1])
  func `without a bend, the gradient changes by the recurrent weight a step`(radius: Double) {
    // One unit at h = 0: tanh′ = 1, so a gradient of 1 at the end is radiusᵏ, k steps earlier.
    let layer = RNN(
      RecurrentParameters<Double>(
        inputWeight: Tensor(rows: [[1]]), hiddenWeight: Tensor(rows: [[radius]]),
        bias: Tensor([0])))
    var context = Context.inference
    let cache = layer.forward(Tensor(shape: [1, 50, 1]), in: &context).cache
    var upstream = Tensor<Double>(shape: [1, 50, 1])
    upstream.scalars[49] = 1
    let dHidden = layer.backwardThroughTime(upstream, cache).dHidden
    for (t, d) in dHidden.enumerated() {
      #expect(abs(d.item / Double.pow(radius, Double(49 - t)) - 1) <= 1e-12)
    }
  }

  @Test func `both weights of a recurrent layer are penalised, its bias is not`() {
    let p = parameters(2, 3, gates: 1, seed: 31)
    var gradient = p * 0
    gradient.addL2Penalty(0.5, of: p)
    #expect(gradient.inputWeight == 0.5 * p.inputWeight)
    #expect(gradient.hiddenWeight == 0.5 * p.hiddenWeight)
    #expect(gradient.bias == Tensor(shape: [3]))
  }

  @Test func `a new LSTM remembers: its forget gates begin open`() {
    var generator = SplitMix64(seed: 1)
    let layer = LSTM<Double>(2, 3, using: &generator)
    #expect(layer.parameters.bias.scalars == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
  }

  @Test func `a matrix in the place of sequences is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var generator = SplitMix64(seed: 1)
      _ = RNN<Double>(2, 3, using: &generator)(Tensor(shape: [4, 2]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("[4, 2] is no batch of sequences, [m, steps, features]"))
  }
}
