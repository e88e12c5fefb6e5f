/// How far a function's answers are from the truth, at most, over all cases.
public struct Agreement: Codable, Equatable, Sendable {
  /// The largest error relative to the larger of 1 and the right value's size.
  public let error: Double
  /// Whether the truth is central differences of the forward function; else it is the library.
  public let isGradient: Bool

  public init(error: Double, isGradient: Bool) {
    (self.error, self.isGradient) = (error, isGradient)
  }
}
