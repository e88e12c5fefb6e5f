public import Checking
public import Core
import Generating

extension Chapter13Problems {
  /// 13.4, the generator's gradient, through the discriminator.
  public static var generatorStep: Problem<GeneratorStepQuestion, Matrix> {
    Problem(
      "13.4", "generatorStepBackward", minutes: 20, difficulty: 3,
      section: "Through another network",
      hints: [
        "The generator sees its loss through the discriminator alone. First: how fast does the "
          + "loss change with each logit? Then: who knows how fast a logit changes with the image?",
        "One image, z = 0, discriminator.backward makes 10 times of what it gets. softplus(-z) "
          + "falls by half of what z rises, so dz is -0.5, and the image's gradient -5. Now z = "
          + "-6, where the discriminator is sure that it is a fake: softplus(-z) falls by nearly "
          + "all of what z rises, and -softplus(z) by a four hundredth. Which of the two can "
          + "still learn there?",
        "logits and their gradient are [m, 1]; what backward returns as dImages is [m, n], and "
          + "that is all that the generator needs. dWeights would change the discriminator: whose "
          + "turn is it?",
        "non-saturating: dz = (σ(z) - 1)/m, saturating: dz = -σ(z)/m; then dImages of backward(dz)",
        "let belief = Activation.sigmoid(logits)\n"
          + "let dLogits = (loss == .saturating ? -belief : belief - …) / Double(…)\n"
          + "return try discriminator.backward(…).dImages",
      ],
      cases: [
        Case(GeneratorStepQuestion(4, 3, hidden: 2, .nonSaturating, seed: 1331)),
        Case(GeneratorStepQuestion(4, 3, hidden: 2, .saturating, seed: 1332)),
        Case(GeneratorStepQuestion(1, 5, hidden: 3, .nonSaturating, seed: 1333)),
        Case(GeneratorStepQuestion(2, 1, hidden: 4, .saturating, seed: 1334)),
        Case(GeneratorStepQuestion(5, 2, hidden: 2, .saturating, seed: 1335)).rounded(
          isCorner: true),
        Case(GeneratorStepQuestion(3, 4, hidden: 1, .nonSaturating, seed: 1336)),
        // A discriminator that is sure: no exponential may overflow.
        Case(
          GeneratorStepQuestion(
            images: Matrix(rows: [[1000, 0], [-500, 250], [0, 0.5]]),
            weight: Matrix(rows: [[1, 0.5], [-2, 3]]), loss: .nonSaturating)),
      ],
      forward: { $0.loss(fake: $0.logits).loss },
      reference: { $0.throughDiscriminator($0.loss(fake: $0.logits).gradient) },
      parts: [Part("dImages", of: \.images)],
      misconceptions: generatorMisconceptions,
      alternatives: [
        { question in
          // Backward is linear: a row at a time.
          let dLogits = question.loss(fake: question.logits).gradient
          var sum = 0 * question.images
          for row in 0..<dLogits.rows {
            var alone = 0 * dLogits
            alone[row, 0] = dLogits[row, 0]
            sum += question.throughDiscriminator(alone)
          }
          return sum
        },
        { question in
          // Divided by m behind the discriminator.
          let m = Double(question.images.rows)
          return question.throughDiscriminator(m * question.loss(fake: question.logits).gradient)
            / m
        },
        { question in
          // As binary cross-entropy with the label 1, or against the label 0.
          let (z, ones) = (question.logits, 0 * question.logits + 1)
          return question.throughDiscriminator(
            question.loss == .nonSaturating
              ? binaryCrossEntropy(logits: z, targets: ones).gradient
              : -1 * binaryCrossEntropy(logits: z, targets: 0 * z).gradient)
        },
      ],
      given: { [("logits", $0.logits)] },
      promise: asks { answers, question in
        try generatorPromise(question) {
          try answers.generatorStepBackward(
            logits: question.logits, loss: question.loss, discriminator: $0)
        }
      },
      attempt: asks {
        try $0.generatorStepBackward(
          logits: $1.logits, loss: $1.loss, discriminator: $1.discriminator)
      }
    )
  }

  private static var generatorMisconceptions: [Misconception<GeneratorStepQuestion, Matrix>] {
    /// Another gradient of the logits.
    func wrong(
      _ name: String, _ sentence: String, _ dLogits: @escaping (GeneratorStepQuestion) -> Matrix
    ) -> Misconception<GeneratorStepQuestion, Matrix> {
      Misconception("generator-" + name, sentence) { $0.throughDiscriminator(dLogits($0)) }
    }
    func right(_ question: GeneratorStepQuestion) -> Matrix {
      question.loss(fake: question.logits).gradient
    }
    func m(_ question: GeneratorStepQuestion) -> Double { Double(question.images.rows) }
    return [
      wrong(
        "other-loss",
        "This is the gradient of the other loss. (σ(z) - 1)/m does not saturate, -σ(z)/m does: "
          + "which one is asked stands in `loss`."
      ) { question in
        let other = GeneratorLoss.allCases.first { $0 != question.loss } ?? question.loss
        return other(fake: question.logits).gradient
      },
      wrong(
        "always-non-saturating",
        "You take the non-saturating gradient whatever `loss` says. Where it says saturating, dz = "
          + "-σ(z)/m."
      ) { GeneratorLoss.nonSaturating(fake: $0.logits).gradient },
      wrong(
        "always-saturating",
        "You take the saturating gradient whatever `loss` says. Where it says non-saturating, "
          + "dz = (σ(z) - 1)/m."
      ) { GeneratorLoss.saturating(fake: $0.logits).gradient },
      wrong(
        "uphill",
        "The generator wants the logits of its images to rise, so dz is below 0. You turned the "
          + "sign: it learns to be found out."
      ) { -1 * right($0) },
      wrong(
        "discriminators-loss",
        "You took the discriminator's gradient for a fake, σ(z)/m. That is its wish; the "
          + "generator's is the opposite."
      ) { Activation.sigmoid($0.logits) / m($0) },
      Misconception(
        "generator-updates-discriminator",
        "You updated the discriminator and went through the new one. This is the generator's "
          + "turn: the discriminator stays as it is, and the gradient of its weights is thrown "
          + "away."
      ) { question in
        answer("13.4") {
          let discriminator = question.discriminator
          try discriminator.update(discriminator.backward(right(question)).dWeights)
          return try discriminator.backward(right(question)).dImages
        }
      },
      wrong(
        "slope-again",
        "Both losses are taken on logits, and their slopes have σ in them already. You multiplied "
          + "by σ′ once more."
      ) { question in
        right(question) * question.logits.map { Activation.sigmoid.derivative(at: $0) }
      },
      wrong(
        "both-losses",
        "You added both losses: together their slope is -1/m, whatever the discriminator says. "
          + "One of them is asked."
      ) { question in
        GeneratorLoss.allCases.reduce(0 * question.logits) {
          $0 + $1(fake: question.logits).gradient
        }
      },
      wrong("summed", "The loss is a mean over the m images: divide by m.") { m($0) * right($0) },
      wrong("averaged-twice", "You divided by m twice.") { right($0) / m($0) },
      wrong("beliefs", "You sent the beliefs σ(z) back. What goes back is a gradient of the loss.")
      {
        Activation.sigmoid($0.logits)
      },
      wrong(
        "loss-left-out", "You sent ones back: that is the gradient of Σ z. The loss is missing."
      ) {
        0 * $0.logits + 1
      },
      wrong(
        "logits", "You sent the logits themselves back. What goes back is a gradient of the loss."
      ) {
        $0.logits
      },
    ]
  }
}
