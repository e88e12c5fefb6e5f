import Autodiff
public import Checking
public import Core

/// A net of two sigmoid layers, its input and its target.
///
/// Loss: 1/(2m) Σ (y - t)², half the squared error, summed over outputs, its mean over the batch.
public struct TwoLayerQuestion: Question {
  public var x: Matrix
  public var target: Matrix
  public var weight1: Matrix
  public var bias1: Matrix
  public var weight2: Matrix
  public var bias2: Matrix
  /// Added to the hidden layer's output: the slope of the loss in it is the hidden gradient.
  var nudge: Matrix

  public init(
    x: Matrix, target: Matrix, weight1: Matrix, bias1: Matrix, weight2: Matrix, bias2: Matrix
  ) {
    (self.x, self.target) = (x, target)
    (self.weight1, self.bias1, self.weight2, self.bias2) = (weight1, bias1, weight2, bias2)
    nudge = Matrix(shape: [x.rows, weight1.columns])
  }

  init(
    _ batch: Int, _ inputs: Int, _ hidden: Int, _ outputs: Int,
    targets: ClosedRange<Double> = 0...1, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      x: Tensor(shape: [batch, inputs], using: &generator),
      target: Tensor(uniform: targets, shape: [batch, outputs], using: &generator),
      weight1: Tensor(shape: [inputs, hidden], using: &generator),
      bias1: Tensor(shape: [hidden], using: &generator),
      weight2: Tensor(shape: [hidden, outputs], using: &generator),
      bias2: Tensor(shape: [outputs], using: &generator))
  }

  /// The same with weights so large that one layer's sigmoids are 0 or 1, to the last digit.
  fileprivate func saturated(hidden: Bool) -> TwoLayerQuestion {
    var question = self
    if hidden {
      question.weight1 = 1000 * weight1
    } else {
      question.weight2 = 1000 * weight2
    }
    return question
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("target", \.target), ("W1", \.weight1), ("b1", \.bias1), ("W2", \.weight2),
      ("b2", \.bias2),
    ]
  }
  public var tensors: [(name: String, value: Matrix)] {
    [
      ("x", x), ("h", h), ("y", y), ("target", target), ("W1", weight1), ("W2", weight2),
      ("b1", bias1), ("b2", bias2),
    ]
  }

  /// The hidden layer's output, `[m, hidden]`.
  public var h: Matrix { Activation.sigmoid(matmul(x, weight1) + bias1) + nudge }
  /// The net's output, `[m, out]`.
  public var y: Matrix { Activation.sigmoid(matmul(h, weight2) + bias2) }
  /// 1/(2m) Σ (y - t)².
  public var loss: Double { (y - target).squaredNorm() / (2 * Double(x.rows)) }
}

