import Backprop
import Testing

/// Far from 0 activations and their slopes are small or nearly whole, and digits are easily lost.
@Suite struct TailTests {
  /// The functions at numbers that both precisions hold; values and slopes in 700 digits, rounded.
  static let known: [(function: Activation<Double>, x: Double, y: Double, slope: Double)] = [
    (.sigmoid, -100, 3.720075976020836e-44, 3.720075976020836e-44),
    (.sigmoid, -40, 4.248354255291589e-18, 4.248354255291589e-18),
    (.sigmoid, -17, 4.1399375473943306e-8, 4.1399373760035016e-8),
    (.sigmoid, 5.5, 0.99592986228410387, 0.0040535716948697672),
    (.sigmoid, 17, 0.99999995860062453, 4.1399373760035016e-8),
    (.sigmoid, 40, 1, 4.248354255291589e-18),
    (.sigmoid, 100, 1, 3.720075976020836e-44),
    (.tanh, -40, -1, 7.2194055513816607e-35),
    (.tanh, -10, -0.99999999587769276, 8.2446144557673974e-9),
    (.tanh, 10, 0.99999999587769276, 8.2446144557673974e-9),
    (.tanh, 17, 0.99999999999999657, 6.8556337261680284e-15),
    (.tanh, 40, 1, 7.2194055513816607e-35),
    (.softplus, -100, 3.720075976020836e-44, 3.720075976020836e-44),
    (.softplus, -17, 4.1399376330897474e-8, 4.1399375473943306e-8),
    (.softplus, -12.5, 3.7266462281239903e-6, 3.7266392841865614e-6),
    (.softplus, 17, 17.000000041399376, 0.99999995860062453),
    (.silu, -100, -3.720075976020836e-42, -3.6828752162606276e-42),
    (.silu, -40, -1.6993417021166356e-16, -1.6568581595637197e-16),
    (.silu, -12.5, -4.6582991052332017e-5, -4.2856178170141025e-5),
    (.silu, 17, 16.999999296210617, 1.0000006623899784),
    (.gelu, -37, -2.1184613523340934e-298, -7.8382986694185162e-297),
    (.gelu, -20, -5.5072482372124674e-88, -1.1014360483133464e-86),
    (.gelu, -13, -7.9523137194148436e-38, -1.0337304440113356e-36),
    (.gelu, -10, -7.6198530241605261e-23, -7.6184000964648141e-22),
    (.gelu, -5.5, -1.0444259356238246e-7, -5.7334723987399248e-7),
    (.gelu, 5.5, 5.4999998955574064, 1.0000005733472399),
    (.gelu, 10, 10, 1),
    (.elu(alpha: 1), -100, -1, 3.720075976020836e-44),
    (.elu(alpha: 1), -1e-20, -9.9999999999999995e-21, 1),
  ]

  static func single(_ function: Activation<Double>) -> Activation<Float> {
    switch function {
    case .identity: .identity
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .relu: .relu
    case .leakyReLU(let slope): .leakyReLU(slope: Float(slope))
    case .elu(let alpha): .elu(alpha: Float(alpha))
    case .softplus: .softplus
    case .silu: .silu
    case .gelu: .gelu
    }
  }

  @Test(arguments: known)
  func `values and slopes keep their digits far from 0 in both precisions`(
    _ function: Activation<Double>, _ x: Double, _ y: Double, _ slope: Double
  ) {
    #expect(abs(function.value(at: x) - y) <= 1e-12 * abs(y))
    #expect(abs(function.derivative(at: x) - slope) <= 1e-12 * abs(slope))
    // Below its smallest normal number a Float has fewer digits, at last none.
    let single = Self.single(function)
    let (value, derivative) = (single.value(at: Float(x)), single.derivative(at: Float(x)))
    let unit = Double(Float.leastNonzeroMagnitude)
    #expect(abs(Double(value) - y) <= 4e-7 * abs(y) + unit)
    #expect(abs(Double(derivative) - slope) <= 4e-7 * abs(slope) + unit)
  }

