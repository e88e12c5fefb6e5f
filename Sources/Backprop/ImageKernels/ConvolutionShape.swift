// Convolutions keep samples innermost: images are [channel][y][x][sample].
//
// For one position of the output, the patch of the input below the kernel is a matrix with one row
// of samples for each kernel element, and the rows lie anywhere in memory: a table says where. So a
// convolution is the tile of `gemm` with a table of row offsets. Nothing is copied into columns, borders
// are no special case, and every inner loop runs over samples.
//
// Each of the three products has a file of its own, and its tile stands there with it, because
// only in one file is it inlined whole.

import Kernels

/// The sizes of a convolution over images that are padded already.
package struct ConvolutionShape: Sendable, Equatable {
  /// Channels of the input, of all groups together, and of the output.
  package let channels, outputs: Int
  /// Rows and columns of the padded input.
  package let height, width: Int
  /// Rows and columns of the output.
  package let outputHeight, outputWidth: Int
  package let kernelHeight, kernelWidth: Int
  package let stride, dilation, groups: Int
  package let samples: Int

  package init(
    channels: Int, outputs: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int,
    kernelHeight: Int, kernelWidth: Int, stride: Int, dilation: Int, groups: Int, samples: Int
  ) {
    require(
      groups >= 1 && channels % groups == 0 && outputs % groups == 0,
      "ConvolutionShape: \(groups) groups do not divide \(channels) and \(outputs) channels")
    for (output, kernel, image) in [
      (outputHeight, kernelHeight, height), (outputWidth, kernelWidth, width),
    ] {
      let most = 1 << 30
      require(
        0 <= output && output <= most && 1 <= kernel && kernel <= most && 1 <= stride
          && stride <= most && 1 <= dilation && dilation <= most
          && (output == 0 || (output - 1) * stride + (kernel - 1) * dilation < image),
        "ConvolutionShape: \(output) places of a kernel of \(kernel), \(stride) apart and with a "
          + "dilation of \(dilation), are not inside an image of \(image)")
    }
    _ = elementCount([channels, height, width, samples], "ConvolutionShape")
    _ = elementCount([outputs, outputHeight, outputWidth, samples], "ConvolutionShape")
    _ = elementCount([outputs, channels / groups, kernelHeight, kernelWidth], "ConvolutionShape")
    (self.channels, self.outputs) = (channels, outputs)
    (self.height, self.width) = (height, width)
    (self.outputHeight, self.outputWidth) = (outputHeight, outputWidth)
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
    (self.stride, self.dilation, self.groups) = (stride, dilation, groups)
    self.samples = samples
  }

  /// Channels of one group, in the input and in the output.
  var groupChannels: Int { channels / groups }
  var groupOutputs: Int { outputs / groups }
  /// Elements of the kernel that make one output: rows of a patch.
  var patch: Int { groupChannels * kernelHeight * kernelWidth }
  /// Numbers in a channel of the input and of the output.
  var plane: Int { height * width * samples }
  var outputPlane: Int { outputHeight * outputWidth * samples }
  /// Numbers in a channel of the input whose border is left out.
  func stored(_ border: (rows: Int, columns: Int)) -> Int {
    (height - 2 * border.rows) * (width - 2 * border.columns) * samples
  }
  /// How far apart the patches of neighbouring rows and columns of the output lie.
  var rowStep: Int { stride * width * samples }
  var columnStep: Int { stride * samples }
  /// Rows of the image that a patch reads.
  var reach: Int { (kernelHeight - 1) * dilation + 1 }
  var isEmpty: Bool { outputPlane == 0 || outputs == 0 || patch == 0 }
  var multiplyAdds: Int { outputs * outputPlane * patch }

  /// Stops with a sentence unless arrays of these lengths are the input, the kernels and the outputs;
  /// nil for one that is not there.
  func requireArrays(
    input: Int?, kernels: Int?, outputs: Int?, border: (rows: Int, columns: Int) = (0, 0),
    _ owner: StaticString
  ) {
    require(
      0 <= border.rows && border.rows <= height / 2 && 0 <= border.columns
        && border.columns <= width / 2,
      "\(owner): a border of \(border.rows) rows and \(border.columns) columns has no room in an "
        + "image of \(height) × \(width); it can be half of it at most")
    let expected = [channels * stored(border), self.outputs * patch, self.outputs * outputPlane]
    let given = [input, kernels, outputs]
    require(
      zip(given, expected).allSatisfy { $0 == nil || $0 == $1 },
      "\(owner): \(given.compactMap { $0 }) numbers are not those of a convolution with \(expected) "
        + "in its input, its kernels and its outputs; give as many")
  }

  /// Where a patch's rows begin, counted from its first, in the order of the kernel's elements.
  var offsets: [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(patch)
    for c in 0..<groupChannels {
      for y in 0..<kernelHeight {
        for x in 0..<kernelWidth {
          offsets.append(((c * height + y * dilation) * width + x * dilation) * samples)
        }
      }
    }
    return offsets
  }
}