extension Chapter03Problems {
  public static var twoLayer: Problem<TwoLayerQuestion, TwoLayerGradients> {
    func wrong(
      _ name: String, _ sentence: String, _ rules: TwoLayerRules
    ) -> Misconception<TwoLayerQuestion, TwoLayerGradients> {
      Misconception(name, sentence, answer: rules.gradients)
    }
    func sigmoidSlope(_ y: Matrix) -> Matrix { y * (1 - y) }
    return Problem(
      "3.6", "twoLayerBackward", minutes: 25, difficulty: 4, section: "A net by hand",
      hints: [
        "Go back through the forward lines, the last one first: loss, y, z2, h, z1. What "
          + "does each line do to the gradient?",
        "One sample and one unit a layer, y = 0.8, t = 1, h = 0.6, W2 = 3: dy is -0.2. σ "
          + "has the slope 0.8 · 0.2 there, so z2 gets -0.2 · 0.16 = -0.032. z2 = h·W2 + b2: "
          + "how much of that goes to W2, how much to b2 and to h?",
        "δ2 [m, out], dW2 [hidden, out], db2 [out], dh and δ1 [m, hidden], dW1 [in, "
          + "hidden], db1 [hidden], dx [m, in]: each product fits in one way only. "
          + "matmul(transposed: a, b) takes a's columns for rows, matmul(a, transposed: b) "
          + "those of b.",
        "δ2 = (y - t)/m ⊙ y(1 - y), dW2 = hᵀ·δ2, db2 = Σ rows of δ2, dh = δ2·W2ᵀ, δ1 = dh ⊙ "
          + "h(1 - h), and dW1, db1, dx as in the layer above",
        "let delta2 = (y - target) / Double(y.rows) * y * (1 - …); "
          + "let dW2 = matmul(transposed: h, …); let db2 = delta2.sum(axis: …); "
          + "let dh = matmul(delta2, transposed: …); let delta1 = dh * …",
      ],
      cases: [
        Case(TwoLayerQuestion(5, 2, 3, 2, seed: 41)), Case(TwoLayerQuestion(3, 3, 3, 3, seed: 42)),
        Case(TwoLayerQuestion(1, 4, 2, 3, targets: -30...30, seed: 43)),
        Case(TwoLayerQuestion(3, 2, 4, 1, seed: 44)).rounded(),
        Case(TwoLayerQuestion(2, 1, 1, 2, seed: 45)),
        Case(TwoLayerQuestion(4, 3, 2, 3, seed: 46).saturated(hidden: true), isCorner: true),
        Case(TwoLayerQuestion(3, 2, 3, 4, seed: 47).saturated(hidden: false), isCorner: true),
      ],
      forward: { $0.loss },
      reference: TwoLayerRules().gradients,
      parts: [
        Part("dW2", of: \.weight2) { $0.dW2 }, Part("db2", of: \.bias2) { $0.db2 },
        Part("dh", of: \.nudge) { $0.dh }, Part("dW1", of: \.weight1) { $0.dW1 },
        Part("db1", of: \.bias1) { $0.db1 }, Part("dx", of: \.x) { $0.dx },
      ],
      misconceptions: [
        wrong(
          "two-layer-no-output-slope",
          "The slope of the output's sigmoid, y(1 - y), is missing between dy and δ2.",
          TwoLayerRules(delta2: { dy, _ in dy })),
        wrong(
          "two-layer-no-hidden-slope",
          "The slope of the hidden sigmoid, h(1 - h), is missing between dh and δ1.",
          TwoLayerRules(delta1: { net, delta2 in matmul(delta2, transposed: net.weight2) })),
        wrong(
          "two-layer-slope-of-tanh",
          "1 - h² is the slope of tanh. The hidden layer is a sigmoid: h(1 - h).",
          TwoLayerRules(delta1: { net, delta2 in
            matmul(delta2, transposed: net.weight2) * (1 - net.h * net.h)
          })),
        wrong(
          "two-layer-slope-of-the-layer-above",
          "δ1 takes the slope of its own layer, h(1 - h). You took y(1 - y), that of the layer above.",
          TwoLayerRules(delta1: { net, delta2 in
            matmul(delta2 * sigmoidSlope(net.y), transposed: net.weight2)
          })),
        wrong(
          "two-layer-weights-untransposed",
          "Backwards W2 is read across: dh = δ2·W2ᵀ. You used W2 as it is.",
          TwoLayerRules(back: { delta2, weight2 in
            matmul(delta2, weight2.reshaped(weight2.shape.reversed()))
          })),
        wrong(
          "two-layer-bias-not-summed",
          "One bias serves every sample of the batch, so its gradient is the sum over the rows.",
          TwoLayerRules(bias: { $0 })),
        wrong(
          "two-layer-bias-averaged",
          "The 1/m is in δ2 already: sum the rows for a bias, do not average them.",
          TwoLayerRules(bias: { $0.mean(axis: 0) })),
        wrong(
          "two-layer-forgot-batch",
          "The loss is a mean over the batch: divide y - t by m, the number of rows.",
          TwoLayerRules(dy: { $0.y - $0.target })),
        wrong(
          "two-layer-error-reversed",
          "The slope of ½(y - t)² in y is y - t. You started from t - y.",
          TwoLayerRules(dy: { ($0.target - $0.y) / Double($0.y.rows) })),
        wrong(
          "two-layer-factor-two",
          "The ½ of the loss cancels the 2 of the square: y - t, not 2(y - t).",
          TwoLayerRules(dy: { 2 * ($0.y - $0.target) / Double($0.y.rows) })),
        Misconception(
          "two-layer-input-weights-untransposed",
          "Backwards W1 is read across: dx = δ1·W1ᵀ. You used W1 as it is."
        ) { net in
          var gradients = TwoLayerRules().gradients(net)
          let delta1 = gradients.dh * sigmoidSlope(net.h)
          gradients.dx = matmul(delta1, net.weight1.reshaped(net.weight1.shape.reversed()))
          return gradients
        },
        Misconception(
          "two-layer-dh-is-delta",
          "dh is the gradient at h, before the sigmoid's slope h(1 - h). You returned δ1."
        ) { net in
          var gradients = TwoLayerRules().gradients(net)
          gradients.dh = gradients.dh * sigmoidSlope(net.h)
          return gradients
        },
      ],
      alternatives: [
        transposed, sampleBySample, elementByElement,
      ],
      given: { $0.tensors.filter { !$0.name.hasPrefix("b") } },
      attempt: asks { answers, net in
        try answers.twoLayerBackward(
          x: net.x, h: net.h, y: net.y, target: net.target, weight1: net.weight1,
          weight2: net.weight2)
      }
    )
  }

