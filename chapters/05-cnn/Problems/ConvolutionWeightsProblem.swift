public import Checking
public import Core
import Images

extension Chapter05Problems {
  /// 5.2, the gradient of a convolution's filters.
  public static var convolutionWeights: Problem<ConvolutionQuestion, Matrix> {
    Problem(
      "5.2", "conv2dBackwardWeights", minutes: 20, difficulty: 3, section: "The filters",
      hints: [
        "Write one output y[n, o, i, j] as a sum. Which pixel does w[o, c, u, v] meet there?",
        "Two pixels x = (3, 5), a filter of one number, w = 2: y = (6, 10), with dy = (1, 10). Make w "
          + "larger by 0.01: y grows by 0.03 and 0.05, the loss by 1·0.03 + 10·0.05. What is dW?",
        "dy [m, out, h', w'], x [m, in, h, w], dW [out, in, kh, kw]: o, c, u, v are dW's own, n, i, j "
          + "are summed away. Seven loops; pixels outside of x are padding: skip them.",
        "dW[o, c, u, v] = Σ dy[n, o, i, j]·x[n, c, i·s + u - p, j·s + v - p] over n, i, j",
        "let (row, column) = (i * stride + u - padding, …)\n"
          + "guard 0 <= row, row < x.shape[2], … else { continue }\n"
          + "dW[o, c, u, v] += dy[…] * x[n, c, row, column]",
      ],
      cases: ConvolutionQuestion.cases,
      forward: { ($0.dy * $0.y).sum() },
      reference: {
        conv2dReferenceBackwardWeight(
          $0.dy, $0.x, weightShape: $0.weight.shape, $0.geometry)
      },
      parts: [Part("dW", of: \.weight)],
      misconceptions: [
        Misconception(
          "conv-weights-stride-ignored",
          "Output row i has its window at row i·stride of the padded image, not at row i."
        ) { $0.dW(stride: 1) },
        Misconception(
          "conv-weights-padding-ignored",
          "Row i·stride + u is a row of the padded image. In x itself it is i·stride + u - padding."
        ) { $0.dW(padding: 0) },
        Misconception(
          "conv-weights-turned",
          "Your dW is turned by 180°. Here dW[u, v] meets x at i·stride + u - padding: no filter is "
            + "turned, forward or in dW."
        ) { $0.dW().turned },
        Misconception(
          "conv-weights-averaged",
          "The loss has divided by the batch already: dW sums over the images, it takes no mean."
        ) { $0.dW() / Double($0.dy.shape[0]) },
        Misconception(
          "conv-weights-mean-over-positions",
          "You took a mean over the positions. The filter worked at each of them: dW is their sum."
        ) { $0.dW() / Double($0.dy.shape[2] * $0.dy.shape[3]) },
        Misconception(
          "conv-weights-channels-summed",
          "You summed over the input channels. w[o, c] saw channel c only, so dW[o, c] uses x[n, c] "
            + "only."
        ) { question in
          var other = question
          other.x = question.x.channelSum
          return other.dW()
        },
        Misconception(
          "conv-weights-border-dropped",
          "You left out row 0 and column 0 of x. They are pixels, not padding: the guard is 0 <= row, "
            + "not 0 < row."
        ) { question in
          var dW = Matrix(shape: question.weight.shape)
          question.forEachTerm { input, filter, output in
            guard input.2 > 0, input.3 > 0 else { return }
            dW[filter] += question.dy[output] * question.x[input]
          }
          return dW
        },
        Misconception(
          "conv-weights-one-position",
          "You kept one position only (= for +=?). The filter is shared: sum over all rows and columns "
            + "of dy, and over the images."
        ) { question in
          var dW = Matrix(shape: question.weight.shape)
          question.forEachTerm { input, filter, output in
            dW[filter] = question.dy[output] * question.x[input]
          }
          return dW
        },
      ],
      alternatives: [
        { question in
          // Filter element by filter element: each is a sum over images and positions.
          let (x, dy, geometry) = (question.x, question.dy, question.geometry)
          var dW = question.weight * 0
          func sum(_ o: Int, _ c: Int, _ u: Int, _ v: Int) -> Double {
            var sum = 0.0
            for i in (0..<dy.shape[2]).reversed() {
              let row = i * geometry.stride + u - geometry.padding
              for j in 0..<dy.shape[3] where row >= 0 && row < x.shape[2] {
                let column = j * geometry.stride + v - geometry.padding
                guard column >= 0, column < x.shape[3] else { continue }
                for n in 0..<dy.shape[0] { sum += x[n, c, row, column] * dy[n, o, i, j] }
              }
            }
            return sum
          }
          for place in 0..<dW.count {
            let (kh, kw, inputs) = (dW.shape[2], dW.shape[3], dW.shape[1])
            let channel = place / (kh * kw)
            dW.scalars[place] = sum(
              channel / inputs, channel % inputs, place / kw % kh, place % kw)
          }
          return dW
        },
        { $0.dW() },
        { question in
          // With the patches as rows: the dense layer's dyᵀ·x.
          let columns = imageColumns(
            question.x, kernelHeight: question.weight.shape[2],
            kernelWidth: question.weight.shape[3], question.geometry)
          return matmul(transposed: positionRows(question.dy), columns)
            .reshaped(question.weight.shape)
        },
      ],
      given: { [("dy", $0.dy), ("x", $0.x)] },
      attempt: asks {
        try $0.conv2dBackwardWeights(
          $1.dy, x: $1.x, weightShape: $1.weight.shape, stride: $1.geometry.stride,
          padding: $1.geometry.padding)
      }
    )
  }
}

extension ConvolutionQuestion {
  /// The gradient of the filters, as it would be with another stride or padding.
  func dW(stride: Int? = nil, padding: Int? = nil) -> Matrix {
    var dW = Matrix(shape: weight.shape)
    forEachTerm(stride: stride, padding: padding) { input, filter, output in
      dW[filter] += dy[output] * x[input]
    }
    return dW
  }
}

/// Images as a matrix with a row for each position and a column for each channel:
/// `[m, channels, height, width]` → `[m·height·width, channels]`.
func positionRows(_ images: Matrix) -> Matrix {
  let (m, channels) = (images.shape[0], images.shape[1])
  let area = images.shape[2] * images.shape[3]
  var rows = Matrix(shape: [m * area, channels])
  for n in 0..<m {
    for c in 0..<channels {
      for p in 0..<area {
        rows[n * area + p, c] = images.scalars[(n * channels + c) * area + p]
      }
    }
  }
  return rows
}
