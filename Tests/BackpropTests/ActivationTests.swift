import Backprop
import Testing

@Suite struct ActivationTests {
  typealias Matrix = Tensor<Double>

  static let all: [Activation<Double>] = [
    .identity, .sigmoid, .tanh, .relu, .leakyReLU(slope: 0.1), .leakyReLU(slope: 1.5),
    .elu(alpha: 1), .elu(alpha: 0.7), .softplus, .silu, .gelu,
  ]

  /// The same functions in single precision.
  static let singles: [Activation<Float>] = [
    .identity, .sigmoid, .tanh, .relu, .leakyReLU(slope: 0.1), .leakyReLU(slope: 1.5),
    .elu(alpha: 1), .elu(alpha: 0.7), .softplus, .silu, .gelu,
  ]

  @Test(arguments: all)
  func `backward agrees with central differences in every element`(
    activation: Activation<Double>
  ) {
    var generator = SplitMix64(seed: 1)
    for shape in [[7, 5], [1, 3], [40]] {
      // No x within reach of the corner at 0.
      let x = Matrix(standardDeviation: 2, shape: shape, using: &generator)
        .map { abs($0) < 0.001 ? 0.5 : $0 }
      let dy = Matrix(shape: shape, using: &generator)
      let dx = activation.backward(dy, .init(x: x)).dInput
      let loss = { (x: Matrix) in (dy * activation(x)).sum() }
      #expect(gradientsAgree(dx, numericalGradient(of: loss, at: x), loss: loss(x)))
    }
  }

  @Test(
    arguments: [
      (.identity, -2, -2, 1),
      (.sigmoid, 0, 0.5, 0.25),
      (.sigmoid, 1, 0.7310585786300049, 0.19661193324148185),
      (.tanh, 1, 0.7615941559557649, 0.41997434161402614),
      (.relu, 0, 0, 0), (.relu, -0.0, 0, 0), (.relu, 1e-300, 1e-300, 1),
      (.leakyReLU(slope: 0.1), 0, 0, 0.1), (.leakyReLU(slope: 0.1), -2, -0.2, 0.1),
      (.leakyReLU(slope: 0.1), 2, 2, 1),
      (.elu(alpha: 0.7), 0, 0, 0.7), (.elu(alpha: 1), -1, -0.6321205588285577, 0.36787944117144233),
      (.softplus, 0, 0.6931471805599453, 0.5),
      (.softplus, -1, 0.31326168751822286, 0.2689414213699951),
      (.silu, 1, 0.7310585786300049, 0.9276705118714869),
      (.gelu, 1, 0.8413447460685429, 1.0833154705876864),
      (.gelu, -1, -0.15865525393145707, -0.08331547058768627),
    ] as [(Activation<Double>, Double, Double, Double)])
  func `values and slopes, those at the corners included, are the known ones`(
    activation: Activation<Double>, x: Double, y: Double, slope: Double
  ) {
    #expect(abs(activation.value(at: x) - y) <= 1e-15)
    #expect(abs(activation.derivative(at: x) - slope) <= 1e-15)
  }

  @Test(arguments: zip(all, singles))
  func `inputs of a thousand and more give finite values and slopes in both precisions`(
    double: Activation<Double>, single: Activation<Float>
  ) {
    for x in [-1e10, -1000, -100, 100, 1000, 1e10] {
      let y = (double.value(at: x), double.derivative(at: x))
      #expect(y.0.isFinite && y.1.isFinite, "\(double) at \(x): \(y)")
      let z = (single.value(at: Float(x)), single.derivative(at: Float(x)))
      #expect(z.0.isFinite && z.1.isFinite, "\(single) at \(x) in Float: \(z)")
    }
  }

  @Test(
    arguments: [
      (.sigmoid, 0, 1, 0, 0), (.tanh, -1, 1, 0, 0), (.relu, 0, 1000, 0, 1),
      (.elu(alpha: 0.7), -0.7, 1000, 0, 1), (.softplus, 0, 1000, 0, 1),
      (.silu, 0, 1000, 0, 1), (.gelu, 0, 1000, 0, 1),
    ] as [(Activation<Double>, Double, Double, Double, Double)])
  func `far out each function has reached its limits`(
    activation: Activation<Double>, left: Double, right: Double, leftSlope: Double,
    rightSlope: Double
  ) {
    #expect(activation.value(at: -1000) == left && activation.value(at: 1000) == right)
    #expect(activation.derivative(at: -1000) == leftSlope)
    #expect(activation.derivative(at: 1000) == rightSlope)
  }

  @Test(arguments: zip(all, singles))
  func `what is no number stays none, so that a broken training shows`(
    double: Activation<Double>, single: Activation<Float>
  ) {
    #expect(double.value(at: .nan).isNaN && double(Tensor([.nan]))[0].isNaN)
    #expect(single.value(at: .nan).isNaN && single(Tensor([.nan]))[0].isNaN)
  }

