public import Checking
public import Core

/// A net of three dense layers with ReLU between them, a batch, and the gradient at its logits.
public struct MultilayerQuestion: Question {
  public var x: Matrix
  public var w1: Matrix, b1: Matrix
  public var w2: Matrix, b2: Matrix
  public var w3: Matrix, b3: Matrix
  public var dLogits: Matrix

  public init(
    x: Matrix, w1: Matrix, b1: Matrix, w2: Matrix, b2: Matrix, w3: Matrix, b3: Matrix,
    dLogits: Matrix
  ) {
    (self.x, self.dLogits) = (x, dLogits)
    (self.w1, self.b1, self.w2, self.b2, self.w3, self.b3) = (w1, b1, w2, b2, w3, b3)
  }

  /// Random numbers; `sizes` are the widths from the input to the logits.
  init(_ batch: Int, _ sizes: [Int], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    x = draw([batch, sizes[0]])
    (w1, b1) = (draw([sizes[0], sizes[1]]), draw([sizes[1]]))
    (w2, b2) = (draw([sizes[1], sizes[2]]), draw([sizes[2]]))
    (w3, b3) = (draw([sizes[2], sizes[3]]), draw([sizes[3]]))
    dLogits = draw([batch, sizes[3]])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("W1", \.w1), ("b1", \.b1), ("W2", \.w2), ("b2", \.b2), ("W3", \.w3),
      ("b3", \.b3),
      ("dLogits", \.dLogits),
    ]
  }

  /// What the forward pass leaves for the backward pass.
  public var cache: ThreeLayerCache {
    let z1 = matmul(x, w1) + b1
    let h1 = Activation.relu(z1)
    let z2 = matmul(h1, w2) + b2
    return ThreeLayerCache(x: x, z1: z1, h1: h1, z2: z2, h2: Activation.relu(z2))
  }

  /// The net as layers of the library.
  typealias Network = Then<
    Then<Then<Then<Dense<Double>, Activation<Double>>, Dense<Double>>, Activation<Double>>,
    Dense<Double>
  >

  var network: Network {
    Dense(weight: w1, bias: b1).then(Activation.relu)
      .then(Dense(weight: w2, bias: b2)).then(Activation.relu)
      .then(Dense(weight: w3, bias: b3))
  }

  static var cases: [Case<MultilayerQuestion>] {
    // Whole numbers make sums that are exactly zero: the corner of ReLU.
    let corner = MultilayerQuestion(
      x: Matrix(rows: [[1, 1], [2, -1]]),
      w1: Matrix(rows: [[1, 2], [-1, 1]]), b1: Matrix([0, -3]),
      w2: Matrix(rows: [[1, -2, 1], [1, 1, 1]]), b2: Matrix([1, 0, -3]),
      w3: Matrix(rows: [[1], [2], [-1]]), b3: Matrix([0]),
      dLogits: Matrix(rows: [[0.5], [-0.75]]))
    return [
      Case(MultilayerQuestion(5, [3, 4, 6, 2], seed: 21)),
      Case(MultilayerQuestion(4, [4, 4, 4, 4], seed: 22)),
      Case(MultilayerQuestion(1, [2, 5, 3, 4], seed: 23)),
      Case(corner, isCorner: true),
      Case(MultilayerQuestion(3, [2, 4, 3, 2], seed: 24)).rounded(isCorner: true),
    ]
  }
}

