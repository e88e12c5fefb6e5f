public import Checking
public import Core
public import Images

/// Pooling whose gradient comes from an answer: to 5.4 for the largest number of each window, to
/// 5.5 for the mean.
///
/// Samples are innermost, as in `MaxPool2d`; the answers get images as the exercises have them.
public struct AdaptedPooling: Layer {
  /// What a window is replaced by.
  public enum Kind: Sendable { case maximum, average }

  public let kind: Kind
  public let geometry: PoolingGeometry
  private let gradient: (PoolingQuestion) throws -> Matrix

  /// - Parameters:
  ///   - kind: What a window is replaced by.
  ///   - geometry: The windows; without padding, which the exercises do not have.
  ///   - source: Where the answer comes from.
  public init(_ kind: Kind, _ geometry: PoolingGeometry, from source: Source) {
    require(geometry.padding == 0, "AdaptedPooling: the exercises have no padding")
    (self.kind, self.geometry) = (kind, geometry)
    gradient =
      switch kind {
      case .maximum: Chapter05Problems.maxPool.function(from: source)
      case .average: Chapter05Problems.averagePool.function(from: source)
      }
  }

  /// The layer's input, `[m, channels, height, width]`.
  public struct Cache: Sendable {
    let x: Matrix
  }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (window, stride) = (geometry.window, geometry.stride)
    let y =
      switch kind {
      case .maximum: MaxPool2d<Double>(window, stride: stride)(x)
      case .average: AveragePool2d<Double>(window, stride: stride)(x)
      }
    return (y, Cache(x: samplesFirst(x)))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: NoParameters<Double>) {
    let id = kind == .maximum ? "5.4" : "5.5"
    let question = PoolingQuestion(
      x: cache.x, dy: samplesFirst(dY), window: geometry.window, stride: geometry.stride)
    let dx = answer(id) { try gradient(question) }
    requireShape(dx, cache.x.shape, "\(id): dx")
    return (samplesLast(dx), NoParameters())
  }
}
