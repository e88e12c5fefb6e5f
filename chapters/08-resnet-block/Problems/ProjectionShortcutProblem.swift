public import Checking
public import Core
import Images

/// The input and filters of a projection shortcut, and the gradient that arrives at its output.
public struct ProjectionQuestion: Question {
  /// Images, `[m, in, height, width]`.
  public var x: Matrix
  /// Filters of one pixel, `[out, in, 1, 1]`.
  public var weight: Matrix
  /// ∂loss/∂y, `[m, out, height', width']`.
  public var dy: Matrix
  public let stride: Int

  public init(x: Matrix, weight: Matrix, dy: Matrix, stride: Int) {
    (self.x, self.weight, self.dy, self.stride) = (x, weight, dy, stride)
  }

  init(x shape: [Int], outputs: Int, stride: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.stride = stride
    x = Tensor(shape: shape, using: &generator)
    weight = Tensor(shape: [outputs, shape[1], 1, 1], using: &generator)
    let size = shape[2...].map { ($0 - 1) / stride + 1 }
    dy = Tensor(shape: [shape[0], outputs] + size, using: &generator)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("stride", \.stride)]
  }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("w", \.weight), ("dy", \.dy)]
  }

  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ") + ", stride \(stride)"
  }

  var geometry: ConvolutionGeometry { ConvolutionGeometry(stride: stride) }

  /// The forward pass.
  var y: Matrix {
    conv2dReference(x, weight: weight, bias: Matrix(shape: [weight.shape[0]]), geometry)
  }

  /// Visits each output's place, n, o, i, j, with each input channel c.
  func forEachTerm(_ body: (_ n: Int, _ o: Int, _ i: Int, _ j: Int, _ c: Int) -> Void) {
    for n in 0..<dy.shape[0] {
      for o in 0..<dy.shape[1] {
        for i in 0..<dy.shape[2] {
          for j in 0..<dy.shape[3] {
            for c in 0..<x.shape[1] { body(n, o, i, j, c) }
          }
        }
      }
    }
  }
}

/// The gradients of a projection shortcut.
public typealias ProjectionGradients = (dx: Matrix, dW: Matrix)

