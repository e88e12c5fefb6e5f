import Core
import Figures
import Running
import SequenceLayers
import SequenceSets
import Sequences
import Training

/// Vowels heard without being told where they are: a network of convolutions, and one with a GRU.
func showListening(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Vowels without an alignment")
  var generator = SplitMix64(seed: options.seed &+ 41)
  let train = Recordings(options.quick ? 32 : 800, using: &generator)
  let test = Recordings(options.quick ? 16 : 200, like: train, using: &generator)
  var drawing = SplitMix64(seed: options.seed)
  let convolutions = ears(
    CausalConv1d(Spectrogram.bands, 48, taps: 5, using: &drawing)
      .then(Activation<Float>.relu).then(CausalConv1d(48, 48, taps: 5, using: &drawing))
      .then(Activation<Float>.relu)
      .then(CausalConv1d(48, Vowels.classCount, taps: 1, .glorot, using: &drawing)))
  let recurrent = ears(
    CausalConv1d(Spectrogram.bands, 48, taps: 5, using: &drawing)
      .then(Activation<Float>.relu).then(overTime(GRU(48, 48, using: &drawing)))
      .then(CausalConv1d(48, Vowels.classCount, taps: 1, .glorot, using: &drawing)))
  screen.text(
    """
    \(train.count) words to learn from, \(test.count) others; \(train.frames) frames of 32 bands each, 2 to 4 of ten
    vowels. Errors: symbols to change, put in or leave out, of all that were said.
    """)
  let steps = options.quick ? (8, 8) : (500, 700)
  var table = Table("network", "steps", "loss", "errors", "whole words", "frames blank")
  let before = ctcOccupation(
    logits: scores(convolutions, test, 0), label: test.labels[0])
  let heard = try listen(
    convolutions, steps: steps.0, rate: 0.004, train, test, functions, options, on: screen)
  let late = try listen(
    recurrent, steps: steps.1, rate: 0.006, train, test, functions, options, on: screen)
  add("convolutions", steps.0, heard, to: &table)
  add("with a GRU", steps.1, late, to: &table)
  screen.table(table)
  try screen.write(
    .lines(
      "CTC's loss",
      description: "Both losses fall fast at first; that of the convolutions then leaves "
        + "the plateau near 2.6, that of the network with a GRU stays there longer.", x: "step",
      y: Axis("loss", range: 0.01...100, scale: .logarithmic),
      [("convolutions", heard.curve, steps.0), ("with a GRU", late.curve, steps.1)].map {
        name, curve, steps in
        Series(
          name, x: curve.indices.map { (Double($0) + 0.5) * Double(steps) / Double(curve.count) },
          y: curve)
      }), "ctc-loss")
  try showSpikes(heard.network, test, before: before, on: screen)
}

/// What came of a training.
struct Heard<Network> {
  let network: Network
  let loss: Double
  let curve: [Double]
  /// Shares of symbols wrong, of words wholly right, and of frames that say blank.
  let errors, whole, blank: Double
}

