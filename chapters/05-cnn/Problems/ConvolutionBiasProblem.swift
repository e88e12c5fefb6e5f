public import Checking
public import Core
import Images

/// The bias of a convolution, and the gradient that arrives at its output.
public struct ConvolutionBiasQuestion: Question {
  /// One number for each output channel.
  public var bias: Matrix
  /// ∂loss/∂y, `[m, out, height, width]`.
  public var dy: Matrix

  public init(bias: Matrix, dy: Matrix) { (self.bias, self.dy) = (bias, dy) }

  init(_ shape: [Int], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    bias = Tensor(shape: [shape[1]], using: &generator)
    dy = Tensor(shape: shape, using: &generator)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("dy", \.dy)]
  }

  /// The sums of dy over all axes but some, in the order of these.
  fileprivate func sums(keeping axes: Int...) -> Matrix {
    var result = Matrix(shape: axes.map { dy.shape[$0] })
    for (place, value) in dy.scalars.enumerated() {
      var (rest, index) = (place, [0, 0, 0, 0])
      for axis in (0..<4).reversed() {
        index[axis] = rest % dy.shape[axis]
        rest /= dy.shape[axis]
      }
      result.scalars[axes.reduce(0) { $0 * dy.shape[$1] + index[$1] }] += value
    }
    return result
  }
}

extension Chapter05Problems {
  /// 5.1, the gradient of a convolution's bias.
  public static var convolutionBias: Problem<ConvolutionBiasQuestion, Matrix> {
    Problem(
      "5.1", "conv2dBackwardBias", minutes: 8, difficulty: 2, section: "The bias",
      hints: [
        "b[o] was added to many outputs. Which images, which rows, which columns?",
        "One image, one channel, two places: y = (b + 2, b + 5), with dy = (3, 4). Make b larger by "
          + "0.01: both y grow by 0.01, so the loss grows by 3·0.01 + 4·0.01. And with a second image?",
        "dy is [m, out, height, width] and db is [out]: three of four axes go. Which one stays?",
        "db[o] = Σ dy[n, o, i, j] over all images n, rows i and columns j",
        "for n … { for o … { for i … { for j … { db[o] += … } } } }",
      ],
      cases: [
        Case(ConvolutionBiasQuestion([4, 3, 2, 5], seed: 61)),
        Case(ConvolutionBiasQuestion([3, 3, 3, 3], seed: 62)),
        Case(ConvolutionBiasQuestion([1, 2, 4, 3], seed: 63)),
        Case(ConvolutionBiasQuestion([5, 1, 1, 1], seed: 64)),
        Case(ConvolutionBiasQuestion([2, 4, 2, 3], seed: 65)).rounded(),
      ],
      forward: { question in
        let sums = question.sums(keeping: 1)
        return (sums * question.bias).sum()
      },
      reference: { conv2dReferenceBackwardBias($0.dy) },
      parts: [Part("db", of: \.bias)],
      misconceptions: [
        Misconception(
          "conv-bias-summed-over-channels",
          "You kept the images and summed the channels. It is each channel that has a bias: sum over "
            + "images, rows and columns."
        ) { $0.sums(keeping: 0) },
        Misconception(
          "conv-bias-one-a-position",
          "One bias serves all positions of its channel: sum over rows and columns too, not over the "
            + "images alone."
        ) { $0.sums(keeping: 1, 2, 3) },
        Misconception(
          "conv-bias-one-an-image",
          "The same bias was added to every image of the batch: sum over the images too."
        ) { $0.sums(keeping: 0, 1) },
        Misconception(
          "conv-bias-mean-over-positions",
          "You took a mean over the positions. The bias was added at each of them, so dy is summed."
        ) { $0.sums(keeping: 1) / Double($0.dy.shape[2] * $0.dy.shape[3]) },
        Misconception(
          "conv-bias-averaged",
          "The loss has divided by the batch already: db sums dy, it takes no mean over the images."
        ) { $0.sums(keeping: 1) / Double($0.dy.shape[0]) },
      ],
      alternatives: [
        { question in
          // As the dense layer's: a row of ones times dy, with a row for each position.
          let rows = positionRows(question.dy)
          return matmul(Matrix(repeating: 1, shape: [1, rows.rows]), rows)
            .reshaped([question.dy.shape[1]])
        },
        { $0.sums(keeping: 1) },
        { question in
          // The sum over a channel's positions first, then over the batch.
          let (m, outputs) = (question.dy.shape[0], question.dy.shape[1])
          let positions = question.dy.reshaped([m * outputs, question.dy.count / (m * outputs)])
          return positions.sum(axis: 1).reshaped([m, outputs]).sum(axis: 0)
        },
      ],
      attempt: asks { try $0.conv2dBackwardBias($1.dy) }
    )
  }
}
