// The gradient at the input: which numbers of an input a network's answer hangs on.
//
//   saliency            |∂score/∂x|            where a small change would tell
//   gradient × input    x ⊙ ∂score/∂x          what is there, times how much it tells
//   integrated          (x - x′) ⊙ the mean    what has made the difference to x′, and it adds up
//                       slope from x′ to x
//   sign attack         x + ε·sign(∂loss/∂x)   the same gradient, followed uphill

public import Core
import Kernels

extension Layer
where Input == Tensor<Scalar>, Output == Tensor<Scalar>, InputGradient == Tensor<Scalar> {
  /// The gradient of a score of each sample, its logit for a class, with respect to the sample.
  ///
  /// The network runs as it does in use. Samples do not touch each other: each row's gradient is that of its
  /// own score. A logit, no probability: where the network is sure the slope of a probability is next to 0,
  /// and it falls when another class's logit rises.
  ///
  /// - Parameters:
  ///   - x: Samples, `[m, …]`.
  ///   - classes: The class whose logit is asked for, one a sample.
  /// - Returns: ∂score/∂x, of x's shape.
  public func inputGradient(at x: Tensor<Scalar>, classes: [Int]) -> Tensor<Scalar> {
    inputGradient(at: x) { logits in
      require(
        logits.rank == 2 && logits.rows == classes.count,
        "inputGradient: the logits are \(logits.shape), with \(classes.count) classes; give a class for "
          + "each row")
      return oneHot(classes, classes: logits.columns)
    }
  }

  /// The gradient at the input of whatever has the gradient `dOutput` at the output, such as a loss.
  public func inputGradient(
    at x: Tensor<Scalar>, dOutput: (_ output: Tensor<Scalar>) -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    var context = Context.inference
    let (output, cache) = forward(x, in: &context)
    return backward(dOutput(output), cache).dInput
  }
}

/// Saliency, |∂score/∂x|: where a small change of the input would change the score most.
///
/// Source: Simonyan, Vedaldi, Zisserman, "Deep inside convolutional networks: visualising image
/// classification models and saliency maps", 2014, section 3.
///
/// - Parameter gradient: ∂score/∂x, any shape.
/// - Returns: One number for each of x, at least 0.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func saliency<Scalar: Real>(_ gradient: Tensor<Scalar>) -> Tensor<Scalar> {
  gradient.map { abs($0) }
}

/// x ⊙ ∂score/∂x: a pixel that is 0 has no part in it, however much it would tell.
///
/// - Parameters:
///   - gradient: ∂score/∂x.
///   - x: The input, of the same shape.
/// - Returns: One number for each of x.
public func gradientTimesInput<Scalar: Real>(
  _ gradient: Tensor<Scalar>, x: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    gradient.shape == x.shape,
    "gradientTimesInput: the gradient is \(gradient.shape), x is \(x.shape); both must be of one shape"
  )
  return gradient.zip(x) { scaled($0, by: $1) }
}

/// Integrated gradients: what each number of x has added to f(x) - f(x′).
///
///     (x - x′) ⊙ 1/K Σₖ ∂f/∂x at x′ + (k + ½)/K·(x - x′),   k = 0…K-1
///
/// The mean slope along the straight line from a baseline x′ to x, at the middles of K pieces. The numbers
/// add up to f(x) - f(x′), but for the error of the K pieces (completeness).
///
/// Source: Sundararajan, Taly, Yan, "Axiomatic attribution for deep networks", 2017, equations 1 and 3,
/// there with the right ends of the pieces.
///
/// - Parameters:
///   - x: Where the line ends, any shape.
///   - baseline: x′, where it begins, of the same shape.
///   - steps: K, at least 1.
///   - gradient: ∂f/∂x at a point.
/// - Throws: What `gradient` throws.
/// - Returns: One number for each of x.
public func integratedGradients<Scalar: Real, Stop: Error>(
  at x: Tensor<Scalar>, baseline: Tensor<Scalar>, steps: Int,
  gradient: (_ point: Tensor<Scalar>) throws(Stop) -> Tensor<Scalar>
) throws(Stop) -> Tensor<Scalar> {
  require(
    x.shape == baseline.shape,
    "integratedGradients: x is \(x.shape), the baseline \(baseline.shape); both must be of one shape"
  )
  requireSize(steps, "integratedGradients: a number of steps")
  let way = x - baseline
  var sum = Tensor<Scalar>(shape: x.shape)
  for k in 0..<steps {
    let share = (Scalar(k) + 0.5) / Scalar(steps)
    let slope = try gradient(baseline + share * way)
    require(
      slope.shape == x.shape,
      "integratedGradients: the gradient is \(slope.shape) where x is \(x.shape)")
    sum += slope
  }
  // What has not moved has no part in it, however steep it is there.
  return (sum / Scalar(steps)).zip(way) { scaled($0, by: $1) }
}

/// The sign attack (FGSM): every number moves by ε to where the loss rises, and stays in its range.
///
///     clip(x + ε·sign(dx), 0, 1),   sign(0) = 0
///
/// Source: Goodfellow, Shlens, Szegedy, "Explaining and harnessing adversarial examples", 2015, section 4.
///
/// - Parameters:
///   - x: The input, any shape.
///   - gradient: ∂loss/∂x, of its shape.
///   - epsilon: ε, at least 0.
///   - range: What the numbers of an input may be.
/// - Returns: The changed input, of x's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func signAttack<Scalar: Real>(
  _ x: Tensor<Scalar>, gradient: Tensor<Scalar>, epsilon: Scalar,
  range: ClosedRange<Scalar> = 0...1
) -> Tensor<Scalar> {
  require(
    gradient.shape == x.shape,
    "signAttack: the gradient is \(gradient.shape), x is \(x.shape); both must be of one shape")
  requireNotNegative(epsilon, "signAttack: epsilon")
  return x.zip(gradient) { x, slope in
    let moved = slope > 0 ? x + epsilon : slope < 0 ? x - epsilon : slope == 0 ? x : slope
    return moved < range.lowerBound
      ? range.lowerBound : moved > range.upperBound ? range.upperBound : moved
  }
}