  @Test func `the slopes of sigmoid and tanh are even to the last bit`() {
    var generator = SplitMix64(seed: 3)
    let x = Tensor<Double>(uniform: 0...60, shape: [500], using: &generator)
    for function in [Activation<Double>.sigmoid, .tanh] {
      for x in x.scalars {
        #expect(function.derivative(at: x) == function.derivative(at: -x))
        let single = Self.single(function)
        #expect(single.derivative(at: Float(x)) == single.derivative(at: Float(-x)))
      }
    }
    let tape = Tape()
    for x in x.scalars {
      let (right, left) = (Value(x, on: tape), Value(-x, on: tape))
      #expect(sigmoid(right).gradients()[right] == sigmoid(left).gradients()[left])
      #expect(
        sigmoid(right).gradients()[right] == Activation.sigmoid.derivative(at: x))
      #expect(tanh(right).gradients()[right] == Activation.tanh.derivative(at: x))
      #expect(sigmoid(Dual(x, tangent: 1)).tangent == Activation.sigmoid.derivative(at: x))
    }
  }

  @Test(arguments: ActivationTests.all)
  func `limits at the infinities are reached, and NaN stays NaN`(_ function: Activation<Double>) {
    let infinity = Double.infinity
    let (right, left, atRight, atLeft): (Double, Double, Double, Double) =
      switch function {
      case .identity: (infinity, -infinity, 1, 1)
      case .sigmoid: (1, 0, 0, 0)
      case .tanh: (1, -1, 0, 0)
      case .leakyReLU(let slope): (infinity, -infinity, 1, slope)
      case .elu(let alpha): (infinity, -alpha, 1, 0)
      case .relu, .softplus, .silu, .gelu: (infinity, 0, 1, 0)
      }
    let single = Self.single(function)
    for (x, y, slope) in [(infinity, right, atRight), (-infinity, left, atLeft)] {
      #expect(function.value(at: x) == y && function.derivative(at: x) == slope)
      #expect(single.value(at: Float(x)) == Float(y))
      #expect(single.derivative(at: Float(x)) == Float(slope))
      // The largest number is as good as an infinity, but for what grows without bound.
      let far = x > 0 ? Double.greatestFiniteMagnitude : -Double.greatestFiniteMagnitude
      #expect(function.derivative(at: far) == slope && !function.value(at: far).isNaN)
      #expect(single.derivative(at: Float(far > 0 ? 3.4e38 : -3.4e38)) == Float(slope))
    }
    #expect(function.value(at: .nan).isNaN && single.value(at: .nan).isNaN)
    if function != .identity {
      #expect(function.derivative(at: .nan).isNaN && single.derivative(at: .nan).isNaN)
    }
    let tensor = Tensor([1, .nan, -1])
    #expect(function(tensor).scalars.map { $0.isNaN } == [false, true, false])
    if function != .identity {
      let dx = function.backward(Tensor(repeating: 1, shape: [3]), .init(x: tensor)).dInput
      #expect(dx.scalars.map { $0.isNaN } == [false, true, false])
    }
  }

  @Test func `a leak of 0 lets nothing through, not even an infinity`() {
    #expect(Activation<Float>.leakyReLU(slope: 0).value(at: -.infinity) == 0)
    #expect(Activation<Double>.elu(alpha: 0).value(at: -.infinity) == 0)
  }

  @Test(arguments: [85, 88, 90, 95, 99, 104] as [Float])
  func `softplus passes a gradient whole where its exponential overflows`(_ x: Float) {
    #expect(Activation.softplus.derivative(at: x) == 1)
    #expect(abs(Activation.silu.derivative(at: x) - 1) <= 1e-6)
  }

  @Test func `gradients at logits keep their digits where the answer is sure and right`() {
    // One class or the other: the same slope but for its sign.
    for size in [17.0, 40, 300] {
      let e = Double.exp(-size)
      for (z, t, sign) in [(size, 1.0, -1.0), (-size, 0, 1)] {
        let (loss, dz) = binaryCrossEntropy(logits: Tensor([z]), targets: Tensor([t]))
        #expect(abs(loss - e) <= 1e-7 * e && abs(dz[0] - sign * e) <= 1e-7 * e)
      }
      let (loss, _) = softmaxCrossEntropy(logits: Tensor(rows: [[size, 0]]), labels: [0])
      #expect(abs(loss - e) <= 1e-7 * e)
    }
  }
}
