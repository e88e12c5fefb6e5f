import Backprop

/// Numbers in rows, as `Tensor`, but of dual numbers: each carries how fast it changes.
///
/// Only what the textbook forward passes need, written as plain loops.
struct DualTensor {
  let shape: [Int]
  var scalars: [Dual]

  init(_ scalars: [Dual], shape: [Int]) {
    (self.scalars, self.shape) = (scalars, shape)
  }

  /// A point, and the direction in which it moves.
  init(_ point: Tensor<Double>, moving direction: Tensor<Double>) {
    self.init(
      zip(point.scalars, direction.scalars).map { Dual($0, tangent: $1) }, shape: point.shape)
  }

  /// A tensor of a shape, each number made from its place.
  init(shape: [Int], _ scalar: (_ place: [Int]) -> Dual) {
    var place = [Int](repeating: 0, count: shape.count)
    let scalars = (0..<shape.reduce(1, *)).map { _ in
      defer {
        var axis = shape.count - 1
        while axis >= 0 {
          place[axis] += 1
          if place[axis] < shape[axis] { break }
          place[axis] = 0
          axis -= 1
        }
      }
      return scalar(place)
    }
    self.init(scalars, shape: shape)
  }

  var values: Tensor<Double> { Tensor(scalars.map(\.value), shape: shape) }
  var tangents: Tensor<Double> { Tensor(scalars.map(\.tangent), shape: shape) }

  subscript(place: Int...) -> Dual { self[place] }

  subscript(place: [Int]) -> Dual {
    scalars[zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  func map(_ f: (Dual) -> Dual) -> DualTensor { DualTensor(scalars.map(f), shape: shape) }

  static func + (a: DualTensor, b: DualTensor) -> DualTensor {
    DualTensor(zip(a.scalars, b.scalars).map { $0 + $1 }, shape: a.shape)
  }

  static func * (a: DualTensor, b: Tensor<Double>) -> DualTensor {
    DualTensor(zip(a.scalars, b.scalars).map { $0 * $1 }, shape: a.shape)
  }
}

extension Sequence where Element == Dual {
  /// The sum of dual numbers; 0 if there are none.
  func total() -> Dual { reduce(Dual(0), +) }
}
