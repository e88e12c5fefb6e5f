public import Checking
import Images

extension Chapter05Problems {
  /// 5.5, the gradient of average pooling.
  public static var averagePool: Problem<PoolingQuestion, Matrix> {
    Problem(
      "5.5", "averagePoolBackward", minutes: 10, difficulty: 2, section: "Average pooling",
      hints: [
        "A mean of k² numbers: by how much does it move if one of them moves by 1?",
        "One window of 2×2, y = (x₀ + x₁ + x₂ + x₃)/4, with dy = 8. Make x₀ larger by 0.01: y grows by "
          + "0.0025, the loss by 0.02. And x₁? And a number that is in two windows?",
        "dy [m, channels, h', w'], dx [m, channels, h, w] = inputShape. Window (i, j) begins at row "
          + "i·stride and column j·stride. Places in no window keep 0.",
        "Each place of a window gets dy/k², where k is `window`; overlapping windows add.",
        "let share = dy[n, c, i, j] / Double(…)\n"
          + "for row in i * stride..<i * stride + window { for column … { dx[…] += share } }",
      ],
      cases: PoolingQuestion.cases,
      forward: { ($0.dy * averagePool2dReference($0.x, $0.geometry)).sum() },
      reference: {
        averagePool2dReferenceBackward($0.dy, inputShape: $0.x.shape, $0.geometry)
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: averagePoolMisconceptions,
      alternatives: [
        { question in
          // From the pixel's side: the windows that it is in.
          var dx = question.x * 0
          let (k, s) = (question.window, question.stride)
          func isInside(_ pixel: Int, _ window: Int) -> Bool {
            pixel >= window * s && pixel < window * s + k
          }
          for n in 0..<dx.shape[0] {
            for c in 0..<dx.shape[1] {
              for row in 0..<dx.shape[2] {
                for column in 0..<dx.shape[3] {
                  var sum = 0.0
                  for i in 0..<question.dy.shape[2] where isInside(row, i) {
                    for j in 0..<question.dy.shape[3] where isInside(column, j) {
                      sum += question.dy[n, c, i, j]
                    }
                  }
                  dx[n, c, row, column] = sum / Double(k) / Double(k)
                }
              }
            }
          }
          return dx
        },
        { question in
          question.dx { window, output in
            window.map { ($0, question.dy[output] / Double(window.count)) }
          }
        },
        asDepthwiseConvolution,
      ],
      given: { [("dy", $0.dy)] },
      attempt: asks {
        try $0.averagePoolBackward(
          $1.dy, inputShape: $1.x.shape, window: $1.window, stride: $1.stride)
      }
    )
  }

  private static var averagePoolMisconceptions: [Misconception<PoolingQuestion, Matrix>] {
    [
      Misconception(
        "average-not-divided",
        "You gave each place all of dy. The forward pass divided by the number of places, window · "
          + "window, and so does the gradient."
      ) { question in
        question.dx { window, output in window.map { ($0, question.dy[output]) } }
      },
      Misconception(
        "average-divided-by-side",
        "You divided by `window`, the side. The window has window · window places."
      ) { question in
        question.dx { window, output in
          window.map { ($0, question.dy[output] / Double(question.window)) }
        }
      },
      Misconception(
        "average-divided-by-stride",
        "You divided by stride · stride. How far a window moves says nothing about its size: it has "
          + "window · window places."
      ) { question in
        question.dx { window, output in
          window.map { ($0, question.dy[output] / Double(question.stride * question.stride)) }
        }
      },
      Misconception(
        "average-divided-by-image",
        "You divided by all pixels of the image. The mean of a window is over its own "
          + "window · window places."
      ) { question in
        let area = Double(question.x.shape[2] * question.x.shape[3])
        return question.dx { window, output in window.map { ($0, question.dy[output] / area) } }
      },
      Misconception(
        "average-share-in-first-place",
        "The share dy / (window · window) is right, but each place of the window gets it, not the "
          + "first alone."
      ) { question in
        let area = Double(question.window * question.window)
        return question.dx { window, output in [(window[0], question.dy[output] / area)] }
      },
      Misconception(
        "average-overwritten",
        "Where windows overlap, a place gets a share from each of them: +=, not =."
      ) { question in
        var dx = Matrix(shape: question.x.shape)
        question.forEachWindow { window, output in
          for place in window { dx[place] = question.dy[output] / Double(window.count) }
        }
        return dx
      },
      Misconception(
        "average-stride-is-window",
        "You moved the windows by their own size. They move by the argument `stride`."
      ) { question in
        let area = Double(question.window * question.window)
        return question.dx(stride: question.window) { window, output in
          window.map { ($0, question.dy[output] / area) }
        }
      },
      Misconception(
        "average-first-place-only",
        "You gave dy to the first place of each window only. All of its places moved the mean: each "
          + "gets dy / (window · window)."
      ) { question in
        question.dx { window, output in [(window[0], question.dy[output])] }
      },
    ]
  }

  /// Average pooling is a depthwise convolution with a constant filter, and so is its gradient.
  private static func asDepthwiseConvolution(_ question: PoolingQuestion) -> Matrix {
    let (channels, k) = (question.x.shape[1], question.window)
    return conv2dReferenceBackwardInput(
      question.dy, inputShape: question.x.shape,
      weight: Matrix(repeating: 1 / Double(k * k), shape: [channels, 1, k, k]),
      ConvolutionGeometry(stride: question.stride, groups: channels))
  }
}
