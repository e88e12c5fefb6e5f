public import Checking
public import Core
import Generating

/// The gradients of the discriminator's loss.
public typealias DiscriminatorGradients = (dReal: Matrix, dFake: Matrix)

/// What a discriminator says of real images, and of made ones.
public struct DiscriminatorQuestion: Question {
  /// Logits of real images, `[m, 1]`.
  public var real: Matrix
  /// Logits of made images, `[k, 1]`.
  public var fake: Matrix

  public init(real: Matrix, fake: Matrix) { (self.real, self.fake) = (real, fake) }

  fileprivate init(_ reals: Int, _ fakes: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      real: Tensor(standardDeviation: 2, shape: [reals, 1], using: &generator),
      fake: Tensor(standardDeviation: 2, shape: [fakes, 1], using: &generator))
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("real", \.real), ("fake", \.fake)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of real images", \.real.rows), ("the number of fakes", \.fake.rows)]
  }
  public var summary: String { "real \(real.shape), fake \(fake.shape)" }

  fileprivate var reals: Double { Double(real.count) }
  fileprivate var fakes: Double { Double(fake.count) }
  /// σ(z) - 1 of the real ones, σ(z) of the fakes.
  fileprivate var unscaled: DiscriminatorGradients {
    (-1 * Activation.sigmoid(-1 * real), Activation.sigmoid(fake))
  }
  fileprivate var right: DiscriminatorGradients {
    (unscaled.dReal / reals, unscaled.dFake / fakes)
  }
}

/// σ(z)(1 - σ(z)).
private func slopes(_ z: Matrix) -> Matrix { z.map { Activation.sigmoid.derivative(at: $0) } }

extension Chapter13Problems {
  /// 13.3, the gradients of the discriminator's loss.
  public static var discriminatorLoss: Problem<DiscriminatorQuestion, DiscriminatorGradients> {
    Problem(
      "13.3", "discriminatorLossBackward", minutes: 15, difficulty: 2,
      section: "The discriminator's turn",
      hints: [
        "Real images have the label 1, made ones the label 0, and the discriminator is chapter "
          + "2's neuron. What is the gradient of binary cross-entropy on logits there?",
        "One real image with the logit 0: its loss is log(1 + e⁰) = 0.693. With the logit 0.01 it "
          + "is 0.688: it falls by half as much as z rises. A fake with the logit 0: 0.693, and "
          + "at 0.01 it is 0.698. What are the two slopes? And of a fake with z = 5, of which it "
          + "is sure, wrongly?",
        "real and dReal are [m, 1], fake and dFake [k, 1]; m and k may differ. Each of the two "
          + "means is over its own images.",
        "dReal = (σ(z) - 1)/m, dFake = σ(z)/k",
        "return ((Activation.sigmoid(real) - …) / Double(real.rows), Activation.sigmoid(…) / "
          + "Double(…))",
      ],
      cases: [
        Case(DiscriminatorQuestion(4, 3, seed: 1321)),
        Case(DiscriminatorQuestion(1, 5, seed: 1322)),
        Case(DiscriminatorQuestion(6, 1, seed: 1323)),
        Case(DiscriminatorQuestion(3, 3, seed: 1324)),
        Case(DiscriminatorQuestion(5, 4, seed: 1325)).rounded(),
        // Sure of everything, right and wrong: no exponential may overflow.
        Case(
          DiscriminatorQuestion(
            real: Matrix(rows: [[1000], [-1000], [0]]), fake: Matrix(rows: [[-1000], [1000]]))),
      ],
      forward: { Generating.discriminatorLoss(real: $0.real, fake: $0.fake).loss },
      reference: {
        let (_, dReal, dFake) = Generating.discriminatorLoss(real: $0.real, fake: $0.fake)
        return (dReal, dFake)
      },
      parts: [Part("dReal", of: \.real) { $0.dReal }, Part("dFake", of: \.fake) { $0.dFake }],
      misconceptions: discriminatorMisconceptions,
      alternatives: [
        { $0.right },
        { question in
          // Binary cross-entropy with the two labels.
          (
            binaryCrossEntropy(logits: question.real, targets: 0 * question.real + 1).gradient,
            binaryCrossEntropy(logits: question.fake, targets: 0 * question.fake).gradient
          )
        },
        { question in
          // By tanh: σ(z) = ½ + ½·tanh(z/2).
          (
            question.real.map { (Double.tanh($0 / 2) - 1) / 2 / question.reals },
            question.fake.map { (Double.tanh($0 / 2) + 1) / 2 / question.fakes }
          )
        },
      ],
      given: { question in
        question.tensors + [
          ("σ(real)", Activation.sigmoid(question.real)),
          ("σ(fake)", Activation.sigmoid(question.fake)),
        ]
      },
      attempt: asks { try $0.discriminatorLossBackward(real: $1.real, fake: $1.fake) }
    )
  }

