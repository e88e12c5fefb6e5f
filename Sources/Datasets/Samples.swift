public import Core

/// Images to train with, and others to test with, as a network takes them.
public struct Samples<Scalar: Real>: Sendable {
  public var x: Tensor<Scalar>
  /// The class of each.
  public let labels: [Int]
  public var testX: Tensor<Scalar>
  public let testLabels: [Int]

  /// For a dense network: one image a row, `[count, height·width]`.
  public init(rows train: ImageData, test: ImageData) {
    (x, labels) = (train.inputs(as: Scalar.self), train.labels)
    (testX, testLabels) = (test.inputs(as: Scalar.self), test.labels)
  }

  /// For a convolutional network: `[count, 1, height, width]`.
  public init(images train: ImageData, test: ImageData) {
    (x, labels) = (train.images(as: Scalar.self), train.labels)
    (testX, testLabels) = (test.images(as: Scalar.self), test.labels)
  }
}
