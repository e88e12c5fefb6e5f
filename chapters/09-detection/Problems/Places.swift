import Core

/// The place of an element in images or filters.
typealias Place = (Int, Int, Int, Int)

extension Tensor {
  subscript(place: Place) -> Scalar {
    get { self[place.0, place.1, place.2, place.3] }
    set { self[place.0, place.1, place.2, place.3] = newValue }
  }

  /// Calls `body` with each place of images, in row-major order.
  func forEachPlace(_ body: (Place) -> Void) {
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for row in 0..<shape[2] {
          for column in 0..<shape[3] { body((n, c, row, column)) }
        }
      }
    }
  }
}
