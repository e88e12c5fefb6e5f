import Checking
import Core

/// A function of two numbers to walk down on.
struct Landscape: Sendable {
  let name: String
  /// The figure's file.
  let file: String
  let question: String
  let start: (x: Double, y: Double)
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  /// A height that counts as arrived.
  let target: Double
  let steps: Int
  let contours: [Double]
  /// The learning rate of each optimizer: of a few that were tried, one that arrives.
  let rates: [(kind: OptimizerKind, rate: Double)]
  let height: @Sendable (_ x: Double, _ y: Double) -> Double
  let slope: @Sendable (_ x: Double, _ y: Double) -> (Double, Double)

  func gradient(at position: Matrix) -> Matrix {
    let (dx, dy) = slope(position[0], position[1])
    return Matrix([dx, dy])
  }

  func height(at position: Matrix) -> Double { height(position[0], position[1]) }

  /// A long valley, 400 times steeper across than along.
  static let ravine = Landscape(
    name: "A ravine, ½(x² + 400y²)", file: "ravine",
    question: "Which way down a ravine?",
    start: (-4, 0.3), x: -4.5...1.5, y: -0.45...0.45, target: 1e-4, steps: 2000,
    contours: [0.1, 0.5, 2, 5, 10, 20, 35],
    rates: [
      (.sgd, 0.0049), (.momentum, 0.005), (.nesterov, 0.003), (.adaGrad, 0.5), (.rmsprop, 0.05),
      (.adam, 0.2),
    ],
    height: { x, y in (x * x + 400 * y * y) / 2 },
    slope: { x, y in (x, 400 * y) })

  /// A bent valley with a nearly flat floor; the minimum is 0, at (1, 1).
  static let rosenbrock = Landscape(
    name: "Rosenbrock's valley, (1 - x)² + 100(y - x²)²", file: "rosenbrock",
    question: "And where the valley bends?",
    start: (-1.5, 2), x: -2...2, y: -0.8...3, target: 1e-2, steps: 5000,
    contours: [4, 15, 50, 150, 400, 800],
    rates: [
      (.sgd, 0.001), (.momentum, 0.0004), (.nesterov, 0.0004), (.adaGrad, 0.3), (.rmsprop, 0.005),
      (.adam, 0.02),
    ],
    height: { x, y in (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x) },
    slope: { x, y in (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)) })

  /// Down along x, up along y, and further out two minima of height -¼, at (0, ±1).
  static let saddle = Landscape(
    name: "A saddle, ½(x² - y²) + ¼y⁴", file: "saddle",
    question: "Who leaves a saddle?",
    start: (-1.5, 1e-6), x: -1.8...1.6, y: -1.4...1.4, target: -0.24, steps: 400,
    contours: [-0.2, -0.1, -0.02, 0.05, 0.2, 0.5, 1],
    rates: [
      (.sgd, 0.1), (.momentum, 0.1), (.nesterov, 0.1), (.adaGrad, 0.1), (.rmsprop, 0.01),
      (.adam, 0.05),
    ],
    height: { x, y in (x * x - y * y) / 2 + y * y * y * y / 4 },
    slope: { x, y in (x, y * y * y - y) })
}
