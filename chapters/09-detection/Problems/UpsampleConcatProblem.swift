public import Checking
public import Core
import Detection

/// The gradient that arrives where deeper images, made twice as large, stand beside those kept.
public struct UpsampleConcatQuestion: Question {
  /// ∂loss/∂y, `[m, c + k, 2h, 2w]`.
  public var dy: Matrix
  /// The deeper images, `[m, c, h, w]`, and those kept, `[m, k, 2h, 2w]`: the gradient needs their sizes only.
  public var u: Matrix, skip: Matrix

  /// c, how many channels the deeper images have.
  public var channels: Int { u.shape[1] }

  public init(dy: Matrix, channels: Int) {
    let (m, height, width) = (dy.shape[0], dy.shape[2], dy.shape[3])
    self.dy = dy
    u = Matrix(shape: [m, channels, height / 2, width / 2])
    skip = Matrix(shape: [m, dy.shape[1] - channels, height, width])
  }

  fileprivate init(u shape: [Int], kept: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    u = Matrix(shape: shape, using: &generator)
    skip = Matrix(shape: [shape[0], kept, 2 * shape[2], 2 * shape[3]], using: &generator)
    dy = Matrix(
      shape: [shape[0], shape[1] + kept, 2 * shape[2], 2 * shape[3]], using: &generator)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("channels", \.channels)]
  }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] { [("dy", \.dy)] }
  public var summary: String { "dy \(dy.shape), channels \(channels)" }

  public var others: [Self] {
    let all = dy.shape[1]
    return [channels + 1, channels - 1].filter { 0 < $0 && $0 < all }
      .map { Self(dy: dy, channels: $0) }
      + [1, 2].map { Self(dy: dy.firstImage(channels: 3), channels: $0) }
  }

  /// The gradients, from what a pixel of u gets of its four and what the kept images get.
  fileprivate func gradients(
    fromChannel first: Int = 0, _ pixel: (_ four: [Double]) -> Double
  ) -> UpsampleConcatGradients {
    var (du, dSkip) = (Matrix(shape: u.shape), Matrix(shape: skip.shape))
    du.forEachPlace { place in
      let (n, c, i, j) = place
      let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map {
        dy[n, first + c, 2 * i + $0.0, 2 * j + $0.1]
      }
      du[place] = pixel(four)
    }
    dSkip.forEachPlace { dSkip[$0] = dy[$0.0, channels + $0.1, $0.2, $0.3] }
    return (du, dSkip)
  }
}

extension Tensor where Scalar == Double {
  /// Some channels of the first image, the first ones again where there are fewer.
  fileprivate func firstImage(channels: Int) -> Tensor {
    var images = Tensor(shape: [1, channels, shape[2], shape[3]])
    images.forEachPlace { images[$0] = self[0, $0.1 % shape[1], $0.2, $0.3] + Double($0.1) }
    return images
  }
}

/// The gradients of the deeper images and of those kept.
public typealias UpsampleConcatGradients = (du: Matrix, dSkip: Matrix)

extension Chapter09Problems {
  /// 9.5, the gradients of a U-Net's step upwards.
  public static var upsampleConcat: Problem<UpsampleConcatQuestion, UpsampleConcatGradients> {
    Problem(
      "9.5", "upsampleConcatBackward", minutes: 10, difficulty: 2,
      section: "Up again, beside what was kept",
      hints: [
        "In how many places of y does one pixel of u stand? And one of skip?",
        "One pixel u = 3 becomes 3, 3, 3, 3 in a square, with dy = 1, 2, 3, 4. If u grows by 0.01, all four "
          + "do. By how much does the loss grow?",
        "dy [m, c + k, 2h, 2w], du [m, c, h, w], dSkip [m, k, 2h, 2w]. The first c channels are u's, the "
          + "others skip's; k is dy.shape[1] - c. Row i of y came from row i / 2 of u.",
        "du[n, ch, i, j] = Σ dy[n, ch, 2i + a, 2j + b] over a, b of 0 and 1; dSkip[n, ch, i, j] = "
          + "dy[n, c + ch, i, j]",
        "for ch in 0..<channels { du[n, ch, i / 2, j / 2] += … }\n"
          + "for ch in channels..<dy.shape[1] { dSkip[n, ch - channels, i, j] = … }",
      ],
      cases: [
        Case(UpsampleConcatQuestion(u: [4, 2, 3, 1], kept: 3, seed: 951)),
        Case(UpsampleConcatQuestion(u: [2, 2, 2, 2], kept: 2, seed: 952)),
        Case(UpsampleConcatQuestion(u: [1, 1, 1, 4], kept: 4, seed: 953)),
        Case(UpsampleConcatQuestion(u: [3, 4, 2, 3], kept: 1, seed: 954)),
        Case(UpsampleConcatQuestion(u: [2, 1, 3, 2], kept: 1, seed: 955)).rounded(),
      ],
      forward: { ($0.dy * upsampleConcatReference($0.u, skip: $0.skip)).sum() },
      reference: { question in
        let (dU, dSkip) = upsampleConcatReferenceBackward(
          question.dy, channels: question.channels)
        return (dU, dSkip)
      },
      parts: [
        Part("du", of: \.u) { $0.du }, Part("dSkip", of: \.skip) { $0.dSkip },
      ],
      misconceptions: upsampleMisconceptions,
      alternatives: [
        { question in question.gradients { $0.reduce(0, +) } },
        { question in
          // Average pooling's mean, times four.
          question.gradients { 4 * ($0.reduce(0, +) / 4) }
        },
        { question in
          var (du, dSkip) = (question.u * 0, question.skip * 0)
          question.dy.forEachPlace { place in
            let (n, ch, i, j) = place
            if ch < question.channels {
              du[n, ch, i / 2, j / 2] += question.dy[place]
            } else {
              dSkip[n, ch - question.channels, i, j] += question.dy[place]
            }
          }
          return (du, dSkip)
        },
      ],
      attempt: asks {
        try $0.upsampleConcatBackward($1.dy, channels: $1.channels)
      }
    )
  }