/// Trains with Adam, at a constant rate that falls to 0 over the last 30 %, batches of 16 words.
func listen<Body>(
  _ network: Ears<Body>, steps: Int, rate: Float, _ train: Recordings, _ test: Recordings,
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws -> Heard<Ears<Body>> {
  var (network, generator) = (network, SplitMix64(seed: options.seed &+ 51))
  var optimizer = Clipped(Adam<Float>(learningRate: rate), toGlobalNorm: 5)
  var context = Context.training(seed: options.seed)
  var losses = [Double]()
  for step in 0..<steps {
    var chosen = [Int]()
    for _ in 0..<16 { chosen.append(generator.integer(below: train.count)) }
    let labels = chosen.map { train.labels[$0] }
    let rest = Float(steps - step) / (0.3 * Float(steps))
    optimizer.learningRate = rate * min(1, rest)
    let loss = try network.trainingStep(
      train.sounds.rows(chosen), number: step, with: &optimizer, in: &context
    ) { functions.ctcLoss($0, labels: labels) }
    losses.append(Double(loss))
    if step % 10 == 0 { screen.progress("vowels: step \(step) of \(steps)") }
  }
  screen.endProgress()
  let logits = network(test.sounds)
  let heard = ctcBestPath(logits: logits)
  let wrong = zip(heard, test.labels).reduce(0) { $0 + distance($1.0, $1.1) }
  let best = logits.reshaped([test.frames * test.count, Vowels.classCount]).argmaxOfRows()
  return Heard(
    network: network, loss: means(of: losses, parts: 10).last ?? 0,
    curve: means(of: losses, parts: 25),
    errors: Double(wrong) / Double(test.labels.joined().count),
    whole: Double(zip(heard, test.labels).count { $0 == $1 }) / Double(test.count),
    blank: Double(best.count { $0 == 0 }) / Double(best.count))
}

private func add<Network>(
  _ name: String, _ steps: Int, _ heard: Heard<Network>, to table: inout Table
) {
  table.add(
    name, "\(steps)", fixed(heard.loss, 3), percent(heard.errors, 1), percent(heard.whole, 1),
    percent(heard.blank, 1))
}

/// The scores of one recording, `[t, classes]`.
private func scores<Body>(
  _ network: Ears<Body>, _ recordings: Recordings, _ place: Int
) -> Tensor<Float> {
  let logits = network(recordings.sounds.rows([place]))
  return logits.reshaped([logits.shape[0], logits.shape[2]])
}

/// One recording: what it sounds like, what the network says, and which frames the loss holds responsible.
private func showSpikes<Body>(
  _ network: Ears<Body>, _ test: Recordings, before: Tensor<Double>, on screen: Screen
) throws {
  let label = test.labels[0]
  let logits = scores(network, test, 0)
  let said = ctcBestPath(logits: logits.reshaped([test.frames, 1, Vowels.classCount]))[0]
  func words(_ label: [Int]) -> String {
    label.isEmpty ? "nothing" : label.map { Vowels.names[$0 - 1] }.joined(separator: " ")
  }
  screen.text("\nSaid: \(words(label)). Heard: \(words(said)).")
  let bands = test.sounds.rows([0]).reshaped([Spectrogram.bands, test.frames])
  let upsideDown = (0..<Spectrogram.bands).reversed().flatMap { band in
    bands.rows([band]).scalars.map { Double($0) }
  }
  try screen.write(
    .heatMap(
      "What is said: \(words(label))",
      description: "A spectrogram: each vowel is a pair of bright bands for some frames.",
      HeatMap(
        values: upsideDown, rows: Spectrogram.bands, columns: test.frames, xLabel: "frame",
        yLabel: "frequency")), "spectrogram")
  let probabilities = Tensor<Double>(softmax(logits))
  let classes = [0] + Array(Set(label)).sorted()
  func series(_ shares: Tensor<Double>) -> [Series] {
    classes.map { k in
      Series(
        k == 0 ? "blank" : Vowels.names[k - 1], y: (0..<test.frames).map { shares[$0, k] })
    }
  }
  try screen.figure(
    .lines(
      "What the network says, frame by frame",
      description:
        "The blank is near 1 in most frames; each vowel is a peak of some frames inside its "
        + "sound.", x: "frame", y: Axis("probability", range: 0...1), series(probabilities)),
    "spikes")
  try screen.write(
    .lines(
      "Who is responsible, before training",
      description:
        "The occupation before training: one class has most of the recording, the others follow "
        + "at its end.", x: "frame", y: Axis("occupation", range: 0...1), series(before)),
    "occupation-before")
  try screen.write(
    .lines(
      "Who is responsible, after training",
      description: "The occupation after training: narrow peaks inside the vowels' sounds.",
      x: "frame", y: Axis("occupation", range: 0...1),
      series(ctcOccupation(logits: logits, label: label))), "occupation-after")
}
