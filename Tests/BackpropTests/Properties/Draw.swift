import Backprop

/// Random sizes, tensors and layers, all from one seed.
struct Draw {
  var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func size(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + generator.integer(below: range.count)
  }

  mutating func tensor(_ shape: [Int], standardDeviation: Double = 1) -> Tensor<Double> {
    Tensor(standardDeviation: standardDeviation, shape: shape, using: &generator)
  }

  /// Tensors of the same shapes.
  mutating func tensors(like others: [Tensor<Double>]) -> [Tensor<Double>] {
    others.map { tensor($0.shape) }
  }

  mutating func dense(_ inputs: Int, _ outputs: Int) -> Dense<Double> {
    Dense(weight: tensor([inputs, outputs]), bias: tensor([outputs]))
  }

  mutating func scaleAndShift(_ count: Int) -> ScaleAndShift<Double> {
    ScaleAndShift(scale: tensor([count]), shift: tensor([count]))
  }

  mutating func batchNorm(_ channels: Int) -> BatchNorm<Double> {
    var layer = BatchNorm<Double>(channels)
    layer.parameters = scaleAndShift(channels)
    layer.runningMean = tensor([channels])
    layer.runningVariance = tensor([channels]).map { $0 * $0 + 0.1 }
    return layer
  }

  mutating func recurrent(_ inputs: Int, _ hidden: Int, gates: Int) -> RecurrentParameters<Double> {
    RecurrentParameters(
      inputWeight: tensor([inputs, gates * hidden]),
      hiddenWeight: tensor([hidden, gates * hidden], standardDeviation: 0.6),
      bias: tensor([gates * hidden]))
  }

  /// A kernel, with all that may be said about it, that fits images of 3 × 3 and more.
  mutating func convolution() -> (ConvolutionGeometry, Conv2d<Double>) {
    let groups = size(1...3)
    let geometry = ConvolutionGeometry(
      stride: size(1...3), padding: size(1...2), dilation: size(1...2), groups: groups)
    let shape = [groups * size(1...2), size(1...2), size(1...3), size(1...3)]
    return (geometry, Conv2d(weight: tensor(shape), bias: tensor([shape[0]]), geometry))
  }

  /// A window that fits images of 3 × 3 and more.
  mutating func pooling() -> PoolingGeometry {
    let window = size(1...3)
    return PoolingGeometry(
      window: window, stride: size(1...3), padding: size(0...window / 2))
  }
}
