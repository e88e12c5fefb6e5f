import Core
import Detection
import Images

/// A classifier of crops, each brought to 28×28: the network of R-CNN.
typealias CropNetwork = Then<
  Then<Then<Then<Then<Then<ImagesIn<Float>, Block>, Pool>, Block>, Pool>, Flatten<Float>>,
  Dense<Float>
>

func cropNetwork(using generator: inout SplitMix64) -> CropNetwork {
  ImagesIn<Float>().then(block(1, 8, using: &generator)).then(Pool(2))
    .then(block(8, 16, using: &generator)).then(Pool(2)).then(Flatten())
    .then(Dense<Float>(16 * 7 * 7, 10, .glorot, using: &generator))
}

/// What a box holds, resized to 28×28 by the nearest pixel: `[784]`.
func crop(_ canvas: Canvas, _ box: Box) -> [Float] {
  func place(_ first: Double, _ size: Double, _ i: Int) -> Int {
    max(0, min(Canvas.side - 1, Int((first + (Double(i) + 0.5) * size / 28).rounded(.down))))
  }
  let columns = (0..<28).map { place(box.x1, box.width, $0) }
  return (0..<28).flatMap { y -> [Float] in
    let row = place(box.y1, box.height, y) * Canvas.side
    return columns.map { canvas.pixels[row + $0] }
  }
}

/// Feature maps of whole canvases, and of each region of them a class: the network of Fast R-CNN.
///
/// The features are computed once a canvas; each region takes its part of them, 4×4 numbers a channel
/// whatever its size.
struct RegionNetwork: Layer {
  typealias Scalar = Float
  typealias Input = (images: Tensor<Float>, regions: [Region])
  typealias InputGradient = NoGradient
  typealias Head = Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>
  typealias Cache = (features: Features.Cache, shape: [Int], places: [Int], head: Head.Cache)

  static let bins = 4
  /// How many pixels a cell of the feature maps is wide.
  static let stride = 4

  var features: Features
  var head: Head

  init(using generator: inout SplitMix64) {
    features = Encoder(using: &generator).features
    head = Dense<Float>(32 * Self.bins * Self.bins, 64, .he, using: &generator).then(.relu)
      .then(Dense(64, 10, .glorot, using: &generator))
  }

  var parameters: Pair<Features.Parameters, Head.Parameters> {
    Pair(features.parameters, head.parameters)
  }

  func forward(
    _ x: Input, in context: inout Context
  ) -> (output: Tensor<Float>, cache: Cache) {
    let (maps, featuresCache) = features.forward(x.images, in: &context)
    let pooled = regionMaxPool(samplesFirst(maps), regions: x.regions, bins: Self.bins)
    let rows = pooled.output.reshaped([
      x.regions.count, pooled.output.count / max(1, x.regions.count),
    ])
    let (y, headCache) = head.forward(rows, in: &context)
    return (y, (featuresCache, maps.shape, pooled.places, headCache))
  }

  func backward(
    _ dY: Tensor<Float>, _ cache: Cache
  ) -> (dInput: NoGradient, gradient: Pair<Features.Parameters, Head.Parameters>) {
    let (dRows, headGradient) = head.backward(dY, cache.head)
    let s = cache.shape
    // forward: rows = the largest number of each bin; regions that overlap add
    let dMaps = regionMaxPoolBackward(
      dRows, places: cache.places, inputShape: [s[3], s[0], s[1], s[2]])
    return (NoGradient(), Pair(features.gradient(samplesLast(dMaps), cache.features), headGradient))
  }

  mutating func visit(
    _ other: Pair<Features.Parameters, Head.Parameters>,
    _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
  ) {
    features.visit(other.first) { body("features." + $0, &$1, $2) }
    head.visit(other.second) { body("head." + $0, &$1, $2) }
  }

  mutating func observe(_ cache: Cache) {
    features.observe(cache.features)
    head.observe(cache.head)
  }

  mutating func visitState(_ body: (String, inout Tensor<Float>) -> Void) {
    features.visitState { body("features." + $0, &$1) }
    head.visitState { body("head." + $0, &$1) }
  }
}

extension Region {
  /// The cells of the feature maps that a box of pixels touches, one at least.
  init(_ box: Box, image: Int) {
    let cells = Canvas.side / RegionNetwork.stride
    func first(_ x: Double) -> Int {
      max(0, min(cells - 1, Int((x / Double(RegionNetwork.stride)).rounded(.down))))
    }
    func end(_ x: Double, after first: Int) -> Int {
      max(first + 1, min(cells, Int((x / Double(RegionNetwork.stride)).rounded(.up))))
    }
    let (x1, y1) = (first(box.x1), first(box.y1))
    self.init(
      image: image, x1: x1, y1: y1, x2: end(box.x2, after: x1), y2: end(box.y2, after: y1))
  }
}
