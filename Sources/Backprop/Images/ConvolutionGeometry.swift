import Core

/// How a kernel moves over an image: the four numbers of a convolution beside its sizes.
///
/// Each is 2³⁰ at most, and checked whenever it is set.
public struct ConvolutionGeometry: Sendable, Equatable {
  /// How far the kernel moves from one output to the next.
  public var stride: Int { didSet { validate() } }
  /// Rows and columns of zeros that are added on each side of the image.
  public var padding: Int { didSet { validate() } }
  /// The distance of neighbouring kernel elements on the image; 1 for a kernel without gaps.
  public var dilation: Int { didSet { validate() } }
  /// Into how many parts the channels are divided that do not see each other; as many as there are
  /// channels for a depthwise convolution.
  public var groups: Int { didSet { validate() } }

  public init(stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1) {
    (self.stride, self.padding) = (stride, padding)
    (self.dilation, self.groups) = (dilation, groups)
    validate()
  }

  private func validate() {
    require(stride >= 1, "convolution: a stride of \(stride) does not move; it must be 1 or more")
    requireSize(stride, "convolution: a stride")
    requireSize(padding, atLeast: 0, "convolution: a padding")
    require(
      dilation >= 1,
      "convolution: a dilation of \(dilation); it must be 1 (no gaps) or more")
    requireSize(dilation, "convolution: a dilation")
    require(
      1 <= groups && groups <= 1 << 30,
      "convolution: \(groups) groups; it must be 1 or more, 2³⁰ at most")
  }

  /// The size of the output along an axis of n pixels: ⌊(n + 2p - d(k - 1) - 1)/s⌋ + 1.
  ///
  /// - Parameters:
  ///   - n: The size of the image along this axis.
  ///   - k: The size of the kernel along this axis. It may be as large as the padded image; a larger
  ///     one stops the program.
  /// - Returns: How many places the kernel finds.
  public func outputSize(_ n: Int, kernel k: Int) -> Int {
    requireSize(k, "convolution: a kernel")
    require(
      0 <= n && n <= Int.max - 2 * padding,
      "convolution: an image of \(n) pixels; it must have 0 or more, and fewer than can be counted")
    let (padded, covered) = (n + 2 * padding, dilation * (k - 1) + 1)
    require(
      covered <= padded,
      "convolution: a kernel of \(k) with dilation \(dilation) covers \(covered) pixels, but the "
        + "image has \(n), with padding \(padded); use more padding or a smaller kernel")
    return (padded - covered) / stride + 1
  }

  /// Stops with a sentence unless groups and filters, `[out, in/groups, kh, kw]`, fit the channels.
  func validate(channels: Int, weight: [Int], bias: [Int]) {
    require(
      weight.count == 4,
      "convolution: the filters are \(weight); they must be [out, in/groups, height, width]")
    require(
      channels % groups == 0,
      "convolution: \(groups) groups do not divide \(channels) input channels; take a number of "
        + "groups that divides them, or 1")
    require(
      weight[0] % groups == 0,
      "convolution: \(groups) groups do not divide \(weight[0]) output channels; take a number of "
        + "groups that divides them, or 1")
    require(
      channels / groups == weight[1],
      "convolution: the input has \(channels) channels; filters \(weight) in \(groups) group(s) "
        + "need \(weight[1] &* groups)")
    require(
      bias == [weight[0]],
      "convolution: the bias is \(bias); with filters \(weight) it must be [\(weight[0])]")
  }
}
