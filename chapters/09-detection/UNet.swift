import Core
import Detection
import Images
import Problems09

/// A way down and up again, y = [up(F(x)), x]: `SkipConcatenation`, whose last step may be an answer to 9.5.
///
/// Without the skip y = up(F(x)), and what x knew of single pixels is lost.
struct UpAndBeside<Body: TensorLayer<Float>>: Layer {
  typealias Scalar = Float
  typealias Inside = Then<Body, UpsampleNearest<Float>>
  typealias Cache = (inside: Inside.Cache, channels: Int)

  /// F, and behind it the upsampling.
  var inside: Inside
  let hasSkip: Bool
  let functions: FunctionsInUse

  init(_ body: Body, hasSkip: Bool, _ functions: FunctionsInUse) {
    inside = body.then(UpsampleNearest(2))
    (self.hasSkip, self.functions) = (hasSkip, functions)
  }

  var parameters: Inside.Parameters { inside.parameters }

  func forward(
    _ x: Tensor<Float>, in context: inout Context
  ) -> (output: Tensor<Float>, cache: Cache) {
    let (up, cache) = inside.forward(x, in: &context)
    let channels = up.shape[0]
    guard hasSkip else { return (up, (cache, channels)) }
    let y = Tensor(
      up.scalars + x.scalars, shape: [channels + x.shape[0]] + x.shape.dropFirst())
    return (y, (cache, channels))
  }

  func backward(
    _ dY: Tensor<Float>, _ cache: Cache
  ) -> (dInput: Tensor<Float>, gradient: Inside.Parameters) {
    // forward: y = [up(F(x)), x]
    // so:      dx = (dx through F) + (the last channels of dy)
    guard hasSkip else { return inside.backward(dY, cache.inside) }
    if functions.isLibrary {
      let (dX, gradient) = inside.backward(dY.rows(0..<cache.channels), cache.inside)
      return (dX + dY.rows(cache.channels..<dY.rows), gradient)
    }
    let question = UpsampleConcatQuestion(
      dy: Matrix(samplesFirst(dY)), channels: cache.channels)
    let (du, dSkip) = answer("9.5") { try functions.upsampleConcat(question) }
    requireShapes("9.5", ("du", du, question.u), ("dSkip", dSkip, question.skip))
    let (dX, gradient) = inside.first.backward(
      samplesLast(Tensor<Float>(du)), cache.inside.first)
    return (dX + samplesLast(Tensor<Float>(dSkip)), Pair(gradient, NoParameters()))
  }

  mutating func visit(
    _ other: Inside.Parameters, _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
  ) {
    inside.visit(other, body)
  }

  mutating func observe(_ cache: Cache) { inside.observe(cache.inside) }

  mutating func visitState(_ body: (String, inout Tensor<Float>) -> Void) {
    inside.visitState(body)
  }
}

/// The U-Net: an encoder's five blocks on the way down to 7×7, three on the way up, and a row of numbers
/// for each pixel, as many as there are `outputs`.
func uNet(
  _ encoder: Encoder, outputs: Int, hasSkips: Bool = true, _ functions: FunctionsInUse,
  using generator: inout SplitMix64
) -> some TensorLayer<Float> {
  let pool = MaxPool2d<Float>(2)
  func beside(_ channels: Int) -> Int { hasSkips ? channels : 0 }
  // A U is a way down and up again around a smaller U.
  let bottom = pool.then(encoder.four).then(encoder.five)  // 64 channels, 7×7
  let small = pool.then(encoder.three)
    .then(UpAndBeside(bottom, hasSkip: hasSkips, functions))
    .then(block(64 + beside(32), 32, using: &generator))  // 14×14
  let middle = pool.then(encoder.two)
    .then(UpAndBeside(small, hasSkip: hasSkips, functions))
    .then(block(32 + beside(16), 16, using: &generator))  // 28×28
  return ImagesIn<Float>().then(encoder.one)
    .then(UpAndBeside(middle, hasSkip: hasSkips, functions))
    .then(block(16 + beside(8), 16, using: &generator))  // 56×56
    .then(Conv2d<Float>(16, outputs, kernel: 1, using: &generator))
    .then(PositionsAsRows())
}
