public import Checking
public import Core
import Detection
import Images

/// The input and parameters of a transposed convolution, and the gradient that arrives at its output.
public struct TransposedConvolutionQuestion: Question {
  /// Images, `[m, in, h, w]`.
  public var x: Matrix
  /// Filters, `[in, out, kh, kw]`.
  public var weight: Matrix
  /// One number for each output channel.
  public var bias: Matrix
  /// ∂loss/∂y, `[m, out, H, W]`.
  public var dy: Matrix
  public let stride: Int, padding: Int

  public init(x: Matrix, weight: Matrix, bias: Matrix, dy: Matrix, stride: Int, padding: Int) {
    (self.x, self.weight, self.bias, self.dy) = (x, weight, bias, dy)
    (self.stride, self.padding) = (stride, padding)
  }

  init(x shape: [Int], weight filters: [Int], stride: Int, padding: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let x = Matrix(shape: shape, using: &generator)
    let weight = Matrix(shape: filters, using: &generator)
    let bias = Matrix(shape: [filters[1]], using: &generator)
    let size = (2...3).map { (shape[$0] - 1) * stride - 2 * padding + filters[$0] }
    let dy = Matrix(shape: [shape[0], filters[1]] + size, using: &generator)
    self.init(x: x, weight: weight, bias: bias, dy: dy, stride: stride, padding: padding)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("stride", \.stride), ("padding", \.padding)]
  }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("w", \.weight), ("dy", \.dy)]
  }
  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ")
      + ", stride \(stride), padding \(padding)"
  }
  public var label: String {
    "x \(x.shape), w \(weight.shape), stride \(stride), padding \(padding)"
  }

  /// Not square, the U-Net's 2×2 with stride 2, kernels that overlap, kernels with gaps between them, one
  /// image of one pixel, padding that cuts whole kernels off.
  fileprivate static var cases: [Case<Self>] {
    [
      Case(Self(x: [4, 3, 2, 5], weight: [3, 2, 3, 2], stride: 2, padding: 1, seed: 941)),
      Case(Self(x: [2, 2, 3, 3], weight: [2, 2, 2, 2], stride: 2, padding: 0, seed: 942)),
      Case(Self(x: [1, 1, 3, 4], weight: [1, 3, 3, 3], stride: 1, padding: 0, seed: 943)),
      Case(Self(x: [2, 2, 3, 2], weight: [2, 1, 2, 1], stride: 3, padding: 0, seed: 944)),
      Case(Self(x: [1, 2, 1, 1], weight: [2, 3, 3, 2], stride: 2, padding: 0, seed: 945)),
      Case(Self(x: [2, 3, 4, 5], weight: [3, 3, 2, 3], stride: 1, padding: 2, seed: 946)),
      Case(Self(x: [3, 2, 3, 2], weight: [2, 2, 3, 3], stride: 1, padding: 1, seed: 947)).rounded(),
    ]
  }

  fileprivate var y: Matrix {
    transposedConv2dReference(x, weight: weight, bias: bias, stride: stride, padding: padding)
  }

  /// Visits every product x[n, c, i, j]·w[c, o, a, b] and the place in y where it is added.
  ///
  /// - Parameters:
  ///   - stride: The stride, if not the question's own.
  ///   - shift: How far kernels are moved up and to the left, if not by the padding.
  ///   - body: Gets the places in x, w and y.
  fileprivate func forEachTerm(
    stride: Int? = nil, shift: Int? = nil,
    _ body: (_ input: Place, _ filter: Place, _ output: Place) -> Void
  ) {
    let (stride, shift) = (stride ?? self.stride, shift ?? padding)
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] {
            for o in 0..<weight.shape[1] {
              for a in 0..<weight.shape[2] {
                for b in 0..<weight.shape[3] {
                  let (row, column) = (i * stride + a - shift, j * stride + b - shift)
                  guard 0 <= row, row < dy.shape[2], 0 <= column, column < dy.shape[3] else {
                    continue
                  }
                  body((n, c, i, j), (c, o, a, b), (n, o, row, column))
                }
              }
            }
          }
        }
      }
    }
  }

  fileprivate func dx(stride: Int? = nil, shift: Int? = nil) -> Matrix {
    var dx = Matrix(shape: x.shape)
    forEachTerm(stride: stride, shift: shift) { dx[$0] += dy[$2] * weight[$1] }
    return dx
  }

  fileprivate func dW(stride: Int? = nil, shift: Int? = nil) -> Matrix {
    var dW = Matrix(shape: weight.shape)
    forEachTerm(stride: stride, shift: shift) { dW[$1] += dy[$2] * x[$0] }
    return dW
  }

  fileprivate var db: Matrix {
    var db = Matrix(shape: [dy.shape[1]])
    dy.forEachPlace { db[$0.1] += dy[$0] }
    return db
  }
}

