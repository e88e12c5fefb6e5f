public import Checking
public import Core
import Embeddings

/// The gradients of a triplet loss.
public typealias TripletAnswer = (dAnchor: Matrix, dPositive: Matrix, dNegative: Matrix)

/// Anchors, positives and negatives, one of each a row.
public struct TripletQuestion: Question {
  public var anchor: Matrix
  public var positive: Matrix
  public var negative: Matrix
  public var margin: Double

  public init(anchor: Matrix, positive: Matrix, negative: Matrix, margin: Double) {
    (self.anchor, self.positive, self.negative) = (anchor, positive, negative)
    self.margin = margin
  }

  /// Triplets of which some keep the margin, and some miss it by less than the margin.
  init(_ batch: Int, _ width: Int, margin: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ deviation: Double) -> Matrix {
      Tensor(standardDeviation: deviation, shape: [batch, width], using: &generator)
    }
    let anchor = draw(1)
    let (positive, away) = (anchor + draw(0.5), draw(1))
    var negative = anchor + draw(0.6)
    for i in 0..<batch where i % 3 != 1 {
      // Rows 0, 3, …: far enough. Rows 2, 5, …: farther than the positive by less than the margin.
      let (near, length) = (distance(anchor, positive, i), away.rows(i..<i + 1).norm())
      let wanted = (near + margin * (i % 3 == 0 ? 1.7 : 0.6)).squareRoot() / length
      for j in 0..<width { negative[i, j] = anchor[i, j] + wanted * away[i, j] }
    }
    self.init(anchor: anchor, positive: positive, negative: negative, margin: margin)
  }

  public var isPermitted: Bool { margin >= 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("a", \.anchor), ("p", \.positive), ("n", \.negative)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("margin", \.margin)]
  }
  public var summary: String {
    "a, p, n \(anchor.shape), margin \(digits(margin)), \(activeCount) of \(anchor.rows) triplets active"
  }
  public var label: String { "\(anchor.rows) triplets, \(activeCount) active" }

  fileprivate func bracket(_ i: Int) -> Double {
    distance(anchor, positive, i) - distance(anchor, negative, i) + margin
  }
  fileprivate var activeCount: Int { (0..<anchor.rows).count { bracket($0) > 0 } }

  /// Gradients row by row, 2/m times what a body makes of a row; zeros where it has nothing to say.
  fileprivate func gradients(
    _ body: (_ i: Int, _ a: Matrix, _ p: Matrix, _ n: Matrix) -> TripletAnswer?
  ) -> TripletAnswer {
    let zeros = Matrix(shape: anchor.shape)
    var found: TripletAnswer = (zeros, zeros, zeros)
    let m = Double(anchor.rows)
    for i in 0..<anchor.rows {
      let row = i..<i + 1
      guard let one = body(i, anchor.rows(row), positive.rows(row), negative.rows(row)) else {
        continue
      }
      for j in 0..<anchor.columns {
        found.dAnchor[i, j] = one.dAnchor[0, j] * 2 / m
        found.dPositive[i, j] = one.dPositive[0, j] * 2 / m
        found.dNegative[i, j] = one.dNegative[0, j] * 2 / m
      }
    }
    return found
  }

  fileprivate var reference: TripletAnswer {
    let gradient = tripletLoss(
      anchor: anchor, positive: positive, negative: negative, margin: margin
    ).gradient
    return (gradient.dAnchor, gradient.dPositive, gradient.dNegative)
  }
}

/// The squared distance of two rows.
private func distance(_ a: Matrix, _ b: Matrix, _ i: Int) -> Double {
  (a.rows(i..<i + 1) - b.rows(i..<i + 1)).squaredNorm()
}

private func scaled(_ answer: TripletAnswer, by factor: Double) -> TripletAnswer {
  (answer.dAnchor * factor, answer.dPositive * factor, answer.dNegative * factor)
}

