public import Checking
public import Core
import SequenceLayers

/// A signal in time, a kernel that looks back, and the gradient that arrives at what it makes.
public struct CausalConvolutionQuestion: Question {
  public var x: Matrix
  public var weight: Matrix
  public var bias: Matrix
  public var dy: Matrix
  public let dilation: Int

  public init(x: Matrix, weight: Matrix, bias: Matrix, dy: Matrix, dilation: Int) {
    (self.x, self.weight, self.bias, self.dy) = (x, weight, bias, dy)
    self.dilation = dilation
  }

  init(
    _ batch: Int, _ inputs: Int, _ outputs: Int, steps: Int, taps: Int, dilation: Int,
    seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(shape: [batch, inputs, steps], using: &generator)
    weight = Tensor(shape: [outputs, inputs, taps], using: &generator)
    bias = Tensor(shape: [outputs], using: &generator)
    dy = Tensor(shape: [batch, outputs, steps], using: &generator)
    self.dilation = dilation
  }

  public var isPermitted: Bool { dilation >= 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("W", \.weight), ("b", \.bias), ("dy", \.dy)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("dilation", \.dilation)]
  }
  public var summary: String {
    "x \(x.shape), W \(weight.shape), dilation \(dilation), dy \(dy.shape)"
  }

  fileprivate var layer: CausalConv1d<Double> {
    CausalConv1d(weight: weight, bias: bias, dilation: dilation)
  }
  fileprivate var taps: Int { weight.shape[2] }
  fileprivate var steps: Int { x.shape[2] }

  /// All gradients, where tap j of an output at t sees x at t + `offset(j)`.
  fileprivate func gradients(
    through last: Int? = nil, offset: (_ tap: Int) -> Int
  ) -> CausalConvolutionGradients {
    var (dx, dW, db) = (0 * x, 0 * weight, 0 * bias)
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[0] {
        for t in 0..<(last ?? steps) {
          let d = dy[n, o, t]
          db[o] += d
          for j in 0..<taps {
            let place = t + offset(j)
            guard place >= 0, place < steps else { continue }
            for c in 0..<x.shape[1] {
              dx[n, c, place] += weight[o, c, j] * d
              dW[o, c, j] += x[n, c, place] * d
            }
          }
        }
      }
    }
    return (dx, dW, db)
  }

  fileprivate func back(_ tap: Int) -> Int { -(taps - 1 - tap) * dilation }
}

/// The gradients of a causal convolution.
public typealias CausalConvolutionGradients = (dx: Matrix, dW: Matrix, db: Matrix)

extension Chapter11Problems {
  /// 11.5, a convolution that never looks ahead.
  public static var causalConv1d: Problem<CausalConvolutionQuestion, CausalConvolutionGradients> {
    Problem(
      "11.5", "causalConv1dBackward", minutes: 25, difficulty: 3, section: "Without a state",
      hints: [
        "Every output used some numbers of the past. So every number of the past has been used by some "
          + "outputs after it: by which ones, and with which weights?",
        "One channel, k = 2, dilation 2: y[3] = W[0]·x[1] + W[1]·x[3], and y[1] = W[1]·x[1], as x[-1] "
          + "does not exist. So x[1] is in y[1] and in y[3]. What does it get when dy[1] and dy[3] "
          + "arrive? And which products are in the gradient of W[0]?",
        "x and dx are [m, in, t], dy is [m, out, t], W and dW are [out, in, k], db is [out]. A place in "
          + "time that lies before 0 adds nothing.",
        "Let past be the place that tap j sees from t. Wherever past ≥ 0: dx[n, c, past] += W[o, c, "
          + "j]·dy[n, o, t] and dW[o, c, j] += x[n, c, past]·dy[n, o, t]; db[o] = Σ dy[n, o, t] over n "
          + "and t.",
        "for n …, for o …, for t in 0..<steps { db[o] += …; for j in 0..<k { let past = t - (k - 1 - j) * "
          + "…; guard past >= 0 else { continue }; for c … { dx[n, c, past] += weight[o, c, j] * …; "
          + "dW[o, c, j] += … } } }",
      ],
      cases: [
        Case(
          CausalConvolutionQuestion(2, 3, 2, steps: 7, taps: 3, dilation: 2, seed: 1141)),
        Case(
          CausalConvolutionQuestion(3, 3, 3, steps: 5, taps: 2, dilation: 1, seed: 1142)),
        Case(
          CausalConvolutionQuestion(1, 2, 3, steps: 8, taps: 2, dilation: 3, seed: 1143)),
        Case(
          CausalConvolutionQuestion(2, 1, 2, steps: 4, taps: 1, dilation: 2, seed: 1144)),
        Case(
          CausalConvolutionQuestion(2, 2, 1, steps: 3, taps: 4, dilation: 2, seed: 1145)),
        Case(
          CausalConvolutionQuestion(2, 2, 3, steps: 6, taps: 3, dilation: 1, seed: 1146)
        ).rounded(),
      ],
      forward: { ($0.dy * $0.layer($0.x)).sum() },
      reference: { question in
        var context = Context.inference
        let cache = question.layer.forward(question.x, in: &context).cache
        let (dx, gradient) = question.layer.backward(question.dy, cache)
        return (dx, gradient.weight, gradient.bias)
      },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dW", of: \.weight) { $0.dW },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: causalMisconceptions,
      clues: CausalConvolutionQuestion.clues,
      alternatives: [
        { question in question.gradients(offset: question.back) }, causalByGathering,
        { question in
          // Tap by tap: a shift, and a product of every channel with every channel.
          var result: CausalConvolutionGradients = (
            0 * question.x, 0 * question.weight, 0 * question.bias
          )
          for j in 0..<question.taps {
            let shift = (question.taps - 1 - j) * question.dilation
            for n in 0..<question.x.shape[0] {
              for t in stride(from: shift, to: question.steps, by: 1) {
                for o in 0..<question.weight.shape[0] {
                  for c in 0..<question.x.shape[1] {
                    let d = question.dy[n, o, t]
                    result.dx[n, c, t - shift] += d * question.weight[o, c, j]
                    result.dW[o, c, j] += d * question.x[n, c, t - shift]
                  }
                }
              }
            }
          }
          for n in 0..<question.x.shape[0] {
            for o in 0..<question.weight.shape[0] {
              for t in 0..<question.steps { result.db[o] += question.dy[n, o, t] }
            }
          }
          return result
        },
      ],
      given: { $0.tensors.filter { $0.name != "b" } },
      attempt: asks {
        try $0.causalConv1dBackward($1.dy, x: $1.x, weight: $1.weight, dilation: $1.dilation)
      }
    )
  }

