import Checking

// The same questions but for one argument that is no tensor and no single number.

extension WeightGradientsQuestion {
  public var others: [Self] {
    [
      Self(gradients: gradients.map { 2 * $0 }), Self(gradients: gradients.map { $0 + 0.5 }),
      Self(gradients: gradients.map(doubledButFirst)),
    ]
  }
}

extension FanQuestion {
  public var others: [Self] {
    [Self(fanIn: fanIn + 1, fanOut: fanOut), Self(fanIn: fanIn, fanOut: fanOut + 1)]
  }
}

extension FanInQuestion {
  public var others: [Self] { [Self(fanIn: fanIn + 1)] }
}
