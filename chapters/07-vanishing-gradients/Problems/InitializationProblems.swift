public import Checking
public import Core

/// The sizes of a dense layer: how many inputs each output sums, how many outputs an input goes to.
public struct FanQuestion: Question {
  public let fanIn: Int
  public let fanOut: Int

  public init(fanIn: Int, fanOut: Int) { (self.fanIn, self.fanOut) = (fanIn, fanOut) }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] {
    [("fanIn", Matrix([Double(fanIn)])), ("fanOut", Matrix([Double(fanOut)]))]
  }
  public var summary: String { "fanIn = \(fanIn), fanOut = \(fanOut)" }

  /// Wide to narrow, narrow to wide, square, and the smallest.
  static var cases: [Case<FanQuestion>] {
    [(784, 128), (64, 300), (100, 100), (3, 2), (1, 1)].map {
      Case(FanQuestion(fanIn: $0, fanOut: $1))
    }
  }
}

/// The number of inputs of a dense layer.
public struct FanInQuestion: Question {
  public let fanIn: Int

  public init(fanIn: Int) { self.fanIn = fanIn }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] { [("fanIn", Matrix([Double(fanIn)]))] }
  public var summary: String { "fanIn = \(fanIn)" }
}

extension Chapter07Problems {
  /// 7.1a, Glorot's standard deviation.
  public static var glorot: Problem<FanQuestion, Double> {
    func wrong(
      _ name: String, _ sentence: String,
      _ rule: @escaping (_ fanIn: Double, _ fanOut: Double) -> Double
    ) -> Misconception<FanQuestion, Double> {
      Misconception(name, sentence) { rule(Double($0.fanIn), Double($0.fanOut)) }
    }
    return Problem(
      "7.1a", "glorotStandardDeviation", minutes: 5, difficulty: 1,
      section: "How large should weights be?",
      hints: [
        "Forward asks for one variance, backward for another. Which compromise did Glorot and "
          + "Bengio take?",
        "A layer from 2 inputs to 1 output, weights of variance v: y = x₁·W₁ + x₂·W₂ has 2·v "
          + "times the mean square of x. Backward, dx₁ = dy·W₁ has 1·v times that of dy. The "
          + "first asks for v = 1/2, the second for v = 1/1. Take the mean of 2 and 1 for both.",
        "Two whole numbers go in, one Double comes out: not the variance, its root. Make Doubles "
          + "of the arguments before you divide.",
        "Var(W) = 2/(fanIn + fanOut), and σ is its square root.",
        "return (2 / Double(…)).squareRoot()",
      ],
      cases: FanQuestion.cases,
      forward: nil,
      reference: { Initializer.glorot.standardDeviation(fanIn: $0.fanIn, fanOut: $0.fanOut) },
      parts: [Part("σ") { Matrix([$0], shape: []) }],
      misconceptions: [
        wrong(
          "glorot-variance",
          "2/(fanIn + fanOut) is the variance. The standard deviation is its root."
        ) { 2 / ($0 + $1) },
        wrong(
          "glorot-integer-division",
          "Whole numbers divide to whole numbers in Swift: 2/5 is 0. Make Doubles of them first."
        ) { (2 / ($0 + $1)).rounded(.down).squareRoot() },
        wrong(
          "glorot-two-outside", "The 2 stands under the root, with the fans: √(2/(fanIn + fanOut))."
        ) { 2 / ($0 + $1).squareRoot() },
        wrong(
          "glorot-sum-for-mean",
          "The compromise is the mean of both fans, (fanIn + fanOut)/2. You took their sum."
        ) { (1 / ($0 + $1)).squareRoot() },
        wrong(
          "glorot-fan-in-only",
          "√(2/fanIn) is He's rule, for ReLU. Glorot's asks fanOut as well, for the way back."
        ) { fanIn, _ in (2 / fanIn).squareRoot() },
        wrong(
          "glorot-forward-only",
          "√(1/fanIn) keeps the signal's size but not the gradient's: fanOut has a say too."
        ) { fanIn, _ in (1 / fanIn).squareRoot() },
        wrong(
          "glorot-fans-swapped",
          "√(1/fanOut) keeps the gradient's size but not the signal's. A signal sums fanIn terms."
        ) { _, fanOut in (1 / fanOut).squareRoot() },
        wrong(
          "glorot-uniform-limit",
          "√(6/(fanIn + fanOut)) is the border of the uniform form. Its standard deviation is "
            + "that border divided by √3."
        ) { (6 / ($0 + $1)).squareRoot() },
      ],
      alternatives: [
        { Double.exp((Double.log(2) - Double.log(Double($0.fanIn + $0.fanOut))) / 2) },
        { 1 / (Double($0.fanIn + $0.fanOut) / 2).squareRoot() },
        { (2.0).squareRoot() / Double($0.fanOut + $0.fanIn).squareRoot() },
      ],
      attempt: asks { try $0.glorotStandardDeviation(fanIn: $1.fanIn, fanOut: $1.fanOut) }
    )
  }

