// The step of a U-Net from one resolution to the next, as loops that can be read. Images are
// [m, channels, height, width].

public import Core
import Kernels

/// Twice as many pixels, and beside them what the way down has kept:
/// y[n, ch, i, j] = u[n, ch, ⌊i/2⌋, ⌊j/2⌋] for the first c channels, skip[n, ch - c, i, j] for the others.
///
/// - Parameters:
///   - u: The deeper images, `[m, c, h, w]`.
///   - skip: The images kept, `[m, k, 2h, 2w]`.
/// - Returns: `[m, c + k, 2h, 2w]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func upsampleConcatReference<Scalar>(
  _ u: Tensor<Scalar>, skip: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    u.rank == 4 && skip.rank == 4 && skip.shape[0] == u.shape[0]
      && skip.shape[2] == 2 * u.shape[2] && skip.shape[3] == 2 * u.shape[3],
    "upsampleConcat: u is \(u.shape) and skip \(skip.shape); they must be [m, c, h, w] and "
      + "[m, k, 2h, 2w]")
  let c = u.shape[1]
  var y = Tensor<Scalar>(
    shape: [u.shape[0], c + skip.shape[1], skip.shape[2], skip.shape[3]])
  for n in 0..<y.shape[0] {
    for channel in 0..<y.shape[1] {
      for i in 0..<y.shape[2] {
        for j in 0..<y.shape[3] {
          y[n, channel, i, j] =
            channel < c ? u[n, channel, i / 2, j / 2] : skip[n, channel - c, i, j]
        }
      }
    }
  }
  return y
}

/// The gradients of `upsampleConcatReference`: the sum of each 2×2 of the first c channels, and the other
/// channels as they are.
///
/// - Parameters:
///   - dY: ∂loss/∂y, `[m, c + k, 2h, 2w]`.
///   - c: How many channels u has.
/// - Returns: ∂loss/∂u `[m, c, h, w]`, ∂loss/∂skip `[m, k, 2h, 2w]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func upsampleConcatReferenceBackward<Scalar>(
  _ dY: Tensor<Scalar>, channels c: Int
) -> (dU: Tensor<Scalar>, dSkip: Tensor<Scalar>) {
  require(
    dY.rank == 4 && 0 <= c && c <= dY.shape[1] && dY.shape[2] % 2 == 0 && dY.shape[3] % 2 == 0,
    "upsampleConcat backward: dY is \(dY.shape) and c is \(c); dY must be [m, c + k, 2h, 2w]")
  let (m, height, width) = (dY.shape[0], dY.shape[2], dY.shape[3])
  var dU = Tensor<Scalar>(shape: [m, c, height / 2, width / 2])
  var dSkip = Tensor<Scalar>(shape: [m, dY.shape[1] - c, height, width])
  for n in 0..<m {
    for channel in 0..<dY.shape[1] {
      for i in 0..<height {
        for j in 0..<width {
          if channel < c {
            // forward: y[n, channel, i, j] = u[n, channel, ⌊i/2⌋, ⌊j/2⌋]
            dU[n, channel, i / 2, j / 2] += dY[n, channel, i, j]
          } else {
            // forward: y[n, channel, i, j] = skip[n, channel - c, i, j]
            dSkip[n, channel - c, i, j] = dY[n, channel, i, j]
          }
        }
      }
    }
  }
  return (dU, dSkip)
}