extension Chapter04Problems {
  /// 4.2, all gradients of a net of three dense layers.
  public static var multilayer: Problem<MultilayerQuestion, ThreeLayerGradients> {
    Problem(
      "4.2", "mlpBackward", minutes: 25, difficulty: 4, section: "Three layers, backwards",
      hints: [
        "Walk the forward pass from its last line to its first. At each line you hold the "
          + "gradient of what stands on its left: what does that make of what stands on its "
          + "right?",
        "One sample and one unit a layer: z₁ = -1, h₁ = 0, z₂ = h₂ = 3, W₂ = -1, W₃ = 2, "
          + "dLogits = 0.5. The last line gives 3 · 0.5 to W₃ and 2 · 0.5 to h₂. z₂ is positive "
          + "and lets that pass. What comes to W₂ and to h₁, and what gets through z₁?",
        "dz₃ = dLogits [m, classes], dh₂ and dz₂ [m, n₂], dh₁ and dz₁ [m, n₁]. W₁ is not "
          + "needed: nobody asks for dx.",
        "A dense line gives dW = hᵀ·dz, db = Σ dz and dh = dz·Wᵀ; a ReLU line gives dz = dh "
          + "where z > 0, else 0.",
        "let dh2 = matmul(dLogits, transposed: weights.w3); "
          + "let dz2 = dh2.zip(cache.z2) { dh, z in z > 0 ? … : … }; "
          + "dW2: matmul(transposed: cache.…, dz2), db2: dz2.sum(axis: …)",
      ],
      cases: MultilayerQuestion.cases,
      forward: { ($0.dLogits * $0.network($0.x)).sum() },
      reference: library,
      parts: [
        Part("dW1", of: \.w1) { $0.dW1 }, Part("db1", of: \.b1) { $0.db1 },
        Part("dW2", of: \.w2) { $0.dW2 }, Part("db2", of: \.b2) { $0.db2 },
        Part("dW3", of: \.w3) { $0.dW3 }, Part("db3", of: \.b3) { $0.db3 },
      ],
      misconceptions: multilayerMisconceptions,
      alternatives: [
        { question in
          // Sample by sample: the gradients of a batch are the sums over its samples.
          let samples = (0..<question.x.rows).map { sample in
            var single = question
            single.x = question.x.rows(sample..<sample + 1)
            single.dLogits = question.dLogits.rows(sample..<sample + 1)
            return MultilayerBackward().gradients(single)
          }
          return samples.dropFirst().reduce(samples[0]) {
            ThreeLayerGradients(
              dW1: $0.dW1 + $1.dW1, db1: $0.db1 + $1.db1, dW2: $0.dW2 + $1.dW2,
              db2: $0.db2 + $1.db2, dW3: $0.dW3 + $1.dW3, db3: $0.db3 + $1.db3)
          }
        },
        { MultilayerBackward().gradients($0) },
        {
          // The gate read from h: h > 0 exactly where z > 0.
          var backward = MultilayerBackward()
          backward.gate1 = { dh, cache in dh * cache.h1.map { $0 > 0 ? 1 : 0 } }
          backward.gate2 = { dh, cache in dh * cache.h2.map { $0 > 0 ? 1 : 0 } }
          return backward.gradients($0)
        },
      ],
      given: { question in
        let cache = question.cache
        return question.tensors.filter { !$0.name.hasPrefix("b") } + [
          ("z1", cache.z1), ("h1", cache.h1), ("z2", cache.z2), ("h2", cache.h2),
        ]
      },
      attempt: asks {
        try $0.mlpBackward($1.dLogits, cache: $1.cache, weights: ($1.w1, $1.w2, $1.w3))
      }
    )
  }

  private static func library(_ question: MultilayerQuestion) -> ThreeLayerGradients {
    var context = Context.inference
    let network = question.network
    let gradient = network.gradient(
      question.dLogits, network.forward(question.x, in: &context).cache)
    let tensors = gradient.named.map(\.value)
    return ThreeLayerGradients(
      dW1: tensors[0], db1: tensors[1], dW2: tensors[2], db2: tensors[3],
      dW3: tensors[4], db3: tensors[5])
  }

