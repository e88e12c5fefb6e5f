import Checking
import Core
import Figures
import Problems07
import Running
import Sequences

private let hidden = 64
private let batch = 16
/// One more than the longest way back: the state after the first of them is 100 steps before.
private let longest = 101

/// What time does to a gradient: the same matrix, again and again.
func showTime(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("How far back in time does a gradient reach?")
  screen.text(
    """
    A recurrent network with 64 units reads 101 inputs; the loss reads the last
    state. ‖∂loss/∂h‖ of the state k steps before, where the last one's is 1.
    "Quiet": inputs of size 1e-8, so that tanh is nearly straight. "Loud": N(0, 1).
    """)
  let radii = [0.9, 1.0, 1.1]
  let places = [1, 10, 20, 50, 100]
  var table = Table(header: ["network", "radius"] + places.map { "k = \($0)" })
  var series = [Series]()
  for (name, size) in [("RNN, quiet", 1e-8), ("RNN, loud", 1.0)] {
    for radius in radii {
      let network = recurrent(radius, seed: options.seed)
      let (_, dHidden, _) = throughTime(network, functions, size, longest, seed: options.seed)
      // The last of them is the loss's own, of length 1.
      let norms = Array(try functions.norms(dHidden).dropLast().reversed())
      table.add(
        [name, fixed(spectralRadius(network.parameters.hiddenWeight), 3)]
          + places.map { significant(norms[$0 - 1], 2) })
      series.append(Series("\(name) \(fixed(radius, 1))", y: norms, from: 1))
    }
  }
  for bias in [1.0, 4.0] {
    var generator = SplitMix64(seed: options.seed)
    let deviation = 1 / Double(hidden).squareRoot()
    let lstm = LSTM<Double>(
      hidden, hidden, .normal(deviation / 2), forgetBias: bias, using: &generator)
    var context = Context.training(seed: 0)
    let (_, cache) = lstm.forward(sequence(1, longest, options.seed), in: &context)
    let (_, dHidden, dCell, _) = lstm.backwardThroughTime(
      upstream(longest, options.seed), cache)
    // The state has two parts, h and c: the length of both gradients together.
    let norms = Array(
      zip(try functions.norms(dHidden), try functions.norms(dCell)).dropLast()
        .map { ($0 * $0 + $1 * $1).squareRoot() }.reversed())
    table.add(
      ["LSTM, loud", "bias \(Int(bias))"] + places.map { significant(norms[$0 - 1], 2) })
    series.append(Series("LSTM, forget bias \(Int(bias))", y: norms, from: 1))
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "What is left of a gradient k steps back",
      description: "On a logarithmic axis the quiet networks are three straight lines, falling, "
        + "level and rising for the radii 0.9, 1.0 and 1.1; with loud inputs all three fall; the "
        + "LSTM with a forget bias of 4 falls least.", x: "steps back, k",
      y: Axis("‖∂loss/∂h‖", range: 1e-20...1e6, scale: .logarithmic), series), "time")
  try showClipping(functions, options, on: screen)
}

/// What clipping does to the gradient of the weights, where the signal is quiet.
private func showClipping(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.text(
    """

    The gradient of b, to which every step of a sequence adds its share, and the
    same clipped to a length of at most 1 (quiet inputs). Clipping shortens what is
    too long. It cannot bring back what has vanished.
    """)
  let lengths = [1, 5, 10, 20, 50, 75, 100]
  var table = Table(
    header: ["radius", "‖db‖"] + lengths.map { "\($0)" + ($0 == 1 ? " step" : "") })
  var series = [Series]()
  for radius in [0.9, 1.0, 1.1] {
    let network = recurrent(radius, seed: options.seed)
    let norms = try lengths.map { length in
      let (_, _, gradient) = throughTime(network, functions, 1e-8, length, seed: options.seed)
      return try functions.norms([gradient.bias])[0]
    }
    let clipped = norms.map { $0 * min(1, 1 / $0) }
    table.add([fixed(radius, 1), "whole"] + norms.map { significant($0, 2) })
    table.add(["", "clipped"] + clipped.map { significant($0, 2) })
    let x = lengths.map { Double($0) }
    series.append(Series("radius \(fixed(radius, 1))", x: x, y: norms))
    if radius == 1.1 { series.append(Series("1.1, clipped at 1", x: x, y: clipped)) }
  }
  screen.table(table)
  try screen.write(
    .lines(
      "The gradient of b against the length of the sequence",
      description: "With radius 1.1 the gradient grows on a straight line of the logarithmic axis; "
        + "clipped it stays at 1; with radius 0.9 and 1.0 it stays level.",
      x: "steps", y: Axis("‖db‖", scale: .logarithmic), series), "clipping")
}

/// A network with a hidden matrix of a given spectral radius.
private func recurrent(_ radius: Double, seed: UInt64) -> RNN<Double> {
  var generator = SplitMix64(seed: seed)
  let initializer = Initializer.normal(1 / Double(hidden).squareRoot())
  var rnn = RNN<Double>(hidden, hidden, initializer, using: &generator)
  let weight = rnn.parameters.hiddenWeight
  rnn.parameters.hiddenWeight = weight * (radius / spectralRadius(weight))
  return rnn
}

/// What backpropagation through time gives for a loss that reads the last state.
private func throughTime(
  _ network: RNN<Double>, _ functions: FunctionsInUse, _ size: Double, _ steps: Int, seed: UInt64
) -> (dX: Matrix, dHidden: [Matrix], gradient: RecurrentParameters<Double>) {
  var context = Context.training(seed: 0)
  let (_, cache) = network.forward(sequence(size, steps, seed), in: &context)
  return network.backwardThroughTime(
    upstream(steps, seed), cache, stepBackward: functions.rnnStep)
}

/// Random inputs, `[batch, steps, hidden]`.
private func sequence(_ size: Double, _ steps: Int, _ seed: UInt64) -> Matrix {
  var generator = SplitMix64(seed: seed + 1)
  return Matrix(standardDeviation: size, shape: [batch, steps, hidden], using: &generator)
}

/// A gradient of length 1 at the last state, and none at the others, `[batch, steps, hidden]`.
private func upstream(_ steps: Int, _ seed: UInt64) -> Matrix {
  var generator = SplitMix64(seed: seed + 2)
  let dLast = Matrix(shape: [batch, hidden], using: &generator)
  return LastStep().backward(dLast / dLast.norm(), .init(shape: [batch, steps, hidden])).dInput
}
