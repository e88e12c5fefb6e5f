// Sequences, [m, steps, features], cut into steps and put together again.

public import Core

/// The steps of a sequence: `[m, steps, n]` → as many `[m, n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func steps<Scalar: Real>(of x: Tensor<Scalar>, _ name: String) -> [Tensor<Scalar>] {
  require(x.rank == 3, "\(name): \(x.shape) is no batch of sequences, [m, steps, features]")
  let (m, steps, n) = (x.shape[0], x.shape[1], x.shape[2])
  return (0..<steps).map { t in
    var step = Tensor<Scalar>(unfilled: [m, n])
    for i in 0..<m { copy(n, x, (i * steps + t) * n, to: &step, i * n) }
    return step
  }
}

/// Writes n numbers of a tensor, from a place on, to another's.
@inline(__always)
private func copy<Scalar: Real>(
  _ n: Int, _ source: Tensor<Scalar>, _ from: Int, to target: inout Tensor<Scalar>, _ to: Int
) {
  source.storage.withUnsafeBufferPointer { source in
    target.storage.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      (target + to).update(from: source + from, count: n)
    }
  }
}

/// The way back: steps `[m, n]` → `[m, steps, n]`; `like` has m and the number of steps.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func joined<Scalar: Real>(
  _ parts: [Tensor<Scalar>], like x: Tensor<Scalar>, width n: Int
) -> Tensor<Scalar> {
  let (m, steps) = (x.shape[0], x.shape[1])
  for part in parts {
    require(
      part.shape == [m, n],
      "a step of a sequence is \(part.shape), should be [\(m), \(n)], as the others and the layer want it"
    )
  }
  require(parts.count == steps, "a sequence of \(parts.count) steps, should have \(steps)")
  var sequence = Tensor<Scalar>(unfilled: [m, steps, n])
  for (t, part) in parts.enumerated() {
    for i in 0..<m { copy(n, part, i * n, to: &sequence, (i * steps + t) * n) }
  }
  return sequence
}

/// Steps `[m, n]`, one at least → `[m, steps, n]`.
package func joined<Scalar: Real>(_ parts: [Tensor<Scalar>]) -> Tensor<Scalar> {
  let (m, n) = (parts[0].rows, parts[0].columns)
  return joined(parts, like: Tensor(shape: [m, parts.count, 0]), width: n)
}

/// Steps `[m, n]`, the rows of each below those of the one before: `[steps·m, n]`.
func oneBelowAnother<Scalar: Real>(_ parts: [Tensor<Scalar>], width n: Int) -> Tensor<Scalar> {
  var scalars = [Scalar]()
  scalars.reserveCapacity(parts.reduce(0) { $0 + $1.count })
  for part in parts { scalars += part.storage }
  return Tensor(scalars, shape: [parts.reduce(0) { $0 + $1.rows }, n])
}

/// Blocks of columns: `[m, count·n]` → as many `[m, n]` as are asked for.
package func columnBlocks<Scalar: Real>(_ z: Tensor<Scalar>, _ count: Int) -> [Tensor<Scalar>] {
  steps(of: z.reshaped([z.rows, count, z.columns / count]), "columnBlocks")
}

/// The way back from `columnBlocks`.
package func besideEachOther<Scalar: Real>(_ parts: [Tensor<Scalar>]) -> Tensor<Scalar> {
  joined(parts).reshaped([parts[0].rows, parts.count * parts[0].columns])
}

/// The last step of a sequence, `[m, steps, n]` → `[m, n]`: where a recurrent layer has seen all.
public struct LastStep<Scalar: Real>: Layer, Sendable {
  /// The shape of the input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 3, "LastStep.Cache")
      self.shape = shape
    }
  }

  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 3 && x.shape[1] >= 1,
      "LastStep: the input is \(x.shape); it must be [m, steps, n], with a step at least")
    let sequence = steps(of: x, "LastStep")
    return (sequence[sequence.count - 1], Cache(shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let (m, count, n) = (cache.shape[0], cache.shape[1], cache.shape[2])
    require(
      count >= 1 && dY.shape == [m, n],
      "LastStep backward: dY is \(dY.shape), should be [\(m), \(n)]")
    // forward: y = x at the last step; the others get no gradient
    let before = Array(repeating: Tensor<Scalar>(shape: [m, n]), count: count - 1)
    return (joined(before + [dY], like: Tensor(shape: cache.shape), width: n), NoParameters())
  }
}
