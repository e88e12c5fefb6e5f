import Checking
import Core
import Figures
import Running

/// What is left of a gradient behind a chain of activations.
func showDepth(_ functions: FunctionsInUse, seed: UInt64, on screen: Screen) throws {
  screen.section("What do n sigmoids in a row leave of a gradient?")
  screen.text(
    """
    σ′ is at most 1/4, so n of them leave at most (1/4)ⁿ of a gradient. Measured:
    y = f(f(…f(x)…)) without weights, dy = 1, the mean of abs(dx) over 256 random x.
    """)
  let deepest = 50
  let activations = [functions.sigmoid, functions.tanh, functions.relu]
  let remains = try activations.map { try remainders(of: $0, upTo: deepest, seed: seed) }
  var table = Table(header: ["n", "(1/4)ⁿ"] + activations.map(\.name))
  for n in [1, 2, 3, 5, 10, 13, 20, 50] {
    table.add(
      ["\(n)", significant(quarter(n), 3)] + remains.map { significant($0[n - 1], 3) })
  }
  screen.table(table)
  screen.text(
    """
    No rounding does this: a Float holds 1e-30 with all its digits. The first
    function's parameters just get so much less of it than the last one's.
    """)
  let bound = Series("(1/4)ⁿ", y: (1...deepest).map(quarter), from: 1)
  let measured = zip(activations, remains).map { Series($0.name, y: $1, from: 1) }
  try screen.figure(
    .lines(
      "What n activations in a row leave of a gradient",
      description: "On a logarithmic axis the bound of one quarter to the n and, below it, the "
        + "measured sigmoid fall on straight lines, to 1e-30 at 50 layers and lower; tanh falls "
        + "slowly, to 0.15, and ReLU stays at one half.",
      x: "activations in a row, n", y: Axis("mean of abs(dx)", scale: .logarithmic),
      [bound] + measured), "depth")
}

private func quarter(_ n: Int) -> Double { Double.pow(0.25, Double(n)) }

/// The mean gradient that arrives at x behind 1, 2, … n of one activation.
private func remainders(of tested: TestedActivation, upTo n: Int, seed: UInt64) throws -> [Double] {
  var generator = SplitMix64(seed: seed)
  var inputs = [Matrix(shape: [1, 256], using: &generator)]
  for _ in 1..<n { inputs.append(tested.activation(inputs[inputs.count - 1])) }
  return try (1...n).map { depth in
    // forward: y₁ = f(x), y₂ = f(y₁), …
    var gradient = Matrix(repeating: 1, shape: [1, 256])
    for input in inputs.prefix(depth).reversed() {
      gradient = try tested.backward(input, gradient)
    }
    return gradient.map { abs($0) }.mean()
  }
}
