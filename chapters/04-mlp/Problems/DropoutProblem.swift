public import Checking
public import Core

/// The input of a dropout layer, the mask that its forward pass drew, and the upstream gradient.
public struct DropoutQuestion: Question {
  public var x: Matrix
  /// 1 where an element stayed, 0 where it was dropped.
  public var mask: Matrix
  /// The share that is dropped, p.
  public var rate: Double
  public var dy: Matrix

  public init(x: Matrix, mask: Matrix, rate: Double, dy: Matrix) {
    (self.x, self.mask, self.rate, self.dy) = (x, mask, rate, dy)
  }

  init(_ shape: Int..., rate: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(shape: shape, using: &generator)
    dy = Tensor(shape: shape, using: &generator)
    let kept = (0..<x.count).map { _ in generator.uniform() < rate ? 0.0 : 1.0 }
    mask = Matrix(kept, shape: shape)
    self.rate = rate
  }

  public var isPermitted: Bool {
    0 <= rate && rate < 1 && mask.scalars.allSatisfy { $0 == 0 || $0 == 1 }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("mask", \.mask), ("dy", \.dy)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("rate", \.rate)]
  }
}

extension Chapter04Problems {
  /// 4.3, the gradient of inverted dropout.
  public static var dropout: Problem<DropoutQuestion, Matrix> {
    Problem(
      "4.3", "dropoutBackward", minutes: 5, difficulty: 1, section: "Dropout, backwards",
      hints: [
        "Once the mask is drawn, dropout multiplies each element by a number that is known. "
          + "What is the slope of y = c·x?",
        "p = 0.75, x = (1 2), mask = (1 0): y = (4 0). Raise the 1 by 0.01, and y rises by "
          + "0.04. Raise the 2, and nothing happens. dy is (1 5): what comes back?",
        "dy, mask and dx have one shape: everything happens element by element.",
        "forward: y = x ⊙ mask/(1 - p); so dx = dy ⊙ mask/(1 - p)",
        "return dy * mask / (1 - …)",
      ],
      cases: [
        Case(DropoutQuestion(5, 3, rate: 0.3, seed: 31)),
        Case(DropoutQuestion(4, 4, rate: 0.5, seed: 32)),
        Case(DropoutQuestion(1, 9, rate: 0.75, seed: 35)),
        Case(DropoutQuestion(2, 3, rate: 0, seed: 34)),
        Case(DropoutQuestion(2, 6, rate: 0.4, seed: 36)).rounded(),
        Case(DropoutQuestion(2, 1, 3, 2, rate: 0.6, seed: 37)),
        Case(DropoutQuestion(8, rate: 0.2, seed: 38)),
      ],
      forward: { ($0.dy * $0.x * $0.mask / (1 - $0.rate)).sum() },
      reference: {
        Dropout(rate: $0.rate).backward($0.dy, .init(scaledMask: $0.mask / (1 - $0.rate))).dInput
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "dropout-unscaled",
          "The forward pass divided by 1 - p, so the gradient is divided by 1 - p too."
        ) { $0.dy * $0.mask },
        Misconception(
          "dropout-multiplied",
          "You multiplied by 1 - p: the forward pass divides by it, and so does the gradient."
        ) { $0.dy * $0.mask * (1 - $0.rate) },
        Misconception(
          "dropout-divided-by-rate",
          "p is the share that is dropped. What stays was divided by 1 - p, not by p."
        ) { $0.dy * $0.mask / $0.rate },
        Misconception(
          "dropout-doubled",
          "Doubling is right for p = ½ only: divide by 1 - p, whatever p is."
        ) { $0.dy * $0.mask * 2 },
        Misconception(
          "dropout-mask-inverted",
          "The mask is 1 where an element stayed. You let the gradient through where it is 0."
        ) { $0.dy * (1 - $0.mask) / (1 - $0.rate) },
        Misconception(
          "dropout-mask-forgotten",
          "A dropped element did not reach y, so its gradient is 0: multiply by the mask."
        ) { $0.dy / (1 - $0.rate) },
      ],
      alternatives: [
        { $0.dy * (1 / (1 - $0.rate)) * $0.mask },
        { $0.dy.zip($0.mask / (1 - $0.rate)) { $0 * $1 } },
        { question in
          var dx = question.dy
          for i in dx.scalars.indices {
            dx.scalars[i] = question.mask.scalars[i] == 1 ? dx.scalars[i] / (1 - question.rate) : 0
          }
          return dx
        },
      ],
      given: { [("mask", $0.mask), ("dy", $0.dy)] },
      attempt: asks { try $0.dropoutBackward($1.dy, mask: $1.mask, rate: $1.rate) }
    )
  }
}