/// The gradients of a transposed convolution, each in its variable's shape.
public typealias TransposedConvolutionGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter09Problems {
  /// 9.4, the gradients of a transposed convolution.
  public static var transposedConvolution:
    Problem<TransposedConvolutionQuestion, TransposedConvolutionGradients>
  {
    Problem(
      "9.4", "transposedConv2dBackward", minutes: 25, difficulty: 3,
      section: "A convolution, backwards",
      hints: [
        "One pixel of x, one element of w: to which place of y does their product go? The gradient comes "
          + "back from that place.",
        "One row, stride 2, w = (2, 3, 4): x₀ puts 2x₀, 3x₀, 4x₀ on y₀, y₁, y₂, and x₁ puts 2x₁, 3x₁, "
          + "4x₁ on y₂, y₃, y₄. With dy = (1, 10, 100, 0, 0): if x₀ grows by 1, the loss grows by "
          + "2·1 + 3·10 + 4·100 = 432. By how much does it if x₁ does, and if w₀, the 2, does?",
        "dy [m, out, H, W], x and dx [m, in, h, w], w and dW [in, out, kh, kw], db [out]. Loops over n, c, "
          + "i, j, o, a, b, and a guard: the row i·s + a - p and its column may lie outside of y. db is "
          + "none of these loops' business, or each dy is counted many times.",
        "dx[n, c, i, j] += dy[n, o, i·s + a - p, j·s + b - p]·w[c, o, a, b]; dW[c, o, a, b] += the same "
          + "dy times x[n, c, i, j]; db[o] = Σ dy[n, o, row, column]",
        "let (row, column) = (i * stride + a - padding, …)\n"
          + "guard 0 <= row, row < dy.shape[2], … else { continue }\n"
          + "dx[n, c, i, j] += dy[n, o, row, column] * weight[…]\n"
          + "dW[…] += dy[n, o, row, column] * x[…]",
      ],
      cases: TransposedConvolutionQuestion.cases,
      forward: { ($0.dy * $0.y).sum() },
      reference: { question in
        let (dX, dW, db) = transposedConv2dReferenceBackward(
          question.dy, question.x, weight: question.weight, stride: question.stride,
          padding: question.padding)
        return (dX, dW, db)
      },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: transposedMisconceptions,
      alternatives: [
        { ($0.dx(), $0.dW(), $0.db) },
        gathered, byTheLayer,
      ],
      given: { [("dy", $0.dy), ("x", $0.x), ("w", $0.weight)] },
      attempt: asks {
        try $0.transposedConv2dBackward(
          $1.dy, x: $1.x, weight: $1.weight, stride: $1.stride, padding: $1.padding)
      }
    )
  }

  /// From the output's side: which x and which w have a part in each element of y.
  private static func gathered(
    _ question: TransposedConvolutionQuestion
  ) -> TransposedConvolutionGradients {
    let (x, w, dy) = (question.x, question.weight, question.dy)
    var (dx, dW) = (Matrix(shape: x.shape), Matrix(shape: w.shape))
    func pixel(_ place: Int, _ element: Int, _ count: Int) -> Int? {
      let (i, rest) = (place + question.padding - element).quotientAndRemainder(
        dividingBy: question.stride)
      return rest == 0 && 0 <= i && i < count ? i : nil
    }
    dy.forEachPlace { place in
      let (n, o, row, column) = place
      for a in 0..<w.shape[2] {
        for b in 0..<w.shape[3] {
          guard let i = pixel(row, a, x.shape[2]), let j = pixel(column, b, x.shape[3]) else {
            continue
          }
          for c in 0..<x.shape[1] {
            dx[n, c, i, j] += dy[place] * w[c, o, a, b]
            dW[c, o, a, b] += dy[place] * x[n, c, i, j]
          }
        }
      }
    }
    return (dx, dW, question.db)
  }

  /// The library's fast layer.
  private static func byTheLayer(
    _ question: TransposedConvolutionQuestion
  ) -> TransposedConvolutionGradients {
    let layer = TransposedConv2d(
      weight: question.weight, bias: question.bias, stride: question.stride,
      padding: question.padding)
    let (dX, gradient) = layer.backward(
      samplesLast(question.dy), TransposedConv2d.Cache(x: samplesLast(question.x)))
    return (samplesFirst(dX), gradient.weight, gradient.bias)
  }

  private static var transposedMisconceptions:
    [Misconception<TransposedConvolutionQuestion, TransposedConvolutionGradients>]
  {
    typealias Question = TransposedConvolutionQuestion
    /// The right answer with something wrong in it.
    func spoilt(
      _ name: String, _ sentence: String,
      _ spoil: @escaping (Question, inout TransposedConvolutionGradients) -> Void
    ) -> Misconception<Question, TransposedConvolutionGradients> {
      Misconception(name, sentence) {
        var gradients: TransposedConvolutionGradients = ($0.dx(), $0.dW(), $0.db)
        spoil($0, &gradients)
        return gradients
      }
    }
    return [
      spoilt(
        "transposed-kernel-turned",
        "The kernel is turned by 180° in dx. Forward put x[i]·w[a] down at i·s + a - p: fetch the gradient "
          + "from there, with the same w[a]."
      ) { question, gradients in
        var other = question
        question.weight.forEachPlace { place in
          other.weight[place] =
            question.weight[
              place.0, place.1, question.weight.shape[2] - 1 - place.2,
              question.weight.shape[3] - 1 - place.3]
        }
        gradients.dx = other.dx()
      },
      spoilt(
        "transposed-weight-out-first",
        "You read w as [out, in, kh, kw], as a convolution has it. Here the input channel comes first: "
          + "w[c, o, a, b]."
      ) { question, gradients in
        let shape = question.weight.shape
        let read = question.weight.reshaped([shape[1], shape[0], shape[2], shape[3]])
        var other = question
        question.weight.forEachPlace { other.weight[$0] = read[$0.1, $0.0, $0.2, $0.3] }
        gradients.dx = other.dx()
      },
      spoilt(
        "transposed-padding-added",
        "You moved the kernels down by the padding. It cuts rows and columns off at the top and on the left, "
          + "so that the row is i·s + a - p."
      ) { question, gradients in
        gradients.dx = question.dx(shift: -question.padding)
        gradients.dW = question.dW(shift: -question.padding)
      },
      spoilt(
        "transposed-padding-ignored",
        "Row i·s + a is a row before p rows are cut off. In y and dy it is i·s + a - p."
      ) { ($1.dx, $1.dW) = ($0.dx(shift: 0), $0.dW(shift: 0)) },
      spoilt(
        "transposed-stride-ignored",
        "Pixel i puts its kernel down at i·s, not at i: the stride is missing."
      ) { ($1.dx, $1.dW) = ($0.dx(stride: 1), $0.dW(stride: 1)) },
      spoilt(
        "transposed-bias-over-batch-only",
        "You summed db over the images only. The same bias[o] was added at every row and column too."
      ) { question, gradients in
        let dy = question.dy
        var db = Matrix(shape: Array(dy.shape[1...]))
        let plane = db.count
        for place in 0..<dy.count { db.scalars[place % plane] += dy.scalars[place] }
        gradients.db = db
      },
      spoilt(
        "transposed-bias-averaged",
        "The loss has divided by the batch already: db sums over the images, it takes no mean."
      ) { $1.db = $1.db / Double($0.dy.shape[0]) },
      spoilt(
        "transposed-bias-in-the-loops",
        "You added to db within the loops over x and w, where each dy comes by many times, or never. db[o] "
          + "sums dy[n, o, row, column] once each."
      ) { question, gradients in
        gradients.db = Matrix(shape: gradients.db.shape)
        question.forEachTerm { gradients.db[$2.1] += question.dy[$2] }
      },
      spoilt(
        "transposed-weights-transposed",
        "Your dW is [out, in, kh, kw]. It has w's shape, and there the input channel comes first."
      ) { question, gradients in
        let shape = question.weight.shape
        var turned = Matrix(shape: [shape[1], shape[0], shape[2], shape[3]])
        gradients.dW.forEachPlace { turned[$0.1, $0.0, $0.2, $0.3] = gradients.dW[$0] }
        gradients.dW = turned
      },
      spoilt(
        "transposed-overwritten",
        "Each pixel of x has a part in a whole patch of y: what comes back from there adds. +=, not =."
      ) { question, gradients in
        question.forEachTerm { gradients.dx[$0] = question.dy[$2] * question.weight[$1] }
      },
      spoilt(
        "transposed-weights-overwritten",
        "Each element of w is used at every pixel of every image: what comes back from there adds in dW. "
          + "+=, not =."
      ) { question, gradients in
        question.forEachTerm { gradients.dW[$1] = question.dy[$2] * question.x[$0] }
      },
      spoilt(
        "transposed-weights-averaged",
        "The loss has divided by the batch already: dW sums over the images, it takes no mean."
      ) { $1.dW = $1.dW / Double($0.x.shape[0]) },
    ]
  }
}
