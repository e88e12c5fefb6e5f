import Backprop
import ImageKernels
import Kernels

private func numbers(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }

private func convolution(
  width: Int = 5, outputWidth: Int = 3, kernelWidth: Int = 3, stride: Int = 1, dilation: Int = 1,
  groups: Int = 1
) -> ConvolutionShape {
  ConvolutionShape(
    channels: 2, outputs: 4, height: 5, width: width, outputHeight: 3, outputWidth: outputWidth,
    kernelHeight: 3, kernelWidth: kernelWidth, stride: stride, dilation: dilation, groups: groups,
    samples: 1)
}

private func windows(
  width: Int = 4, outputWidth: Int = 2, window: Int = 2, stride: Int = 2, padding: Int = 0
) -> PoolingShape {
  PoolingShape(
    channels: 1, height: 4, width: width, samples: 1, outputHeight: 2, outputWidth: outputWidth,
    window: window, stride: stride, padding: padding)
}

extension WrongCall {
  /// The loops themselves, which come with the library.
  static let kernels: [WrongCall] = [
    WrongCall("product: 5 numbers are no matrix of 2 × 3") {
      _ = product(2, 2, 3, numbers(5), rowStride: 3, columnStride: 1, numbers(6))
    },
    WrongCall("product: 4 numbers are no matrix of 3 × 2") {
      _ = product(2, 2, 3, numbers(6), rowStride: 3, columnStride: 1, numbers(4))
    },
    WrongCall("strides of 30 and 1") {
      _ = product(2, 2, 3, numbers(6), rowStride: 30, columnStride: 1, numbers(6))
    },
    WrongCall("-2 × -3") {
      _ = product(-2, 2, -3, numbers(6), rowStride: -3, columnStride: 1, numbers(6))
    },
    WrongCall("columnSums: 6 numbers are no matrix of 4 × 3") { _ = columnSums(4, 3, numbers(6)) },
    WrongCall("rowSums: 6 numbers") { _ = rowSums(1 << 62, 4, numbers(6)) },
    WrongCall("transpose: 6 numbers") { _ = transpose(6, 6, numbers(6)) },
    WrongCall("gathered: a row is not among the 3") { _ = gathered(numbers(6), rows: [3], of: 2) },
    WrongCall("gathered: a row is not among the 3") { _ = gathered(numbers(6), rows: [-1], of: 2) },
    WrongCall("generateRows, the vector: 2 numbers are no matrix of 1 × 3") {
      _ = generateRows(2, 3, numbers(6), numbers(2)) { $0 + $1 }
    },
    WrongCall("generateRows: 6 numbers") {
      _ = generateRows(9, 3, numbers(6), numbers(3)) { $0 + $1 }
    },
    WrongCall("generate: arrays of 1 and 2 numbers") {
      _ = generate(numbers(1), numbers(2)) { $0 + $1 }
    },
    WrongCall("generateParts: arrays of 1 and 2") { _ = elementSums(numbers(1), numbers(2)) },
    WrongCall("rowElementSums, the vector: 2 numbers are no matrix of 1 × 3") {
      _ = rowElementSums(2, 3, numbers(6), numbers(2))
    },
    WrongCall("rowElementSums: 6 numbers") { _ = rowElementSums(9, 3, numbers(6), numbers(3)) },
    WrongCall("generateParts: arrays of 1 and 2") {
      _ = rectifiedGradient(numbers(1), numbers(2))
    },
    WrongCall("updateElements: arrays of 1, 2 and 1") {
      var (a, b) = (numbers(1), numbers(1))
      updateElements(&a, numbers(2), &b) { a, _, b in (a, b) }
    },
    WrongCall("AdamRule: 2 parameters, 200000 gradients") {
      var (theta, m, v) = (numbers(2), numbers(200_000), numbers(200_000))
      AdamRule(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, learningRate: 1, step: 1)
        .update(&theta, numbers(200_000), &m, &v)
    },
    WrongCall("AdamRule: step 0") {
      _ = AdamRule(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, learningRate: 1, step: 0)
    },
    WrongCall("standardizedRows: 6 numbers") {
      _ = standardizedRows(3, 3, numbers(6), epsilon: 1)
    },
    WrongCall("standardizedRowsGradient: 6 gradients of 6 numbers in 1 rows") {
      _ = standardizedRowsGradient(2, 3, numbers(6), standard: numbers(6), inverse: numbers(1))
    },
    WrongCall("rowSumsAndProducts: 5 numbers") {
      _ = rowSumsAndProducts(2, 3, numbers(6), numbers(5))
    },
    WrongCall("scaledRows: 2 centres, 1 factors and 2 summands for 2 rows") {
      _ = scaledRows(2, 3, numbers(6), centre: numbers(2), scale: numbers(1), shift: numbers(2))
    },
    WrongCall("scaledAndShifted: 6 numbers") {
      _ = scaledAndShifted(3, 3, numbers(6), scale: numbers(3), shift: numbers(3))
    },
    WrongCall("scaledAndShifted, the summands: 2 numbers") {
      _ = scaledAndShifted(2, 3, numbers(6), scale: numbers(3), shift: numbers(2))
    },
    WrongCall("scaledAndShiftedGradients, the factors: 2 numbers") {
      _ = scaledAndShiftedGradients(2, 3, numbers(6), numbers(6), scale: numbers(2))
    },
    WrongCall("padded: a border of -1") {
      _ = padded(numbers(4), channels: 1, height: 2, width: 2, samples: 1, by: -1)
    },
    WrongCall("padded: 4 numbers are no images of [1, 2, 3, 1]") {
      _ = padded(numbers(4), channels: 1, height: 2, width: 3, samples: 1, by: 1)
    },
    WrongCall("cropped: 4 numbers are no images of [1, 4, 4, 1]") {
      _ = cropped(numbers(4), channels: 1, height: 2, width: 2, samples: 1, by: 1)
    },
    WrongCall("cropped: -1 × 2 pixels are left") {
      _ = cropped(numbers(4), channels: 1, height: -1, width: 2, samples: 1, by: 1)
    },
    WrongCall("3 groups do not divide 2 and 4 channels") { _ = convolution(groups: 3) },
    WrongCall("0 groups do not divide") { _ = convolution(groups: 0) },
    WrongCall("4 places of a kernel of 3, 1 apart") { _ = convolution(outputWidth: 4) },
    WrongCall("a dilation of 0") { _ = convolution(dilation: 0) },
    WrongCall("convolution: [50, 71] numbers are not those") {
      _ = convolution(numbers(50), numbers(71), numbers(4), convolution())
    },
    WrongCall("3 numbers are no bias of 4 outputs") {
      _ = convolution(numbers(50), numbers(72), numbers(3), convolution())
    },
    WrongCall("convolutionInputGradient: [72, 35] numbers are not those") {
      _ = convolutionInputGradient(numbers(35), numbers(72), convolution())
    },
    WrongCall("convolutionWeightGradient: [49, 36] numbers are not those") {
      _ = convolutionWeightGradient(numbers(36), numbers(49), convolution())
    },
    WrongCall("channelSums: 6 numbers") { _ = channelSums(2, 4, numbers(6)) },
    WrongCall("PoolingShape: windows of 2, 0 apart") { _ = windows(stride: 0) },
    WrongCall("PoolingShape: windows of 2, 2 apart, 2 over the border") { _ = windows(padding: 2) },
    WrongCall("PoolingShape: 3 windows, 2 apart, do not all see an image of 4") {
      _ = windows(outputWidth: 3)
    },
    WrongCall("maximumPooling: 15 numbers") { _ = maximumPooling(numbers(15), windows()) },
    WrongCall("maximumPooling: a window sees 4294967296 numbers") {
      let sides = 1 << 16
      let shape = PoolingShape(
        channels: 1, height: sides, width: sides, samples: 0, outputHeight: 1, outputWidth: 1,
        window: sides, stride: 1, padding: 0)
      _ = maximumPooling(numbers(0), shape)
    },
    WrongCall("maximumPoolingGradient: nothing and [3, 4]") {
      _ = maximumPoolingGradient(numbers(4), places: [0, 0, 0], windows())
    },
    WrongCall("averagePooling: 17 numbers") { _ = averagePooling(numbers(17), windows()) },
    WrongCall("averagePoolingGradient: nothing and [5]") {
      _ = averagePoolingGradient(numbers(5), windows())
    },
    WrongCall("positionMeans: 6 numbers are no images of [2, 2, 2]") {
      _ = positionMeans(numbers(6), channels: 2, positions: 2, samples: 2)
    },
    WrongCall("positionMeansGradient: 3 numbers") {
      _ = positionMeansGradient(numbers(3), channels: 2, positions: 2, samples: 2)
    },
    WrongCall("parallel: -1 elements") { parallel(-1, grain: 1, worth: true) { _ in } },
    WrongCall("in parts of 0") { parallel(4, grain: 0, worth: true) { _ in } },
  ]
}
