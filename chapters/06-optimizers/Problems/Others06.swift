import Checking

// The same questions but for one argument that is no tensor and no single number.

extension AdamQuestion {
  public var others: [Self] {
    [
      Self(
        parameter: parameter, gradient: gradient, m: m, v: v, step: step + 1,
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    ]
  }
}

extension ClippingQuestion {
  public var others: [Self] {
    [
      Self(gradients: gradients.map { -2 * $0 }, limit: limit),
      Self(gradients: gradients.map { $0 + 0.5 }, limit: limit),
      Self(gradients: gradients.map(doubledButFirst), limit: limit),
    ]
  }
}

extension WarmupQuestion {
  public var others: [Self] {
    func changed(step: Int = 0, warmup: Int = 0, total: Int = 0, by factor: Double = 1) -> Self {
      Self(
        step: self.step + step, warmup: self.warmup + warmup, total: self.total + total,
        peak: factor * peak, minimum: minimum)
    }
    return [
      changed(step: 1), changed(warmup: 1, total: 0), changed(total: 1), changed(by: 1.5),
    ].filter { $0.warmup < $0.total }
  }
}
