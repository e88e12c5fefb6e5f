public import Core

/// Inputs and targets, one sample a row.
public struct TinySet: Equatable, Sendable {
  /// The inputs, [samples, inputs].
  public let inputs: Tensor<Double>
  /// What the network should answer, [samples, outputs].
  public let targets: Tensor<Double>
}

/// The data of four small programs, published examples that the lessons run again.
///
/// Each is named after the network that is trained on it: inputs, hidden units, outputs.
public enum TinySets {
  /// Four samples for a network of 2 inputs, 3 hidden units and 2 outputs.
  ///
  /// The last sample repeats the first. The two targets are one bit and its opposite.
  public static let twoThreeTwo = TinySet(
    inputs: Tensor(rows: [[1, 0], [0, 1], [1, 1], [1, 0]]),
    targets: Tensor(rows: [[0, 1], [1, 0], [1, 0], [0, 1]]))

  /// Two samples for a network of 2 inputs, 3 hidden units and 1 output: X is the unit matrix.
  public static let twoThreeOne = TinySet(
    inputs: Tensor(rows: [[1, 0], [0, 1]]), targets: Tensor(rows: [[1], [0]]))

  /// One sample for a single sigmoid unit with 2 inputs.
  ///
  /// Its target is ½, so the binary cross-entropy cannot fall below log 2.
  public static let twoOne = TinySet(
    inputs: Tensor(rows: [[0.1, 0.9]]), targets: Tensor(rows: [[0.5]]))

  /// Four samples to train a network of 2 inputs, 2 hidden units and 1 output.
  ///
  /// The mean target is ¾: who answers that everywhere has a mean squared error of 0.1875.
  public static let twoTwoOne = TinySet(
    inputs: Tensor(rows: [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]]),
    targets: Tensor(rows: [[0], [1], [1], [1]]))

  /// Three samples to test that network with.
  ///
  /// The first lies on the far side of the boundary that the training samples suggest: two of three
  /// right is what a well-trained network reaches.
  public static let twoTwoOneTest = TinySet(
    inputs: Tensor(rows: [[0.2, 0.4], [0.6, 0.8], [0.9, 1.1]]),
    targets: Tensor(rows: [[0], [1], [1]]))
}
