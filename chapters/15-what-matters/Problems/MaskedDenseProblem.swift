public import Checking
public import Core
import Importance

/// A dense layer with weights cut, and the gradient that arrives at its output.
public struct MaskedDenseQuestion: Question {
  public var x: Matrix, weight: Matrix, bias: Matrix
  /// M, `[in, out]`: 0 where a weight is cut, 1 elsewhere.
  public var mask: Matrix
  public var dy: Matrix

  public init(x: Matrix, weight: Matrix, bias: Matrix, mask: Matrix, dy: Matrix) {
    (self.x, self.weight, self.bias, self.mask, self.dy) = (x, weight, bias, mask, dy)
  }

  /// Random ones; some weights are cut, by chance and not for their size, or all, or none.
  init(_ m: Int, _ inputs: Int, _ outputs: Int, cut: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    self.init(
      x: draw([m, inputs]), weight: draw([inputs, outputs]), bias: draw([outputs]),
      mask: Matrix(repeating: 1, shape: [inputs, outputs]), dy: draw([m, outputs]))
    mask = mask.map { _ in generator.uniform() < cut ? 0 : 1 }
    guard 0 < cut, cut < 1, mask.count > 2 else { return }
    // One is cut at least, and one is not: at other places than their mirror's.
    (mask[0, outputs - 1], mask[inputs - 1, 0]) = (0, 1)
  }

  /// The same with one output whose weights are all cut.
  func withLostOutput(_ column: Int) -> Self {
    var lost = self
    for i in 0..<mask.rows { lost.mask[i, column] = 0 }
    return lost
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("W", \.weight), ("b", \.bias), ("M", \.mask), ("dy", \.dy)]
  }
  public var isPermitted: Bool { mask.scalars.allSatisfy { $0 == 0 || $0 == 1 } }
  public var summary: String {
    let cut = mask.scalars.count { $0 == 0 }
    return "x \(x.shape), W \(weight.shape), \(cut) of \(mask.count) cut, dy \(dy.shape)"
  }

  fileprivate var cutWeight: Matrix { weight * mask }
}

