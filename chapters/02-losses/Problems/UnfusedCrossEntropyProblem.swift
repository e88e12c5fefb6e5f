public import Checking
import Core

extension Chapter02Problems {
  /// 2.3a, the gradient of each step of softmax and cross-entropy.
  public static var unfusedCrossEntropy: Problem<UnfusedCrossEntropyQuestion, CrossEntropyGradients>
  {
    Problem(
      "2.3a", "unfusedCrossEntropyBackward", minutes: 30, difficulty: 3,
      section: "Softmax and cross-entropy, step by step",
      hints: [
        "Start with the last line, and take one line at a time. At each ask: what is its slope, and "
          + "is the number used in another line, too? e is: in p, and in S.",
        "One row of two, t = (1, 0), e = (1, 3), so S = 4 and p = (¼, ¾). The loss is -log p₁: "
          + "dLogProbabilities is (-1, 0). At p₁ = ¼ the logarithm has the slope 4, so dProbabilities "
          + "is (-4, 0). And p₁ = 1/S falls by 1/16 for each 1 of S: dSums is ¼. Now e₁ stands above "
          + "S in p₁, and it is one of the numbers that S adds up. What does it get from each, and "
          + "what does e₂ get, of which p₁ knows through S alone?",
        "targets, e, p and their gradients are [m, n]; S and dSums are [m], one number a row, summed "
          + "over its columns. [m] beside [m, n] is an error or, where m is n, meets the wrong "
          + "elements: write the two loops. The mean over m rows is in the last line of the forward "
          + "pass, so m is in the first step and in no other.",
        "dLogProbabilities = -t/m, dProbabilities = dLogProbabilities/p, dSums = -Σ "
          + "dProbabilities·e/S² over the row, dExponentials = dProbabilities/S + dSums, dShifted = "
          + "dExponentials·e, and dLogits is the same",
        "let dLogProbabilities = -targets / …; let dProbabilities = dLogProbabilities / …; then for "
          + "each row i, each j: dSums[i] -= dProbabilities[i, j] * exponentials[i, j] / (…); and in "
          + "a second loop over j: dExponentials[i, j] = dProbabilities[i, j] / sums[i] + …; let "
          + "dShifted = dExponentials * …; let dLogits = …",
      ],
      cases: [
        Case(UnfusedCrossEntropyQuestion(5, 3, seed: 231)),
        Case(UnfusedCrossEntropyQuestion(4, 4, labels: [2, 0, 3, 2], seed: 232)),
        Case(UnfusedCrossEntropyQuestion(1, 6, seed: 233)),
        Case(UnfusedCrossEntropyQuestion(6, 2, labels: [1, 0, 1, 1, 0, 0], seed: 234)),
        Case(.sure, isCorner: true), Case(.alike),
        Case(UnfusedCrossEntropyQuestion(2, 5, seed: 235)).rounded("logits"),
      ],
      forward: { $0.loss },
      reference: { steps.gradients($0) },
      parts: steps.parts,
      misconceptions: unfusedCrossEntropyMisconceptions,
      alternatives: [unfusedCrossEntropyInClosedForm, unfusedCrossEntropyByElements, withMaximum],
      given: { question in
        [
          ("targets", question.targets), ("exponentials", question.exponentials),
          ("sums", question.sums), ("probabilities", question.probabilities),
        ]
      },
      attempt: asks {
        try $0.unfusedCrossEntropyBackward(
          targets: $1.targets, exponentials: $1.exponentials, sums: $1.sums,
          probabilities: $1.probabilities)
      }
    )
  }

  /// The steps back, from the last line of the forward pass to the first.
  private static var steps: Steps<UnfusedCrossEntropyQuestion, CrossEntropyGradients> {
    Steps(
      [
        Step("dLogProbabilities", \.dLogProbabilities, nudge: \.nudges.dLogProbabilities) {
          question, _ in -question.targets / question.m
        },
        Step("dProbabilities", \.dProbabilities, nudge: \.nudges.dProbabilities) {
          $1.dLogProbabilities / $0.probabilities
        },
        Step("dSums", \.dSums, nudge: \.nudges.dSums) {
          -($1.dProbabilities * $0.exponentials).sum(axis: 1) / ($0.sums * $0.sums)
        },
        Step("dExponentials", \.dExponentials, nudge: \.nudges.dExponentials) {
          $1.dProbabilities.eachRow(with: $0.sums) { $0 / $1 }
            .eachRow(with: $1.dSums) { $0 + $1 }
        },
        Step("dShifted", \.dShifted, nudge: \.nudges.dShifted) {
          $1.dExponentials * $0.exponentials
        },
        Step("dLogits", \.dLogits, nudge: \.nudges.dLogits) { $1.dShifted },
      ], from: { UnfusedCrossEntropyQuestion.zeros($0.logits.shape) })
  }

