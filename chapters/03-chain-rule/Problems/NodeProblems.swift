import Autodiff
public import Checking
public import Core

/// Products to be differentiated, one at each place of the tensors, all of one shape.
public struct MultiplyQuestion: Question {
  public var a: Matrix
  public var b: Matrix
  public var upstream: Matrix

  public init(a: Matrix, b: Matrix, upstream: Matrix) {
    (self.a, self.b, self.upstream) = (a, b, upstream)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("a", \.a), ("b", \.b), ("upstream", \.upstream)]
  }
  public static var isCalledForEachPlace: Bool { true }
  public var summary: String {
    "a = \(a.scalars), b = \(b.scalars), upstream = \(upstream.scalars), one call a place"
  }
}

/// Hyperbolic tangents to be differentiated, one call for each place of the tensors.
public struct TanhNodeQuestion: Question {
  public var x: Matrix
  public var upstream: Matrix

  public init(x: Matrix, upstream: Matrix) { (self.x, self.upstream) = (x, upstream) }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("upstream", \.upstream)]
  }
  public static var isCalledForEachPlace: Bool { true }
  public var summary: String {
    "y = tanh(x) at x = \(x.scalars), upstream = \(upstream.scalars), one call a place"
  }
}

/// Powers to be differentiated, all with one exponent, one call for each place of the tensors.
public struct PowNodeQuestion: Question {
  public var x: Matrix
  public var exponent: Double
  public var upstream: Matrix

  public init(x: Matrix, exponent: Double, upstream: Matrix) {
    (self.x, self.exponent, self.upstream) = (x, exponent, upstream)
  }

  public var isPermitted: Bool { true }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("exponent", \.exponent)]
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("upstream", \.upstream)]
  }
  public static var isCalledForEachPlace: Bool { true }
  public var summary: String {
    "x = \(x.scalars), exponent = \(exponent), upstream = \(upstream.scalars), one call a place"
  }
  public var label: String { "x = \(x.scalars), exponent = \(exponent)" }

  /// The same question for every place: x and upstream there.
  func each(_ slope: (_ x: Double, _ upstream: Double) throws -> Double) rethrows -> Matrix {
    try x.zip(upstream, slope)
  }
}

/// Random numbers of two decimals, which a message can print and a learner can type.
private func hundredths(_ count: Int, using generator: inout SplitMix64) -> Matrix {
  Matrix((0..<count).map { _ in (generator.normal() * 100).rounded() / 100 })
}

/// The gradients of products.
public typealias ProductGradients = (da: Matrix, db: Matrix)

extension Chapter03Problems {
  public static var multiply: Problem<MultiplyQuestion, ProductGradients> {
    func wrong(
      _ name: String, _ sentence: String,
      _ rule: @escaping (_ a: Matrix, _ b: Matrix, _ upstream: Matrix) -> ProductGradients
    ) -> Misconception<MultiplyQuestion, ProductGradients> {
      Misconception(name, sentence) { rule($0.a, $0.b, $0.upstream) }
    }
    func numbers(_ count: Int, seed: UInt64) -> Case<MultiplyQuestion> {
      var generator = SplitMix64(caseSeed: seed)
      func random() -> Matrix { hundredths(count, using: &generator) }
      return Case(MultiplyQuestion(a: random(), b: random(), upstream: random()))
    }
    return Problem(
      "3.2", "multiplyBackward", minutes: 5, difficulty: 1, section: "The local rules",
      hints: [
        "Raise a a little and hold b. How fast does a·b rise?",
        "a = 3, b = 5, upstream 2: raise a by 0.001, and a·b rises by 0.005, the loss by "
          + "twice as much. Which of the three numbers decided that? Now raise b instead.",
        "Everything is a single number here: two products, returned as a pair.",
        "y = a·b: da = upstream · b and db = upstream · a",
        "return (da: upstream * …, db: upstream * …)",
      ],
      cases: [
        numbers(5, seed: 32), numbers(3, seed: 33),
        Case(
          MultiplyQuestion(
            a: Matrix([0, 2, 3, -3]), b: Matrix([5, 0, 3, 3]), upstream: Matrix([1, -1, 2, 0]))),
      ],
      forward: { ($0.upstream * $0.a * $0.b).sum() },
      reference: { ($0.upstream * $0.b, $0.upstream * $0.a) },
      parts: [Part("da", of: \.a) { $0.da }, Part("db", of: \.b) { $0.db }],
      misconceptions: [
        wrong(
          "multiply-own-factor",
          "The slope of a·b in a is the other factor, b: you gave each factor itself."
        ) { a, b, upstream in (upstream * a, upstream * b) },
        wrong(
          "multiply-forgot-upstream",
          "This is the local slope alone. The chain rule multiplies it by upstream."
        ) { a, b, _ in (b, a) },
        wrong(
          "multiply-as-addition",
          "A sum passes its gradient on unchanged; a product multiplies it by the other factor."
        ) { _, _, upstream in (upstream, upstream) },
        wrong(
          "multiply-product-as-slope",
          "You multiplied upstream by the product a·b. The slope in a is b alone."
        ) { a, b, upstream in (upstream * a * b, upstream * a * b) },
      ],
      alternatives: [
        { question in
          var (da, db) = (question.b, question.a)
          for i in da.scalars.indices {
            da.scalars[i] *= question.upstream.scalars[i]
            db.scalars[i] *= question.upstream.scalars[i]
          }
          return (da, db)
        },
        { question in
          // By the engine's own rule.
          let slopes = zip(question.a.scalars, question.b.scalars).map {
            ScalarOperation.multiply($0, $1)
          }
          return (
            question.upstream * Matrix(slopes.map(\.slopeA)),
            question.upstream * Matrix(slopes.map(\.slopeB))
          )
        },
        { question in
          let pairs = zip(question.a.scalars, question.b.scalars)
          let db = zip(pairs, question.upstream.scalars).map { $1 * $0.0 }
          return (question.b * question.upstream, Matrix(db))
        },
      ],
      attempt: asks { answers, question in
        var (da, db) = (question.a, question.b)
        for i in question.a.scalars.indices {
          (da.scalars[i], db.scalars[i]) = try answers.multiplyBackward(
            question.a.scalars[i], question.b.scalars[i], upstream: question.upstream.scalars[i])
        }
        return (da, db)
      }
    )
  }

