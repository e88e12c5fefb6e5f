import Backprop

/// Numbers drawn from a normal distribution: the same for a seed.
func random(_ shape: [Int], seed: UInt64, scale: Double = 1) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  return Tensor(standardDeviation: scale, shape: shape, using: &generator)
}

/// Whether two tensors agree in shape, and in every element but for so much.
func isClose(_ a: Tensor<Double>, _ b: Tensor<Double>, _ tolerance: Double = 1e-10) -> Bool {
  a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) < tolerance }
}

/// Whether a tensor's elements are these numbers, row by row, to 1e-10.
func isNear(_ a: Tensor<Double>, _ b: [[Double]]) -> Bool {
  let b = b.flatMap { $0 }
  return a.count == b.count && zip(a.scalars, b).allSatisfy { abs($0 - $1) < 1e-10 }
}

/// Whether a gradient is the slope of a loss, element by element.
func isSlope(
  _ gradient: Tensor<Double>, at x: Tensor<Double>, _ loss: (Tensor<Double>) -> Double
) -> Bool {
  gradientsAgree(gradient, numericalGradient(of: loss, at: x), loss: loss(x))
}
