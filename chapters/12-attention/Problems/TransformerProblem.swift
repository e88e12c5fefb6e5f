public import Checking
import Core

extension Chapter12Problems {
  /// 12.4, all gradients of a transformer block.
  public static var transformerBlock: Problem<TransformerQuestion, TransformerGradients> {
    Problem(
      "12.4", "transformerBlockBackward", minutes: 30, difficulty: 4,
      section: "The block, backwards",
      hints: [
        "It is 8.4 twice: two sums, and at each the way forks. Write down what goes past a branch before "
          + "you go into it. Which sum comes first on the way back?",
        "Without norms, all numbers single: u = x + 3x and y = u + 5u. From dy = 1: past the second "
          + "branch comes 1, through it 5, so du = 6. All of du goes past the first branch, and all of it "
          + "goes in, times 3. So dx is 6 + 18 = 24, which is (1 + 3)·(1 + 5). What would dx be if you "
          + "went into the first branch with dy in the place of du?",
        "All that stands between x and y is [n, d]; only z, h and their gradients are as wide as W₁ "
          + "makes them. c₁ and c₂ were added to every row. Each step wants what went into it on its way "
          + "forward: the gelu saw z, the second norm u, the first x.",
        "dh = dy·W₂ᵀ, dW₂ = hᵀ·dy, dc₂ = Σ dy; dz = gelu′ of dh at z; dn₂ = dz·W₁ᵀ, dW₁ = n₂ᵀ·dz, dc₁ = Σ dz; "
          + "du = dy + layerNorm₂′(dn₂); dx = du + layerNorm₁′(attention′(du))",
        "let dz = try steps.gelu(matmul(dy, transposed: parameters.w2), cache.…)\n"
          + "let (dBranch2, dGamma2, dBeta2) = try steps.layerNorm(matmul(dz, transposed: …), cache.…, "
          + "parameters.gamma2)\n"
          + "let du = dy + …\n"
          + "let attention = try steps.attention(…)\n"
          + "let (dBranch1, dGamma1, dBeta1) = try steps.layerNorm(attention.dx, cache.…, "
          + "parameters.gamma1)\n"
          + "return TransformerGradients(dx: … + …, dGamma1: …, dW1: matmul(transposed: cache.n2, dz), …)",
      ],
      cases: TransformerQuestion.cases,
      forward: { ($0.dy * $0.y).sum() },
      reference: { TransformerBackward().gradients($0) },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dGamma1", of: \.gamma1) { $0.dGamma1 },
        Part("dBeta1", of: \.beta1) { $0.dBeta1 }, Part("dWq", of: \.wq) { $0.attention.dWq },
        Part("dWk", of: \.wk) { $0.attention.dWk }, Part("dWv", of: \.wv) { $0.attention.dWv },
        Part("dWo", of: \.wo) { $0.attention.dWo },
        Part("dGamma2", of: \.gamma2) { $0.dGamma2 }, Part("dBeta2", of: \.beta2) { $0.dBeta2 },
        Part("dW1", of: \.w1) { $0.dW1 }, Part("dc1", of: \.c1) { $0.dc1 },
        Part("dW2", of: \.w2) { $0.dW2 }, Part("dc2", of: \.c2) { $0.dc2 },
      ],
      misconceptions: transformerMisconceptions,
      alternatives: [
        { question in
          // Backward is linear: two shares of dy, added up.
          var (one, other) = (question, question)
          (one.dy, other.dy) = (0.25 * question.dy, 0.75 * question.dy)
          return TransformerBackward().gradients(one) + TransformerBackward().gradients(other)
        },
        {
          // The roads added first, element by element.
          var backward = TransformerBackward()
          backward.firstSum = { du, branch, _ in branch.zip(du) { $0 + $1 } }
          backward.secondSum = { dy, branch in branch.zip(dy) { $0 + $1 } }
          return backward.gradients($0)
        },
        {
          // h made anew from z, and n₂'s product row by row.
          var backward = TransformerBackward()
          backward.seenByNarrowing = { Activation.gelu($0.z) }
          return backward.gradients($0)
        },
      ],
      given: { question in
        let cache = question.given.cache
        return [
          ("dy", question.dy), ("x", cache.x), ("u", cache.u), ("n2", cache.n2), ("z", cache.z),
          ("h", cache.h), ("gamma1", question.gamma1), ("gamma2", question.gamma2),
          ("W1", question.w1), ("W2", question.w2),
        ]
      },
      promise: asks { answers, question in
        let given = question.given
        return try transformerPromise(given.steps) {
          try answers.transformerBlockBackward(
            question.dy, cache: given.cache, parameters: question.parameters, steps: $0)
        }
      },
      attempt: asks {
        let given = $1.given
        return try $0.transformerBlockBackward(
          $1.dy, cache: given.cache, parameters: $1.parameters, steps: given.steps)
      }
    )
  }

  private static var transformerMisconceptions:
    [Misconception<TransformerQuestion, TransformerGradients>]
  {
    [
      wrong(
        "block-road-past-mlp-dropped",
        "At y = u + … the road goes on past the second branch: du is dy plus what comes back through it. "
          + "Yours is the branch alone."
      ) { $0.secondSum = { _, branch in branch } },
      wrong(
        "block-road-past-attention-dropped",
        "At u = x + … the road goes on past attention: dx is du plus what comes back through it. Yours is "
          + "the branch alone."
      ) { $0.firstSum = { _, branch, _ in branch } },
      wrong(
        "block-du-without-branch",
        "You went into attention with dy. u is used twice: its gradient du is dy plus what came back "
          + "through the second branch."
      ) { $0.secondSum = { dy, _ in dy } },
      wrong(
        "block-road-past-attention-with-dy",
        "What goes past attention is du, which has the second branch in it, not dy."
      ) { $0.firstSum = { _, branch, dy in dy + branch } },
      wrong(
        "block-norms-behind-the-sums",
        "These are the gradients of a block whose norms stand behind the sums, LN(x + branch). Here they "
          + "stand in front of the branches, and the road has none."
      ) { $0.isPostNorm = true },
      wrong(
        "block-first-norm-from-u",
        "The first norm saw x, the second u. You gave both of them u."
      ) { $0.seenByFirstNorm = { $0.u } },
      wrong(
        "block-second-norm-from-x",
        "The second norm saw u, behind the first sum. You gave it x."
      ) { $0.seenBySecondNorm = { $0.x } },
      wrong(
        "block-norm-parameters-averaged",
        "γ and β serve every place of every sequence: their gradients add up over all rows. You took "
          + "means."
      ) { $0.normFactor = { 1 / Double($0.dy.rows) } },
      wrong(
        "block-gelu-at-its-output",
        "The gelu saw z, and its slope is taken there. You took it at h, its output."
      ) { $0.seenByGelu = { $0.h } },
      wrong(
        "block-gelu-forgotten",
        "Between W₂ and W₁ stands the gelu: dz is dh times its slope at z. You passed dh on."
      ) { $0.skipsGelu = true },
      wrong(
        "block-widening-from-u",
        "W₁ saw n₂, behind the norm: dW₁ = n₂ᵀ·dz. You took u."
      ) { $0.seenByWidening = { $0.u } },
      wrong(
        "block-narrowing-from-z",
        "W₂ saw h, behind the gelu: dW₂ = hᵀ·dy. You took z."
      ) { $0.seenByNarrowing = { $0.z } },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout TransformerBackward) -> Void
  ) -> Misconception<TransformerQuestion, TransformerGradients> {
    Misconception("transformer-" + name, sentence) {
      var backward = TransformerBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }
}

