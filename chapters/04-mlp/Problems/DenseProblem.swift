public import Checking
public import Core

/// The input and parameters of a dense layer, and the gradient that arrives at its output.
public struct DenseQuestion: Question {
  public var x: Matrix
  public var weight: Matrix
  public var bias: Matrix
  public var dy: Matrix

  public init(x: Matrix, weight: Matrix, bias: Matrix, dy: Matrix) {
    (self.x, self.weight, self.bias, self.dy) = (x, weight, bias, dy)
  }

  init(_ batch: Int, _ inputs: Int, _ outputs: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(shape: [batch, inputs], using: &generator)
    weight = Tensor(shape: [inputs, outputs], using: &generator)
    bias = Tensor(shape: [outputs], using: &generator)
    dy = Tensor(shape: [batch, outputs], using: &generator)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("W", \.weight), ("b", \.bias), ("dy", \.dy)]
  }

  /// The layer, and its input as the forward pass would have kept it.
  var layer: Dense<Double> { Dense(weight: weight, bias: bias) }
}

/// The gradients of a dense layer.
public typealias DenseGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter04Problems {
  /// 4.1, the gradients of y = x·W + b.
  public static var dense: Problem<DenseQuestion, DenseGradients> {
    Problem(
      "4.1", "denseBackward", minutes: 20, difficulty: 3, section: "The gradients of a dense layer",
      hints: [
        "Write one element of y = x·W + b as a sum. Which elements of x, W and b are in it?",
        "Two samples, two inputs, one output: x = (1 2 / 3 0), W = (1 / -1), dy = (2 / -1). "
          + "The first weight is in both y, times 1 and times 3: its gradient is 1 · 2 + 3 · "
          + "(-1) = -1. What is that of the second weight, of b, and of the 3 in x?",
        "dx [m, in], dW [in, out], db [out]: there is one way only to multiply to these "
          + "shapes. matmul(transposed: a, b) takes a's columns for rows, matmul(a, transposed: "
          + "b) those of b; sum(axis: 0) adds up rows.",
        "dx = dy·Wᵀ, dW = xᵀ·dy, db = Σ dy over the batch",
        "return (matmul(dy, transposed: …), matmul(transposed: x, …), dy.sum(axis: …))",
      ],
      cases: [
        Case(DenseQuestion(5, 3, 2, seed: 4)), Case(DenseQuestion(4, 4, 4, seed: 5)),
        Case(DenseQuestion(1, 2, 7, seed: 6)), Case(DenseQuestion(3, 1, 4, seed: 7)).rounded(),
      ],
      forward: { ($0.dy * $0.layer($0.x)).sum() },
      reference: right,
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: denseMisconceptions,
      alternatives: [
        { question in
          // One outer product a sample, the last sample first.
          var gradients = (dx: question.x, dW: question.weight * 0, db: question.bias * 0)
          for sample in (0..<question.x.rows).reversed() {
            let row = question.dy.rows(sample..<sample + 1)
            gradients.dW += matmul(transposed: question.x.rows(sample..<sample + 1), row)
            gradients.db += row.sum(axis: 0)
            let back = matmul(row, transposed: question.weight)
            for i in 0..<back.columns { gradients.dx[sample, i] = back[0, i] }
          }
          return gradients
        },
        {
          (
            matmul($0.weight, transposed: $0.dy).transposed, matmul($0.x.transposed, $0.dy),
            $0.dy.sum(axis: 0)
          )
        },
        loops,
      ],
      given: { $0.tensors.filter { $0.name != "b" } },
      attempt: asks { try $0.denseBackward($1.dy, x: $1.x, weight: $1.weight) }
    )
  }

  private static var denseMisconceptions: [Misconception<DenseQuestion, DenseGradients>] {
    [
      wrong("dense-weights-transposed", "dW is xᵀ·dy, in this order: dyᵀ·x is its transpose.") {
        $1.dW = matmul(transposed: $0.dy, $0.x)
      },
      wrong(
        "dense-input-untransposed", "Backwards W is read across: dx = dy·Wᵀ. You used W as it is."
      ) { $1.dx = matmul($0.dy, $0.weight.reshaped($0.weight.shape.reversed())) },
      wrong(
        "dense-weights-averaged",
        "The loss has divided by the batch already: xᵀ·dy sums over it, and that is dW."
      ) { $1.dW = $1.dW / Double($0.dy.rows) },
      wrong(
        "dense-bias-averaged",
        "The loss has divided by the batch already: db sums dy, it takes no mean."
      ) { $1.db = $1.db / Double($0.dy.rows) },
      wrong(
        "dense-bias-unsummed", "b was added to every row, so db is the sum over all rows of dy."
      ) { $1.db = $0.dy },
      wrong(
        "dense-bias-summed-over-outputs",
        "Each output has a bias of its own: sum dy over the batch, axis 0, not over the outputs."
      ) { $1.db = $0.dy.sum(axis: 1) },
    ]
  }

  /// The library's answer.
  private static func right(_ question: DenseQuestion) -> DenseGradients {
    let (dx, gradient) = question.layer.backward(question.dy, .init(x: question.x))
    return (dx, gradient.weight, gradient.bias)
  }

  /// The same sample by sample: each output sends its share to every x, W and b that it used.
  private static func loops(_ question: DenseQuestion) -> DenseGradients {
    let (x, weight, dy) = (question.x, question.weight, question.dy)
    var (dx, dW) = (Matrix(shape: x.shape), Matrix(shape: weight.shape))
    var db = Matrix(shape: [dy.columns])
    for sample in 0..<x.rows {
      for output in 0..<dy.columns {
        db[output] += dy[sample, output]
        for input in 0..<x.columns {
          dx[sample, input] += weight[input, output] * dy[sample, output]
          dW[input, output] += x[sample, input] * dy[sample, output]
        }
      }
    }
    return (dx, dW, db)
  }

  /// A misconception about one of the gradients: the right answer, with that one spoilt.
  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (DenseQuestion, inout DenseGradients) -> Void
  ) -> Misconception<DenseQuestion, DenseGradients> {
    Misconception(name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
