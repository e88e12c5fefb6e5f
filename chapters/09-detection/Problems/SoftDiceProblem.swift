public import Checking
public import Core
import Detection

/// What is said of each pixel, what is true, and ε.
public struct SoftDiceQuestion: Question {
  /// p, `[m, n, h, w]`.
  public var probabilities: Matrix
  /// t, in the same shape.
  public var targets: Matrix
  public var epsilon: Double

  public init(probabilities: Matrix, targets: Matrix, epsilon: Double) {
    (self.probabilities, self.targets, self.epsilon) = (probabilities, targets, epsilon)
  }

  /// Random probabilities, and one class for each pixel but some, which have none.
  fileprivate init(_ shape: [Int], epsilon: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let p = Matrix(uniform: 0...1, shape: shape, using: &generator)
    var t = Matrix(shape: shape)
    for n in 0..<shape[0] {
      for i in 0..<shape[2] {
        for j in 0..<shape[3] {
          let label = generator.integer(below: shape[1] + 1)
          if label < shape[1] { t[n, label, i, j] = 1 }
        }
      }
    }
    // A pixel of each kind.
    (t.scalars[0], t.scalars[1]) = (1, 0)
    self.init(probabilities: p, targets: t, epsilon: epsilon)
  }

  /// Targets between 0 and 1, on few pixels.
  fileprivate static func soft(_ shape: [Int], epsilon: Double, seed: UInt64) -> Self {
    var generator = SplitMix64(caseSeed: seed)
    let p = Matrix(uniform: 0...0.3, shape: shape, using: &generator)
    let t = Matrix(uniform: 0.05...0.6, shape: shape, using: &generator)
    return Self(probabilities: p, targets: t, epsilon: epsilon)
  }

  /// A class that is nowhere and said to be nowhere, and one that is everywhere.
  fileprivate static var absent: Self {
    var (p, t) = (Matrix(shape: [2, 2, 1, 2]), Matrix(shape: [2, 2, 1, 2]))
    p.forEachPlace {
      p[$0] = $0.1 == 0 ? 0 : 0.25 * Double(1 + $0.3 + $0.0)
      t[$0] = $0.1 == 0 ? 0 : 1
    }
    return Self(probabilities: p, targets: t, epsilon: 0.5)
  }

  public var isPermitted: Bool {
    epsilon > 0 && epsilon.isFinite
      && [probabilities, targets].allSatisfy { $0.scalars.allSatisfy { 0 <= $0 } }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("p", \.probabilities), ("t", \.targets)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("epsilon", \.epsilon)]
  }
  public var summary: String {
    "p \(probabilities.shape), t \(targets.shape), epsilon \(digits(epsilon))"
  }

  /// One class's sums, over some images.
  struct Sums {
    var products = 0.0, both = 0.0, squares = 0.0
  }

  func sums(_ isIn: (Place) -> Bool) -> Sums {
    var sums = Sums()
    probabilities.forEachPlace { place in
      guard isIn(place) else { return }
      let (p, t) = (probabilities[place], targets[place])
      sums.products += p * t
      sums.both += p + t
      sums.squares += p * p + t * t
    }
    return sums
  }

  /// The gradient, from each pixel's p and t and its class's sums.
  fileprivate func gradient(
    sums isIn: (_ other: Place, _ own: Place) -> Bool = { $0.1 == $1.1 },
    _ slope: (_ p: Double, _ t: Double, Sums) -> Double
  ) -> Matrix {
    var gradient = probabilities
    // Which pixels count depends on a pixel's image and class alone.
    var known = [Int: Sums]()
    probabilities.forEachPlace { own in
      let key = own.0 * probabilities.shape[1] + own.1
      let sums = known[key] ?? sums { isIn($0, own) }
      known[key] = sums
      gradient[own] = slope(probabilities[own], targets[own], sums)
    }
    return gradient
  }

  var classes: Double { Double(probabilities.shape[1]) }

  fileprivate func right(_ p: Double, _ t: Double, _ sums: Sums) -> Double {
    let (above, below) = (2 * sums.products + epsilon, sums.both + epsilon)
    return -(2 * t * below - above) / (classes * below * below)
  }
}

