import Autodiff
import Checking
import Core

extension WorkedExample {
  /// Example 1: two inputs, three hidden units, two outputs, every parameter 1.
  static let one = WorkedExample(
    "example 1, 2-3-2", layers: [.init(ones(2, 3), ones(3)), .init(ones(3, 2), ones(2))],
    inputs: [[1, 0]], targets: [[0, 1]],
    published: [
      "a1": "0.86, 0.731", "y": "0.867, 0.854", "loss": "0.0863", "dy": "-1, -1",
      "W2 new": "1.00867, 1.09146 / 1, 1", "b2 new": "1.01, 1",
    ],
    slips: [
      "W2 was given as 2×2 for three hidden units: only two of them are ever computed.",
      "Each unit was fed one input alone; the sum over the inputs was not formed.",
      "σ(2) is 0.880797, not 0.86, and ½Σ(y - t)² of the printed y is 0.3865, not 0.0863.",
      "dy is y - t, not -1; then σ′(z2) and the factor a1 were left out of dW2.",
      "The minus was counted twice, so the step goes uphill: b2 grows where it must fall.",
      "1 + 0.00854 is 1.00854, not 1.09146. W1, b1 and half of W2 were never updated.",
    ])

  /// Example 1 with the printed 2×2 matrix kept, so with two hidden units.
  static let oneWithTwoHiddenUnits = WorkedExample(
    "example 1 as 2-2-2", layers: [.init(ones(2, 2), ones(2)), .init(ones(2, 2), ones(2))],
    inputs: [[1, 0]], targets: [[0, 1]])

  /// Example 1 as its arithmetic was done, each unit fed by one number.
  static let oneUnitByUnit = WorkedExample(
    "example 1 unit by unit",
    layers: [
      .init(diagonal, ones(2), connections: diagonal),
      .init(diagonal, ones(2), connections: diagonal),
    ],
    inputs: [[1, 0]], targets: [[0, 1]])

  /// Example 2 with the printed weights: two inputs, two hidden units, one output, two samples.
  static let two = WorkedExample(
    "example 2, 2-2-1",
    layers: [
      .init(Matrix(rows: [[0.1, 0.2], [0.3, 0.4]]), Matrix([0.7, 0.8])),
      .init(Matrix(rows: [[0.5], [0.6]]), Matrix([0.1])),
    ],
    inputs: [[1, 0], [0, 1]], targets: [[1], [0]],
    published: [
      "z1": "0.8, 1.1 / 1.2, 1.6", "a1": "0.8, 1.1 / 1.2, 1.6", "z2": "0.53 / 0.78",
      "y": "0.53 / 0.78", "loss": "0.15625", "δ2": "-0.125 / -0.1875",
      "dW2": "-0.0625 / -0.1125", "da1": "-0.125, -0.1875 / -0.1875, -0.234375",
      "dW1": "-0.1, -0.14 / -0.15, -0.19", "W2 new": "0.5625 / 0.6875",
      "W1 new": "0.9, 1.24 / 1.35, 1.79",
    ],
    slips: [
      "The text says three hidden units; the weights are those of two, with three biases.",
      "σ was applied to neither z1 nor z2, so a1 and y repeat them; no bias gives that z1.",
      "The second target is 0 and was treated as 1: its error has the wrong sign.",
      "σ′ was taken as y instead of y(1 - y), and dW2 was built from W2 instead of a1.",
      "α = 0.01 was forgotten, W1 new was computed from a1 instead of W1, and no bias was updated.",
    ])

  /// Example 2 with three hidden units; the third column continues the pattern of the printed ones.
  static let twoWithThreeHiddenUnits = WorkedExample(
    "example 2 as 2-3-1",
    layers: [
      .init(Matrix(rows: [[0.1, 0.2, 0.3], [0.3, 0.4, 0.5]]), Matrix([0.7, 0.8, 0.9])),
      .init(Matrix(rows: [[0.5], [0.6], [0.7]]), Matrix([0.1])),
    ],
    inputs: [[1, 0], [0, 1]], targets: [[1], [0]])

  /// Example 3: three layers, 3-4-3-2, of which only the activations were published.
  ///
  /// Its weights are the smallest that give these: W = aᵀ·logit(a′)/‖a‖², without biases.
  static let three = threeLayers(withBiases: false)

