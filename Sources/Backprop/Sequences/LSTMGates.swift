// An LSTM's gates and their chain rule, number by number. A step has a dozen elementwise operations; a
// tensor for each of them would cost more than the matrix products.

import Core
import Kernels

/// What the gates of a step make of z and the cell.
struct LSTMGates<Scalar: Real> {
  /// i, f, g and o side by side, `[m, 4·hidden]`.
  var gates: Tensor<Scalar>
  /// c′, tanh c′ and h′, `[m, hidden]` each.
  var cell, tanhC, state: Tensor<Scalar>
}

/// The gates of z = fromInput + fromState + b, and both states after the step.
///
///     i = σ(zᵢ)   f = σ(z_f)   g = tanh(z_g)   o = σ(zₒ)
///     c′ = f ⊙ c + i ⊙ g      h′ = o ⊙ tanh(c′)
///
/// - Parameters:
///   - fromInput: x·Wx of this step and others, `[.., 4·hidden]`.
///   - first: The row of `fromInput` in which this step begins.
///   - fromState: h·Wh, `[m, 4·hidden]`.
///   - bias: b, `[4·hidden]`.
///   - c: The cell before, `[m, hidden]`.
/// - Returns: The gates and the states.
func lstmGates<Scalar: Real>(
  _ fromInput: Tensor<Scalar>, from first: Int, _ fromState: Tensor<Scalar>,
  _ bias: Tensor<Scalar>, _ c: Tensor<Scalar>
) -> LSTMGates<Scalar> {
  let (m, hidden) = (c.rows, c.columns)
  var result = LSTMGates<Scalar>(
    gates: Tensor(unfilled: [m, 4 * hidden]), cell: Tensor(unfilled: c.shape),
    tanhC: Tensor(unfilled: c.shape), state: Tensor(unfilled: c.shape))
  fromInput.storage.withUnsafeBufferPointer { x in
    fromState.storage.withUnsafeBufferPointer { h in
      bias.storage.withUnsafeBufferPointer { b in
        c.storage.withUnsafeBufferPointer { c in
          result.gates.storage.withUnsafeMutableBufferPointer { gates in
            result.cell.storage.withUnsafeMutableBufferPointer { cell in
              result.tanhC.storage.withUnsafeMutableBufferPointer { tanhC in
                result.state.storage.withUnsafeMutableBufferPointer { state in
                  guard let x = x.baseAddress, let h = h.baseAddress, let b = b.baseAddress,
                    let c = c.baseAddress, let gates = gates.baseAddress,
                    let cell = cell.baseAddress, let tanhC = tanhC.baseAddress,
                    let state = state.baseAddress
                  else { return }
                  parallel(m, grain: 8, worth: m * hidden > 2000) { rows in
                    for row in rows {
                      let (wide, narrow) = (row * 4 * hidden, row * hidden)
                      gateRow(
                        hidden, x + (first * 4 * hidden + wide), h + wide, b, c + narrow,
                        gates + wide, cell + narrow, tanhC + narrow, state + narrow)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return result
}

/// One row of it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func gateRow<Scalar: Real>(
  _ n: Int, _ x: UnsafePointer<Scalar>, _ h: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafePointer<Scalar>, _ gates: UnsafeMutablePointer<Scalar>,
  _ cell: UnsafeMutablePointer<Scalar>, _ tanhC: UnsafeMutablePointer<Scalar>,
  _ state: UnsafeMutablePointer<Scalar>
) {
  for k in 0..<2 &* n { gates[k] = logistic(x[k] + h[k] + b[k]) }
  for k in 2 &* n..<3 &* n { gates[k] = Scalar.tanh(x[k] + h[k] + b[k]) }
  for k in 3 &* n..<4 &* n { gates[k] = logistic(x[k] + h[k] + b[k]) }
  let (i, f, g, o) = (gates, gates + n, gates + 2 &* n, gates + 3 &* n)
  for k in 0..<n {
    cell[k] = f[k] * c[k] + i[k] * g[k]
    tanhC[k] = Scalar.tanh(cell[k])
    state[k] = o[k] * tanhC[k]
  }
}

/// The chain rule for the gates: ∂loss/∂z, `[m, 4·hidden]`, and ∂loss/∂c, `[m, hidden]`.
func lstmGatesBackward<Scalar: Real>(
  _ dNext: Tensor<Scalar>, _ dNextC: Tensor<Scalar>, _ cache: LSTMStepCache<Scalar>
) -> (dZ: Tensor<Scalar>, dC: Tensor<Scalar>) {
  let (m, hidden) = (cache.c.rows, cache.c.columns)
  var dZ = Tensor<Scalar>(unfilled: [m, 4 * hidden])
  var dC = Tensor<Scalar>(unfilled: [m, hidden])
  dNext.storage.withUnsafeBufferPointer { dNext in
    dNextC.storage.withUnsafeBufferPointer { dNextC in
      cache.gates.storage.withUnsafeBufferPointer { gates in
        cache.c.storage.withUnsafeBufferPointer { c in
          cache.tanhC.storage.withUnsafeBufferPointer { tanhC in
            dZ.storage.withUnsafeMutableBufferPointer { dZ in
              dC.storage.withUnsafeMutableBufferPointer { dC in
                guard let dNext = dNext.baseAddress, let dNextC = dNextC.baseAddress,
                  let gates = gates.baseAddress, let c = c.baseAddress,
                  let tanhC = tanhC.baseAddress, let dZ = dZ.baseAddress,
                  let dC = dC.baseAddress
                else { return }
                parallel(m, grain: 8, worth: m * hidden > 2000) { rows in
                  for row in rows {
                    let (wide, narrow) = (row * 4 * hidden, row * hidden)
                    gateRowBackward(
                      hidden, dNext + narrow, dNextC + narrow, gates + wide, c + narrow,
                      tanhC + narrow, dZ + wide, dC + narrow)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return (dZ, dC)
}

/// One row of it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func gateRowBackward<Scalar: Real>(
  _ n: Int, _ dNext: UnsafePointer<Scalar>, _ dNextC: UnsafePointer<Scalar>,
  _ gates: UnsafePointer<Scalar>, _ c: UnsafePointer<Scalar>, _ tanhC: UnsafePointer<Scalar>,
  _ dZ: UnsafeMutablePointer<Scalar>, _ dC: UnsafeMutablePointer<Scalar>
) {
  for k in 0..<n {
    let (i, f, g, o) = (gates[k], gates[n &+ k], gates[2 &* n &+ k], gates[3 &* n &+ k])
    // forward: h′ = o ⊙ tanh(c′)
    let dO = dNext[k] * tanhC[k]
    let dCell = dNextC[k] + dNext[k] * o * (1 - tanhC[k] * tanhC[k])
    // forward: c′ = f ⊙ c + i ⊙ g
    let (dF, dI, dG) = (dCell * c[k], dCell * g, dCell * i)
    dC[k] = dCell * f
    // forward: i = σ(zᵢ), f = σ(z_f), g = tanh(z_g), o = σ(zₒ)
    dZ[k] = dI * i * (1 - i)
    dZ[n &+ k] = dF * f * (1 - f)
    dZ[2 &* n &+ k] = dG * (1 - g * g)
    dZ[3 &* n &+ k] = dO * o * (1 - o)
  }
}
