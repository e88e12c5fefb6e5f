public import Checking
public import Core
import Images

extension Chapter05Problems {
  /// 5.3, the gradient of a convolution's input.
  public static var convolutionInput: Problem<ConvolutionQuestion, Matrix> {
    Problem(
      "5.3", "conv2dBackwardInput", minutes: 25, difficulty: 4, section: "The input",
      hints: [
        "Which outputs has one pixel had a part in, and with which element of the filter each time?",
        "Three pixels, w = (2, 3): y₀ = 2x₀ + 3x₁, y₁ = 2x₁ + 3x₂, with dy = (1, 10). x₁ is in both "
          + "lines, with 3 in the first and 2 in the second. How much does the loss grow with x₁?",
        "dy [m, out, h', w'], w [out, in, kh, kw], dx [m, in, h, w] = inputShape: the seven loops and "
          + "the guard of 5.2. What falls on the padding is dropped; pixels that no window reached "
          + "keep 0.",
        "Send each dy back the way it came: dx[n, c, i·s + u - p, j·s + v - p] += "
          + "dy[n, o, i, j]·w[o, c, u, v]",
        "let (row, column) = (i * stride + u - padding, …)\n"
          + "guard 0 <= row, row < inputShape[2], … else { continue }\n"
          + "dx[n, c, row, column] += … * weight[o, c, u, v]",
      ],
      cases: ConvolutionQuestion.cases,
      forward: { ($0.dy * $0.y).sum() },
      reference: {
        conv2dReferenceBackwardInput(
          $0.dy, inputShape: $0.x.shape, weight: $0.weight, $0.geometry)
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: inputMisconceptions,
      alternatives: [{ $0.dx() }, gathered, fromColumns],
      given: { [("dy", $0.dy), ("w", $0.weight)] },
      attempt: asks {
        try $0.conv2dBackwardInput(
          $1.dy, weight: $1.weight, inputShape: $1.x.shape, stride: $1.geometry.stride,
          padding: $1.geometry.padding)
      }
    )
  }

  private static var inputMisconceptions: [Misconception<ConvolutionQuestion, Matrix>] {
    [
      Misconception(
        "conv-input-filter-turned",
        "The filter is the wrong way round, by 180°. Sent back, dy[i] meets w[u] at i·stride + u - "
          + "padding; gathered, that is a turn of the filter, exactly one."
      ) { question in
        var other = question
        other.weight = question.weight.turned
        return other.dx()
      },
      Misconception(
        "conv-input-padding-kept",
        "Your dx still has the padding around it. The padding is no part of x: cut its rows and "
          + "columns off."
      ) { $0.paddedGradient() },
      Misconception(
        "conv-input-padding-shifted",
        "Your dx is shifted by the padding: row r of the padded image is row r - padding of x."
      ) { $0.dx(padding: 0) },
      Misconception(
        "conv-input-stride-ignored",
        "Output row i had its window at row i·stride of the padded image: that is where its gradient "
          + "goes."
      ) { $0.dx(stride: 1) },
      Misconception(
        "conv-input-overwritten",
        "A pixel is in several windows and goes to every filter. Their contributions add: +=, not =."
      ) { question in
        var dx = Matrix(shape: question.x.shape)
        question.forEachTerm { input, filter, output in
          dx[input] = question.dy[output] * question.weight[filter]
        }
        return dx
      },
      Misconception(
        "conv-input-channels-summed",
        "All channels of your dx are alike: you summed over them. dx[n, c] uses the filters' slice "
          + "w[o, c] only."
      ) { $0.dx().channelSum },
      Misconception(
        "conv-input-border-dropped",
        "Row 0 and column 0 of your dx are 0. They are pixels, not padding: the guard is 0 <= row, not "
          + "0 < row."
      ) { question in
        var dx = Matrix(shape: question.x.shape)
        question.forEachTerm { input, filter, output in
          guard input.2 > 0, input.3 > 0 else { return }
          dx[input] += question.dy[output] * question.weight[filter]
        }
        return dx
      },
      Misconception(
        "conv-input-averaged",
        "The loss has divided by the batch already: each image gets its own dx, undivided."
      ) { $0.dx() / Double($0.x.shape[0]) },
    ]
  }

  /// The same from the pixel's side: dx[y] = Σ dy[i]·w[u] with i·s = y + p - u, so that the filter
  /// runs backwards.
  private static func gathered(_ question: ConvolutionQuestion) -> Matrix {
    let (dy, w, geometry) = (question.dy, question.weight, question.geometry)
    var dx = Matrix(shape: question.x.shape)
    func output(_ pixel: Int, _ element: Int, _ count: Int) -> Int? {
      let (i, rest) = (pixel + geometry.padding - element).quotientAndRemainder(
        dividingBy: geometry.stride)
      return rest == 0 && 0 <= i && i < count ? i : nil
    }
    for n in 0..<dx.shape[0] {
      for c in 0..<dx.shape[1] {
        for y in 0..<dx.shape[2] {
          for x in 0..<dx.shape[3] {
            for u in 0..<w.shape[2] {
              for v in 0..<w.shape[3] {
                guard let i = output(y, u, dy.shape[2]), let j = output(x, v, dy.shape[3]) else {
                  continue
                }
                for o in 0..<w.shape[0] { dx[n, c, y, x] += dy[n, o, i, j] * w[o, c, u, v] }
              }
            }
          }
        }
      }
    }
    return dx
  }

  /// The same as the dense layer's dy·Wᵀ, patch by patch, each patch added to where it was cut out.
  private static func fromColumns(_ question: ConvolutionQuestion) -> Matrix {
    let w = question.weight
    let patches = matmul(
      positionRows(question.dy), w.reshaped([w.shape[0], w.count / w.shape[0]]))
    let (height, width) = (question.dy.shape[2], question.dy.shape[3])
    var dx = Matrix(shape: question.x.shape)
    question.forEachTerm { input, filter, output in
      guard filter.0 == 0 else { return }
      let row = (output.0 * height + output.2) * width + output.3
      dx[input] += patches[row, (filter.1 * w.shape[2] + filter.2) * w.shape[3] + filter.3]
    }
    return dx
  }
}

extension ConvolutionQuestion {
  /// The gradient of the input, as it would be with another stride or padding.
  func dx(stride: Int? = nil, padding: Int? = nil) -> Matrix {
    var dx = Matrix(shape: x.shape)
    forEachTerm(stride: stride, padding: padding) { input, filter, output in
      dx[input] += dy[output] * weight[filter]
    }
    return dx
  }

  /// The gradient of the input together with its padding.
  fileprivate func paddedGradient() -> Matrix {
    let padding = geometry.padding
    let padded = ConvolutionQuestion(
      x: Matrix(
        shape: [x.shape[0], x.shape[1], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding]),
      weight: weight, bias: bias, dy: dy,
      ConvolutionGeometry(stride: geometry.stride, groups: geometry.groups))
    return padded.dx()
  }
}