  private static var unfusedCrossEntropyMisconceptions:
    [Misconception<UnfusedCrossEntropyQuestion, CrossEntropyGradients>]
  {
    typealias Gradients = CrossEntropyGradients
    func wrong(
      _ name: String, _ place: WritableKeyPath<Gradients, Matrix>, _ sentence: String,
      gradient: @escaping (UnfusedCrossEntropyQuestion, Gradients) -> Matrix
    ) -> Misconception<UnfusedCrossEntropyQuestion, Gradients> {
      steps.wrong("unfused-cross-entropy-" + name, at: place, sentence, gradient: gradient)
    }
    return [
      wrong(
        "forgot-mean", \.dLogProbabilities,
        "The loss is a mean over the m rows: the first step back divides by m."
      ) { question, _ in -question.targets },
      wrong(
        "mean-over-all", \.dLogProbabilities,
        "You divided by m·n. The sum over a row's classes is its loss; the mean is over the m rows."
      ) { question, _ in -question.targets / (question.m * question.n) },
      wrong(
        "wrong-sign", \.dLogProbabilities,
        "The loss is minus the sum of t·log p: the first step has a minus."
      ) { question, _ in question.targets / question.m },
      wrong(
        "without-targets", \.dLogProbabilities,
        "You gave every class -1/m. Each logarithm stands in the loss times its t: where t is 0, it "
          + "is not in the loss at all."
      ) { question, _ in question.targets * 0 - 1 / question.m },
      wrong(
        "hard-targets", \.dLogProbabilities,
        "Targets can be soft: take t as it is, not a 1 at its largest element."
      ) { question, _ in
        -oneHot(question.targets.argmaxOfRows(), classes: question.targets.columns) / question.m
      },
      wrong(
        "logarithm-left-out", \.dProbabilities,
        "Between p and log p stands the logarithm: its slope, 1/p, is missing."
      ) { $1.dLogProbabilities },
      wrong(
        "times-probability", \.dProbabilities,
        "The slope of log p is 1/p: divide by p. You multiplied."
      ) { $1.dLogProbabilities * $0.probabilities },
      wrong(
        "mean-dropped-behind", \.dProbabilities,
        "-t/p forgets what the step before has found: go on from dLogProbabilities, which has the 1/m."
      ) { question, _ in -question.targets / question.probabilities },
      wrong(
        "mean-again", \.dProbabilities,
        "1/m is in dLogProbabilities already: you divided by m once more."
      ) { $1.dLogProbabilities / $0.probabilities / $0.m },
      wrong(
        "quotient-sign", \.dSums,
        "A larger S makes every p of the row smaller: the slope of e/S in S has a minus."
      ) { ($1.dProbabilities * $0.exponentials).sum(axis: 1) / ($0.sums * $0.sums) },
      wrong(
        "quotient-not-squared", \.dSums,
        "The slope of e/S in S is -e/S². You divided by S once; it is S squared."
      ) { -($1.dProbabilities * $0.exponentials).sum(axis: 1) / $0.sums },
      wrong(
        "quotient-without-numerator", \.dSums,
        "p is e/S, not 1/S: its slope in S has the factor e, another one for each element."
      ) { -$1.dProbabilities.sum(axis: 1) / ($0.sums * $0.sums) },
      wrong(
        "quotient-of-probabilities", \.dSums,
        "You have divided by S once too often: either e/S² or p/S, since p is e/S already."
      ) { -($1.dProbabilities * $0.probabilities).sum(axis: 1) / ($0.sums * $0.sums) },
      wrong(
        "gradient-of-inverse", \.dSums,
        "This is the gradient of 1/S. From there to S it is one more step, times -1/S²."
      ) { ($1.dProbabilities * $0.exponentials).sum(axis: 1) },
      wrong(
        "sums-averaged", \.dSums,
        "S is used by all n probabilities of its row: their parts add up. You took their mean."
      ) { -($1.dProbabilities * $0.exponentials).mean(axis: 1) / ($0.sums * $0.sums) },
      wrong(
        "sum-constant", \.dExponentials,
        "e has a second way into the loss: it is one of the numbers that S adds up. Add dSums."
      ) { $1.dProbabilities.eachRow(with: $0.sums) { $0 / $1 } },
      wrong(
        "sum-alone", \.dExponentials,
        "This is what e gets through S. It also stands above S in its own p: add dProbabilities/S."
      ) { $1.dProbabilities.eachRow(with: $1.dSums) { $1 } },
      wrong(
        "own-probability-alone", \.dExponentials,
        "You took the slope of each p in its own e. S is in all p of the row, so each e moves every "
          + "one of them: what comes through S is dSums, the same for the whole row."
      ) {
        let (p, sums) = ($0.probabilities, $0.sums)
        return ($1.dProbabilities * (1 - p)).eachRow(with: sums) { $0 / $1 }
      },
      wrong(
        "not-divided-by-sum", \.dExponentials,
        "p is e divided by S: on the way back to e, dProbabilities is divided by S as well."
      ) { $1.dProbabilities.eachRow(with: $1.dSums) { $0 + $1 } },
      wrong(
        "sum-subtracted", \.dExponentials,
        "Ways add. The minus of the quotient is in dSums already; you subtracted it."
      ) {
        $1.dProbabilities.eachRow(with: $0.sums) { $0 / $1 }.eachRow(with: $1.dSums) { $0 - $1 }
      },
      wrong(
        "sum-times-exponential", \.dExponentials,
        "S is a plain sum: each e is in it with the slope 1, so dSums is added as it is."
      ) {
        $1.dProbabilities.eachRow(with: $0.sums) { $0 / $1 }
          + $0.exponentials.eachRow(with: $1.dSums) { $0 * $1 }
      },
      wrong(
        "sum-shared-out", \.dExponentials,
        "S is a sum, not a mean: each of its n numbers gets the whole of dSums, not its n-th part."
      ) { question, before in
        before.dProbabilities.eachRow(with: question.sums) { $0 / $1 }
          .eachRow(with: before.dSums) { $0 + $1 / question.n }
      },
      wrong(
        "exponential-left-out", \.dShifted,
        "Between the shifted logits and e stands the exponential, which is its own slope: times e."
      ) { $1.dExponentials },
      wrong(
        "softmax-table-diagonal", \.dShifted,
        "p(1 - p) is the slope of each p in its own logit alone; every logit moves all p of its row. "
          + "Go on from dExponentials, where both ways are added: times e."
      ) { $1.dProbabilities * $0.probabilities * (1 - $0.probabilities) },
      wrong(
        "divided-by-exponential", \.dShifted,
        "The slope of the exponential is e itself: multiply by e. You divided."
      ) { $1.dExponentials / $0.exponentials },
      wrong(
        "times-probability-for-exponential", \.dShifted,
        "The slope of the exponential is e itself, before it is divided by S. You multiplied by p."
      ) { $1.dExponentials * $0.probabilities },
      wrong(
        "largest-logit-shut", \.dLogits,
        "The largest logit has a gradient too: shifted, it is 0, but as a logit it moves the "
          + "others' distance from it."
      ) {
        var dLogits = $1.dShifted
        for (i, largest) in $0.largest.enumerated() { dLogits[i, largest] = 0 }
        return dLogits
      },
      wrong(
        "mean-at-the-end", \.dLogits,
        "1/m came in with the first step. Here it is divided in once more."
      ) { $1.dShifted / $0.m },
    ]
  }
}

