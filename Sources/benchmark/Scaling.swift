import Backprop
import Foundation

// How time grows with the work: it should be in proportion.

/// The exponent p of time ≈ c·sizeᵖ over some sizes, by least squares on logarithms: 1 is linear.
func exponent(_ points: [(size: Double, seconds: Double)]) -> Double {
  let (x, y) = (points.map { log($0.size) }, points.map { log($0.seconds) })
  let (n, sx, sy) = (Double(points.count), x.reduce(0, +), y.reduce(0, +))
  let sxy = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  let sxx = x.reduce(0) { $0 + $1 * $1 }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx)
}

/// What the table says of scaling, threads and memory besides.
func scalingRemarks() throws -> [String] {
  Threads.count = 1
  let samples = [2000, 5000, 10_000, 20_000].map { count in
    let training = Training([784], batch: 64, count: count, mlp)
    let times = (0..<5).map { _ in
      let start = now()
      for _ in 0..<count / 64 { training.step() }
      return now() - start
    }
    return (Double(count), times.min() ?? 0)
  }
  let layers = try [2, 5, 10, 20].map { depth in
    let training = Training([128], batch: 64, count: 1024) { generator in
      deepNetwork(layers: depth, using: &generator)
    }
    let rates = try (0..<5).map { _ in
      try training.contender("", batch: 1, threads: 1).rate(0.05)
    }
    return (Double(depth), 1 / (rates.max() ?? 0))
  }
  return [
    "Time grows as samples^\(shown(exponent(samples))) from 2,000 to 20,000 (an epoch of the MLP), "
      + "and as layers^\(shown(exponent(layers))) from 2 to 20 (128 wide, batch 64), on one thread."
  ]
}

/// The bytes that the engine keeps for a node of its tape and its gradient.
var engineBytes: Int { MemoryLayout<Tape.Node>.stride + MemoryLayout<Double>.stride }