extension Chapter08Problems {
  /// 8.2, the gradients of a projection shortcut.
  public static var projectionShortcut: Problem<ProjectionQuestion, ProjectionGradients> {
    Problem(
      "8.2", "projectionShortcutBackward", minutes: 15, difficulty: 3,
      section: "The projection, backwards",
      hints: [
        "A filter of one pixel is a dense layer over the channels, at every position that the "
          + "stride visits. You have written both gradients of a dense layer.",
        "One image, one channel, one row: x = (1, 2, 3), stride 2, w = 5. y₁ = x₁·w and y₂ = "
          + "x₃·w; nobody reads x₂. With dy = (1, 10), dx₁ is 1·5. What are the other two? And w "
          + "was used twice.",
        "dy [m, out, h', w'], dx [m, in, h, w] as x, dW [out, in, 1, 1] as w. An index that is "
          + "not in the result is summed over: o in dx; n, i and j in dW.",
        "dx[n, c, i·s, j·s] += dy[n, o, i, j]·w[o, c, 0, 0] and dW[o, c, 0, 0] += dy[n, o, i, "
          + "j]·x[n, c, i·s, j·s]; pixels between keep 0.",
        "for n … { for o … { for i … { for j … { for c in 0..<x.shape[1] {\n"
          + "  dx[n, c, i * stride, …] += dy[n, o, i, j] * weight[o, c, 0, 0]\n"
          + "  dW[o, c, 0, 0] += dy[n, o, i, j] * … } } } } }",
      ],
      cases: [
        Case(ProjectionQuestion(x: [3, 2, 5, 6], outputs: 4, stride: 2, seed: 85)),
        Case(ProjectionQuestion(x: [2, 3, 3, 3], outputs: 3, stride: 1, seed: 86)),
        Case(ProjectionQuestion(x: [1, 4, 7, 5], outputs: 2, stride: 3, seed: 87)),
        Case(ProjectionQuestion(x: [4, 3, 4, 6], outputs: 3, stride: 2, seed: 88)),
        Case(ProjectionQuestion(x: [2, 3, 3, 4], outputs: 1, stride: 1, seed: 89)).rounded(),
      ],
      forward: { ($0.dy * $0.y).sum() },
      reference: projection,
      parts: [Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW }],
      misconceptions: projectionMisconceptions,
      alternatives: [
        { question in
          // Pixel by pixel: those that the stride skips stay 0.
          let (x, dy, s) = (question.x, question.dy, question.stride)
          var (dx, dW) = (x * 0, question.weight * 0)
          for n in 0..<x.shape[0] {
            for row in Swift.stride(from: 0, to: x.shape[2], by: s) {
              for column in Swift.stride(from: 0, to: x.shape[3], by: s) {
                for c in 0..<x.shape[1] {
                  for o in 0..<dy.shape[1] {
                    let d = dy[n, o, row / s, column / s]
                    dx[n, c, row, column] += question.weight[o, c, 0, 0] * d
                    dW[o, c, 0, 0] += x[n, c, row, column] * d
                  }
                }
              }
            }
          }
          return (dx, dW)
        }, asDenseLayer, withLoops,
      ],
      attempt: asks {
        try $0.projectionShortcutBackward(
          $1.dy, x: $1.x, weight: $1.weight, stride: $1.stride)
      }
    )
  }

  private static var projectionMisconceptions:
    [Misconception<ProjectionQuestion, ProjectionGradients>]
  {
    [
      wrongProjection(
        "projection-weights-without-gradient",
        "dW is zero: the projection would never learn. Its filters are parameters as any others."
      ) { $1.dW = $1.dW * 0 },
      wrongProjection(
        "projection-stride-ignored",
        "Output row i looked at row i·stride of x. You used row i: right for stride 1 only."
      ) { question, gradients in
        gradients = (question.x * 0, question.weight * 0)
        question.forEachTerm { n, o, i, j, c in
          gradients.dx[n, c, i, j] += question.dy[n, o, i, j] * question.weight[o, c, 0, 0]
          gradients.dW[o, c, 0, 0] += question.dy[n, o, i, j] * question.x[n, c, i, j]
        }
      },
      wrongProjection(
        "projection-gradient-spread",
        "Each output looked at one pixel, and only that one gets its gradient. You gave it to the "
          + "whole square of stride × stride pixels; the others stay 0."
      ) { question, gradients in
        gradients.dx = question.x * 0
        let stride = question.stride
        question.forEachTerm { n, o, i, j, c in
          for row in i * stride..<min((i + 1) * stride, question.x.shape[2]) {
            for column in j * stride..<min((j + 1) * stride, question.x.shape[3]) {
              gradients.dx[n, c, row, column] +=
                question.dy[n, o, i, j] * question.weight[o, c, 0, 0]
            }
          }
        }
      },
      wrongProjection(
        "projection-weights-averaged",
        "The loss has divided by the batch already: dW sums over images and positions, undivided."
      ) { $1.dW = $1.dW / Double($0.dy.shape[0]) },
      wrongProjection(
        "projection-weights-mean-of-positions",
        "Every position used the same filters, and their contributions to dW add. You took the "
          + "mean over the positions."
      ) { $1.dW = $1.dW / Double($0.dy.shape[2] * $0.dy.shape[3]) },
      wrongProjection(
        "projection-outputs-overwritten",
        "A pixel went into every output channel. Their contributions to dx add: +=, not =."
      ) { question, gradients in
        question.forEachTerm { n, o, i, j, c in
          gradients.dx[n, c, i * question.stride, j * question.stride] =
            question.dy[n, o, i, j] * question.weight[o, c, 0, 0]
        }
      },
    ]
  }

  /// The library's answer.
  private static func projection(_ question: ProjectionQuestion) -> ProjectionGradients {
    (
      conv2dReferenceBackwardInput(
        question.dy, inputShape: question.x.shape, weight: question.weight, question.geometry),
      conv2dReferenceBackwardWeight(
        question.dy, question.x, weightShape: question.weight.shape, question.geometry)
    )
  }

  /// The same as a dense layer: each pixel that the stride visits is a sample, each channel a
  /// feature.
  private static func asDenseLayer(_ question: ProjectionQuestion) -> ProjectionGradients {
    let (x, dy, stride) = (question.x, question.dy, question.stride)
    let (inputs, outputs) = (x.shape[1], dy.shape[1])
    let positions = dy.shape[0] * dy.shape[2] * dy.shape[3]
    var (samples, dRows) = (
      Matrix(shape: [positions, inputs]), Matrix(shape: [positions, outputs])
    )
    func row(_ n: Int, _ i: Int, _ j: Int) -> Int { (n * dy.shape[2] + i) * dy.shape[3] + j }
    question.forEachTerm { n, o, i, j, c in
      samples[row(n, i, j), c] = x[n, c, i * stride, j * stride]
      dRows[row(n, i, j), o] = dy[n, o, i, j]
    }
    let filters = question.weight.reshaped([outputs, inputs])
    let dSamples = matmul(dRows, filters)
    var dx = x * 0
    question.forEachTerm { n, _, i, j, c in
      dx[n, c, i * stride, j * stride] = dSamples[row(n, i, j), c]
    }
    return (dx, matmul(transposed: dRows, samples).reshaped(question.weight.shape))
  }

  /// The same in one loop over all products.
  private static func withLoops(_ question: ProjectionQuestion) -> ProjectionGradients {
    var (dx, dW) = (question.x * 0, question.weight * 0)
    question.forEachTerm { n, o, i, j, c in
      let (row, column) = (i * question.stride, j * question.stride)
      dW[o, c, 0, 0] += question.x[n, c, row, column] * question.dy[n, o, i, j]
      dx[n, c, row, column] += question.weight[o, c, 0, 0] * question.dy[n, o, i, j]
    }
    return (dx, dW)
  }

  /// A misconception: the right gradients, spoilt.
  private static func wrongProjection(
    _ name: String, _ sentence: String,
    spoil: @escaping (ProjectionQuestion, inout ProjectionGradients) -> Void
  ) -> Misconception<ProjectionQuestion, ProjectionGradients> {
    Misconception(name, sentence) {
      var gradients = projection($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
