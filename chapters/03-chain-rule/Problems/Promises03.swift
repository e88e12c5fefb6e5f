import Checking

// What a comment promises and its result cannot show.

extension Chapter03Problems {
  /// 3.1 calls f with tensors of x's shape, and hands on what f throws.
  static func numericalGradientPromise(
    _ question: NumericalGradientQuestion,
    _ answer: ((Matrix) throws -> Double, _ x: Matrix, _ h: Double) throws -> Matrix
  ) throws -> String? {
    let (x, h) = (question.x, question.step)
    var other: [Int]?
    _ = try answer(
      { point in
        if point.shape != x.shape { other = point.shape }
        return try question.f(point)
      }, x, h)
    if let other {
      return "f was called with a tensor of shape \(other): call it with x's shape, \(x.shape)"
    }
    return keptError(of: "f") { error in
      _ = try answer({ _ in throw error }, x, h)
    }
  }
}
