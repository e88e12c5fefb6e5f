import Kernels

/// Inverted dropout: in training each element is set to zero with probability p, and the others are
/// divided by 1 - p, so that the expected value stays; in use nothing happens.
///
/// With p = 1 everything is dropped: y = 0 and dx = 0, and no expected value stays.
///
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 15, 2014; there
/// the division is done at test time instead.
public struct Dropout<Scalar: Real>: Layer, Sendable {
  /// The share of elements that are dropped, in 0...1.
  public let rate: Scalar

  /// One mask for the whole pass: 1/(1 - p) where an element stays, 0 where it was dropped.
  ///
  /// Backward must use the same mask; there is none where nothing was dropped.
  public struct Cache: Sendable {
    public let scaledMask: Tensor<Scalar>?

    public init(scaledMask: Tensor<Scalar>?) { self.scaledMask = scaledMask }
  }

  public init(rate: Scalar) {
    require(0 <= rate && rate <= 1, "Dropout: the rate is \(rate); it must be in 0...1")
    self.rate = rate
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    guard context.mode == .training && rate > 0 else { return (x, Cache(scaledMask: nil)) }
    guard rate < 1 else {
      let nothing = Tensor<Scalar>(shape: x.shape)
      return (masked(x, nothing), Cache(scaledMask: nothing))
    }
    let kept = 1 / (1 - rate)
    // All 64 bits: where few are dropped, or few are kept, coarser steps would be felt.
    let limit = UInt64(Double(rate) * 0x1p64)
    let bits = context.generator.next(x.count)
    let mask = Tensor<Scalar>(bits.map { $0 >= limit ? kept : 0 }, shape: x.shape)
    return (masked(x, mask), Cache(scaledMask: mask))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    if let mask = cache.scaledMask {
      require(
        dY.shape == mask.shape,
        "Dropout backward: dY is \(dY.shape), should be \(mask.shape), the shape of x")
    }
    // forward: y = x ⊙ mask/(1 - p)
    let dX = cache.scaledMask.map { masked(dY, $0) } ?? dY
    return (dX, NoParameters())
  }

  /// x ⊙ mask, where what was dropped is 0, infinite or not.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func masked(_ x: Tensor<Scalar>, _ mask: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor(generate(x.storage, mask.storage) { scaled($0, by: $1) }, shape: x.shape)
  }
}