/// The backward pass of a transformer block, with steps that can be replaced by wrong ones.
private struct TransformerBackward {
  var secondSum: (_ dy: Matrix, _ branch: Matrix) -> Matrix = { $0 + $1 }
  var firstSum: (_ du: Matrix, _ branch: Matrix, _ dy: Matrix) -> Matrix = { du, branch, _ in
    du + branch
  }
  /// What each part is thought to have seen.
  var seenByFirstNorm: (TransformerCache) -> Matrix = { $0.x }
  var seenBySecondNorm: (TransformerCache) -> Matrix = { $0.u }
  var seenByGelu: (TransformerCache) -> Matrix = { $0.z }
  var seenByWidening: (TransformerCache) -> Matrix = { $0.n2 }
  var seenByNarrowing: (TransformerCache) -> Matrix = { $0.h }
  var normFactor: (TransformerQuestion) -> Double = { _ in 1 }
  var skipsGelu = false
  var isPostNorm = false

  func gradients(_ question: TransformerQuestion) -> TransformerGradients {
    answer("12.4") {
      let ((cache, steps), factor) = (question.given, normFactor(question))
      // forward, with the norms behind: y = LN₂(u + …); here: y = u + …
      var dy = question.dy
      var (dGamma2, dBeta2) = (question.gamma2, question.beta2)
      if isPostNorm { (dy, dGamma2, dBeta2) = try steps.layerNorm(dy, cache.u, question.gamma2) }
      // forward: z = n₂·W₁ + c₁, h = gelu(z), y = u + h·W₂ + c₂
      let dh = matmul(dy, transposed: question.w2)
      let dz = skipsGelu ? dh : try steps.gelu(dh, seenByGelu(cache))
      var dBranch2 = matmul(dz, transposed: question.w1)
      if !isPostNorm {
        (dBranch2, dGamma2, dBeta2) = try steps.layerNorm(
          dBranch2, seenBySecondNorm(cache), question.gamma2)
      }
      var du = secondSum(dy, dBranch2)
      // forward: u = x + attention(LN₁(x))
      var (dGamma1, dBeta1) = (question.gamma1, question.beta1)
      if isPostNorm { (du, dGamma1, dBeta1) = try steps.layerNorm(du, cache.x, question.gamma1) }
      let attention = try steps.attention(du)
      var dBranch1 = attention.dx
      if !isPostNorm {
        (dBranch1, dGamma1, dBeta1) = try steps.layerNorm(
          dBranch1, seenByFirstNorm(cache), question.gamma1)
      }
      return TransformerGradients(
        dx: firstSum(du, dBranch1, dy), dGamma1: dGamma1 * factor, dBeta1: dBeta1 * factor,
        attention: attention, dGamma2: dGamma2 * factor, dBeta2: dBeta2 * factor,
        dW1: matmul(transposed: seenByWidening(cache), dz), dc1: dz.sum(axis: 0),
        dW2: matmul(transposed: seenByNarrowing(cache), dy), dc2: dy.sum(axis: 0))
    }
  }
}

extension TransformerGradients {
  /// The sum of two shares.
  fileprivate static func + (a: Self, b: Self) -> Self {
    let (one, other) = (a.attention, b.attention)
    return TransformerGradients(
      dx: a.dx + b.dx, dGamma1: a.dGamma1 + b.dGamma1, dBeta1: a.dBeta1 + b.dBeta1,
      attention: HeadGradients(
        dx: one.dx + other.dx, dWq: one.dWq + other.dWq, dWk: one.dWk + other.dWk,
        dWv: one.dWv + other.dWv, dWo: one.dWo + other.dWo),
      dGamma2: a.dGamma2 + b.dGamma2, dBeta2: a.dBeta2 + b.dBeta2, dW1: a.dW1 + b.dW1,
      dc1: a.dc1 + b.dc1, dW2: a.dW2 + b.dW2, dc2: a.dc2 + b.dc2)
  }
}
