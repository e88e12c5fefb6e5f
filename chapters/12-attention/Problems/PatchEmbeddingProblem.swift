import Attention
public import Checking
public import Core

/// Images, the projection of their patches, and the gradient that arrives at the sequence.
public struct PatchQuestion: Question {
  public var images: Matrix, weight: Matrix, bias: Matrix
  public var classToken: Matrix, positions: Matrix
  public var dy: Matrix
  /// p, the side of a patch.
  public let size: Int

  public init(images: Matrix, weight: Matrix, dy: Matrix, size: Int) {
    (self.images, self.weight, self.dy, self.size) = (images, weight, dy, size)
    (bias, classToken) = (Matrix(shape: [weight.columns]), Matrix(shape: [weight.columns]))
    positions = Matrix(shape: [dy.shape[1], weight.columns])
  }

  init(_ shape: [Int], size: Int, width: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let places = 1 + shape[2] / size * (shape[3] / size)
    self.init(
      images: draw(shape), weight: draw([shape[1] * size * size, width]),
      dy: draw([shape[0], places, width]), size: size)
    (bias, classToken) = (draw([width]), draw([width]))
    positions = draw([places, width])
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("images", \.images), ("W", \.weight), ("b", \.bias), ("class", \.classToken),
      ("positions", \.positions), ("dy", \.dy),
    ]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("size", \.size)] }
  public var isPermitted: Bool { true }
  public var summary: String {
    "images \(images.shape), patches \(size)×\(size), W \(weight.shape), dy \(dy.shape)"
  }
  public var label: String { "images \(images.shape), patches \(size)×\(size)" }

  var layer: PatchEmbedding<Double> {
    PatchEmbedding(
      PatchParameters(
        projection: WeightAndBias(weight: weight, bias: bias), classToken: classToken,
        positions: positions), size: size)
  }
}

/// In which order patches and their numbers are read.
private struct PatchOrder {
  /// Whether patches go column by column, and within one the channel comes last.
  var isByColumns = false, channelIsLast = false

  /// Each pixel of the batch: its patch's row in `[m·patches, …]`, its column, and its place.
  func places(_ shape: [Int], _ p: Int) -> [(row: Int, column: Int, pixel: Int)] {
    let (m, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let (down, across) = (h / p, w / p)
    var found = [(row: Int, column: Int, pixel: Int)]()
    for sample in 0..<m {
      for channel in 0..<c {
        for y in 0..<h {
          for x in 0..<w {
            let patch = isByColumns ? x / p * down + y / p : y / p * across + x / p
            let inside = y % p * p + x % p
            let column = channelIsLast ? inside * c + channel : channel * p * p + inside
            let pixel = ((sample * c + channel) * h + y) * w + x
            found.append((sample * down * across + patch, column, pixel))
          }
        }
      }
    }
    return found
  }
}

/// The backward pass of a patch embedding, with steps that can be replaced by wrong ones.
private struct PatchBackward {
  var order = PatchOrder()
  var classFactor: (Int) -> Double = { _ in 1 }
  var positionFactor: (Int) -> Double = { _ in 1 }
  /// Whether W, or b, is thought to have had a part in the class token.
  var biasTakesClass = false, weightTakesClass = false
  /// Whether positions keep one gradient a sample: the first one's alone.
  var positionsOfFirst = false

