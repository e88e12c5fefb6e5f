public import Checking
public import Core

/// Dropout whose gradient comes from an answer to 4.3.
public struct AdaptedDropout: Layer {
  /// The layer in all but its backward.
  public let dropout: Dropout<Double>
  private let gradient: (DropoutQuestion) throws -> Matrix

  public init(
    _ dropout: Dropout<Double>, gradient: @escaping (DropoutQuestion) throws -> Matrix
  ) {
    (self.dropout, self.gradient) = (dropout, gradient)
  }

  /// The input and the mask of zeros and ones; no mask where nothing was dropped.
  public struct Cache: Sendable {
    let x: Matrix
    let mask: Matrix?
  }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (y, cache) = dropout.forward(x, in: &context)
    return (y, Cache(x: x, mask: cache.scaledMask?.map { $0 > 0 ? 1 : 0 }))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: NoParameters<Double>) {
    guard let mask = cache.mask else { return (dY, NoParameters()) }
    let question = DropoutQuestion(x: cache.x, mask: mask, rate: dropout.rate, dy: dY)
    let dx = answer("4.3") { try gradient(question) }
    requireShape(dx, cache.x.shape, "4.3: dx")
    return (dx, NoParameters())
  }
}