extension Chapter09Problems {
  /// 9.6, the gradient of the soft Dice loss.
  public static var softDice: Problem<SoftDiceQuestion, Matrix> {
    Problem(
      "9.6", "softDiceBackward", minutes: 20, difficulty: 3, section: "A loss of whole areas",
      hints: [
        "One pixel's p stands in I, if its t is 1, and in S in any case. What is the rule for a quotient of "
          + "two things that both move?",
        "Two pixels of one class, p = (0.5, 0.5), t = (1, 0), ε = 1: I = 0.5, S = 2, the ratio is 2/3. Add "
          + "0.01 to the first p: 2.02/3.01, which is 0.0044 more. Add it to the second: 2/3.01, which is "
          + "0.0022 less. What are the two slopes exactly, and which sign has the loss?",
        "p, t and the result are [m, n, h, w]. For each class, channel c, two numbers first: I and S, over "
          + "all images, rows and columns. Then the slope at each pixel, and a division by n, the number "
          + "of classes.",
        "dp = -(2t·(S + ε) - (2I + ε))/(n·(S + ε)²)",
        "let (above, below) = (2 * I + epsilon, S + epsilon)\n"
          + "dp[n, c, i, j] = -(2 * targets[…] * below - …) / (below * below) / Double(…)",
      ],
      cases: [
        Case(SoftDiceQuestion([2, 3, 1, 4], epsilon: 1, seed: 961)),
        Case(SoftDiceQuestion([2, 2, 2, 2], epsilon: 0.5, seed: 962)),
        Case(SoftDiceQuestion([1, 4, 3, 2], epsilon: 2, seed: 963)),
        Case(SoftDiceQuestion([3, 1, 2, 3], epsilon: 0.1, seed: 964)),
        Case(SoftDiceQuestion([2, 3, 2, 1], epsilon: 1.5, seed: 965)).roundedWithin,
        Case(.absent), Case(.soft([1, 2, 1, 2], epsilon: 0.7, seed: 966)),
        Case(.soft([2, 1, 1, 1], epsilon: 0.3, seed: 967)),
      ],
      forward: {
        Detection.softDice(
          probabilities: $0.probabilities, targets: $0.targets, epsilon: $0.epsilon
        ).loss
      },
      reference: {
        Detection.softDice(
          probabilities: $0.probabilities, targets: $0.targets, epsilon: $0.epsilon
        ).gradient
      },
      parts: [Part("dp", of: \.probabilities)],
      misconceptions: diceMisconceptions, clues: SoftDiceQuestion.clues,
      alternatives: [
        { question in question.gradient { question.right($0, $1, $2) } },
        { question in
          // The two ways of p: through I, and through S.
          question.gradient { _, t, sums in
            let below = sums.both + question.epsilon
            let throughI = 2 * t / below
            let throughS = (2 * sums.products + question.epsilon) / below / below
            return (throughS - throughI) / question.classes
          }
        },
        { question in
          // As a multiple of the ratio itself.
          question.gradient { _, t, sums in
            let below = sums.both + question.epsilon
            let ratio = (2 * sums.products + question.epsilon) / below
            return (ratio - 2 * t) / below / question.classes
          }
        },
      ],
      given: { question in
        question.tensors + [
          (
            "the part through I",
            question.gradient { _, t, sums in
              -2 * t / (sums.both + question.epsilon) / question.classes
            }
          ),
          (
            "the part through S",
            question.gradient { _, _, sums in
              let below = sums.both + question.epsilon
              return (2 * sums.products + question.epsilon) / (below * below) / question.classes
            }
          ),
        ]
      },
      attempt: asks {
        try $0.softDiceBackward(
          probabilities: $1.probabilities, targets: $1.targets, epsilon: $1.epsilon)
      }
    )
  }

