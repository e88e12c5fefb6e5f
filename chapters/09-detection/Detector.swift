import Checking
import Core
import Detection
import Images

/// The single-pass detector: at each of 7×7 cells fifteen numbers, one row a cell.
typealias Detector = Then<Then<Trunk, Conv2d<Float>>, PositionsAsRows<Float>>

/// What the detector's numbers mean.
enum Grid {
  /// Cells a side.
  static let cells = 7
  /// How many pixels a cell is wide and high.
  static let stride = 8.0
  /// The width and height that t₂ = t₃ = 0 stand for, in pixels.
  static let prior = 16.0
  /// An object or not, a box, ten classes.
  static let channels = 1 + 4 + 10
  /// Beyond this t₂ and t₃ count no further: e⁴ is 55.
  static let largestSize: Float = 4

  /// The cell that a box's centre lies in, by row and column.
  static func cell(of box: Box) -> Int {
    func place(_ x: Double) -> Int { min(cells - 1, max(0, Int(x / stride))) }
    return place(box.centre.y) * cells + place(box.centre.x)
  }

  /// Column and row of each cell, for m canvases: `[49·m, 2]`.
  static func columnsAndRows(_ m: Int) -> Matrix {
    var places = [[Double]]()
    for cell in 0..<cells * cells {
      let place = [Double(cell % cells), Double(cell / cells)]
      places += [[Double]](repeating: place, count: m)
    }
    return Matrix(rows: places)
  }
}

/// A detector with random weights, whose cells say "probably nothing".
func detector(using generator: inout SplitMix64) -> Detector {
  let trunk = Encoder(using: &generator).trunk
  var head = Conv2d<Float>(64, Grid.channels, kernel: 1, using: &generator)
  head.parameters.bias.scalars[0] = -2
  return trunk.then(head).then(PositionsAsRows())
}

/// A detector's numbers by what they mean; row (cell, canvas) of each belongs to one cell.
struct CellNumbers {
  /// z: is there an object? `[cells, canvases]`.
  let scores: Matrix
  /// t₀ … t₃, t₂ and t₃ cut off at ±4, `[cells·canvases, 4]`.
  let offsets: Matrix
  /// Logits of the classes, `[cells·canvases, 10]`.
  let classes: Tensor<Float>
  /// Which of t₂ and t₃ were cut off: their gradient is 0.
  let isCut: [[Bool]]

  init(_ rows: Tensor<Float>) {
    let (channels, count) = (rows.transposed, rows.rows)  // [15, cells·canvases]
    func part(_ range: Range<Int>) -> Tensor<Float> { channels.rows(range).transposed }
    let cells = Grid.cells * Grid.cells
    scores = Matrix(part(0..<1).reshaped([cells, count / cells]))
    let limit = Grid.largestSize
    let sizes = part(3..<5)
    let cut: Tensor<Float> = sizes.map { min(max($0, -limit), limit) }
    let all = channels.rows(1..<3).scalars + cut.transposed.scalars
    offsets = Matrix(Tensor<Float>(all, shape: [4, count]).transposed)
    classes = part(5..<Grid.channels)
    isCut = zip(sizes.scalars, cut.scalars).map { $0 != $1 }.pairs
  }
}

extension [Bool] {
  /// The elements two by two.
  fileprivate var pairs: [[Bool]] {
    Swift.stride(from: 0, to: count, by: 2).map { [self[$0], self[$0 + 1]] }
  }
}

extension CellNumbers {
  /// The boxes of all cells that are sure enough, a list a canvas, before suppression.
  ///
  /// The score is the probability of an object times that of its class.
  func detected(above threshold: Double = 0.02) -> [[Detected]] {
    let canvases = scores.columns
    let corners = boxDecode(
      offsets, cells: Grid.columnsAndRows(canvases), stride: Grid.stride, prior: Grid.prior)
    let (probabilities, labels) = (softmax(classes), classes.argmaxOfRows())
    var found = [[Detected]](repeating: [], count: canvases)
    for (row, z) in scores.scalars.enumerated() {
      let object: Double = 1 / (1 + Double.exp(-z))
      guard object > threshold else { continue }
      let edges = (0..<4).map { corners[row, $0] }
      found[row % canvases].append(
        Detected(
          box: Box(edges[0], edges[1], edges[2], edges[3]), label: labels[row],
          score: object * Double(probabilities[row, labels[row]]), objectness: object))
    }
    return found
  }
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// What a network says of canvases, a batch at a time.
  func eachBatch<Result>(
    of x: Tensor<Float>, size: Int = 250, _ body: (Tensor<Float>, Range<Int>) -> [Result]
  ) -> [Result] {
    Swift.stride(from: 0, to: x.rows, by: size).flatMap { start in
      let range = start..<min(start + size, x.rows)
      return body(self(x.rows(range)), range)
    }
  }
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// What a detector finds on each canvas, before suppression.
  func detect(on canvases: Canvases) -> [[Detected]] {
    eachBatch(of: canvases.x) { rows, _ in CellNumbers(rows).detected() }
  }
}