extension Chapter10Problems {
  /// 10.3, the gradients of the triplet loss.
  public static var triplets: Problem<TripletQuestion, TripletAnswer> {
    Problem(
      "10.3", "tripletLossBackward", minutes: 25, difficulty: 3, section: "Near and far",
      hints: [
        "A maximum with 0 is a gate, as ReLU is: which triplets does it let through? Of those that it "
          + "stops, what is the gradient?",
        "One triplet on a line: a = 0, p = 1, n = 2, margin 5. ‖a - p‖² = 1, ‖a - n‖² = 4, the bracket "
          + "1 - 4 + 5 = 2 is open. Raise a by h: the first square falls to (h - 1)², by 2h, the second "
          + "to (h - 2)², by 4h. Together the loss rises by 2h. What happens if p moves? If n moves?",
        "a, p, n and all three gradients are [m, d]. The bracket is one number a row; m, the number of "
          + "all triplets, divides, also where most are silent.",
        "Where ‖a - p‖² - ‖a - n‖² + margin > 0: da = 2(n - p)/m, dp = 2(p - a)/m, dn = 2(a - n)/m; "
          + "elsewhere 0",
        "for i in 0..<a.rows { var bracket = margin; for j in …: bracket += (a[i, j] - p[i, j]) * … - …; "
          + "guard bracket > 0 else { continue }; for j in …: dAnchor[i, j] = 2 * (…) / m; … }",
      ],
      cases: [
        Case(TripletQuestion(7, 3, margin: 0.5, seed: 1021)),
        Case(TripletQuestion(4, 4, margin: 0.2, seed: 1022)),
        Case(
          TripletQuestion(
            anchor: Matrix(rows: [[0.5, -1]]), positive: Matrix(rows: [[1, 0.5]]),
            negative: Matrix(rows: [[0.25, -0.5]]), margin: 0.3)),
        // All keep the margin: silence, and no 0/0.
        Case(
          TripletQuestion(
            anchor: Matrix(rows: [[0, 1, 0], [1, 0, 0]]),
            positive: Matrix(rows: [[0, 1, 0], [1, 0, 0.5]]),
            negative: Matrix(rows: [[3, 0, 1], [-1, 0, 2]]), margin: 0.2)),
        // The first bracket is 0, exactly; in the second all three are one point.
        Case(
          TripletQuestion(
            anchor: Matrix(rows: [[0, 0], [1, 2], [0, 1]]),
            positive: Matrix(rows: [[1, 0], [1, 2], [1, 1]]),
            negative: Matrix(rows: [[1, 0.5], [1, 2], [0, 0.5]]), margin: 0.25), isCorner: true),
        Case(TripletQuestion(6, 2, margin: 1, seed: 1023)).rounded(isCorner: true),
        Case(TripletQuestion(3, 2, margin: 3, seed: 1024)),
      ],
      forward: { question in
        tripletLoss(
          anchor: question.anchor, positive: question.positive, negative: question.negative,
          margin: question.margin
        ).loss
      },
      reference: { $0.reference },
      parts: [
        Part("dAnchor", of: \.anchor) { $0.dAnchor },
        Part("dPositive", of: \.positive) { $0.dPositive },
        Part("dNegative", of: \.negative) { $0.dNegative },
      ],
      misconceptions: tripletMisconceptions, clues: TripletQuestion.clues,
      alternatives: [
        { question in
          // Pull and push apart: da is what both leave.
          question.gradients { i, a, p, n in
            guard question.bracket(i) > 0 else { return nil }
            let (pull, push) = (a - p, a - n)
            return (pull - push, -pull, push)
          }
        },
        { question in
          // A factor for each row, and whole matrices.
          let (a, p, n) = (question.anchor, question.positive, question.negative)
          let gap = ((a - p) * (a - p)).sum(axis: 1) - ((a - n) * (a - n)).sum(axis: 1)
          let gate = (gap + question.margin).map { $0 > 0 ? 2 / Double(a.rows) : 0 }
          func gated(_ x: Matrix) -> Matrix { (x.transposed * gate).transposed }
          return (gated(n - p), gated(p - a), gated(a - n))
        },
        { question in
          // The three add up to 0: who moves all of a triplet changes nothing.
          let (_, dP, dN) = question.gradients { i, a, p, n in
            question.bracket(i) <= 0 ? nil : (a, p - a, a - n)
          }
          return (-dP - dN, dP, dN)
        },
      ],
      attempt: asks {
        try $0.tripletLossBackward(
          anchor: $1.anchor, positive: $1.positive, negative: $1.negative, margin: $1.margin)
      }
    )
  }