  @Test(arguments: zip(all, singles))
  func `Float agrees with Double`(double: Activation<Double>, single: Activation<Float>) {
    let x = Tensor<Float>((-320...320).map { Float($0) / 32 }, shape: [641])
    let dy = Tensor<Float>((0..<641).map { 1 - Float($0) / 320 }, shape: [641])
    let exact = Matrix(x)
    let pairs = [
      (Matrix(single(x)), double(exact)),
      (
        Matrix(single.backward(dy, .init(x: x)).dInput),
        double.backward(Matrix(dy), .init(x: exact)).dInput
      ),
    ]
    for (a, b) in pairs {
      #expect(a.shape == b.shape)
      #expect(
        zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) },
        "\(double)")
    }
  }

  @Test(arguments: all)
  func `the layer's forward is the function, element by element, in any shape`(
    activation: Activation<Double>
  ) {
    var (generator, context) = (SplitMix64(seed: 2), Context.inference)
    let x = Matrix(shape: [2, 3, 2, 2], using: &generator)
    let y = activation.forward(x, in: &context).output
    #expect(y.shape == x.shape)
    #expect(y.scalars == x.scalars.map { activation.value(at: $0) })
  }

  /// Some keep their slopes in training; nobody shall notice.
  @Test(arguments: singles)
  func `a training pass has the bits of one without, there and back, on the cache of any function`(
    activation: Activation<Float>
  ) {
    for count in [0, 1, 7, 100, 50_001] {
      var generator = SplitMix64(seed: 5)
      var x = Tensor<Float>(standardDeviation: 3, shape: [count], using: &generator)
      let dY = Tensor<Float>(shape: [count], using: &generator)
      let values: [Float] = [.infinity, -.infinity, 0, -0.0, 1e-30, -13, 3e38]
      for (place, value) in values.enumerated()
      where place < count { x[place] = value }
      var (training, inference) = (Context.training(seed: 1), Context.inference)
      let (y, cache) = activation.forward(x, in: &training)
      #expect(y == activation.forward(x, in: &inference).output)
      for function in Self.singles {
        #expect(
          function.backward(dY, cache).dInput.scalars.map(\.bitPattern)
            == function.backward(dY, .init(x: x)).dInput.scalars.map(\.bitPattern),
          "\(function) on a cache of \(activation)")
      }
    }
  }

  @Test func `an upstream gradient of another shape is refused with both shapes`() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Activation<Double>.tanh.backward(
        Tensor<Double>(shape: [3, 2]), .init(x: Tensor<Double>(shape: [2, 3])))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("dy is [3, 2], should be [2, 3], the shape of x"))
  }
}

@Suite struct SoftmaxTests {
  typealias Matrix = Tensor<Double>

  @Test(arguments: [(5, 3), (4, 4), (1, 7), (6, 1)])
  func `backward agrees with central differences in every element`(rows: Int, columns: Int) {
    var generator = SplitMix64(seed: 3)
    let x = Matrix(standardDeviation: 2, shape: [rows, columns], using: &generator)
    let dy = Matrix(shape: [rows, columns], using: &generator)
    let dx = softmaxBackward(dy, y: softmax(x))
    let loss = { (x: Matrix) in (dy * softmax(x)).sum() }
    #expect(gradientsAgree(dx, numericalGradient(of: loss, at: x), loss: loss(x)))
    #expect(dx.sum(axis: 1).scalars.allSatisfy { abs($0) <= 1e-14 }, "a common shift costs nothing")
  }

  @Test func `every row is positive and sums to 1, the largest logit has the largest share`() {
    var generator = SplitMix64(seed: 4)
    let x = Matrix(standardDeviation: 3, shape: [50, 6], using: &generator)
    let y = softmax(x)
    #expect(y.scalars.allSatisfy { $0 > 0 })
    #expect(y.sum(axis: 1).scalars.allSatisfy { abs($0 - 1) <= 1e-15 * 6 })
    #expect(y.argmaxOfRows() == x.argmaxOfRows())
  }

  @Test(arguments: [-1000.0, 0, 1000])
  func `a shift common to a row changes nothing`(shift: Double) {
    let logits: [[Double]] = [[1, 2, 3], [0, 0, 0]]
    let expected: [[Double]] = [
      [0.09003057317038046, 0.24472847105479764, 0.6652409557748218], [1.0 / 3, 1.0 / 3, 1.0 / 3],
    ]
    let y = softmax(Matrix(rows: logits) + shift)
    #expect(zip(y.scalars, expected.flatMap { $0 }).allSatisfy { abs($0 - $1) <= 1e-15 })
    let single = softmax(Tensor<Float>(Matrix(rows: logits) + shift))
    #expect(zip(single.scalars, y.scalars).allSatisfy { abs(Double($0) - $1) <= 1e-6 })
  }

  @Test func `logits a thousand apart give exact ones and zeros, and a gradient of zero`() {
    let x = Matrix(rows: [[1000, 0, -1000], [-1000, 1000, 0], [0, -.infinity, -1000]])
    let y = softmax(x)
    #expect(y == Matrix(rows: [[1, 0, 0], [0, 1, 0], [1, 0, 0]]))
    #expect(softmax(Tensor<Float>(x)) == Tensor<Float>(y))
    let dx = softmaxBackward(Matrix(rows: [[1, -2, 3], [-4, 5, 6], [7, 8, -9]]), y: y)
    #expect(dx.scalars.allSatisfy { $0 == 0 })
  }

  @Test func `Float agrees with Double`() {
    var generator = SplitMix64(seed: 5)
    let x = Tensor<Float>(standardDeviation: 2, shape: [20, 9], using: &generator)
    let dy = Tensor<Float>(shape: [20, 9], using: &generator)
    let (y, exact) = (softmax(x), softmax(Matrix(x)))
    #expect(zip(y.scalars, exact.scalars).allSatisfy { abs(Double($0) - $1) <= 1e-6 })
    let (dx, exactGradient) = (softmaxBackward(dy, y: y), softmaxBackward(Matrix(dy), y: exact))
    #expect(zip(dx.scalars, exactGradient.scalars).allSatisfy { abs(Double($0) - $1) <= 1e-6 })
  }
}
