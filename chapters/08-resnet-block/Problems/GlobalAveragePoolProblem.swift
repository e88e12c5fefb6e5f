public import Checking
public import Core

/// The images that go into global average pooling, and the gradient that arrives at its output.
public struct GlobalPoolQuestion: Question {
  /// Images, `[m, channels, height, width]`.
  public var x: Matrix
  /// ∂loss/∂y, `[m, channels]`.
  public var dy: Matrix

  public init(x: Matrix, dy: Matrix) { (self.x, self.dy) = (x, dy) }

  init(x shape: [Int], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(shape: shape, using: &generator)
    dy = Tensor(shape: Array(shape[..<2]), using: &generator)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }

  /// The forward pass: the mean of each channel of each image.
  var y: Matrix {
    let positions = x.shape[2] * x.shape[3]
    return x.reshaped([x.shape[0] * x.shape[1], positions]).mean(axis: 1)
      .reshaped([x.shape[0], x.shape[1]])
  }

  /// Images whose element is `value` of image n, channel c, row i, column j.
  fileprivate func spread(_ value: (Int, Int, Int, Int) -> Double) -> Matrix {
    var dx = Matrix(shape: x.shape)
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] { dx[n, c, i, j] = value(n, c, i, j) }
        }
      }
    }
    return dx
  }
}

extension Chapter08Problems {
  /// 8.3, the gradient of global average pooling.
  public static var globalAveragePool: Problem<GlobalPoolQuestion, Matrix> {
    Problem(
      "8.3", "globalAveragePoolBackward", minutes: 8, difficulty: 1,
      section: "Global average pooling",
      hints: [
        "By how much does the mean of a channel move if one of its pixels moves by 1?",
        "A channel of two pixels, x = (3, 5): y = 4. Make the first 4: y = 4.5, so the slope is "
          + "½. With dy = 6, each of the two gets 3.",
        "dy [m, c], dx [m, c, h, w] = inputShape. Each channel of each image is spread by itself.",
        "dx[n, c, i, j] = dy[n, c] / (h·w)",
        "let share = dy[n, c] / Double(inputShape[2] * …)\n"
          + "for i … { for j … { dx[n, c, i, j] = … } }",
      ],
      cases: [
        Case(GlobalPoolQuestion(x: [5, 3, 2, 7], seed: 89)),
        Case(GlobalPoolQuestion(x: [3, 3, 3, 3], seed: 90)),
        Case(GlobalPoolQuestion(x: [1, 4, 6, 5], seed: 91)),
        Case(GlobalPoolQuestion(x: [2, 3, 4, 2], seed: 92)).rounded(),
      ],
      forward: { ($0.dy * $0.y).sum() },
      reference: { question in
        let area = question.x.shape[2] * question.x.shape[3]
        return question.spread { n, c, _, _ in question.dy[n, c] / Double(area) }
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: globalPoolMisconceptions,
      alternatives: [
        { question in
          // In place, in the order of memory.
          var dx = question.x
          let area = dx.shape[2] * dx.shape[3]
          for place in dx.scalars.indices {
            dx.scalars[place] = question.dy.scalars[place / area] / Double(area)
          }
          return dx
        },
        { question in
          // As average pooling with one window a channel: a column of dy times a row of shares.
          let (shape, area) = (question.x.shape, question.x.shape[2] * question.x.shape[3])
          let shares = Matrix(repeating: 1 / Double(area), shape: [1, area])
          return matmul(question.dy.reshaped([shape[0] * shape[1], 1]), shares).reshaped(shape)
        },
        { question in
          let shape = question.x.shape
          let each = 1 / Double(shape[2] * shape[3])
          return question.spread { n, c, _, _ in question.dy[n, c] * each }
        },
      ],
      given: { [("dy", $0.dy)] },
      attempt: asks { try $0.globalAveragePoolBackward($1.dy, inputShape: $1.x.shape) }
    )
  }

  private static var globalPoolMisconceptions: [Misconception<GlobalPoolQuestion, Matrix>] {
    [
      Misconception(
        "global-pool-not-divided",
        "You gave each pixel all of dy. The forward pass divided by the number of pixels, h·w, and "
          + "so does the gradient."
      ) { question in question.spread { n, c, _, _ in question.dy[n, c] } },
      Misconception(
        "global-pool-divided-by-side",
        "You divided by one side of the image. A channel has h·w pixels."
      ) { question in
        question.spread { n, c, _, _ in question.dy[n, c] / Double(question.x.shape[2]) }
      },
      Misconception(
        "global-pool-divided-by-batch",
        "You divided by the batch too. The mean went over the pixels of one image; the loss has "
          + "its own 1/m in dy already."
      ) { question in
        let count = question.x.count / question.x.shape[1]
        return question.spread { n, c, _, _ in question.dy[n, c] / Double(count) }
      },
      Misconception(
        "global-pool-divided-by-channels",
        "You divided by the channels too. Each channel has a mean of its own, over its h·w pixels."
      ) { question in
        let count = question.x.count / question.x.shape[0]
        return question.spread { n, c, _, _ in question.dy[n, c] / Double(count) }
      },
      Misconception(
        "global-pool-one-pixel",
        "You gave dy to one pixel. All pixels of the channel are in its mean: each gets dy/(h·w)."
      ) { question in
        question.spread { n, c, i, j in i == 0 && j == 0 ? question.dy[n, c] : 0 }
      },
    ]
  }
}