  /// The same with samples as columns.
  private static func transposed(_ net: TwoLayerQuestion) -> TwoLayerGradients {
    let (h, y) = (net.h.transposed, net.y.transposed)
    let delta2 = (y - net.target.transposed) * (y - y * y) / Double(net.x.rows)  // [out, m]
    let dh = matmul(net.weight2, delta2)  // [hidden, m]
    let delta1 = dh * (h - h * h)  // [hidden, m]
    return (
      matmul(h, transposed: delta2), delta2.sum(axis: 1), dh.transposed,
      matmul(transposed: net.x, delta1.transposed), delta1.sum(axis: 1),
      matmul(net.weight1, delta1).transposed
    )
  }

  /// The same sample by sample: gradients of parameters add, those of samples stand side by side.
  private static func sampleBySample(_ net: TwoLayerQuestion) -> TwoLayerGradients {
    let m = Double(net.x.rows)
    let samples = (0..<net.x.rows).map { sample in
      TwoLayerRules().gradients(
        TwoLayerQuestion(
          x: net.x.rows(sample..<sample + 1), target: net.target.rows(sample..<sample + 1),
          weight1: net.weight1, bias1: net.bias1, weight2: net.weight2, bias2: net.bias2))
    }
    func sum(_ part: (TwoLayerGradients) -> Matrix) -> Matrix {
      samples.dropFirst().reduce(part(samples[0])) { $0 + part($1) } / m
    }
    func stacked(_ part: (TwoLayerGradients) -> Matrix, _ shape: [Int]) -> Matrix {
      Matrix(samples.flatMap { part($0).scalars.map { $0 / m } }, shape: shape)
    }
    return (
      sum(\.dW2), sum(\.db2), stacked(\.dh, net.h.shape), sum(\.dW1), sum(\.db1),
      stacked(\.dx, net.x.shape)
    )
  }

  /// The same sums with every index written out.
  private static func elementByElement(_ net: TwoLayerQuestion) -> TwoLayerGradients {
    let (x, h, y) = (net.x, net.h, net.y)
    let (m, inputs, hidden, outputs) = (x.rows, x.columns, h.columns, y.columns)
    var gradients: TwoLayerGradients = (
      Matrix(shape: [hidden, outputs]), Matrix(shape: [outputs]), Matrix(shape: [m, hidden]),
      Matrix(shape: [inputs, hidden]), Matrix(shape: [hidden]), Matrix(shape: [m, inputs])
    )
    for s in 0..<m {
      for k in 0..<outputs {
        let delta = (y[s, k] - net.target[s, k]) * y[s, k] * (1 - y[s, k]) / Double(m)
        gradients.db2[k] += delta
        for j in 0..<hidden {
          gradients.dW2[j, k] += h[s, j] * delta
          gradients.dh[s, j] += net.weight2[j, k] * delta
        }
      }
      for j in 0..<hidden {
        let delta = gradients.dh[s, j] * (h[s, j] - h[s, j] * h[s, j])
        gradients.db1[j] += delta
        for i in 0..<inputs {
          gradients.dW1[i, j] += x[s, i] * delta
          gradients.dx[s, i] += net.weight1[i, j] * delta
        }
      }
    }
    return gradients
  }
}

/// The steps of the backward pass, each of which a misconception can replace.
private struct TwoLayerRules {
  var dy: (TwoLayerQuestion) -> Matrix = { ($0.y - $0.target) / Double($0.y.rows) }
  var delta2: (_ dy: Matrix, TwoLayerQuestion) -> Matrix = { $0 * $1.y * (1 - $1.y) }
  var back: (_ delta2: Matrix, _ weight2: Matrix) -> Matrix = { matmul($0, transposed: $1) }
  /// From δ2 to δ1; nil takes `back` and the hidden layer's slope.
  var delta1: ((TwoLayerQuestion, _ delta2: Matrix) -> Matrix)?
  var bias: (_ delta: Matrix) -> Matrix = { $0.sum(axis: 0) }

  func gradients(_ net: TwoLayerQuestion) -> TwoLayerGradients {
    let delta2 = delta2(dy(net), net)  // [m, out]
    let dh = back(delta2, net.weight2)  // [m, hidden]
    let delta1 = self.delta1?(net, delta2) ?? dh * net.h * (1 - net.h)  // [m, hidden]
    return (
      dW2: matmul(transposed: net.h, delta2), db2: bias(delta2), dh: dh,
      dW1: matmul(transposed: net.x, delta1), db1: bias(delta1),
      dx: matmul(delta1, transposed: net.weight1)
    )
  }
}
