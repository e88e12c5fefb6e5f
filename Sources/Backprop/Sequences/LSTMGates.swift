// An LSTM's step and its chain rule, number by number. A step has a dozen elementwise operations; a tensor
// for each of them would cost more than the matrix products.
//
// Threads share out the samples: each makes the product of its own with Wh and, from what is in its cache
// then, their gates. So the others are waited for once a step.

import Core
import Kernels

/// What the gates of a step make of z and the cell.
struct LSTMGates<Scalar: Real> {
  /// i, f, g and o side by side, `[m, 4·hidden]`.
  let gates: Tensor<Scalar>
  /// c′, tanh c′ and h′, `[m, hidden]` each.
  let cell, tanhC, state: Tensor<Scalar>
}

/// The gates of z = x·Wx + h·Wh + b, and both states after the step.
///
///     i = σ(zᵢ)   f = σ(z_f)   g = tanh(z_g)   o = σ(zₒ)
///     c′ = f ⊙ c + i ⊙ g      h′ = o ⊙ tanh(c′)
///
/// - Parameters:
///   - fromInput: x·Wx of all steps, `[m·steps, 4·hidden]`, those of a sample one below another.
///   - t: Which step it is.
///   - steps: How many there are.
///   - h: The state before, `[m, hidden]`.
///   - c: The cell before, `[m, hidden]`.
///   - parameters: Those of the step.
/// - Returns: The gates and the states.
func lstmGates<Scalar: Real>(
  _ fromInput: Tensor<Scalar>, at t: Int, of steps: Int, _ h: Tensor<Scalar>, _ c: Tensor<Scalar>,
  _ parameters: RecurrentParameters<Scalar>
) -> LSTMGates<Scalar> {
  var gates = Tensor<Scalar>(unfilled: [c.rows, 4 * c.columns])
  var (cell, tanhC) = (Tensor<Scalar>(unfilled: c.shape), Tensor<Scalar>(unfilled: c.shape))
  var state = Tensor<Scalar>(unfilled: c.shape)
  shareGates(
    c.rows, c.columns, fromInput.storage, at: t, of: steps, h.storage,
    parameters.hiddenWeight.storage, parameters.bias.storage, c.storage, &gates.storage,
    &cell.storage, &tanhC.storage, &state.storage)
  return LSTMGates(gates: gates, cell: cell, tanhC: tanhC, state: state)
}

/// The same by addresses, which the threads share.
private func shareGates<Scalar: Real>(
  _ m: Int, _ n: Int, _ x: UnsafePointer<Scalar>, at t: Int, of steps: Int,
  _ h: UnsafePointer<Scalar>, _ hiddenWeight: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafePointer<Scalar>, _ gates: UnsafeMutablePointer<Scalar>,
  _ cell: UnsafeMutablePointer<Scalar>, _ tanhC: UnsafeMutablePointer<Scalar>,
  _ state: UnsafeMutablePointer<Scalar>
) {
  parallel(m, grain: 4, worth: m * n * n > 25_000) { rows in
    let (wide, narrow) = (rows.lowerBound * 4 * n, rows.lowerBound * n)
    // The gates' place holds h·Wh until they are known.
    productPart(rows.count, 4 * n, n, h + narrow, hiddenWeight, gates + wide)
    gateRows(
      rows.count, n, x + (wide * steps + t * 4 * n), steps, b, c + narrow, gates + wide,
      cell + narrow, tanhC + narrow, state + narrow)
  }
}

/// So many rows of it, of n units; of x, every row of that number.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func gateRows<Scalar: Real>(
  _ rows: Int, _ n: Int, _ x: UnsafePointer<Scalar>, _ steps: Int, _ b: UnsafePointer<Scalar>,
  _ c: UnsafePointer<Scalar>, _ gates: UnsafeMutablePointer<Scalar>,
  _ cell: UnsafeMutablePointer<Scalar>, _ tanhC: UnsafeMutablePointer<Scalar>,
  _ state: UnsafeMutablePointer<Scalar>
) {
  for row in 0..<rows {
    let (x, i) = (x + 4 &* n &* steps &* row, gates + 4 &* n &* row)
    let (f, g, o) = (i + n, i + 2 &* n, i + 3 &* n)
    let (c, cell) = (c + n &* row, cell + n &* row)
    let (tanhC, state) = (tanhC + n &* row, state + n &* row)
    for k in 0..<2 &* n { i[k] = Scalar.quickLogistic(x[k] + i[k] + b[k]) }
    for k in 2 &* n..<3 &* n { i[k] = Scalar.quickTanh(x[k] + i[k] + b[k]) }
    for k in 3 &* n..<4 &* n { i[k] = Scalar.quickLogistic(x[k] + i[k] + b[k]) }
    for k in 0..<n {
      cell[k] = f[k] * c[k] + i[k] * g[k]
      tanhC[k] = Scalar.quickTanh(cell[k])
      state[k] = o[k] * tanhC[k]
    }
  }
}