  private static var discriminatorMisconceptions:
    [Misconception<DiscriminatorQuestion, DiscriminatorGradients>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (DiscriminatorQuestion) -> DiscriminatorGradients
    ) -> Misconception<DiscriminatorQuestion, DiscriminatorGradients> {
      Misconception("discriminator-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "labels-exchanged",
        "You exchanged the labels: real images are 1, made ones 0. This discriminator learns to "
          + "call fakes real."
      ) {
        (
          Activation.sigmoid($0.real) / $0.reals, -1 * Activation.sigmoid(-1 * $0.fake) / $0.fakes
        )
      },
      wrong(
        "one-mean",
        "Each mean is over its own images. You divided both by the number of all images together."
      ) {
        let all = $0.reals + $0.fakes
        return ($0.unscaled.dReal / all, $0.unscaled.dFake / all)
      },
      wrong(
        "counts-exchanged", "You divided the real ones by the number of fakes, and the reverse."
      ) { ($0.unscaled.dReal / $0.fakes, $0.unscaled.dFake / $0.reals) },
      wrong(
        "slope-again",
        "The loss is taken on logits: σ and the logarithm together have the slope σ(z) - t. You "
          + "multiplied by σ′ once more, as if the loss were a squared error."
      ) { ($0.right.dReal * slopes($0.real), $0.right.dFake * slopes($0.fake)) },
      wrong(
        "slope-alone",
        "σ′ alone is no gradient of this loss: what was said must be compared with its label."
      ) { (-1 * slopes($0.real) / $0.reals, slopes($0.fake) / $0.fakes) },
      wrong(
        "real-alone",
        "Only real images teach your discriminator. The fakes count as well: dFake is not 0."
      ) { ($0.right.dReal, 0 * $0.fake) },
      wrong(
        "fake-alone",
        "Only fakes teach your discriminator. Real images count as well: dReal is not 0."
      ) { (0 * $0.real, $0.right.dFake) },
      wrong("summed", "Both parts are means: divide each by the number of its images.") {
        $0.unscaled
      },
      wrong(
        "halved",
        "Here the loss is the sum of two means. You took half of it: other programs do, and their "
          + "discriminators learn at half the rate."
      ) { ($0.right.dReal / 2, $0.right.dFake / 2) },
      wrong("uphill", "This makes the loss larger: both signs are turned.") {
        (-1 * $0.right.dReal, -1 * $0.right.dFake)
      },
      wrong(
        "generators-wish",
        "This is what the generator wants of the fakes, that they be called real. In the "
          + "discriminator's "
          + "turn their label is 0: dFake = σ(z)/k."
      ) { ($0.right.dReal, -1 * Activation.sigmoid(-1 * $0.fake) / $0.fakes) },
      wrong(
        "real-as-fake", "You gave real images the label 0 as well: dReal is (σ(z) - 1)/m."
      ) { (Activation.sigmoid($0.real) / $0.reals, $0.right.dFake) },
      wrong(
        "rounded-beliefs",
        "The gradient needs the belief σ(z) itself. You rounded it to 0 or 1: a neuron that is "
          + "right would learn no more."
      ) {
        (
          $0.real.map { $0 > 0 ? 0 : -1 } / $0.reals, $0.fake.map { $0 > 0 ? 1 : 0 } / $0.fakes
        )
      },
      wrong(
        "labels-softened",
        "Real images have the label 1 here. You took 0.9, as programs do that want no discriminator "
          + "to be sure: it is another loss."
      ) { (($0.unscaled.dReal + 0.1) / $0.reals, $0.right.dFake) },
      wrong(
        "epsilon-in-the-logarithm",
        "log(σ(z) + 10⁻⁸) is another function: nearly right where the belief is not small, and flat "
          + "where it is quite wrong. On logits the slope is σ(z) - t, without any ε."
      ) { question in
        let (real, fake) = (
          Activation.sigmoid(question.real), Activation.sigmoid(-1 * question.fake)
        )
        return (
          -1 * slopes(question.real) / (real + 1e-8) / question.reals,
          slopes(question.fake) / (fake + 1e-8) / question.fakes
        )
      },
      wrong(
        "hinge",
        "This is the slope of a hinge, max(0, 1 ∓ z): all or nothing. Here the loss is softplus, and "
          + "its slope σ(z) - t, a belief against its label."
      ) {
        ($0.real.map { $0 < 1 ? -1 : 0 } / $0.reals, $0.fake.map { $0 > -1 ? 1 : 0 } / $0.fakes)
      },
      wrong(
        "wasserstein",
        "This is a critic's loss, the mean of z itself: the same slope for every image. Here an image "
          + "counts by how wrong the belief is, σ(z) - t."
      ) { ((0 * $0.real - 1) / $0.reals, (0 * $0.fake + 1) / $0.fakes) },
      wrong(
        "least-squares",
        "You took the squares (z - 1)² and z². Here the loss is softplus, and its slope σ(z) - t."
      ) { (2 * ($0.real - 1) / $0.reals, 2 * $0.fake / $0.fakes) },
      wrong("logits-for-beliefs", "You took the logit z where the belief σ(z) belongs.") {
        (($0.real - 1) / $0.reals, $0.fake / $0.fakes)
      },
    ]
  }
}
