public import Checking
public import Core
public import Images

/// The input and parameters of a convolution, and the gradient that arrives at its output.
public struct ConvolutionQuestion: Question {
  /// Images, `[m, channels, height, width]`.
  public var x: Matrix
  /// Filters, `[out, in, kh, kw]`; `[channels, 1, kh, kw]` where each channel has its own.
  public var weight: Matrix
  /// One number for each output channel.
  public var bias: Matrix
  /// ∂loss/∂y, `[m, out, height', width']`.
  public var dy: Matrix
  public let geometry: ConvolutionGeometry

  public init(
    x: Matrix, weight: Matrix, bias: Matrix, dy: Matrix, _ geometry: ConvolutionGeometry
  ) {
    (self.x, self.weight, self.bias, self.dy) = (x, weight, bias, dy)
    self.geometry = geometry
  }

  init(
    x shape: [Int], weight filters: [Int], stride: Int, padding: Int, groups: Int = 1, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    geometry = ConvolutionGeometry(stride: stride, padding: padding, groups: groups)
    x = Tensor(shape: shape, using: &generator)
    weight = Tensor(shape: filters, using: &generator)
    bias = Tensor(shape: [filters[0]], using: &generator)
    dy = Tensor(
      shape: [
        shape[0], filters[0], geometry.outputSize(shape[2], kernel: filters[2]),
        geometry.outputSize(shape[3], kernel: filters[3]),
      ], using: &generator)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("stride", \.geometry.stride), ("padding", \.geometry.padding)]
  }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("w", \.weight), ("dy", \.dy)]
  }

  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ")
      + ", stride \(geometry.stride), padding \(geometry.padding)"
  }

  public var label: String {
    "x \(x.shape), w \(weight.shape), stride \(geometry.stride), padding \(geometry.padding)"
  }

  /// Non-square images and kernels, strides that leave rows out, padding, one image,
  /// windows that see padding only.
  static var cases: [Case<ConvolutionQuestion>] {
    [
      Case(Self(x: [4, 3, 5, 8], weight: [2, 3, 3, 2], stride: 2, padding: 1, seed: 51)),
      Case(Self(x: [2, 3, 4, 4], weight: [3, 3, 3, 3], stride: 1, padding: 0, seed: 52)),
      Case(Self(x: [1, 1, 5, 4], weight: [2, 1, 2, 3], stride: 1, padding: 2, seed: 53)),
      Case(Self(x: [2, 2, 7, 8], weight: [3, 2, 2, 2], stride: 3, padding: 0, seed: 54)),
      Case(Self(x: [1, 2, 5, 7], weight: [2, 2, 3, 4], stride: 3, padding: 2, seed: 55)),
      Case(Self(x: [3, 2, 4, 3], weight: [1, 2, 2, 2], stride: 1, padding: 1, seed: 56)).rounded(),
      Case(Self(x: [1, 1, 3, 4], weight: [1, 1, 2, 3], stride: 2, padding: 3, seed: 57)),
    ]
  }

  /// The forward pass.
  var y: Matrix { conv2dReference(x, weight: weight, bias: bias, geometry) }

  /// Visits every product x[n, channel, row, column]·w[o, c, u, v] that an output y[n, o, i, j]
  /// sums; those with the zeros of the padding are left out.
  ///
  /// - Parameters:
  ///   - stride: The stride, if not the question's own.
  ///   - padding: The padding, if not the question's own.
  ///   - body: Gets the places in x, w and y.
  func forEachTerm(
    stride: Int? = nil, padding: Int? = nil,
    _ body: (_ input: Place, _ filter: Place, _ output: Place) -> Void
  ) {
    let (stride, padding) = (stride ?? geometry.stride, padding ?? geometry.padding)
    let perGroup = weight.shape[0] / geometry.groups
    for n in 0..<dy.shape[0] {
      for o in 0..<dy.shape[1] {
        for i in 0..<dy.shape[2] {
          for j in 0..<dy.shape[3] {
            for c in 0..<weight.shape[1] {
              for u in 0..<weight.shape[2] {
                for v in 0..<weight.shape[3] {
                  let (row, column) = (i * stride + u - padding, j * stride + v - padding)
                  guard 0 <= row, row < x.shape[2], 0 <= column, column < x.shape[3] else {
                    continue
                  }
                  let channel = o / perGroup * weight.shape[1] + c
                  body((n, channel, row, column), (o, c, u, v), (n, o, i, j))
                }
              }
            }
          }
        }
      }
    }
  }
}

/// The place of an element in images or filters.
typealias Place = (Int, Int, Int, Int)

extension Tensor {
  subscript(place: Place) -> Scalar {
    get { self[place.0, place.1, place.2, place.3] }
    set { self[place.0, place.1, place.2, place.3] = newValue }
  }

  /// Images or filters, each turned by 180°.
  var turned: Tensor {
    var result = self
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for y in 0..<shape[2] {
          for x in 0..<shape[3] {
            result[n, c, y, x] = self[n, c, shape[2] - 1 - y, shape[3] - 1 - x]
          }
        }
      }
    }
    return result
  }

  /// Images whose every channel is the sum of all.
  var channelSum: Tensor {
    var result = Tensor(shape: shape)
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for other in 0..<shape[1] {
          for y in 0..<shape[2] {
            for x in 0..<shape[3] { result[n, c, y, x] += self[n, other, y, x] }
          }
        }
      }
    }
    return result
  }
}