  private static var tripletMisconceptions: [Misconception<TripletQuestion, TripletAnswer>] {
    func wrong(
      _ name: String, _ sentence: String,
      _ body: @escaping (TripletQuestion, Int, Matrix, Matrix, Matrix) -> TripletAnswer?
    ) -> Misconception<TripletQuestion, TripletAnswer> {
      Misconception("triplet-" + name, sentence) { question in
        question.gradients { body(question, $0, $1, $2, $3) }
      }
    }
    func gated(
      _ name: String, _ sentence: String, _ isOpen: @escaping (TripletQuestion, Int) -> Bool
    ) -> Misconception<TripletQuestion, TripletAnswer> {
      wrong(name, sentence) { question, i, a, p, n in
        isOpen(question, i) ? (n - p, p - a, a - n) : nil
      }
    }
    func factor(
      _ name: String, _ sentence: String, _ factor: @escaping (TripletQuestion) -> Double
    ) -> Misconception<TripletQuestion, TripletAnswer> {
      Misconception("triplet-" + name, sentence) { question in
        scaled(question.reference, by: factor(question))
      }
    }
    return [
      wrong(
        "anchor-without-negative",
        "The anchor stands in both distances. You gave it 2(a - p), and forgot what n does to it."
      ) { question, i, a, p, n in question.bracket(i) > 0 ? (a - p, p - a, a - n) : nil },
      factor(
        "mean-over-active",
        "The mean is over all m triplets, the silent ones too. You divided by those that are active."
      ) { $0.activeCount == 0 ? 1 : Double($0.anchor.rows) / Double($0.activeCount) },
      factor(
        "mean-over-none",
        "You divided by the number of active triplets, and where there is none that is 0/0. The mean is "
          + "over all m."
      ) { Double($0.anchor.rows) / Double($0.activeCount) * ($0.activeCount == 0 ? 0 : 1) },
      gated(
        "gate-forgotten",
        "A triplet that keeps the margin has the loss 0, and so the gradient 0. Yours still pulls."
      ) { _, _ in true },
      gated(
        "gate-without-margin",
        "A negative that is farther than the positive by less than the margin still counts. Your gate "
          + "has no margin in it."
      ) { $0.bracket($1) > $0.margin },
      wrong(
        "gate-of-roots",
        "Your gate compares distances. The loss has their squares, in the gate as well: "
          + "‖a - p‖² - ‖a - n‖² + margin."
      ) { question, i, a, p, n in
        (a - p).norm() - (a - n).norm() + question.margin > 0 ? (n - p, p - a, a - n) : nil
      },
      gated(
        "gate-not-strict",
        "Where the bracket is exactly 0 the triplet is silent, as ReLU is at 0: > 0, not ≥ 0."
      ) { $0.bracket($1) >= 0 },
      gated(
        "gate-reversed",
        "You let the triplets through that keep the margin, and stopped the others."
      ) { $0.bracket($1) < 0 },
      factor(
        "two-missing", "The distances are squared: the slope of x² is 2x, and the 2 is missing."
      ) { _ in 0.5 },
      factor("not-divided", "The loss is a mean over m triplets: each has 1/m of it.") {
        Double($0.anchor.rows)
      },
      wrong(
        "with-roots",
        "These are the gradients of distances. The loss has their squares, without a root."
      ) { question, i, a, p, n in
        let (near, far) = ((a - p).norm(), (a - n).norm())
        guard near - far + question.margin > 0 else { return nil }
        let (pull, push) = ((a - p) / (2 * near), (a - n) / (2 * far))
        return (pull - push, -pull, push)
      },
      wrong(
        "on-the-sphere-already",
        "‖a - p‖² is 2 - 2a·p on the sphere, but the normalisation is a step of its own: p gets 2(p - a), "
          + "not -2a."
      ) { question, i, a, p, n in question.bracket(i) > 0 ? (n - p, -a, a) : nil },
      wrong(
        "negative-pulled",
        "The negative's distance has a minus: n is pushed away from the anchor. You pulled it, as p."
      ) { question, i, a, p, n in question.bracket(i) > 0 ? (n - p, p - a, n - a) : nil },
    ]
  }
}
