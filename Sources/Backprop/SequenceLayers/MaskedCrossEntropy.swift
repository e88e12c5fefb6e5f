// The loss of sequences of different lengths in one batch.

public import Core

/// Softmax cross-entropy at every step of every sequence, where a mask says which steps count.
///
///     L = Σ mask · (-log p[target]) / Σ mask,    p = softmax of the n scores of a step
///
/// Divided by the number of steps that count, so that filling up a batch changes nothing. The gradient is
/// mask · (p - t) / Σ mask, t the one-hot target.
///
/// - Parameters:
///   - z: One score for each class at each step, `[m, t, n]`.
///   - targets: The class of each step, `[m][t]`; where the mask is 0, any class.
///   - mask: 1 where a step counts, 0 where it only fills the row, `[m][t]`. One at least must count.
/// - Returns: The loss, and its gradient, `[m, t, n]`.
public func maskedCrossEntropy<Scalar: Real>(
  logits z: Tensor<Scalar>, targets: [[Int]], mask: [[Int]]
) -> Loss<Scalar> {
  requireShape(z.shape, rank: 3, "maskedCrossEntropy: logits")
  let (m, t, n) = (z.shape[0], z.shape[1], z.shape[2])
  for (name, rows) in [("targets", targets), ("mask", mask)] {
    require(
      rows.count == m && rows.allSatisfy { $0.count == t },
      "maskedCrossEntropy: logits \(z.shape) and \(rows.count) rows of \(name) of \(rows.map(\.count)) "
        + "steps; there must be \(m) rows of \(t)")
  }
  require(
    mask.joined().allSatisfy { $0 == 0 || $0 == 1 } && mask.joined().contains(1),
    "maskedCrossEntropy: the mask must be of 1 for steps that count and 0 for the others, with one 1 at "
      + "least")
  let labels = zip(targets.joined(), mask.joined()).map { $1 == 1 ? $0 : -1 }
  require(
    !zip(labels, mask.joined()).contains { $0 < 0 && $1 == 1 },
    "maskedCrossEntropy: a target that counts is negative; classes count from 0")
  let (loss, dZ) = softmaxCrossEntropy(
    logits: z.reshaped([m * t, n]), labels: labels, ignoring: -1)
  return (loss, dZ.reshaped(z.shape))
}

/// A layer for matrices, used at every step of a sequence: `[m, t, n]` → `[m, t, k]`.
///
/// Its parameters are the base's, shared by all steps: their gradients add.
public struct EveryStep<Base: Layer>: Layer where Base: TensorLayer<Base.Scalar> {
  public typealias Scalar = Base.Scalar

  public var base: Base

  public init(_ base: Base) { self.base = base }

  /// The number of steps, and the base's own cache.
  public typealias Cache = (steps: Int, base: Base.Cache)

  public var parameters: Base.Parameters { base.parameters }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireShape(x.shape, rank: 3, "EveryStep")
    let (m, t, n) = (x.shape[0], x.shape[1], x.shape[2])
    let (y, cache) = base.forward(x.reshaped([m * t, n]), in: &context)
    require(
      y.rank == 2 && y.rows == m * t,
      "EveryStep: the layer makes \(y.shape) of [\(m * t), \(n)]; it must keep the rows")
    return (y.reshaped([m, t, y.columns]), (t, cache))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: Base.Parameters) {
    require(
      dY.rank == 3 && dY.shape[1] == cache.steps,
      "EveryStep backward: dY is \(dY.shape); it must be [m, \(cache.steps), k]")
    let (m, t) = (dY.shape[0], dY.shape[1])
    let (dX, gradient) = base.backward(dY.reshaped([m * t, dY.shape[2]]), cache.base)
    return (dX.reshaped([m, t, dX.columns]), gradient)
  }

  public mutating func visit(
    _ other: Base.Parameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    base.visit(other, body)
  }

  public mutating func observe(_ cache: Cache) { base.observe(cache.base) }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    base.visitState(body)
  }
}

extension EveryStep: Sendable where Base: Sendable {}
