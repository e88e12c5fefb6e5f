import Checking

// The same questions but for one argument that is no tensor and no single number.

extension ShardsQuestion {
  public var others: [Self] {
    var more = sizes
    more[more.count - 1] += 3
    return [sizes.reversed(), more].map { Self(means: means, sizes: $0) }
  }
}

extension TopKQuestion {
  public var others: [Self] {
    (1...step.count).filter { $0 != k }.map { Self(step: step, memory: memory, k: $0) }
  }
}

extension FederatedQuestion {
  public var others: [Self] {
    var more = sizes
    more[more.count - 1] += 2
    return [sizes.reversed(), more].map { Self(weights: weights, sizes: $0) }
  }
}

extension RingQuestion {
  /// Another number of workers for as many numbers in all.
  public var others: [Self] {
    guard vectors.rows > 1 else { return [] }
    return [Self(vectors: vectors.reshaped([1, vectors.count]))]
  }
}
