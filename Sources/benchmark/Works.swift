import Backprop

// What is measured beside the networks: matrix products, the scalar engine.

/// Products of two n × n matrices on one thread, in GFLOP/s.
func productContender(_ n: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  let a = Tensor<Float>(uniform: 0...1, shape: [n, n], using: &generator)
  let b = Tensor<Float>(uniform: 0...1, shape: [n, n], using: &generator)
  let inner = Contender("Backprop", amount: 2e-9 * Double(n * n * n)) { _ = matmul(a, b) }
  return Contender("Backprop") { seconds in
    Threads.count = 1
    return try inner.rate(seconds)
  }
}

/// What this processor can do at most on one thread, in GFLOP/s.
func peakContender() -> Contender {
  Contender("peak") { seconds in
    let start = now()
    var operations = 0.0
    while now() - start < seconds { operations += multiplyAddsInRegisters(100_000) }
    return operations * 1e-9 / (now() - start)
  }
}

/// How far apart the two threads are, in nanoseconds.
func distanceContender() -> Contender {
  Contender("distance") { _ in distanceOfThreads() }
}

/// Forward and backward through an expression of about 1000 · chains nodes: the chains
/// x ← relu(x·w + b) of peers/engine.py, added up.
func engine(chains: Int) -> (nodes: Int, slope: Double) {
  let tape = Tape()
  let (w, b) = (Value(0.5, on: tape), Value(0.25, on: tape))
  var total = Value(0, on: tape)
  for chain in 0..<chains {
    var x = Value(Double(chain) / Double(chains), on: tape)
    for _ in 0..<333 { x = relu(x * w + b) }
    total += x
  }
  return (tape.nodes.count, total.gradients()[w])
}

/// The engine's speed in million nodes a second.
func engineContender() -> Contender {
  Contender("Backprop") { _ in
    let start = now()
    let nodes = engine(chains: 1000).nodes
    return Double(nodes) * 1e-6 / (now() - start)
  }
}
