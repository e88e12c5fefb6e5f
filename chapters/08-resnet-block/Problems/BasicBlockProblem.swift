public import Checking
import Core
import Images

extension Chapter08Problems {
  /// 8.4, all gradients of a basic block.
  public static var basicBlock: Problem<BasicBlockQuestion, BasicBlockGradients> {
    Problem(
      "8.4", "basicBlockBackward", minutes: 25, difficulty: 4, section: "A whole block, backwards",
      hints: [
        "Walk the forward pass from its last line to its first, as in 4.2. At s = n₂ + x the way "
          + "forks: write down what goes past F, and add it at the end.",
        "Single numbers, without norms, w₁ = w₂ = 1: x = 2, h = 2, s = 2 + 2, y = 4. With dy = 3 "
          + "both gates are open: 3 comes back past F, 3 through it. Now x = 1, w₂ = -4: h = 1, s "
          + "= -4 + 1, y = 0. What comes back past F, behind a gate that is shut?",
        "What stands in front of each gate, norm and convolution is [m, c, h, w], and so is its "
          + "gradient; dW₁ and dW₂ are [c, c, 3, 3]; the four others [c]. Each step needs what "
          + "went in on its way forward: the cache has it.",
        "ds = dy where s > 0, else 0; then through batch norm 2, filters 2, the inner gate, batch "
          + "norm 1, filters 1; at last dx = what came out of filters 1, plus ds.",
        "let ds = dy.zip(cache.s) { dy, s in … }\n"
          + "let (dz2, dGamma2, dBeta2) = try steps.batchNorm(ds, cache.z2, parameters.gamma2)\n"
          + "let (dh, dW2) = try steps.convolution(dz2, cache.…, parameters.w2)\n"
          + "… return BasicBlockGradients(dx: … + …, dW1: …)",
      ],
      cases: BasicBlockQuestion.cases,
      forward: { ($0.dy * $0.y).sum() },
      reference: { BlockBackward().gradients($0) },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW1", of: \.w1) { $0.dW1 },
        Part("dGamma1", of: \.gamma1) { $0.dGamma1 }, Part("dBeta1", of: \.beta1) { $0.dBeta1 },
        Part("dW2", of: \.w2) { $0.dW2 }, Part("dGamma2", of: \.gamma2) { $0.dGamma2 },
        Part("dBeta2", of: \.beta2) { $0.dBeta2 },
      ],
      misconceptions: blockMisconceptions,
      alternatives: [
        { question in
          // Backward is linear: two shares of dy, added up.
          var (one, other) = (question, question)
          (one.dy, other.dy) = (0.25 * question.dy, 0.75 * question.dy)
          let (a, b) = (BlockBackward().gradients(one), BlockBackward().gradients(other))
          return BasicBlockGradients(
            dx: a.dx + b.dx, dW1: a.dW1 + b.dW1, dGamma1: a.dGamma1 + b.dGamma1,
            dBeta1: a.dBeta1 + b.dBeta1, dW2: a.dW2 + b.dW2, dGamma2: a.dGamma2 + b.dGamma2,
            dBeta2: a.dBeta2 + b.dBeta2)
        },
        {
          // Gates read from the outputs: h > 0 exactly where n₁ > 0, y > 0 where s > 0.
          var backward = BlockBackward()
          backward.innerGate = { dh, cache in dh * cache.h.map { $0 > 0 ? 1 : 0 } }
          backward.outerGate = { dy, cache in
            dy.zip(Activation.relu(cache.s)) { dy, y in y > 0 ? dy : 0 }
          }
          return backward.gradients($0)
        },
        {
          // Element by element, the shortcut first.
          var backward = BlockBackward()
          backward.join = { dBranch, ds, _ in
            var dx = ds
            for place in dx.scalars.indices { dx.scalars[place] += dBranch.scalars[place] }
            return dx
          }
          return backward.gradients($0)
        },
      ],
      given: { block in
        let cache = block.cache
        return block.tensors + [
          ("z1", cache.z1), ("n1", cache.n1), ("h", cache.h), ("z2", cache.z2), ("s", cache.s),
        ]
      },
      promise: asks { answers, question in
        try basicBlockPromise(question) {
          try answers.basicBlockBackward(
            question.dy, cache: question.cache, parameters: question.parameters, steps: $0)
        }
      },
      attempt: asks {
        try $0.basicBlockBackward(
          $1.dy, cache: $1.cache, parameters: $1.parameters, steps: $1.steps)
      }
    )
  }

  private static var blockMisconceptions: [Misconception<BasicBlockQuestion, BasicBlockGradients>] {
    [
      wrongBlock(
        "block-last-gate-forgotten",
        "The block ends in a ReLU: dy goes through its gate, s > 0, before anything else. You "
          + "passed dy on whole."
      ) { $0.outerGate = { dy, _ in dy } },
      wrongBlock(
        "block-shortcut-dropped",
        "Your dx is what came back through F alone. Add what went past it: ds, behind the gate."
      ) { $0.join = { dBranch, _, _ in dBranch } },
      wrongBlock(
        "block-shortcut-ungated",
        "The shortcut joins before the last ReLU: what it brings back is ds, behind the gate, not "
          + "dy."
      ) { $0.join = { dBranch, _, dy in dBranch + dy } },
      wrongBlock(
        "block-shortcut-twice", "The shortcut's gradient is in your dx twice: add ds once."
      ) { $0.join = { dBranch, ds, _ in dBranch + 2 * ds } },
      wrongBlock(
        "block-divided",
        "You divided ds between F and the shortcut. A sum does not divide its gradient: each way "
          + "gets all of it."
      ) {
        $0.outerGate = { dy, cache in 0.5 * gated(dy, by: cache.s) }
      },
      wrongBlock(
        "block-inner-gate-forgotten",
        "Between the two convolutions stands a ReLU: dn₁ is dh where n₁ > 0, else 0."
      ) { $0.innerGate = { dh, _ in dh } },
      wrongBlock(
        "block-inner-gate-by-z",
        "The inner ReLU saw n₁, behind the batch norm: its gate is n₁ > 0. You asked z₁."
      ) { $0.innerGate = { dh, cache in gated(dh, by: cache.z1) } },
      wrongBlock(
        "block-last-gate-before-the-sum",
        "The last ReLU saw s, the sum with the shortcut: its gate is s > 0. You asked z₂."
      ) { $0.outerGate = { dy, cache in gated(dy, by: cache.z2) } },
      wrongBlock(
        "block-last-gate-open-at-zero",
        "At s = 0 ReLU passes nothing here: the last gate is s > 0, not s >= 0."
      ) { $0.outerGate = { dy, cache in dy * cache.s.map { $0 >= 0 ? 1 : 0 } } },
      wrongBlock(
        "block-inner-gate-open-at-zero",
        "At n₁ = 0 ReLU passes nothing here: the inner gate is n₁ > 0, not n₁ >= 0."
      ) { $0.innerGate = { dh, cache in dh * cache.n1.map { $0 >= 0 ? 1 : 0 } } },
      wrongBlock(
        "block-gates-open-at-zero",
        "At 0 ReLU passes nothing here: the gates are s > 0 and n₁ > 0, with > and not >=."
      ) {
        $0.outerGate = { dy, cache in dy * cache.s.map { $0 >= 0 ? 1 : 0 } }
        $0.innerGate = { dh, cache in dh * cache.n1.map { $0 >= 0 ? 1 : 0 } }
      },
      wrongBlock(
        "block-gates-on-upstream",
        "A gate is open where its input was positive in the forward pass, whatever the sign of the "
          + "gradient."
      ) {
        $0.outerGate = { dy, _ in dy.map { max($0, 0) } }
        $0.innerGate = { dh, _ in dh.map { max($0, 0) } }
      },
      wrongBlock(
        "block-filters-from-ungated",
        "The second convolution saw h, behind the ReLU, not n₁: its dW uses h."
      ) { $0.secondInput = { $0.n1 } },
    ]
  }

  /// A misconception: the backward pass with some of its steps replaced.
  private static func wrongBlock(
    _ name: String, _ sentence: String, change: @escaping (inout BlockBackward) -> Void
  ) -> Misconception<BasicBlockQuestion, BasicBlockGradients> {
    Misconception(name, sentence) {
      var backward = BlockBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }
}