  public static var tanhNode: Problem<TanhNodeQuestion, Matrix> {
    func wrong(
      _ name: String, _ sentence: String,
      _ rule: @escaping (_ y: Matrix, _ upstream: Matrix) -> Matrix
    ) -> Misconception<TanhNodeQuestion, Matrix> {
      Misconception(name, sentence) { rule($0.x.map(Double.tanh), $0.upstream) }
    }
    func numbers(_ count: Int, seed: UInt64) -> Case<TanhNodeQuestion> {
      var generator = SplitMix64(caseSeed: seed)
      func random() -> Matrix { hundredths(count, using: &generator) }
      return Case(TanhNodeQuestion(x: random(), upstream: random()))
    }
    return Problem(
      "3.3a", "tanhNodeBackward", minutes: 5, difficulty: 1, section: "The local rules",
      hints: [
        "You need the slope of tanh, written with its own value y. Chapter 1 derives it.",
        "At x = 0, y is 0 and tanh rises as fast as x: slope 1. At x = 3, y is 0.9951 and "
          + "tanh is nearly flat: slope 0.0099. Which expression in y alone gives both?",
        "y and upstream are single numbers, and so is the answer: upstream times the slope.",
        "y = tanh(x): dx = upstream · (1 - y²)",
        "return upstream * (1 - …)",
      ],
      cases: [
        numbers(5, seed: 34), numbers(3, seed: 35),
        Case(TanhNodeQuestion(x: Matrix([0, 4, -4]), upstream: Matrix([-2, 1, 3]))),
      ],
      forward: { ($0.upstream * $0.x.map(Double.tanh)).sum() },
      reference: { $0.upstream * $0.x.map { ScalarOperation.tanh($0).slopeA } },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        wrong(
          "tanh-node-y-unsquared", "The slope of tanh is 1 - y²: you did not square y."
        ) { y, upstream in upstream * (1 - y) },
        wrong(
          "tanh-node-forgot-upstream",
          "This is the slope of tanh alone. The chain rule multiplies it by upstream."
        ) { y, _ in 1 - y * y },
        wrong(
          "tanh-node-twice",
          "y is tanh(x) already: you took tanh of it a second time."
        ) { y, upstream in upstream * (1 - y.map(Double.tanh) * y.map(Double.tanh)) },
        wrong(
          "tanh-node-sigmoid-slope",
          "y(1 - y) is the slope of the sigmoid. That of tanh is 1 - y²."
        ) { y, upstream in upstream * y * (1 - y) },
      ],
      alternatives: [
        { question in
          let y = question.x.map(Double.tanh)
          return question.upstream - question.upstream * y * y
        },
        { question in
          // 1 - tanh² = 1/cosh².
          question.upstream.zip(question.x) { upstream, x in
            let twice = Double.exp(x) + Double.exp(-x)
            return 4 * upstream / (twice * twice)
          }
        },
        { question in
          question.upstream.zip(question.x) { upstream, x in
            let y = Double.tanh(x)
            return upstream * (1 - y) * (1 + y)
          }
        },
      ],
      given: { [("y", $0.x.map { Double.tanh($0) }), ("upstream", $0.upstream)] },
      attempt: asks { answers, question in
        try question.x.zip(question.upstream) {
          try answers.tanhNodeBackward(y: Double.tanh($0), upstream: $1)
        }
      }
    )
  }

  public static var powNode: Problem<PowNodeQuestion, Matrix> {
    func wrong(
      _ name: String, _ sentence: String,
      _ rule: @escaping (_ x: Double, _ exponent: Double, _ upstream: Double) -> Double
    ) -> Misconception<PowNodeQuestion, Matrix> {
      Misconception(name, sentence) { question in
        question.each { rule($0, question.exponent, $1) }
      }
    }
    func question(
      _ x: [Double], to exponent: Double, _ upstream: [Double], isCorner: Bool = false
    ) -> Case<PowNodeQuestion> {
      Case(
        PowNodeQuestion(x: Matrix(x), exponent: exponent, upstream: Matrix(upstream)),
        isCorner: isCorner)
    }
    return Problem(
      "3.3b", "powNodeBackward", minutes: 5, difficulty: 2, section: "The local rules",
      hints: [
        "It is the rule for powers from school, times upstream. Which exponent needs a case "
          + "of its own?",
        "x³ at 2: 2.001³ = 8.012, so the slope is 12, which is 3 · 4. x² at 2: 2.001² = "
          + "4.004, so the slope is 4, which is 2 · 2. What became of the exponent, twice?",
        "All three arguments are single numbers, and so is the answer. Double.pow(x, p) is "
          + "x to the power p. For n = 0 the power is 1 everywhere: how fast does that change, "
          + "at x = 0 too?",
        "y = xⁿ: dx = upstream · n·xⁿ⁻¹. For n = 0 the power is 1 everywhere, and dx = 0.",
        "return exponent == 0 ? … : upstream * exponent * Double.pow(x, …)",
      ],
      cases: [
        question([1.5, -0.7, 2.2, -1.9, 0.4], to: 3, [0.8, 1.7, -0.6, -1.1, 2.3]),
        question([0.9, -1.3, 2.5], to: 2, [-1.4, 0.5, 1.2]),
        question([0.5, -2, 1.6], to: -1, [0.7, -1.5, 1.1]),
        question([0.3, 1.7, 4], to: 0.7, [1.3, -0.4, 0.9]),
        question([0, 0.6], to: 2, [1.2, -0.8]),
        question([0, 1.1], to: 1, [-0.9, 0.4]),
        question([0, 2, -3], to: 0, [1.5, -0.5, 0.8], isCorner: true),
      ],
      forward: { question in
        question.each { $1 * Double.pow($0, question.exponent) }.sum()
      },
      reference: { question in
        question.each { $1 * ScalarOperation.power(question.exponent)($0).slopeA }
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        wrong("pow-node-forgot-exponent", "The exponent comes down as a factor: n·xⁿ⁻¹.") {
          $2 * Double.pow($0, $1 - 1)
        },
        wrong(
          "pow-node-exponent-kept", "The power falls by one: n·xⁿ⁻¹. You kept n·xⁿ."
        ) { $2 * $1 * Double.pow($0, $1) },
        wrong(
          "pow-node-forgot-upstream",
          "This is the slope of the power alone. The chain rule multiplies it by upstream."
        ) { x, n, _ in n == 0 ? 0 : n * Double.pow(x, n - 1) },
        wrong(
          "pow-node-always-square", "2x is the slope of x². Any other exponent n gives n·xⁿ⁻¹."
        ) { x, _, upstream in upstream * 2 * x },
        wrong(
          "pow-node-divides-by-x",
          "n·y/x is right except at x = 0, where it is 0/0. Write n·xⁿ⁻¹ instead."
        ) { x, n, upstream in upstream * n * Double.pow(x, n) / x },
        wrong(
          "pow-node-constant-at-zero",
          "x⁰ is 1 everywhere, so its slope is 0. At x = 0 the formula gives 0·∞: "
            + "treat n = 0 by itself."
        ) { x, n, upstream in upstream * n * Double.pow(x, n - 1) },
      ],
      alternatives: [
        { question in
          let n = question.exponent
          let slopes = question.x.map { n == 0 ? 0 : n * Double.pow($0, n - 1) }
          return slopes * question.upstream
        },
        { question in
          // n·y/x, but for x = 0, where only a straight line has a slope.
          let n = question.exponent
          return question.each { x, upstream in
            if x == 0 { return n == 1 ? upstream : 0 }
            return upstream * n * Double.pow(x, n) / x
          }
        },
        { question in
          question.each { x, upstream in
            guard question.exponent != 0 else { return 0 }
            return Double.pow(x, question.exponent - 1) * (question.exponent * upstream)
          }
        },
      ],
      attempt: asks { answers, question in
        try question.each {
          try answers.powNodeBackward(x: $0, exponent: question.exponent, upstream: $1)
        }
      }
    )
  }
}
