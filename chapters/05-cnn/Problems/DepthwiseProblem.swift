public import Checking
import Images

/// The gradients of a convolution.
public typealias ConvolutionGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter05Problems {
  /// 5.6, the gradients of a depthwise convolution.
  public static var depthwise: Problem<ConvolutionQuestion, ConvolutionGradients> {
    Problem(
      "5.6", "depthwiseConv2dBackward", minutes: 30, difficulty: 4, isChallenge: true,
      section: "Depthwise separable convolution",
      hints: [
        "Each channel is a convolution of its own, with one input and one output channel. Which loop "
          + "of 5.2 and 5.3 falls away?",
        "One channel, x = (3, 5, 1), w = (2, 4): y₀ = 3·2 + 5·4 + b, y₁ = 5·2 + 1·4 + b, with "
          + "dy = (1, 10). What do w₀, x₁ and b get? Does a second channel change that?",
        "dy [m, channels, h', w'], x and dx [m, channels, h, w], w and dW [channels, 1, kh, kw], "
          + "db [channels]: one channel index, the same in all of them.",
        "dx[n, c, i·s + u - p, j·s + v - p] += dy[n, c, i, j]·w[c, 0, u, v]; dW[c, 0, u, v] += "
          + "dy[n, c, i, j]·x[n, c, i·s + u - p, j·s + v - p]; db[c] += dy[n, c, i, j]",
        "let (row, column) = (i * stride + u - padding, …)\n"
          + "dx[n, c, row, column] += dy[n, c, i, j] * weight[c, 0, …]\n"
          + "dW[c, 0, u, v] += dy[n, c, i, j] * x[…]",
      ],
      cases: depthwiseCases,
      forward: { ($0.dy * $0.y).sum() },
      reference: right,
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: depthwiseMisconceptions,
      alternatives: [
        { question in
          // All three in one pass over the products, the bias by its first.
          var gradients = (dx: question.x * 0, dW: question.weight * 0, db: question.bias * 0)
          question.forEachTerm { input, filter, output in
            gradients.dx[input] += question.weight[filter] * question.dy[output]
            gradients.dW[filter] += question.x[input] * question.dy[output]
          }
          for (place, dy) in question.dy.scalars.enumerated() {
            let area = question.dy.shape[2] * question.dy.shape[3]
            gradients.db[place / area % question.dy.shape[1]] += dy
          }
          return gradients
        },
        { ($0.dx(), $0.dW(), conv2dReferenceBackwardBias($0.dy)) }, channelByChannel,
      ],
      attempt: asks {
        try $0.depthwiseConv2dBackward(
          $1.dy, x: $1.x, weight: $1.weight, stride: $1.geometry.stride,
          padding: $1.geometry.padding)
      }
    )
  }

  private static var depthwiseCases: [Case<ConvolutionQuestion>] {
    func question(
      _ x: [Int], _ kernel: [Int], stride: Int, padding: Int, seed: UInt64
    ) -> Case<ConvolutionQuestion> {
      Case(
        ConvolutionQuestion(
          x: x, weight: [x[1], 1] + kernel, stride: stride, padding: padding, groups: x[1],
          seed: seed))
    }
    return [
      question([4, 3, 5, 8], [3, 2], stride: 2, padding: 1, seed: 81),
      question([2, 2, 4, 4], [3, 3], stride: 1, padding: 0, seed: 82),
      question([1, 3, 4, 5], [2, 3], stride: 1, padding: 2, seed: 83),
      question([2, 2, 7, 8], [2, 2], stride: 3, padding: 0, seed: 84),
      question([3, 1, 4, 3], [2, 2], stride: 1, padding: 1, seed: 85).rounded(),
      question([1, 2, 3, 4], [2, 3], stride: 2, padding: 3, seed: 86),
    ]
  }

  private static func right(_ question: ConvolutionQuestion) -> ConvolutionGradients {
    (
      conv2dReferenceBackwardInput(
        question.dy, inputShape: question.x.shape, weight: question.weight, question.geometry),
      conv2dReferenceBackwardWeight(
        question.dy, question.x, weightShape: question.weight.shape, question.geometry),
      conv2dReferenceBackwardBias(question.dy)
    )
  }

  /// The same as a full convolution with filters that are 0 but for each channel's own.
  private static func channelByChannel(_ question: ConvolutionQuestion) -> ConvolutionGradients {
    let (channels, w) = (question.x.shape[1], question.weight.shape)
    var full = Matrix(shape: [channels, channels, w[2], w[3]])
    func copy(_ body: (_ full: Place, _ own: Place) -> Void) {
      for c in 0..<channels {
        for u in 0..<w[2] {
          for v in 0..<w[3] { body((c, c, u, v), (c, 0, u, v)) }
        }
      }
    }
    copy { full[$0] = question.weight[$1] }
    let wide = ConvolutionQuestion(
      x: question.x, weight: full, bias: question.bias, dy: question.dy,
      ConvolutionGeometry(
        stride: question.geometry.stride, padding: question.geometry.padding))
    let all = wide.dW()
    var dW = Matrix(shape: w)
    copy { dW[$1] = all[$0] }
    return (wide.dx(), dW, conv2dReferenceBackwardBias(question.dy))
  }

  private static var depthwiseMisconceptions:
    [Misconception<ConvolutionQuestion, ConvolutionGradients>]
  {
    [
      spoilt(
        "depthwise-input-channels-summed",
        "You summed dx over the channels. Channel c went into output c only, so nothing crosses over."
      ) { $1.dx = $1.dx.channelSum },
      spoilt(
        "depthwise-weights-channels-summed",
        "You summed over the channels in dW. Filter c saw channel c only: dW[c] uses x[n, c] and "
          + "dy[n, c]."
      ) { question, gradients in
        var other = question
        other.x = question.x.channelSum
        gradients.dW = other.dW()
      },
      spoilt(
        "depthwise-one-filter",
        "You used the first filter for all channels. Each has its own: w[c, 0, u, v]."
      ) { question, gradients in
        var other = question
        question.forEachTerm { _, filter, _ in
          other.weight[filter] = question.weight[0, 0, filter.2, filter.3]
        }
        gradients.dx = other.dx()
      },
      spoilt(
        "depthwise-filter-turned",
        "The filter is turned by 180° in dx. Send dy[i] back through w[u] to i·stride + u - padding: "
          + "no turn is needed."
      ) { question, gradients in
        var other = question
        other.weight = question.weight.turned
        gradients.dx = other.dx()
      },
      spoilt(
        "depthwise-stride-ignored",
        "Output row i has its window at row i·stride of the padded image, in dx and in dW."
      ) { question, gradients in
        (gradients.dx, gradients.dW) = (question.dx(stride: 1), question.dW(stride: 1))
      },
      spoilt(
        "depthwise-padding-ignored",
        "Row i·stride + u is a row of the padded image. In x and dx it is i·stride + u - padding."
      ) { question, gradients in
        (gradients.dx, gradients.dW) = (question.dx(padding: 0), question.dW(padding: 0))
      },
      spoilt(
        "depthwise-bias-summed-over-channels",
        "Each channel has a bias: db[c] sums over images, rows and columns, not over channels."
      ) { question, gradients in
        let dy = question.dy
        gradients.db = dy.reshaped([dy.shape[0], dy.count / dy.shape[0]]).sum(axis: 1)
      },
      spoilt(
        "depthwise-bias-averaged",
        "The loss has divided by the batch already: db sums over the images, it takes no mean."
      ) { $1.db = $1.db / Double($0.dy.shape[0]) },
    ]
  }

  /// The right answer with something wrong in it.
  private static func spoilt(
    _ name: String, _ sentence: String,
    _ spoil: @escaping (ConvolutionQuestion, inout ConvolutionGradients) -> Void
  ) -> Misconception<ConvolutionQuestion, ConvolutionGradients> {
    Misconception(name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
