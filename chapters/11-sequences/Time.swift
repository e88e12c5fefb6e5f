import Checking
import Core
import Figures
import Problems11
import Running
import SequenceLayers
import Sequences

private let hidden = 64
private let longest = 101

/// How far back a gradient reaches in three recurrent networks, before any training.
func showTime(_ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen) throws {
  screen.section("How far back does each of them remember?")
  screen.text(
    """
    64 units read 101 inputs of size 1; the loss reads the last state. The length of
    the gradient of the state k steps before, where the last one's is 1.
    """)
  var generator = SplitMix64(seed: options.seed)
  let batch = options.quick ? 2 : 16
  let x = Matrix(shape: [batch, longest, hidden], using: &generator)
  let last = Matrix(shape: [batch, hidden], using: &generator)
  let dY = LastStep<Double>().backward(
    last / last.norm(), .init(shape: [batch, longest, hidden])
  ).dInput
  var context = Context.inference
  var curves = [(name: String, norms: [Double])]()

  let rnn = RNN<Double>(hidden, hidden, using: &generator)
  curves.append(
    (
      "RNN",
      rnn.backwardThroughTime(dY, rnn.forward(x, in: &context).cache).dHidden.map { $0.norm() }
    ))
  let gru = GRU<Double>(hidden, hidden, using: &generator)
  let gruBack = gru.backwardThroughTime(
    dY, gru.forward(x, in: &context).cache, stepBackward: functions.gruStep)
  curves.append(("GRU", gruBack.dHidden.map { $0.norm() }))
  for bias in [1.0, 4.0] {
    let lstm = LSTM<Double>(hidden, hidden, forgetBias: bias, using: &generator)
    let back = lstm.backwardThroughTime(
      dY, lstm.forward(x, in: &context).cache, stepBackward: functions.lstmStep)
    let norms = zip(back.dHidden, back.dCell).map {
      ($0.squaredNorm() + $1.squaredNorm()).squareRoot()
    }
    curves.append(("LSTM, forget bias \(Int(bias))", norms))
  }
  let places = [1, 5, 10, 20, 50, 100]
  var table = Table(header: ["network"] + places.map { "k = \($0)" })
  for (name, norms) in curves {
    table.add([name] + places.map { significant(norms[longest - 1 - $0], 2) })
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "What is left of a gradient k steps back",
      description:
        "On a logarithmic axis four lines fall: that of the plain network fastest, that of "
        + "the LSTM with the large forget bias slowest.", x: "steps back, k",
      y: Axis("length of the gradient", range: 1e-20...10, scale: .logarithmic),
      curves.map { Series($0.name, y: Array($0.norms.dropLast().reversed()), from: 1) }), "time")
}
