import Core

// Batches of sequences, cut into steps and put together, for the networks of this chapter.

/// The steps of a batch of sequences: `[m, t, n]` → t of `[m, n]`.
func parts(of x: Tensor<Float>) -> [Tensor<Float>] {
  let (m, t, n) = (x.shape[0], x.shape[1], x.shape[2])
  let rows = x.reshaped([m * t, n])
  return (0..<t).map { step in rows.rows((0..<m).map { $0 * t + step }) }
}

/// The way back: t of `[m, n]` → `[m, t, n]`.
func together(_ parts: [Tensor<Float>]) -> Tensor<Float> {
  let (t, m, n) = (parts.count, parts[0].rows, parts[0].columns)
  let rows = Tensor(parts.flatMap(\.scalars), shape: [t * m, n])
  let order = (0..<m * t).map { $0 % t * m + $0 / t }
  return rows.rows(order).reshaped([m, t, n])
}

/// Two matrices beside each other: `[m, n]`, `[m, n]` → `[m, 2n]`.
func beside(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
  together([a, b]).reshaped([a.rows, a.columns + b.columns])
}

/// The way back.
func apart(_ x: Tensor<Float>) -> (Tensor<Float>, Tensor<Float>) {
  let halves = parts(of: x.reshaped([x.rows, 2, x.columns / 2]))
  return (halves[0], halves[1])
}

/// Channels in time as frames of scores: `[m, n, t]` → `[t, m, n]`.
func framesFirst(_ x: Tensor<Float>) -> Tensor<Float> {
  let (m, n, t) = (x.shape[0], x.shape[1], x.shape[2])
  return x.reshaped([m * n, t]).transposed.reshaped([t, m, n])
}

/// The way back: `[t, m, n]` → `[m, n, t]`.
func channelsFirst(_ x: Tensor<Float>) -> Tensor<Float> {
  let (t, m, n) = (x.shape[0], x.shape[1], x.shape[2])
  return x.reshaped([t, m * n]).transposed.reshaped([m, n, t])
}
