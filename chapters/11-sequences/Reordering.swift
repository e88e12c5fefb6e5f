import Core
import SequenceLayers
import Sequences

/// The axes of what passes in another order, and those of its gradient in the order of before.
struct Reordering: Layer {
  typealias Scalar = Float

  let there: @Sendable (Tensor<Float>) -> Tensor<Float>
  let back: @Sendable (Tensor<Float>) -> Tensor<Float>

  func forward(
    _ x: Tensor<Float>, in context: inout Context
  ) -> (output: Tensor<Float>, cache: Void) { (there(x), ()) }

  func backward(
    _ dY: Tensor<Float>, _ cache: Void
  ) -> (dInput: Tensor<Float>, gradient: NoParameters<Float>) { (back(dY), NoParameters()) }
}

/// A network from spectrograms, `[m, bands, t]`, to CTC's scores, `[t, m, classes]`.
typealias Ears<Body: TensorLayer<Float>> = Then<Body, Reordering>

func ears<Body>(_ body: Body) -> Ears<Body> {
  body.then(Reordering(there: framesFirst, back: channelsFirst))
}

/// A recurrent layer among convolutions: `[m, channels, t]` in and out.
func overTime(_ base: GRU<Float>) -> Then<Then<Reordering, GRU<Float>>, Reordering> {
  let swap = Reordering(there: swappedLast, back: swappedLast)
  return swap.then(base).then(swap)
}

/// Channels in time as frames of scores: `[m, n, t]` → `[t, m, n]`.
@Sendable private func framesFirst(_ x: Tensor<Float>) -> Tensor<Float> {
  let (m, n, t) = (x.shape[0], x.shape[1], x.shape[2])
  return x.reshaped([m * n, t]).transposed.reshaped([t, m, n])
}

/// The way back: `[t, m, n]` → `[m, n, t]`.
@Sendable private func channelsFirst(_ x: Tensor<Float>) -> Tensor<Float> {
  let (t, m, n) = (x.shape[0], x.shape[1], x.shape[2])
  return x.reshaped([t, m * n]).transposed.reshaped([m, n, t])
}
