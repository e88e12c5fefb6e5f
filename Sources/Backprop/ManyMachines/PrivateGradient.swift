// No sample may say more than C: each gradient is shortened by itself, and noise hides who was there.

public import Core
import Kernels

/// What a dense layer has seen of a lot, a sample a row: enough for each sample's own gradient.
public struct DenseSamples<Scalar: Real>: Sendable {
  /// The layer's input, `[m, inputs]`.
  public let x: Tensor<Scalar>
  /// ∂loss/∂output of each sample's own loss, not divided by m, `[m, outputs]`.
  public let dy: Tensor<Scalar>

  public init(x: Tensor<Scalar>, dy: Tensor<Scalar>) {
    require(
      x.rank == 2 && dy.rank == 2 && x.rows == dy.rows,
      "DenseSamples: x is \(x.shape) and dy \(dy.shape); they must be [m, inputs] and [m, outputs]")
    (self.x, self.dy) = (x, dy)
  }
}

/// The length of each sample's gradient, all parameters of all layers together.
///
/// Sample i's gradient of a dense layer is the product of a column and a row, xᵢᵀ·dyᵢ, and dyᵢ for the bias:
/// ‖gᵢ‖² = (‖xᵢ‖² + 1)·‖dyᵢ‖². It need not be computed to know its length.
///
/// Source: Goodfellow, "Efficient per-example gradient computations", 2015.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func perSampleNorms<Scalar: Real>(_ layers: [DenseSamples<Scalar>]) -> [Double] {
  let m = layers.first?.x.rows ?? 0
  require(
    !layers.isEmpty && layers.allSatisfy { $0.x.rows == m },
    "perSampleNorms: the layers saw \(layers.map(\.x.rows)) samples; give a layer at least, and all of "
      + "one lot")
  return (0..<m).map { i in
    // Below the first bound squares lose digits, above the second they are none.
    let square = squaredLength(layers, i)
    return square >= 1e-280 && square.isFinite ? square.squareRoot() : Lengths(layers, i).norm
  }
}

/// ‖g‖² of a sample, as long as squares are in range.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func squaredLength<Scalar: Real>(_ layers: [DenseSamples<Scalar>], _ i: Int) -> Double {
  var square = 0.0
  for layer in layers {
    var (x, dy) = (1.0, 0.0)
    for j in 0..<layer.x.columns {
      let value = Double(layer.x.storage[i * layer.x.columns + j])
      x += value * value
    }
    for j in 0..<layer.dy.columns {
      let value = Double(layer.dy.storage[i * layer.dy.columns + j])
      dy += value * value
    }
    square += x * dy
  }
  return square
}

/// The length of a sample's gradient by its factors, a = ‖(xᵢ, 1)‖ and b = ‖dyᵢ‖ of each layer: for numbers
/// whose squares are beyond the range.
private struct Lengths {
  /// The largest a and b of all layers, and √Σ(a·b)² in units of both.
  let a: Double, b: Double, rest: Double

  init<Scalar: Real>(_ layers: [DenseSamples<Scalar>], _ i: Int) {
    func length(_ rows: Tensor<Scalar>, _ more: [Double]) -> Double {
      Tensor(rows.rows(i..<i + 1).scalars.map { Double($0) } + more).norm()
    }
    let factors = layers.map { (a: length($0.x, [1]), b: length($0.dy, [])) }
    let (a, b) = (Tensor(factors.map(\.a)).max(), Tensor(factors.map(\.b)).max())
    (self.a, self.b) = (a, b)
    rest = b == 0 ? 0 : Tensor(factors.map { ($0.a / a) * ($0.b / b) }).norm()
  }

  var areFinite: Bool { a.isFinite && b.isFinite }

  var norm: Double { areFinite ? rest * b * a : a * b }

  /// What is left of a number of dy when the gradient is made as long as C.
  func shortened(_ dy: Double, to clip: Double) -> Double { dy / b * (clip / rest / a) }
}

/// A lot of samples, each drawn by itself with one probability: 0 to all of them, in their order.
///
/// The accountant's numbers hold for lots that are drawn so, and for no others.
@specialized(where Generator == SplitMix64)
public func poissonLot<Generator: RandomNumberGenerator>(
  of count: Int, probability: Double, using generator: inout Generator
) -> [Int] {
  require(
    count >= 0 && probability >= 0 && probability <= 1,
    "poissonLot: \(count) samples, each with probability \(probability); it must be 0 or more, with one "
      + "from 0 to 1")
  return (0..<count).filter { _ in generator.uniform() < probability }
}

/// The gradient of a lot in which no sample's part is longer than C, with noise: a step of DP-SGD.
///
///     g̃ = (Σᵢ gᵢ·min(1, C/‖gᵢ‖) + C·z) / B,   z ~ N(0, σ²)
///
/// The length is that of all parameters together, biases too. z is drawn once for the sum, not once a
/// sample. B is the number of samples that a lot is *expected* to have: how many came is a secret, too.
///
/// Source: Abadi et al., "Deep learning with differential privacy", 2016, algorithm 1.
///
/// - Parameters:
///   - layers: What each dense layer has seen; a lot may be empty.
///   - clip: C, positive.
///   - noise: z for each layer, drawn with the deviation σ; C is multiplied here.
///   - lot: B, positive.
/// - Returns: A gradient for each layer.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func privateGradients<Scalar: Real>(
  _ layers: [DenseSamples<Scalar>], clip: Scalar, noise: [WeightAndBias<Scalar>], lot: Scalar
) -> [WeightAndBias<Scalar>] {
  requirePositive(clip, "privateGradients: C")
  requirePositive(lot, "privateGradients: the lot B")
  require(
    noise.count == layers.count
      && zip(layers, noise).allSatisfy {
        $1.weight.shape == [$0.x.columns, $0.dy.columns] && $1.bias.shape == [$0.dy.columns]
      },
    "privateGradients: the noise is \(noise.map { [$0.weight.shape, $0.bias.shape] }); it must have the "
      + "shapes of each layer's W and b")
  let shares = perSampleNorms(layers).map { $0 > Double(clip) ? clip / Scalar($0) : 1 }
  return zip(layers, noise).map { layer, z in
    // The same product as ever, with each row of dy scaled.
    var dy = layer.dy  // [m, outputs]
    for i in 0..<dy.rows {
      let row = i * dy.columns..<(i + 1) * dy.columns
      // A share that is next to nothing, of a length that may be beyond the range, goes by factors.
      let lengths = shares[i] < .leastNormalMagnitude ? Lengths(layers, i) : nil
      if let lengths, lengths.areFinite, lengths.rest > 0 {
        for j in row {
          dy.storage[j] = Scalar(lengths.shortened(Double(dy.storage[j]), to: Double(clip)))
        }
      } else {
        for j in row { dy.storage[j] *= shares[i] }
      }
    }
    let dW = matmul(transposed: layer.x, dy)  // [inputs, outputs]
    let db = dy.sum(axis: 0)  // [outputs]
    return WeightAndBias(
      weight: (dW + clip * z.weight) / lot, bias: (db + clip * z.bias) / lot)
  }
}