// Other right answers.
extension Chapter02Problems {
  /// What each step comes to where a row of targets sums to 1.
  private static func unfusedCrossEntropyInClosedForm(
    _ question: UnfusedCrossEntropyQuestion
  ) -> CrossEntropyGradients {
    let (t, m, e) = (question.targets, question.m, question.exponentials)
    let dSums = question.sums.map { 1 / (m * $0) }
    let dLogits = (question.probabilities - t) / m
    return (
      -t / m, -t / (m * question.probabilities), dSums,
      (-t / e / m).eachRow(with: dSums) { $0 + $1 }, dLogits, dLogits
    )
  }

  /// With loops alone, and the gradient of 1/S on the way.
  private static func unfusedCrossEntropyByElements(
    _ question: UnfusedCrossEntropyQuestion
  ) -> CrossEntropyGradients {
    var found = UnfusedCrossEntropyQuestion.zeros(question.logits.shape)
    let (e, sums, p) = (question.exponentials, question.sums, question.probabilities)
    for i in question.rows {
      var dInverse = 0.0
      for j in 0..<e.columns {
        found.dLogProbabilities[i, j] = -1 / question.m * question.targets[i, j]
        found.dProbabilities[i, j] = 1 / p[i, j] * found.dLogProbabilities[i, j]
        dInverse += found.dProbabilities[i, j] * e[i, j]
      }
      found.dSums[i] = dInverse * -1 / sums[i] / sums[i]
      for j in 0..<e.columns {
        found.dExponentials[i, j] = found.dSums[i] + 1 / sums[i] * found.dProbabilities[i, j]
        found.dShifted[i, j] = e[i, j] * found.dExponentials[i, j]
        found.dLogits[i, j] = found.dShifted[i, j]
      }
    }
    return found
  }

  /// The way through the maximum taken too, shared out among equal largest logits: it is 0.
  private static func withMaximum(
    _ question: UnfusedCrossEntropyQuestion
  ) -> CrossEntropyGradients {
    var found = steps.gradients(question)
    let dMaximum = -found.dShifted.sum(axis: 1)
    for i in question.rows {
      let largest = (0..<question.logits.columns).filter { question.exponentials[i, $0] == 1 }
      for j in largest { found.dLogits[i, j] += dMaximum[i] / Double(largest.count) }
    }
    return found
  }
}