  func gradients(_ question: PatchQuestion) -> PatchGradients {
    let (m, places, width) = (question.dy.shape[0], question.dy.shape[1], question.weight.columns)
    let inputs = question.weight.rows
    let rows = question.dy.asRows  // [m·places, d]
    // The rows of dy that belong to patches, and those of class tokens.
    let patchRows = rows.rows((0..<rows.rows).filter { $0 % places > 0 })
    let classRows = rows.rows((0..<rows.rows).filter { $0 % places == 0 })
    let pixels = order.places(question.images.shape, question.size)
    var patches = Matrix(shape: [m * (places - 1), inputs])
    for (row, column, pixel) in pixels {
      patches[row, column] = question.images.scalars[pixel]
    }
    var dW = matmul(transposed: patches, patchRows)
    if weightTakesClass {
      // The first patch of a sample multiplied with its class token's gradient.
      let first = patches.rows((0..<m).map { $0 * (places - 1) })
      dW += matmul(transposed: first, classRows)
    }
    let dPatches = matmul(patchRows, transposed: question.weight)
    var dImages = Matrix(shape: question.images.shape)
    for (row, column, pixel) in pixels { dImages.scalars[pixel] = dPatches[row, column] }
    var dPositions = question.dy.reshaped([m, places * width]).sum(axis: 0)
    if positionsOfFirst { dPositions = question.dy.rows(0..<1).reshaped([places * width]) }
    let db = (biasTakesClass ? rows : patchRows).sum(axis: 0)
    return (
      dImages, dW, db, classRows.sum(axis: 0) * classFactor(m),
      dPositions.reshaped([places, width]) * positionFactor(m)
    )
  }
}

extension Chapter12Problems {
  /// 12.6, the gradients of a patch embedding.
  public static var patchEmbedding: Problem<PatchQuestion, PatchGradients> {
    Problem(
      "12.6", "patchEmbeddingBackward", minutes: 30, difficulty: 4, isChallenge: true,
      section: "Patches, backwards",
      hints: [
        "It is a dense layer on patches, with a class token in front and positions added. Which rows of dy "
          + "has the dense layer made, and which not? What was used by every image of the batch?",
        "One channel, an image of 2×4, patches of 2×2: pixels 0 1 2 3 over 4 5 6 7. Patch 0 is (0, 1, 4, 5), "
          + "patch 1 is (2, 3, 6, 7). With width 1, dy = (10; 1; 2): the class token gets 10, and b only 1 "
          + "+ 2. Pixel 6 stands in patch 1, at place 2 there. So its gradient is 2·W at which place?",
        "dy is [m, 1 + patches, d], and dy.asRows has the row n·(1 + patches) + s for place s of image n; s = 0 is "
          + "the class token. W is [c·p·p, d]; within a patch the place of (channel, y, x) is (channel·p + "
          + "y)·p + x. dPositions is [1 + patches, d], dClass and db [d].",
        "dClass = Σ over n of dy[n, 0]; dPositions[s] = Σ over n of dy[n, s]; db = Σ of dy[n, s] over n and s ≥ 1; dW "
          + "= Σ patchᵀ·dy over the same; a pixel's gradient is dy·Wᵀ at its patch and its place",
        "for n in … { for s in 0..<places { for j in 0..<d { let g = rows[n * places + s, j]; "
          + "dPositions[s, j] += g; if s == 0 { dClass[j] += g } else { db[j] += g; … for each channel, y, x "
          + "of patch s - 1: let place = (channel * p + y) * p + x; dW[place, j] += images[n, channel, top "
          + "+ y, left + x] * g; dImages[n, channel, top + y, left + x] += … } } } }",
      ],
      cases: [
        Case(PatchQuestion([3, 2, 4, 6], size: 2, width: 3, seed: 1251)),
        Case(PatchQuestion([2, 1, 6, 3], size: 3, width: 2, seed: 1252)),
        Case(PatchQuestion([1, 3, 2, 2], size: 1, width: 4, seed: 1253)),
        Case(PatchQuestion([2, 2, 4, 4], size: 2, width: 1, seed: 1254)),
        Case(PatchQuestion([2, 1, 3, 2], size: 1, width: 2, seed: 1256)),
        Case(PatchQuestion([2, 3, 2, 3], size: 1, width: 3, seed: 1257)),
        Case(PatchQuestion([2, 3, 2, 4], size: 2, width: 2, seed: 1255)).rounded(),
      ],
      forward: { ($0.dy * $0.layer($0.images)).sum() },
      reference: { PatchBackward().gradients($0) },
      parts: [
        Part("dImages", of: \.images) { $0.dImages }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db }, Part("dClass", of: \.classToken) { $0.dClass },
        Part("dPositions", of: \.positions) { $0.dPositions },
      ],
      misconceptions: [
        wrong(
          "patch-class-in-weights",
          "The class token is no patch, and W had no part in it: dW takes the places from 1 on."
        ) { $0.weightTakesClass = true },
        wrong(
          "patch-class-in-bias",
          "b was added to the patches, not to the class token: db takes the places from 1 on."
        ) { $0.biasTakesClass = true },
        wrong(
          "patch-column-by-column",
          "Patches are counted along the rows of the image, as one reads. Yours go down the columns."
        ) { $0.order.isByColumns = true },
        wrong(
          "patch-channel-last",
          "Within a patch the order is channel, row, column. Yours has the channel last."
        ) { $0.order.channelIsLast = true },
        wrong(
          "patch-positions-of-one-image",
          "Every image adds the same positions: their gradients add up over the batch. Yours are those of "
            + "the first image."
        ) { $0.positionsOfFirst = true },
        wrong(
          "patch-positions-averaged",
          "The loss has divided by the batch already: the positions' gradients add up. You took their mean."
        ) { $0.positionFactor = { 1 / Double($0) } },
        wrong(
          "patch-class-averaged",
          "The loss has divided by the batch already: the class token's gradients add up. You took their "
            + "mean."
        ) { $0.classFactor = { 1 / Double($0) } },
      ],
      alternatives: [
        { question in
          var context = Context.inference
          let layer = question.layer
          let (dImages, gradient) = layer.backward(
            question.dy, layer.forward(question.images, in: &context).cache)
          return (
            dImages, gradient.projection.weight, gradient.projection.bias, gradient.classToken,
            gradient.positions
          )
        },
        patchesByElements,
        { question in
          // Image by image, and added up.
          var total = PatchBackward().gradients(question)
          total.dW *= 0
          total.db *= 0
          total.dClass *= 0
          total.dPositions *= 0
          for n in 0..<question.images.shape[0] {
            let one = PatchBackward().gradients(
              PatchQuestion(
                images: question.images.rows(n..<n + 1), weight: question.weight,
                dy: question.dy.rows(n..<n + 1), size: question.size))
            total.dW += one.dW
            total.db += one.db
            total.dClass += one.dClass
            total.dPositions += one.dPositions
          }
          return total
        },
      ],
      given: { question in
        question.tensors.filter { ["images", "W", "dy"].contains($0.name) }
      },
      attempt: asks {
        try $0.patchEmbeddingBackward(
          $1.dy, images: $1.images, weight: $1.weight, size: $1.size)
      }
    )
  }

  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout PatchBackward) -> Void
  ) -> Misconception<PatchQuestion, PatchGradients> {
    Misconception(name, sentence) {
      var backward = PatchBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }

  /// Patch by patch, pixel by pixel.
  private static func patchesByElements(_ question: PatchQuestion) -> PatchGradients {
    let (images, weight, p) = (question.images, question.weight, question.size)
    let (places, d, rows) = (question.dy.shape[1], weight.columns, question.dy.asRows)
    var (dImages, dW) = (Matrix(shape: images.shape), Matrix(shape: weight.shape))
    var (db, dClass) = (Matrix(shape: [d]), Matrix(shape: [d]))
    var dPositions = Matrix(shape: [places, d])
    let across = images.shape[3] / p
    for n in 0..<images.shape[0] {
      for s in 0..<places {
        for j in 0..<d {
          let g = rows[n * places + s, j]
          dPositions[s, j] += g
          guard s > 0 else {
            dClass[j] += g
            continue
          }
          db[j] += g
          let (top, left) = ((s - 1) / across * p, (s - 1) % across * p)
          for channel in 0..<images.shape[1] {
            for y in 0..<p {
              for x in 0..<p {
                let place = (channel * p + y) * p + x
                dW[place, j] += images[n, channel, top + y, left + x] * g
                dImages[n, channel, top + y, left + x] += weight[place, j] * g
              }
            }
          }
        }
      }
    }
    return (dImages, dW, db, dClass, dPositions)
  }
}