/// The chain rule for a step, up to ∂loss/∂z.
///
/// - Parameters:
///   - dOutput: ∂loss/∂h′ by the output of this step, `[m, hidden]`.
///   - next: Whᵀ, `[4·hidden, hidden]`, where a step follows: by it and that step's ∂loss/∂z comes the
///     other part of ∂loss/∂h′. Nil after the last step.
///   - dNextC: ∂loss/∂c′ by the steps to come, `[m, hidden]`.
///   - cache: That of the forward step.
///   - dZ: ∂loss/∂z of all steps, `[steps·m, 4·hidden]`; the rows of step t are written, those of the
///     step after are read.
///   - t: Which step it is.
/// - Returns: All of ∂loss/∂h′, and ∂loss/∂c.
func lstmGatesBackward<Scalar: Real>(
  _ dOutput: Tensor<Scalar>, next: Tensor<Scalar>?, _ dNextC: Tensor<Scalar>,
  _ cache: LSTMStepCache<Scalar>, to dZ: inout Tensor<Scalar>, at t: Int
) -> (dH: Tensor<Scalar>, dC: Tensor<Scalar>) {
  let (m, n) = (cache.c.rows, cache.c.columns)
  require(
    dZ.columns == 4 * n && (t + (next == nil ? 1 : 2)) * m <= dZ.rows,
    "lstmGatesBackward: step \(t) of \(m) rows of \(4 * n) is not in \(dZ.shape)")
  var (dH, dC) = (Tensor<Scalar>(unfilled: [m, n]), Tensor<Scalar>(unfilled: [m, n]))
  shareGatesBackward(
    m, n, at: t, dOutput.storage, next?.storage, dNextC.storage, cache.gates.storage,
    cache.c.storage, cache.tanhC.storage, &dZ.storage, &dH.storage, &dC.storage)
  return (dH, dC)
}

/// The same by addresses.
private func shareGatesBackward<Scalar: Real>(
  _ m: Int, _ n: Int, at t: Int, _ dOutput: UnsafePointer<Scalar>,
  _ hiddenWeight: UnsafePointer<Scalar>?, _ dNextC: UnsafePointer<Scalar>,
  _ gates: UnsafePointer<Scalar>, _ c: UnsafePointer<Scalar>, _ tanhC: UnsafePointer<Scalar>,
  _ allDZ: UnsafeMutablePointer<Scalar>, _ dH: UnsafeMutablePointer<Scalar>,
  _ dC: UnsafeMutablePointer<Scalar>
) {
  let dZ = allDZ + t * m * 4 * n
  parallel(m, grain: 4, worth: m * n * n > 25_000) { rows in
    let (wide, narrow) = (rows.lowerBound * 4 * n, rows.lowerBound * n)
    if let hiddenWeight {
      // forward: z = x·Wx + h·Wh + b, in the step after
      productPart(
        rows.count, n, 4 * n, dZ + (m * 4 * n + wide), hiddenWeight, dH + narrow)
    } else {
      (dH + narrow).update(repeating: 0, count: rows.count * n)
    }
    gateRowsBackward(
      rows.count, n, dOutput + narrow, dNextC + narrow, gates + wide, c + narrow, tanhC + narrow,
      dZ + wide, dH + narrow, dC + narrow)
  }
}

/// So many rows of it, of n units.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func gateRowsBackward<Scalar: Real>(
  _ rows: Int, _ n: Int, _ dOutput: UnsafePointer<Scalar>, _ dNextC: UnsafePointer<Scalar>,
  _ gates: UnsafePointer<Scalar>, _ c: UnsafePointer<Scalar>, _ tanhC: UnsafePointer<Scalar>,
  _ dZ: UnsafeMutablePointer<Scalar>, _ dH: UnsafeMutablePointer<Scalar>,
  _ dC: UnsafeMutablePointer<Scalar>
) {
  for row in 0..<rows {
    let (gates, dZ, first) = (gates + 4 &* n &* row, dZ + 4 &* n &* row, n &* row)
    for k in 0..<n {
      let (i, f, g, o) = (gates[k], gates[n &+ k], gates[2 &* n &+ k], gates[3 &* n &+ k])
      let tanhC = tanhC[first &+ k]
      // forward: h′ goes two ways, into the output of this step and into the step after
      let dState = dOutput[first &+ k] + dH[first &+ k]
      // forward: h′ = o ⊙ tanh(c′)
      let dO = dState * tanhC
      let dCell = dNextC[first &+ k] + dState * o * (1 - tanhC * tanhC)
      // forward: c′ = f ⊙ c + i ⊙ g
      let (dF, dI, dG) = (dCell * c[first &+ k], dCell * g, dCell * i)
      (dH[first &+ k], dC[first &+ k]) = (dState, dCell * f)
      // forward: i = σ(zᵢ), f = σ(z_f), g = tanh(z_g), o = σ(zₒ)
      dZ[k] = dI * i * (1 - i)
      dZ[n &+ k] = dF * f * (1 - f)
      dZ[2 &* n &+ k] = dG * (1 - g * g)
      dZ[3 &* n &+ k] = dO * o * (1 - o)
    }
  }
}
