/// What an optimizer remembers from one step to the next.
public struct OptimizerMemory<Scalar: Real>: Equatable, Sendable {
  /// The rule with the numbers that it was made with: `Momentum, beta 0.9`.
  ///
  /// A memory belongs to one rule: with another it would mean something else.
  public let rule: String
  /// The number of steps taken, where the rule counts them.
  public var step: Int
  /// What is kept for each parameter, in the order of visiting: `velocity`, or `m` and `v`.
  ///
  /// Empty before the first step.
  public var kept: [String: [Tensor<Scalar>]]

  public init(rule: String, step: Int = 0, kept: [String: [Tensor<Scalar>]] = [:]) {
    (self.rule, self.step, self.kept) = (rule, step, kept)
  }
}

extension SGD {
  public var memory: OptimizerMemory<Scalar> {
    get { OptimizerMemory(rule: "SGD") }
    set {}
  }
}