  private static var diceMisconceptions: [Misconception<SoftDiceQuestion, Matrix>] {
    [
      Misconception(
        "dice-denominator-constant",
        "You took S for a constant. p is in S as well as in I: a quotient's slope has a second term, with "
          + "(2I + ε)."
      ) { question in
        question.gradient { _, t, sums in
          -2 * t / (sums.both + question.epsilon) / question.classes
        }
      },
      Misconception(
        "dice-numerator-constant",
        "You took I for a constant. Where t is 1 a larger p makes I larger: 2t·(S + ε) is missing."
      ) { question in
        question.gradient { _, _, sums in
          let below = sums.both + question.epsilon
          return (2 * sums.products + question.epsilon) / (below * below) / question.classes
        }
      },
      Misconception(
        "dice-epsilon-left-out",
        "You left ε out. It stands in the numerator and in the denominator of the loss, and stays in both "
          + "of its slope."
      ) { question in
        question.gradient { _, t, sums in
          -(2 * t * sums.both - 2 * sums.products) / (question.classes * sums.both * sums.both)
        }
      },
      Misconception(
        "dice-epsilon-below-only",
        "You left ε out of the numerator: it is 2I + ε."
      ) { question in
        question.gradient { _, t, sums in
          let below = sums.both + question.epsilon
          return -(2 * t * below - 2 * sums.products) / (question.classes * below * below)
        }
      },
      Misconception(
        "dice-epsilon-doubled",
        "You doubled ε with I. The numerator is 2I + ε, not 2(I + ε)."
      ) { question in
        question.gradient { _, t, sums in
          let (above, below) = (sums.products + question.epsilon, sums.both + question.epsilon)
          return -2 * (t * below - above) / (question.classes * below * below)
        }
      },
      Misconception(
        "dice-background-left-out",
        "All n classes count, the first one too. You left class 0 out, as where it is the background."
      ) { question in
        let others = max(1, question.classes - 1)
        var gradient = question.gradient {
          question.right($0, $1, $2) * question.classes / others
        }
        if question.classes > 1 { gradient.forEachPlace { if $0.1 == 0 { gradient[$0] = 0 } } }
        return gradient
      },
      Misconception(
        "dice-jaccard",
        "This is the gradient of another loss, 1 - (I + ε)/(S - I + ε) for each class, the soft Jaccard. Dice "
          + "has (2I + ε)/(S + ε)."
      ) { question in
        question.gradient { _, t, sums in
          let above = sums.products + question.epsilon
          let below = sums.both - sums.products + question.epsilon
          return -(t * below - above * (1 - t)) / (question.classes * below * below)
        }
      },
      Misconception(
        "dice-per-image",
        "You made a ratio of each image and took their mean. That is another loss under the same name: here "
          + "I and S go over the whole batch, one ratio for each class."
      ) { question in
        question.gradient(sums: { $0.1 == $1.1 && $0.0 == $1.0 }) {
          question.right($0, $1, $2) / Double(question.probabilities.shape[0])
        }
      },
      Misconception(
        "dice-images-summed",
        "You made a ratio of each image and added them: such a Dice grows beyond 1. Here I and S go over the "
          + "whole batch, one ratio for each class."
      ) { question in
        question.gradient(sums: { $0.1 == $1.1 && $0.0 == $1.0 }) { question.right($0, $1, $2) }
      },
      Misconception(
        "dice-one-ratio",
        "You made one ratio of all classes. Each class has its own I and S, so that a small one counts as "
          + "much as the background."
      ) { question in
        question.gradient(sums: { _, _ in true }) {
          question.right($0, $1, $2) * question.classes
        }
      },
      Misconception(
        "dice-summed-over-classes",
        "The loss takes the mean over the classes: divide by n."
      ) { question in question.gradient { question.right($0, $1, $2) * question.classes } },
      Misconception(
        "dice-divided-by-pixels",
        "You divided by the number of pixels too. The ratio is one of sums: there is no mean over pixels."
      ) { question in
        let pixels = Double(question.probabilities.count) / question.classes
        return question.gradient { question.right($0, $1, $2) / pixels }
      },
      Misconception(
        "dice-uphill",
        "This is the slope of the Dice score. The loss is 1 minus it: all signs are turned."
      ) { question in question.gradient { -question.right($0, $1, $2) } },
      Misconception(
        "dice-squares",
        "This is another Dice, with S = Σ p² + Σ t², as in V-Net. Here S has no squares."
      ) { question in
        question.gradient { p, t, sums in
          let (above, below) = (
            2 * sums.products + question.epsilon, sums.squares + question.epsilon
          )
          return -(2 * t * below - above * 2 * p) / (question.classes * below * below)
        }
      },
      Misconception(
        "dice-only-targets",
        "You gave a gradient only to pixels with t = 1. A pixel that is wrongly said to be of a class makes "
          + "S larger: it has one too."
      ) { question in
        question.gradient { p, t, sums in t == 0 ? 0 : question.right(p, t, sums) }
      },
      Misconception(
        "dice-two-forgotten",
        "The numerator is 2I + ε: the slope of I counts twice."
      ) { question in
        question.gradient { _, t, sums in
          let (above, below) = (2 * sums.products + question.epsilon, sums.both + question.epsilon)
          return -(t * below - above) / (question.classes * below * below)
        }
      },
      Misconception(
        "dice-denominator-not-squared",
        "In a quotient's slope the denominator is squared: (S + ε)²."
      ) { question in
        question.gradient { p, t, sums in
          question.right(p, t, sums) * (sums.both + question.epsilon)
        }
      },
    ]
  }
}

extension Case<SoftDiceQuestion> {
  /// The same with probabilities in steps of ½, and zeros and ones among them.
  fileprivate var roundedWithin: Self {
    var rounded = input
    rounded.probabilities = input.probabilities.map { ($0 * 2).rounded() / 2 }
    (rounded.probabilities.scalars[0], rounded.probabilities.scalars[1]) = (0, 1)
    return Case(rounded)
  }
}
