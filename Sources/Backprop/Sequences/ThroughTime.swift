// Backpropagation through time: the one loop that every recurrent layer goes back by.

package import Core

/// The chain rule for a step that is done again and again, from the last to the first.
///
/// - Parameters:
///   - name: The layer's, for sentences.
///   - dY: ∂loss/∂output, `[m, steps, hidden]`.
///   - cache: What each step of the forward pass has kept.
///   - parameters: Those of every step.
///   - step: Takes what arrives at the state after a step, `[m, hidden]`: dH, and its two parts, by the
///     output and by the steps to come; returns the gradients of x, of the state before, and of the
///     parameters. It is called for the last step first.
/// - Returns: The gradients of the input, of the state after every step, the first step's first, and of
///   the parameters.
package func throughTime<Scalar: Real, Cache>(
  _ name: String, _ dY: Tensor<Scalar>, _ cache: [Cache],
  _ parameters: RecurrentParameters<Scalar>,
  step: (
    _ dH: Tensor<Scalar>, _ dOutput: Tensor<Scalar>, _ fromFuture: Tensor<Scalar>, _ cache: Cache
  ) -> (dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>)
) -> (dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], gradient: RecurrentParameters<Scalar>) {
  let dOutputs = stepGradients(name, dY, cache.count)
  parameters.validate()
  let (inputs, hidden) = (parameters.inputWeight.rows, parameters.hiddenWeight.rows)
  var gradient = parameters.zeros
  var fromFuture = Tensor<Scalar>(shape: [dY.rows, hidden])
  var (dInputs, dHidden) = ([Tensor<Scalar>](), [Tensor<Scalar>]())
  for t in cache.indices.reversed() {
    // forward: h goes two ways, into the output of step t and into step t + 1
    let dH = dOutputs[t] + fromFuture  // [m, hidden]
    dHidden.append(dH)
    let (dX, dBefore, dParameters) = step(dH, dOutputs[t], fromFuture, cache[t])
    require(
      dX.shape == [dY.rows, inputs] && dBefore.shape == fromFuture.shape,
      "\(name) backward: step \(t) gives dX \(dX.shape) and dH \(dBefore.shape), should give "
        + "[\(dY.rows), \(inputs)] and \(fromFuture.shape), the shapes of x and h")
    // forward: every step has the same parameters
    gradient = gradient + dParameters
    fromFuture = dBefore
    dInputs.append(dX)
  }
  return (joined(dInputs.reversed(), like: dY, width: inputs), dHidden.reversed(), gradient)
}

/// ∂loss/∂output of each step.
func stepGradients<Scalar: Real>(
  _ name: String, _ dY: Tensor<Scalar>, _ count: Int
) -> [Tensor<Scalar>] {
  let dOutputs = steps(of: dY, "\(name) backward")
  require(
    dOutputs.count == count,
    "\(name) backward: dY has \(dOutputs.count) steps, the forward pass had \(count)")
  return dOutputs
}