/// The gradient behind a ReLU: dy where x > 0, else 0.
private func gated(_ dy: Matrix, by x: Matrix) -> Matrix { dy.zip(x) { dy, x in x > 0 ? dy : 0 } }

/// The backward pass of a basic block, with steps that can be replaced by wrong ones.
private struct BlockBackward {
  var outerGate: (Matrix, BasicBlockCache) -> Matrix = { gated($0, by: $1.s) }
  var innerGate: (Matrix, BasicBlockCache) -> Matrix = { gated($0, by: $1.n1) }
  /// What the second convolution is thought to have seen.
  var secondInput: (BasicBlockCache) -> Matrix = { $0.h }
  /// What the branch and the shortcut make of dx.
  var join: (_ dBranch: Matrix, _ ds: Matrix, _ dy: Matrix) -> Matrix = { dBranch, ds, _ in
    dBranch + ds
  }

  func gradients(_ question: BasicBlockQuestion) -> BasicBlockGradients {
    let (cache, steps) = (question.cache, question.steps)
    return answer("8.4") {
      // forward: s = n₂ + x, y = relu(s)
      let ds = outerGate(question.dy, cache)
      // forward: z₂ = w₂ ⋆ h, n₂ = batchNorm(z₂)
      let (dz2, dGamma2, dBeta2) = try steps.batchNorm(ds, cache.z2, question.gamma2)
      let (dh, dW2) = try steps.convolution(dz2, secondInput(cache), question.w2)
      // forward: z₁ = w₁ ⋆ x, n₁ = batchNorm(z₁), h = relu(n₁)
      let dn1 = innerGate(dh, cache)
      let (dz1, dGamma1, dBeta1) = try steps.batchNorm(dn1, cache.z1, question.gamma1)
      let (dBranch, dW1) = try steps.convolution(dz1, cache.x, question.w1)
      return BasicBlockGradients(
        dx: join(dBranch, ds, question.dy), dW1: dW1, dGamma1: dGamma1, dBeta1: dBeta1,
        dW2: dW2, dGamma2: dGamma2, dBeta2: dBeta2)
    }
  }
}
