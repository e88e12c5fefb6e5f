public import Checking
public import Core
import Images

/// The images that go into a pooling layer, and the gradient that arrives at its output.
public struct PoolingQuestion: Question {
  /// Images, `[m, channels, height, width]`.
  public var x: Matrix
  /// ∂loss/∂y, `[m, channels, height', width']`.
  public var dy: Matrix
  /// The height and width of a window, and how far it moves.
  public let window: Int, stride: Int

  public init(x: Matrix, dy: Matrix, window: Int, stride: Int) {
    (self.x, self.dy, self.window, self.stride) = (x, dy, window, stride)
  }

  init(_ shape: [Int], window: Int, stride: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let x = Matrix(shape: shape, using: &generator)
    self.init(x: x, window: window, stride: stride, using: &generator)
  }

  init(x: Matrix, window: Int, stride: Int, using generator: inout SplitMix64) {
    let geometry = PoolingGeometry(window: window, stride: stride)
    let dy = Matrix(
      shape: [
        x.shape[0], x.shape[1], geometry.outputSize(x.shape[2]), geometry.outputSize(x.shape[3]),
      ], using: &generator)
    self.init(x: x, dy: dy, window: window, stride: stride)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("window", \.window), ("stride", \.stride)]
  }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }

  public var summary: String {
    "x \(x.shape), dy \(dy.shape), window \(window), stride \(stride)"
  }

  public var label: String { "x \(x.shape), window \(window), stride \(stride)" }

  var geometry: PoolingGeometry { PoolingGeometry(window: window, stride: stride) }

  /// Windows side by side with a rest, square, one image, overlapping, with gaps.
  static var cases: [Case<PoolingQuestion>] {
    [
      Case(Self([4, 3, 5, 7], window: 2, stride: 2, seed: 71)),
      Case(Self([2, 2, 4, 4], window: 2, stride: 2, seed: 72)),
      Case(Self([1, 1, 6, 5], window: 3, stride: 3, seed: 73)),
      Case(Self([2, 3, 7, 6], window: 3, stride: 2, seed: 74)),
      Case(Self([3, 1, 4, 5], window: 3, stride: 1, seed: 75)),
      Case(Self([1, 2, 8, 6], window: 2, stride: 3, seed: 76)),
      Case(Self([2, 1, 4, 3], window: 2, stride: 1, seed: 78)).rounded(isCorner: true),
    ]
  }

  /// Images of few different numbers, where most windows have several that are largest, and images
  /// of numbers that rise.
  static var ties: [Case<PoolingQuestion>] {
    var generator = SplitMix64(caseSeed: 77)
    let x = Matrix(shape: [3, 2, 6, 4], using: &generator).map { $0 > 0.5 ? 1 : $0 < -1.5 ? -1 : 0 }
    let rising = Matrix((1...24).map(Double.init), shape: [2, 1, 3, 4])
    return [
      Case(Self(x: x, window: 2, stride: 2, using: &generator), isCorner: true),
      Case(Self(x: x, window: 3, stride: 1, using: &generator), isCorner: true),
      // The last of a window's numbers is its largest, at last by next to nothing.
      Case(Self(x: rising, window: 2, stride: 1, using: &generator), isCorner: true),
      Case(Self(x: 1 + 1e-12 * rising, window: 2, stride: 2, using: &generator), isCorner: true),
    ]
  }

  /// Visits each output with the places of its window, in row-major order.
  ///
  /// - Parameters:
  ///   - stride: The stride, if not the question's own.
  ///   - body: Gets the places of the window, and the place of the output.
  func forEachWindow(stride: Int? = nil, _ body: (_ window: [Place], _ output: Place) -> Void) {
    let stride = stride ?? self.stride
    for n in 0..<dy.shape[0] {
      for c in 0..<dy.shape[1] {
        for i in 0..<dy.shape[2] {
          for j in 0..<dy.shape[3] {
            var places = [Place]()
            for row in i * stride..<i * stride + window where row < x.shape[2] {
              for column in j * stride..<j * stride + window where column < x.shape[3] {
                places.append((n, c, row, column))
              }
            }
            if !places.isEmpty { body(places, (n, c, i, j)) }
          }
        }
      }
    }
  }

  /// The place of a window's largest number, the first of several.
  func largest(_ window: [Place]) -> Place {
    window.dropFirst().reduce(window[0]) { x[$1] > x[$0] ? $1 : $0 }
  }
}
