public import Core

/// A mask that keeps the large weights: 0 at the π·n smallest |W|, 1 elsewhere.
///
/// Of equal ones the first go first; π·n is rounded to a whole number.
///
/// Source: Han, Pool, Tran, Dally, "Learning both weights and connections for efficient neural networks",
/// 2015, section 3.
///
/// - Parameters:
///   - weight: W, any shape.
///   - share: π, the share that goes, in 0…1.
/// - Returns: Zeros and ones, of W's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func magnitudeMask<Scalar: Real>(
  of weight: Tensor<Scalar>, pruning share: Double
) -> Tensor<Scalar> {
  require(
    0 <= share && share <= 1, "magnitudeMask: a share of \(share) to prune; it must be in 0...1")
  // A NaN is no small weight.
  let sizes = weight.scalars.map { $0.isNaN ? .infinity : abs($0) }
  let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
  var mask = Tensor<Scalar>(repeating: 1, shape: weight.shape)
  for place in order.prefix(Int((share * Double(weight.count)).rounded())) {
    mask.scalars[place] = 0
  }
  return mask
}

/// A dense layer with weights cut: y = x·(W⊙M) + b, where M is 0 at the weights that are gone.
///
/// M is a constant. It stands in the forward pass, so that a weight stays cut whatever an optimizer that
/// remembers earlier gradients does to W.
///
/// Source: LeCun, Denker, Solla, "Optimal brain damage", 1990, which cuts by curvature.
public struct MaskedDense<Scalar: Real>: Layer, Sendable {
  /// `weight` is W, `[inputs, outputs]`; `bias` is b, `[outputs]`.
  public var parameters: WeightAndBias<Scalar>
  /// M, `[inputs, outputs]`: 0 where a weight is cut, 1 elsewhere.
  public let mask: Tensor<Scalar>

  public typealias Cache = Dense<Scalar>.Cache

  /// A layer with a dense layer's weights, those under a 0 of the mask set to 0.
  public init(_ layer: Dense<Scalar>, mask: Tensor<Scalar>) {
    require(
      mask.shape == layer.parameters.weight.shape && mask.scalars.allSatisfy { $0 == 0 || $0 == 1 },
      "MaskedDense: the mask is \(mask.shape), W is \(layer.parameters.weight.shape); it must have W's "
        + "shape, and no numbers but 0 and 1")
    parameters = WeightAndBias(
      weight: masked(layer.parameters.weight, mask), bias: layer.parameters.bias)
    self.mask = mask
  }

  /// The dense layer that is computed with: W⊙M and b.
  public var pruned: Dense<Scalar> {
    Dense(weight: masked(parameters.weight, mask), bias: parameters.bias)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    pruned.forward(x, in: &context)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    let (dX, gradient) = pruned.backward(dY, cache)
    return (dX, cut(gradient))
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> WeightAndBias<Scalar> {
    cut(pruned.gradient(dY, cache))
  }

  /// The mask once more: forward it is W̃ = W⊙M.
  private func cut(_ gradient: WeightAndBias<Scalar>) -> WeightAndBias<Scalar> {
    let dW = masked(gradient.weight, mask)  // [inputs, outputs]
    return WeightAndBias(weight: dW, bias: gradient.bias)
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}

/// W⊙M; a cut weight is 0 as such, even an infinite one.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func masked<Scalar: Real>(
  _ weight: Tensor<Scalar>, _ mask: Tensor<Scalar>
) -> Tensor<Scalar> {
  weight.zip(mask) { $1 == 0 ? 0 : $0 }
}