  private static var upsampleMisconceptions:
    [Misconception<UpsampleConcatQuestion, UpsampleConcatGradients>]
  {
    [
      Misconception(
        "upsample-mean-of-four",
        "You took the mean of the four. Forward made four copies, no mean: if u grows by 1, all four do, so "
          + "their gradients add."
      ) { $0.gradients { $0.reduce(0, +) / 4 } },
      Misconception(
        "upsample-first-of-four",
        "You took the first of the four only. One pixel of u stands in four places of y: all four come "
          + "back."
      ) { $0.gradients { $0[0] } },
      Misconception(
        "upsample-last-of-four",
        "du holds the last of the four gradients: they add, so that it is +=, not =."
      ) { $0.gradients { $0[3] } },
      Misconception(
        "upsample-largest-of-four",
        "You took the largest of the four, as if max pooling were to be undone. They were copies, and each "
          + "of them counts."
      ) { $0.gradients { $0.reduce(-.infinity) { max($0, $1) } } },
      Misconception(
        "upsample-parts-exchanged",
        "You exchanged the parts: u's channels come first in y, skip's behind them."
      ) { question in
        var gradients = question.gradients(fromChannel: question.skip.shape[1]) {
          $0.reduce(0, +)
        }
        gradients.dSkip.forEachPlace { gradients.dSkip[$0] = question.dy[$0] }
        return gradients
      },
      Misconception(
        "upsample-skip-dropped",
        "You sent nothing back to skip. Its channels of dy are its gradient, and through them the layers on "
          + "the way down learn too."
      ) { question in
        (question.gradients { $0.reduce(0, +) }.du, Matrix(shape: question.skip.shape))
      },
      Misconception(
        "upsample-halves",
        "You divided the channels in the middle. The first `channels` of them are u's, whatever the number "
          + "of the others."
      ) { question in
        let other = UpsampleConcatQuestion(dy: question.dy, channels: question.dy.shape[1] / 2)
        return other.gradients { $0.reduce(0, +) }
      },
      Misconception(
        "upsample-tiled",
        "You put copies of u side by side. Every pixel was made a square of four: row i of y came from row "
          + "i / 2 of u, not from i modulo its height."
      ) { question in
        var gradients = question.gradients { _ in 0 }
        let (h, w) = (question.u.shape[2], question.u.shape[3])
        question.dy.forEachPlace { place in
          guard place.1 < question.channels else { return }
          gradients.du[place.0, place.1, place.2 % h, place.3 % w] += question.dy[place]
        }
        return gradients
      },
      Misconception(
        "upsample-skip-pooled",
        "You added skip's gradients in fours as well. Its images were put in as they are: each pixel has one "
          + "place in y."
      ) { question in
        var gradients = question.gradients { $0.reduce(0, +) }
        let right = gradients.dSkip
        right.forEachPlace { place in
          let (i, j) = (place.2 / 2 * 2, place.3 / 2 * 2)
          gradients.dSkip[place] =
            right[place.0, place.1, i, j] + right[place.0, place.1, i, j + 1]
            + right[place.0, place.1, i + 1, j] + right[place.0, place.1, i + 1, j + 1]
        }
        return gradients
      },
    ]
  }
}