  private static var causalMisconceptions:
    [Misconception<CausalConvolutionQuestion, CausalConvolutionGradients>]
  {
    [
      Misconception(
        "causal-looks-ahead",
        "Your taps look ahead: x at t + …. A causal output sees the past alone, so x at a time gets its "
          + "gradient from outputs at that time and after it."
      ) { question in question.gradients { -question.back($0) } },
      Misconception(
        "causal-kernel-flipped",
        "The last tap sees now, the first one farthest back. You have the kernel the other way round."
      ) { question in question.gradients { -$0 * question.dilation } },
      Misconception(
        "causal-dilation-ignored",
        "Between two taps lie `dilation` steps. Yours are next to each other."
      ) { question in question.gradients { -(question.taps - 1 - $0) } },
      Misconception(
        "causal-centred",
        "This is the kernel of an image, centred on its place. Here all taps but the last lie in the "
          + "past."
      ) { question in
        question.gradients { question.back($0) + (question.taps - 1) / 2 * question.dilation }
      },
      Misconception(
        "causal-stops-short",
        "The last place in time has a gradient as well: your loop ends one step before it."
      ) { question in question.gradients(through: question.steps - 1, offset: question.back) },
      Misconception(
        "causal-bias-averaged",
        "b is added at every time of every sequence: db is the sum over both. Yours sums over time and "
          + "takes the mean over the sequences."
      ) { question in
        var gradients = question.gradients(offset: question.back)
        gradients.db = gradients.db / Double(question.x.shape[0])
        return gradients
      },
      Misconception(
        "causal-bias-of-one-sequence",
        "db sums over time and over all sequences of the batch. You took those of the first one."
      ) { question in
        var gradients = question.gradients(offset: question.back)
        gradients.db = 0 * question.bias
        for o in 0..<question.weight.shape[0] {
          for t in 0..<question.steps { gradients.db[o] += question.dy[0, o, t] }
        }
        return gradients
      },
      Misconception(
        "causal-wraps-around",
        "Before the start there is nothing: what would lie there adds 0. You went on at the end of the "
          + "sequence."
      ) { question in
        var result: CausalConvolutionGradients = (
          0 * question.x, 0 * question.weight, question.gradients(offset: question.back).db
        )
        let steps = question.steps
        for n in 0..<question.x.shape[0] {
          for o in 0..<question.weight.shape[0] {
            for t in 0..<steps {
              for j in 0..<question.taps {
                let place = ((t + question.back(j)) % steps + steps) % steps
                for c in 0..<question.x.shape[1] {
                  result.dx[n, c, place] += question.weight[o, c, j] * question.dy[n, o, t]
                  result.dW[o, c, j] += question.x[n, c, place] * question.dy[n, o, t]
                }
              }
            }
          }
        }
        return result
      },
    ]
  }

  /// Each number gathers what it gets, as the formula for dx is written.
  private static func causalByGathering(
    _ question: CausalConvolutionQuestion
  ) -> CausalConvolutionGradients {
    let (taps, steps) = (question.taps, question.steps)
    var (dx, dW, db) = (0 * question.x, 0 * question.weight, 0 * question.bias)
    for c in 0..<question.x.shape[1] {
      for o in 0..<question.weight.shape[0] {
        for j in 0..<taps {
          let back = (taps - 1 - j) * question.dilation
          for n in 0..<question.x.shape[0] {
            for t in 0..<steps where t + back < steps {
              dx[n, c, t] += question.weight[o, c, j] * question.dy[n, o, t + back]
              dW[o, c, j] += question.dy[n, o, t + back] * question.x[n, c, t]
            }
          }
        }
      }
    }
    for o in 0..<question.weight.shape[0] {
      db[o] = (0..<question.x.shape[0]).reduce(0) { sum, n in
        (0..<steps).reduce(sum) { $0 + question.dy[n, o, $1] }
      }
    }
    return (dx, dW, db)
  }
}