  private static var multilayerMisconceptions:
    [Misconception<MultilayerQuestion, ThreeLayerGradients>]
  {
    [
      wrong(
        "mlp-gate-on-upstream",
        "ReLU's gate is the sign of z in the forward pass, not the sign of the gradient dh."
      ) {
        $0.gate1 = { dh, _ in dh.map { max($0, 0) } }
        $0.gate2 = $0.gate1
      },
      wrong(
        "mlp-gate-of-next-layer",
        "Each ReLU has its own gate: dh1 goes through that of z1, not through that of z2."
      ) {
        // With layers of different widths this cannot be written.
        $0.gate1 = { dh, cache in gated(dh, by: dh.shape == cache.z2.shape ? cache.z2 : cache.z1) }
      },
      wrong(
        "mlp-gate-forgotten",
        "Between two dense layers stands a ReLU: dz is dh where z > 0 and 0 elsewhere. "
          + "You passed dh on whole."
      ) {
        $0.gate1 = { dh, _ in dh }
        $0.gate2 = $0.gate1
      },
      wrong(
        "mlp-first-gate-forgotten",
        "dz₁ is dh₁ where z₁ > 0, else 0: the first ReLU has a gate as well as the second."
      ) { $0.gate1 = { dh, _ in dh } },
      wrong(
        "mlp-second-gate-forgotten",
        "dz₂ is dh₂ where z₂ > 0, else 0: the second ReLU has a gate as well as the first."
      ) { $0.gate2 = { dh, _ in dh } },
      wrong(
        "mlp-value-for-slope",
        "You multiplied dh by h, the value. ReLU's slope is 1 where z > 0, else 0."
      ) {
        $0.gate1 = { dh, cache in dh * cache.h1 }
        $0.gate2 = { dh, cache in dh * cache.h2 }
      },
      wrong(
        "mlp-slope-of-tanh",
        "1 - h² is the slope of tanh. Here stands ReLU: dh passes where z > 0, and nowhere else."
      ) {
        $0.gate1 = { dh, cache in dh * (1 - cache.h1 * cache.h1) }
        $0.gate2 = { dh, cache in dh * (1 - cache.h2 * cache.h2) }
      },
      wrong(
        "mlp-gate-passed-by",
        "dh1 comes from dz2, which has been through the gate: you sent dh2 on, from before it."
      ) { $0.sendsOnGated = false },
      wrong("mlp-gate-open-at-zero", "At z = 0 ReLU passes nothing here: the gate is z > 0.") {
        $0.gate1 = { dh, cache in dh * cache.z1.map { $0 >= 0 ? 1 : 0 } }
        $0.gate2 = { dh, cache in dh * cache.z2.map { $0 >= 0 ? 1 : 0 } }
      },
      wrong(
        "mlp-weights-from-z",
        "A layer multiplied h, not z: its dW is hᵀ times the gradient at its output."
      ) { $0.inputs = { ($0.z1, $0.z2) } },
      wrong(
        "mlp-biases-averaged",
        "dLogits has been divided by the batch already: each db is a sum over it, not a mean."
      ) { $0.bias = { $0.mean(axis: 0) } },
      wrong(
        "mlp-weights-untransposed",
        "Backwards each W is read across: dh = dz·Wᵀ. You used W as it is."
      ) { $0.across = { $0.reshaped($0.shape.reversed()) } },
    ]
  }

  /// A misconception: the backward pass with some of its steps replaced.
  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout MultilayerBackward) -> Void
  ) -> Misconception<MultilayerQuestion, ThreeLayerGradients> {
    Misconception(name, sentence) {
      var backward = MultilayerBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }
}

/// The gradient behind a ReLU: dh where z > 0, else 0.
private func gated(_ dh: Matrix, by z: Matrix) -> Matrix { dh * z.map { $0 > 0 ? 1 : 0 } }

/// The backward pass of three layers, with steps that can be replaced by wrong ones.
private struct MultilayerBackward {
  var gate1: (Matrix, ThreeLayerCache) -> Matrix = { gated($0, by: $1.z1) }
  var gate2: (Matrix, ThreeLayerCache) -> Matrix = { gated($0, by: $1.z2) }
  /// What the second and the third layer multiplied.
  var inputs: (ThreeLayerCache) -> (second: Matrix, third: Matrix) = { ($0.h1, $0.h2) }
  var across: (Matrix) -> Matrix = { $0.transposed }
  /// Whether dh₁ is made of dz₂, or of dh₂.
  var sendsOnGated = true
  var bias: (Matrix) -> Matrix = { $0.sum(axis: 0) }

  func gradients(_ question: MultilayerQuestion) -> ThreeLayerGradients {
    let (cache, dz3) = (question.cache, question.dLogits)
    let (input2, input3) = inputs(cache)
    let dh2 = matmul(dz3, across(question.w3))
    let dz2 = gate2(dh2, cache)
    let dz1 = gate1(matmul(sendsOnGated ? dz2 : dh2, across(question.w2)), cache)
    return ThreeLayerGradients(
      dW1: matmul(transposed: cache.x, dz1), db1: bias(dz1),
      dW2: matmul(transposed: input2, dz2), db2: bias(dz2),
      dW3: matmul(transposed: input3, dz3), db3: bias(dz3))
  }
}