  /// 7.1b, He's standard deviation.
  public static var he: Problem<FanInQuestion, Double> {
    func wrong(
      _ name: String, _ sentence: String, _ rule: @escaping (_ fanIn: Double) -> Double
    ) -> Misconception<FanInQuestion, Double> {
      Misconception(name, sentence) { rule(Double($0.fanIn)) }
    }
    return Problem(
      "7.1b", "heStandardDeviation", minutes: 3, difficulty: 1,
      section: "Where ReLU takes half",
      hints: [
        "A ReLU lets half of the mean square through. What must the weights make up for?",
        "Two inputs 3 and -3 have the mean square 9; behind ReLU they are 3 and 0, with the mean "
          + "square 4.5. A layer multiplies the mean square by fanIn·Var(W). With fanIn = 2, "
          + "which variance brings 4.5 back to 9?",
        "One whole number goes in, one Double comes out: not the variance, its root. Make a "
          + "Double of the argument before you divide.",
        "½·fanIn·Var(W) = 1, so Var(W) = 2/fanIn, and σ is its square root.",
        "return (2 / Double(…)).squareRoot()",
      ],
      cases: [784, 64, 100, 3, 1].map { Case(FanInQuestion(fanIn: $0)) },
      forward: nil,
      reference: { Initializer.he.standardDeviation(fanIn: $0.fanIn, fanOut: 1) },
      parts: [Part("σ") { Matrix([$0], shape: []) }],
      misconceptions: [
        wrong("he-variance", "2/fanIn is the variance. The standard deviation is its root.") {
          2 / $0
        },
        wrong(
          "he-forgot-half",
          "√(1/fanIn) is right without ReLU. ReLU halves the mean square: the 2 makes up for it."
        ) { (1 / $0).squareRoot() },
        wrong("he-two-outside", "The 2 stands under the root, with fanIn: √(2/fanIn).") {
          2 / $0.squareRoot()
        },
        wrong(
          "he-integer-division",
          "Whole numbers divide to whole numbers in Swift: 2/5 is 0. Make a Double of fanIn first."
        ) { (2 / $0).rounded(.down).squareRoot() },
        wrong(
          "he-half-the-wrong-way",
          "The half that ReLU takes must be made up for: multiply 1/fanIn by 2, do not halve it."
        ) { (0.5 / $0).squareRoot() },
        wrong(
          "he-uniform-limit",
          "√(6/fanIn) is the border of the uniform form. Its standard deviation is that border "
            + "divided by √3."
        ) { (6 / $0).squareRoot() },
      ],
      alternatives: [
        { Double.exp((Double.log(2) - Double.log(Double($0.fanIn))) / 2) },
        { 1 / (Double($0.fanIn) / 2).squareRoot() },
        { (2.0).squareRoot() / Double($0.fanIn).squareRoot() },
      ],
      attempt: asks { try $0.heStandardDeviation(fanIn: $1.fanIn) }
    )
  }
}
