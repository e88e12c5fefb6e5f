import Backprop
import Testing

/// An image on which max pooling, or its gradient, was reported wrong elsewhere.
struct ReportedPooling: Sendable, CustomTestStringConvertible {
  /// What is special, and where it was reported.
  let testDescription: String
  let geometry: PoolingGeometry
  let image: [[Double]]
  let largest: [[Double]]
  /// Where a gradient of 1 from each window goes.
  let gradient: [[Double]]

  private static let (low, infinity, nan) = (-9.0, Double.infinity, Double.nan)
  /// How many windows of 3, 1 apart and 1 over the border, begin at a row of 9.
  private static let begins = [2.0, 1, 1, 1, 1, 1, 1, 1, 0]

  static let all = [
    ReportedPooling(
      testDescription: "a window of -∞ alone (pytorch 1465)",
      geometry: PoolingGeometry(window: 2),
      image: [[-infinity, -infinity], [-infinity, -infinity]],
      largest: [[-infinity]], gradient: [[1, 0], [0, 0]]),
    ReportedPooling(
      testDescription: "the same, one window of several that overlap",
      geometry: PoolingGeometry(window: 2, stride: 1),
      image: [[-infinity, -infinity, 0], [-infinity, -infinity, 1]],
      largest: [[-infinity, 1]], gradient: [[1, 0, 0], [0, 0, 1]]),
    ReportedPooling(
      testDescription: "a window of NaN alone (pytorch 7645)",
      geometry: PoolingGeometry(window: 2), image: [[nan, nan], [nan, nan]],
      largest: [[nan]], gradient: [[1, 0], [0, 0]]),
    ReportedPooling(
      testDescription: "NaN behind a number, and a larger one behind it",
      geometry: PoolingGeometry(window: 2, stride: 1), image: [[1, nan, 3], [nan, 2, infinity]],
      largest: [[nan, nan]], gradient: [[0, 2, 0], [0, 0, 0]]),
    ReportedPooling(
      testDescription: "windows over the border (NNlib.jl 133)",
      geometry: PoolingGeometry(window: 2, padding: 1),
      image: [[1, 4, 7], [2, 5, 8], [3, 6, 9]],
      largest: [[1, 7], [3, 9]], gradient: [[1, 0, 1], [0, 0, 0], [1, 0, 1]]),
    ReportedPooling(
      testDescription: "one number in four windows (Flux.jl 1197)",
      geometry: PoolingGeometry(window: 3, stride: 2, padding: 1),
      image: [
        [1, 2, 3, 4, 5, 6], [7, 88, 9, 10, 11, 12], [13, 14, 15, 16, 17, 18],
        [19, 20, 21, 22, 23, 24],
      ],
      largest: [[88, 88, 12], [88, 88, 24]],
      gradient: [
        [0, 0, 0, 0, 0, 0], [0, 4, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1],
      ]),
    ReportedPooling(
      testDescription: "a stride below the window (ocannl 512)",
      geometry: PoolingGeometry(window: 2, stride: 1),
      image: [[5, 3, 1, 2, 5], [low, low, low, low, low]],
      largest: [[5, 3, 2, 5]], gradient: [[1, 1, 0, 1, 1], [0, 0, 0, 0, 0]]),
    ReportedPooling(
      testDescription: "one number in two windows (tangermeme 95)",
      geometry: PoolingGeometry(window: 4, stride: 2),
      image: [[0, 0, 9, 0, 0, 0, 1, 0]]
        + Array(repeating: Array(repeating: low, count: 8), count: 3),
      largest: [[9, 9, 1]],
      gradient: [[0, 0, 2, 0, 0, 0, 1, 0]]
        + Array(repeating: Array(repeating: 0, count: 8), count: 3)),
    ReportedPooling(
      testDescription: "nothing but ones (tt-metal 14260)",
      geometry: PoolingGeometry(window: 3, stride: 1, padding: 1),
      image: Array(repeating: Array(repeating: 1, count: 9), count: 9),
      largest: Array(repeating: Array(repeating: 1, count: 9), count: 9),
      gradient: begins.map { row in begins.map { row * $0 } }),
    ReportedPooling(
      testDescription: "zeros of both signs, below what padding with 0 would give (pytorch 33382)",
      geometry: PoolingGeometry(window: 2, padding: 1), image: [[-1, -0.0], [0, -2]],
      largest: [[-1, -0.0], [0, -2]], gradient: [[1, 1], [1, 1]]),
  ]
}

@Suite struct ReportedInputOfPoolingTests {
  @Test(arguments: ReportedPooling.all)
  func `what was reported elsewhere is pooled, and its gradient sent back, as told`(
    _ reported: ReportedPooling
  ) {
    check(reported, Double.self)
    check(reported, Float.self)
  }

  /// The image as some samples and two channels, with a gradient of its own for each sample.
  private func check<Scalar: Real>(_ reported: ReportedPooling, _ type: Scalar.Type) {
    func images(_ rows: [[Double]], of samples: Int, _ factor: (Int) -> Double) -> Tensor<Scalar> {
      let numbers = (rows + rows).flatMap { row in
        row.flatMap { x in (0..<samples).map { Scalar(x * factor($0)) } }
      }
      return Tensor(numbers, shape: [2, rows.count, rows[0].count, samples])
    }
    let geometry = reported.geometry
    let layer = MaxPool2d<Scalar>(
      geometry.window, stride: geometry.stride, padding: geometry.padding)
    for samples in [1, 3, 8, 17] {
      var context = Context.training(seed: 1)
      let (y, cache) = layer.forward(
        images(reported.image, of: samples) { _ in 1 }, in: &context)
      let largest = images(reported.largest, of: samples) { _ in 1 }
      #expect(y.shape == largest.shape)
      #expect(
        zip(y.scalars, largest.scalars).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN },
        "\(samples) samples: \(y.scalars)")
      let ones = reported.largest.map { $0.map { _ in 1.0 } }
      let dY = images(ones, of: samples) { Double($0 + 1) }
      #expect(
        layer.backward(dY, cache).dInput
          == images(reported.gradient, of: samples) { Double($0 + 1) }, "\(samples) samples")
    }
  }
}