/// The gradients of a dense layer with weights cut.
public typealias MaskedDenseGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter15Problems {
  /// 15.3, the gradients of a pruned layer.
  public static var maskedDense: Problem<MaskedDenseQuestion, MaskedDenseGradients> {
    Problem(
      "15.3", "maskedDenseBackward", minutes: 15, difficulty: 2,
      section: "Weights that are gone",
      hints: [
        "It is a dense layer whose matrix is a product, element by element, with a constant. Write the dense "
          + "layer's three gradients for that matrix. Then one more step, to W.",
        "Two inputs, one output: x = (3, 5), W = (2; 7), M = (1; 0), so y = 3·2 + b. With dy = 1, how much "
          + "does y change if the second x moves? If the second weight moves? And b?",
        "x and dx are [m, in], W, M and dW [in, out], dy [m, out], db [out]. M has W's shape, and no other "
          + "gradient has it.",
        "dx = dy·(W⊙M)ᵀ, dW = (xᵀ·dy)⊙M, db = Σ dy over the batch",
        "let cut = weight * mask; return (matmul(dy, transposed: …), matmul(transposed: x, dy) * …, "
          + "dy.sum(axis: 0))",
      ],
      cases: [
        Case(MaskedDenseQuestion(5, 3, 4, cut: 0.5, seed: 1521)),
        Case(MaskedDenseQuestion(4, 3, 3, cut: 0.4, seed: 1522)),
        Case(MaskedDenseQuestion(1, 5, 2, cut: 0.5, seed: 1523)),
        Case(MaskedDenseQuestion(3, 4, 3, cut: 0.3, seed: 1524).withLostOutput(1)),
        Case(MaskedDenseQuestion(2, 2, 3, cut: 0, seed: 1525)),
        Case(MaskedDenseQuestion(2, 3, 2, cut: 1, seed: 1526)),
        Case(MaskedDenseQuestion(6, 4, 2, cut: 0.5, seed: 1527)).rounded("x", "W", "b", "dy"),
        Case(MaskedDenseQuestion(3, 1, 1, cut: 0, seed: 1528)),
      ],
      forward: { ($0.dy * (matmul($0.x, $0.cutWeight) + $0.bias)).sum() },
      reference: right,
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: [
        wrong(
          "dw-unmasked",
          "A weight that is cut has no part in y, and gets 0: dW is masked as well. With yours an optimizer "
            + "brings back what was cut."
        ) { $1.dW = matmul(transposed: $0.x, $0.dy) },
        wrong(
          "dx-through-cut-weights",
          "y was made with W⊙M, and backwards goes through the same: a weight that is cut passes nothing to "
            + "x. You went through W."
        ) { $1.dx = matmul($0.dy, transposed: $0.weight) },
        wrong(
          "bias-of-lost-outputs-cut",
          "The mask is on weights. An output that has lost all of them still has its bias: db is the plain "
            + "sum. You gave it 0."
        ) {
          let kept = $0.mask.sum(axis: 0).map { $0 > 0 ? 1.0 : 0 }
          $1.db = $1.db * kept
        },
        wrong(
          "bias-masked",
          "The mask is on weights, and a bias is none of them: db = Σ dy. You multiplied by a row of the "
            + "mask."
        ) { $1.db = $1.db * Matrix(Array($0.mask.scalars.prefix($0.mask.columns))) },
        wrong(
          "mask-of-large-gradients",
          "Which weights are cut is given: M. You kept those with the largest dW instead, as many as M has "
            + "ones."
        ) {
          let dW = matmul(transposed: $0.x, $0.dy)
          let share = $0.mask.scalars.count { $0 == 0 }
          $1.dW = dW * magnitudeMask(of: dW, pruning: Double(share) / Double(dW.count))
        },
        wrong(
          "mask-turned",
          "M has the shape of W, and stands on it as it is. You turned it."
        ) {
          let turned = $0.mask.transposed.reshaped($0.mask.shape)
          $1.dW = matmul(transposed: $0.x, $0.dy) * turned
          $1.dx = matmul($0.dy, transposed: $0.weight * turned)
        },
        wrong(
          "mask-turned-over",
          "1 stands for a weight that is kept. You kept those with a 0."
        ) {
          let other = 1 - $0.mask
          $1.dW = matmul(transposed: $0.x, $0.dy) * other
          $1.dx = matmul($0.dy, transposed: $0.weight * other)
        },
        wrong(
          "dw-times-weight",
          "dW is masked by M alone. You multiplied by W⊙M."
        ) { $1.dW = $1.dW * $0.weight },
        wrong(
          "dw-inverted-scale",
          "Nothing makes up for the weights that are cut, as dropout's 1/(1 - rate) does. You divided by the "
            + "share that is kept."
        ) {
          let kept = $0.mask.sum() / Double($0.mask.count)
          $1.dW = kept > 0 ? $1.dW / kept : $1.dW
        },
      ],
      alternatives: [
        { question in
          // The library's dense layer, with the weights that are left.
          let layer = Dense(weight: question.cutWeight, bias: question.bias)
          var context = Context.inference
          let (dx, gradient) = layer.backward(
            question.dy, layer.forward(question.x, in: &context).cache)
          return (dx, gradient.weight * question.mask, gradient.bias)
        },
        { question in
          let (x, weight, dy) = (question.x, question.weight, question.dy)
          var (dx, dW) = (Matrix(shape: x.shape), Matrix(shape: weight.shape))
          var db = Matrix(shape: [weight.columns])
          for n in 0..<x.rows {
            for o in 0..<weight.columns {
              db[o] += dy[n, o]
              for i in 0..<weight.rows where question.mask[i, o] != 0 {
                dx[n, i] += dy[n, o] * weight[i, o]
                dW[i, o] += dy[n, o] * x[n, i]
              }
            }
          }
          return (dx, dW, db)
        },
        { question in
          let dW = matmul(question.x.transposed, question.dy).zip(question.mask) {
            $1 == 0 ? 0 : $0
          }
          return (
            matmul(question.dy, (question.weight * question.mask).transposed), dW,
            question.dy.transposed.sum(axis: 1)
          )
        },
      ],
      given: { question in question.tensors.filter { $0.name != "b" } },
      attempt: asks {
        try $0.maskedDenseBackward($1.dy, x: $1.x, weight: $1.weight, mask: $1.mask)
      }
    )
  }

  private static func right(_ question: MaskedDenseQuestion) -> MaskedDenseGradients {
    let layer = MaskedDense(
      Dense(weight: question.weight, bias: question.bias), mask: question.mask)
    let (dx, gradient) = layer.backward(question.dy, .init(x: question.x))
    return (dx, gradient.weight, gradient.bias)
  }

  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (MaskedDenseQuestion, inout MaskedDenseGradients) -> Void
  ) -> Misconception<MaskedDenseQuestion, MaskedDenseGradients> {
    Misconception("masked-" + name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
