import Core
import Kernels

/// What the scalar engine can do to numbers.
public enum ScalarOperation: Hashable, Sendable {
  /// A number that was put in: an input, a parameter, a constant.
  case leaf
  case add, subtract, multiply, divide
  case negate
  /// A power with a constant exponent.
  case power(Double)
  /// A power whose exponent is a number of the computation too.
  case raise
  case exp, log, tanh, sigmoid, relu
  case absolute, maximum, minimum
}

extension ScalarOperation {
  /// The value y of the operation at a and b, and its local derivatives there, the slopes ∂y/∂a and
  /// ∂y/∂b.
  ///
  /// These are all the derivatives that the engine knows; the chain rule makes the rest of them.
  /// Operations of one number read a alone, and their second slope is 0.
  ///
  /// Values follow IEEE 754: 1/0 is infinite, the logarithm of 0 is -∞, and the logarithm of a
  /// negative number, or a broken power of one, is NaN. At corners the slopes are those of the course:
  /// 0 for ReLU and for the absolute value at 0; of two equal numbers the first is the maximum, or the
  /// minimum, and takes the slope 1. A NaN goes through. The slopes of tanh and the sigmoid are exact far
  /// out as well, where 1 - y² and y·(1 - y) have lost all digits.
  public func callAsFunction(
    _ a: Double, _ b: Double = 0
  ) -> (value: Double, slopeA: Double, slopeB: Double) {
    switch self {
    case .leaf: return (a, 0, 0)

    // y = a + b      ∂y/∂a = 1       ∂y/∂b = 1
    case .add: return (a + b, 1, 1)

    // y = a - b      ∂y/∂a = 1       ∂y/∂b = -1
    case .subtract: return (a - b, 1, -1)

    // y = a·b        ∂y/∂a = b       ∂y/∂b = a
    case .multiply: return (a * b, b, a)

    // y = a/b        ∂y/∂a = 1/b     ∂y/∂b = -a/b²
    case .divide: return (a / b, 1 / b, -(a / b) / b)

    // y = -a         ∂y/∂a = -1
    case .negate: return (-a, -1, 0)

    // y = aⁿ         ∂y/∂a = n·aⁿ⁻¹, and 0 for n = 0 even where a = 0
    case .power(let n): return (Double.pow(a, n), n == 0 ? 0 : n * Double.pow(a, n - 1), 0)

    // y = aᵇ         ∂y/∂a = b·aᵇ⁻¹    ∂y/∂b = y·log a, and 0 where a = 0 and b ≥ 0; below 0 there is
    //                no slope along b, since no neighbour of b has a power
    case .raise:
      let y = Double.pow(a, b)
      return (
        y, b == 0 ? 0 : b * Double.pow(a, b - 1),
        a == 0 && b >= 0 || y == 0 && a > 0 ? 0 : y * Double.log(a)
      )

    // y = eᵃ         ∂y/∂a = y
    case .exp:
      let y = Double.exp(a)
      return (y, y, 0)

    // y = log a      ∂y/∂a = 1/a
    case .log: return (Double.log(a), 1 / a, 0)

    // y = tanh a     ∂y/∂a = 1 - y² = 4σ′(2a)
    case .tanh: return (Double.tanh(a), 4 * logisticSlope(2 * a), 0)

    // y = σ(a) = 1/(1 + e⁻ᵃ)     ∂y/∂a = σ′(a) = y·(1 - y)
    case .sigmoid: return (logistic(a), logisticSlope(a), 0)

    // y = max(0, a)  ∂y/∂a = 1 where a > 0, else 0
    case .relu: return a > 0 ? (a, 1, 0) : a <= 0 ? (0, 0, 0) : (a, a, 0)

    // y = |a|        ∂y/∂a = 1 where a > 0, -1 where a < 0, 0 at 0
    case .absolute: return (abs(a), a > 0 ? 1 : a < 0 ? -1 : a, 0)

    // y = max(a, b)  ∂y/∂a = 1 and ∂y/∂b = 0 where a ≥ b, else 0 and 1
    case .maximum: return b > a || b.isNaN ? (b, 0, 1) : (a, 1, 0)

    // y = min(a, b)  ∂y/∂a = 1 and ∂y/∂b = 0 where a ≤ b, else 0 and 1
    case .minimum: return b < a || b.isNaN ? (b, 0, 1) : (a, 1, 0)
    }
  }

  /// How many numbers the operation reads: none for a leaf, otherwise one or two.
  public var operandCount: Int {
    switch self {
    case .leaf: 0
    case .add, .subtract, .multiply, .divide, .raise, .maximum, .minimum: 2
    case .negate, .power, .exp, .log, .tanh, .sigmoid, .relu, .absolute: 1
    }
  }

  /// What a drawing of the graph writes into the node.
  public var symbol: String {
    switch self {
    case .leaf: ""
    case .add: "+"
    case .subtract: "−"
    case .multiply: "×"
    case .divide: "÷"
    case .negate: "neg"
    case .power(let n): n == n.rounded() && abs(n) < 1e6 ? "pow \(Int(n))" : "pow \(n)"
    case .raise: "pow"
    case .exp: "exp"
    case .log: "log"
    case .tanh: "tanh"
    case .sigmoid: "σ"
    case .relu: "ReLU"
    case .absolute: "abs"
    case .maximum: "max"
    case .minimum: "min"
    }
  }
}

/// One step of the chain rule: what flows on through an operation is the flow times its slope.
///
/// Where nothing flows, nothing is passed on, not even through an infinite slope: 0·∞ is 0 here, not
/// NaN. Otherwise a logarithm of 0 somewhere on the tape would spoil numbers it has no part in. What is 0
/// only for Double is found out afterwards, `Extended`.
func passed(_ flow: Double, through slope: Double) -> Double { flow == 0 ? 0 : flow * slope }

/// Whether a flow and a slope are 0 and ∞: their product says nothing.
func isIndeterminate(_ flow: Double, _ slope: Double) -> Bool {
  flow == 0 && slope.isInfinite || flow.isInfinite && slope == 0
}
