// One step of training, shared by all ranks: each has its part of the batch, and all take the same step.

public import Core
import Kernels

extension Layer where Output == Tensor<Scalar> {
  /// One step on a batch of which every rank holds a part.
  ///
  /// Each rank brings n_k times its mean gradient, n_k times its loss, and n_k. One sum over all ranks, of
  /// all parameters and two numbers more, gives each of them the gradient and the loss of the whole, also
  /// where parts have different sizes, or are empty. Ranks that began with equal weights stay equal.
  ///
  /// What layers observe, such as running averages, is left as it is: it would differ from rank to rank.
  ///
  /// - Parameters:
  ///   - x: This rank's part.
  ///   - samples: How many samples that is, 0 or more.
  ///   - communicator: Joins the ranks.
  ///   - optimizer: Turns the gradient into a step; the same on every rank.
  ///   - context: Says that this is training.
  ///   - loss: The mean loss of an output, and its gradient.
  /// - Returns: The mean loss of the whole batch, before the step.
  /// - Throws: What the communicator throws; the network is then as before.
  public mutating func dataParallelStep(
    _ x: Input, samples: Int, among communicator: some Communicator,
    with optimizer: inout some Optimizer<Scalar>, in context: inout Context,
    loss: (_ output: Tensor<Scalar>) -> Loss<Scalar>
  ) throws -> Scalar {
    require(samples >= 0, "dataParallelStep: a part of \(samples) samples; it must be 0 or more")
    let count = parameters.count
    var bundle = [Scalar](repeating: 0, count: count + 2)
    if samples > 0 {
      let (output, cache) = forward(x, in: &context)
      let (mean, dOutput) = loss(output)
      let weight = Scalar(samples)
      bundle = (weight * gradient(dOutput, cache).flattened).scalars + [weight * mean, weight]
    }
    let sum = try communicator.sumOverAll(Tensor(bundle))
    let total = sum[count + 1]
    require(total > 0, "dataParallelStep: no rank has a sample; one at least is needed in all")
    let whole = Tensor(Array(sum.scalars[..<count])) / total
    optimizer.update(&self, parameters.unflattened(whole))
    return sum[count] / total
  }
}

/// The numbers that a rank sends for one sum over all: about twice those of the vector.
public func allReduceTraffic(numbers: Int, ranks: Int) -> Double {
  requireSize(ranks, "allReduceTraffic: a number of ranks")
  return 2 * Double(numbers) * Double(ranks - 1) / Double(ranks)
}
