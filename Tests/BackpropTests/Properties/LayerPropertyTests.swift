import Backprop
import Testing

/// Everything that backward gives, in one list.
private func flat<P: ParameterSet<Double>>(
  _ result: (dInput: Tensor<Double>, gradient: P)
) -> [Double] {
  result.dInput.scalars + result.gradient.named.flatMap(\.value.scalars)
}

private func dot(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Double {
  zip(a.scalars, b.scalars).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Whether lists agree up to rounding, measured against the largest number, or 1.
private func close(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
  let size = b.reduce(1) { max($0, abs($1)) }
  return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * size }
}

/// backward(a·u + b·v) = a·backward(u) + b·backward(v), for the same forward pass.
private struct Linearity: LayerProperty {
  let name: Comment
  let seed: UInt64

  func check<Network: TensorLayer<Double>>(_ test: LayerCase<Network>) {
    var (draw, context) = (Draw(seed: seed &+ 1000), test.context)
    let (y, cache) = test.layer.forward(test.input, in: &context)
    let (u, v) = (draw.tensor(y.shape), draw.tensor(y.shape))
    let (a, b) = (draw.generator.normal(), draw.generator.normal())
    let together = flat(test.layer.backward(a * u + b * v, cache))
    let (one, other) = (
      flat(test.layer.backward(u, cache)), flat(test.layer.backward(v, cache))
    )
    #expect(close(together, zip(one, other).map { a * $0 + b * $1 }), name)
    #expect(flat(test.layer.backward(0 * u, cache)).allSatisfy { $0 == 0 }, name)
  }
}

/// A batch's gradient is the sum of its samples' gradients, and its rows are theirs.
private struct Additivity: LayerProperty {
  let name: Comment
  let seed: UInt64

  func check<Network: TensorLayer<Double>>(_ test: LayerCase<Network>) {
    var (draw, context) = (Draw(seed: seed &+ 2000), test.context)
    let (y, cache) = test.layer.forward(test.input, in: &context)
    let u = draw.tensor(y.shape)
    let whole = test.layer.backward(u, cache)
    var (outputs, rows, sum) = ([Double](), [Double](), [Double]())
    for i in 0..<test.input.rows {
      let (y, cache) = test.layer.forward(test.input.rows([i]), in: &context)
      let single = test.layer.backward(u.rows([i]), cache)
      outputs += y.scalars
      rows += single.dInput.scalars
      let gradient = single.gradient.named.flatMap(\.value.scalars)
      sum = i == 0 ? gradient : zip(sum, gradient).map { $0 + $1 }
    }
    #expect(close(outputs, y.scalars), name)
    #expect(close(rows, whole.dInput.scalars), name)
    #expect(close(sum, whole.gradient.named.flatMap(\.value.scalars)), name)
  }
}

/// ⟨J·v, u⟩ = ⟨v, Jᵀ·u⟩: forward mode, through the textbook in dual numbers, against backward.
private struct Adjointness: LayerProperty {
  let name: Comment
  let seed: UInt64

  func check<Network: TensorLayer<Double>>(_ test: LayerCase<Network>) {
    var (draw, context) = (Draw(seed: seed &+ 3000), test.context)
    let (y, cache) = test.layer.forward(test.input, in: &context)
    let parameters = test.layer.parameters.named.map(\.value)
    let (v, directions) = (draw.tensor(test.input.shape), draw.tensors(like: parameters))
    let pushed = test.textbook(
      DualTensor(test.input, moving: v),
      zip(parameters, directions).map { DualTensor($0, moving: $1) })
    #expect(pushed.shape == y.shape && close(pushed.values.scalars, y.scalars), name)

    let u = draw.tensor(y.shape)
    let (dInput, gradient) = test.layer.backward(u, cache)
    let forward = dot(pushed.tangents, u)
    let terms =
      [dot(v, dInput)] + zip(directions, gradient.named).map { dot($0, $1.value) }
    let size = terms.reduce(1) { $0 + abs($1) }
    #expect(abs(forward - terms.reduce(0, +)) <= 1e-11 * size, name)
  }
}

@Suite struct LayerPropertyTests {
  @Test(arguments: LayerKind.allCases)
  func `backward is linear in the upstream gradient`(kind: LayerKind) {
    for seed in propertySeeds {
      kind.check(Linearity(name: "\(kind), seed \(seed)", seed: seed), seed: seed)
    }
  }

  @Test(arguments: LayerKind.allCases.filter(\.isBySample))
  func `a batch's gradient is the sum of its samples'`(kind: LayerKind) {
    for seed in propertySeeds {
      kind.check(Additivity(name: "\(kind), seed \(seed)", seed: seed), seed: seed)
    }
  }

  @Test(arguments: LayerKind.allCases)
  func `backward is the adjoint of the forward mode`(kind: LayerKind) {
    for seed in propertySeeds {
      kind.check(Adjointness(name: "\(kind), seed \(seed)", seed: seed), seed: seed)
    }
  }
}