  /// Example 3 with biases that start at 0 and are trained.
  static let threeWithBiases = threeLayers(withBiases: true)

  private static func threeLayers(withBiases: Bool) -> WorkedExample {
    let activations: [[Double]] = [
      [1, 2, 3], [0.5, 0.7, 0.9, 0.8], [0.5, 0.6, 0.7], [0.4, 0.6],
    ]
    let layers = zip(activations, activations.dropFirst()).map { a, next in
      let logits = Matrix(rows: [next.map { Double.log($0 / (1 - $0)) }])
      let row = Matrix(rows: [a])
      return Layer(
        matmul(transposed: row, logits) / row.squaredNorm(),
        withBiases ? Matrix(shape: [next.count]) : nil)
    }
    return WorkedExample(
      withBiases ? "example 3 with biases" : "example 3, 3-4-3-2", layers: layers,
      inputs: [activations[0]], targets: [[0, 1]],
      published: [
        "a1": "0.5, 0.7, 0.9, 0.8", "a2": "0.5, 0.6, 0.7", "y": "0.4, 0.6", "loss": "0.11",
        "dy": "-0.8, 0.2", "dW3": "-0.4, 0.12", "dW2": "-0.2, 0.072, 0.108, 0.032",
        "dW1": "-0.2, 0.144, 0.324, 0.096",
      ],
      slips: [
        "No weights were given. They are chosen here so that the printed a1, a2, y come out.",
        "The loss is ½(0.4² + 0.4²) = 0.16, not 0.11, and dy is (0.4, -0.4).",
        "σ′ is missing in every layer.",
        "dW3 was printed as two numbers, and W3 has six: dW takes every element of a2 times every "
          + "element of δ3, not place by place.",
        "Going back, the signal was never multiplied by the weights.",
      ])
  }

  /// Example 4: a single sigmoid unit and one sample; both losses that its text and code mix.
  static let four = WorkedExample(
    "example 4, 2-1, squared error", layers: [.init(Matrix(rows: [[0.5], [0.5]]), Matrix([0.5]))],
    inputs: [[0.1, 0.9]], targets: [[0.5]], loss: .squaredError,
    slips: [
      "The program reports the squared error, and descends the gradient of the cross-entropy.",
      "Both are right for their own loss: the difference is the factor 2σ′(z).",
    ])

  /// Example 4 with the cross-entropy, the loss whose gradient the published program uses.
  static let fourWithCrossEntropy = WorkedExample(
    "example 4, 2-1, cross-entropy", layers: four.layers, inputs: [[0.1, 0.9]], targets: [[0.5]],
    loss: .crossEntropy)

  /// Example 5: two layers in symbols only, here with numbers.
  static let five = fiveWith(.sigmoid)

  /// Example 5 with the ReLU of its program in the hidden layer.
  static let fiveWithReLU = fiveWith(.relu)

  private static func fiveWith(_ hidden: Activation<Double>) -> WorkedExample {
    WorkedExample(
      hidden == .relu ? "example 5 with ReLU" : "example 5, 2-2-1",
      layers: [
        .init(Matrix(rows: [[0.1, 0.3], [0.2, 0.4]]), Matrix([0.1, 0.2]), hidden),
        .init(Matrix(rows: [[0.5], [0.6]]), Matrix([0.3])),
      ],
      inputs: [[0.1, 0.2]], targets: [[1]], learningRate: 0.1,
      published: ["loss": "½(y - y)²", "δ2": "σ′(z2)(y - y)", "δ1": "δ2·W2·σ′(z2)"],
      slips: [
        "Prediction and label had one name, y: as printed, the loss is always 0.",
        "δ1 takes σ′(z1), the slope of its own layer. With σ′(z2), as printed, it would be "
          + "(-0.00596342, -0.00715610): near enough to look right.",
      ])
  }

  /// All of them: the five that the lesson follows line by line first, each before its variants.
  static let all = [
    one, oneWithTwoHiddenUnits, oneUnitByUnit, two, twoWithThreeHiddenUnits, three, threeWithBiases,
    four, fourWithCrossEntropy, five, fiveWithReLU,
  ]

  private static var diagonal: Matrix { Matrix(rows: [[1, 0], [0, 1]]) }
  private static func ones(_ shape: Int...) -> Matrix { Matrix(repeating: 1, shape: shape) }
}
