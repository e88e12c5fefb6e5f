import Core
import Figures
import Running
import SequenceLayers
import SequenceSets
import Training

/// Dates translated: with one state between encoder and decoder, and with attention.
func showTranslation(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Dates: one sequence into another")
  let plan = TranslationPlan(options)
  screen.text(
    """
    Five ways to write a date, one to read it: \(plan.steps) steps of \(plan.batch) pairs, then
    \(plan.unseen) pairs that it has not seen. With a teacher the decoder reads the right
    token before each; alone it reads what it has written itself.
    """)
  var table = Table("between the two", "loss with a teacher", "digits, alone", "whole dates, alone")
  var series = [Series]()
  var last: Translator?
  for (name, attends) in [("the last state", false), ("attention", true)] {
    let outcome = try plan.train(attends: attends, functions, on: screen)
    table.add(
      name, fixed(outcome.loss, 4), percent(outcome.digits, 1), percent(outcome.whole, 1))
    series.append(
      Series(
        name,
        x: outcome.curve.indices.map {
          (Double($0) + 0.5) * Double(plan.steps) / Double(outcome.curve.count)
        }, y: outcome.curve))
    last = outcome.translator
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Translating dates",
      description: "With attention the loss falls to nearly 0; with the last state "
        + "alone it stays above.", x: "step",
      y: Axis("loss", range: 0.0005...3, scale: .logarithmic), series), "dates")
  if let last { try showWhereItLooks(last, plan, on: screen) }
}

/// How the translators are trained and tested.
struct TranslationPlan {
  let steps: Int
  let batch: Int
  let unseen: Int
  let seed: UInt64

  init(steps: Int, batch: Int, unseen: Int, seed: UInt64) {
    (self.steps, self.batch, self.unseen, self.seed) = (steps, batch, unseen, seed)
  }

  init(_ options: ChapterOptions) {
    let (steps, batch, unseen) = options.quick ? (12, 16, 50) : (600, 64, 500)
    self.init(steps: steps, batch: batch, unseen: unseen, seed: options.seed)
  }

  struct Outcome {
    let translator: Translator
    /// The mean loss of the last tenth of the steps.
    let loss: Double
    let curve: [Double]
    /// Shares of right digits and of right dates, without a teacher.
    let digits, whole: Double
  }

  func train(
    attends: Bool, _ functions: FunctionsInUse, on screen: Screen
  ) throws -> Outcome {
    var translator = Translator(
      attends: attends, seed: seed, attentionBackward: functions.attention)
    var generator = SplitMix64(seed: seed &+ 21)
    var optimizer = Clipped(Adam<Float>(learningRate: 0.005), toGlobalNorm: 1)
    var context = Context.training(seed: seed)
    var losses = [Double]()
    let mask = Array(repeating: Array(repeating: 1, count: Dates.isoLength), count: batch)
    for step in 0..<steps {
      let (written, targets) = draw(batch, using: &generator)
      let before = targets.map { [Dates.start] + $0.dropLast() }
      optimizer.learningRate = cosineSchedule(step: step, of: steps, from: 0.005)
      let loss = try translator.trainingStep(
        (written, before), number: step, with: &optimizer, in: &context
      ) { maskedCrossEntropy(logits: $0, targets: targets, mask: mask) }
      losses.append(Double(loss))
      if step % 10 == 0 { screen.progress("dates: step \(step) of \(steps)") }
    }
    screen.endProgress()
    var other = SplitMix64(seed: seed &+ 1_000_003)
    let (written, targets) = draw(unseen, using: &other)
    let answers = translator.translate(written).tokens
    let digits = zip(answers.joined(), targets.joined()).count { $0 == $1 }
    let curve = means(of: losses, parts: 20)
    return Outcome(
      translator: translator, loss: means(of: losses, parts: 10).last ?? 0, curve: curve,
      digits: Double(digits) / Double(unseen * Dates.isoLength),
      whole: Double(zip(answers, targets).count { $0 == $1 }) / Double(unseen))
  }

  /// Pairs as tokens.
  func draw(
    _ count: Int, using generator: inout SplitMix64
  ) -> (written: [[Int]], targets: [[Int]]) {
    var pairs = [Dates.Pair]()
    for _ in 0..<count { pairs.append(Dates.draw(using: &generator)) }
    return (Dates.writtenTokens(pairs), Dates.isoTokens(pairs))
  }
}

/// For each character that is written, where in the date the decoder looks.
private func showWhereItLooks(
  _ translator: Translator, _ plan: TranslationPlan, on screen: Screen
) throws {
  var generator = SplitMix64(seed: plan.seed &+ 7)
  var pair = Dates.draw(using: &generator)
  while !pair.written.contains(",") { pair = Dates.draw(using: &generator) }
  let (tokens, weights) = translator.translate(Dates.writtenTokens([pair]))
  screen.text("\n\"\(pair.written)\" is read as \(Dates.text(iso: tokens[0])). Where does it look?")
  let length = pair.written.count
  let start = Dates.longest - length
  let values = weights.flatMap { row in row.scalars[start...].map { Double($0) } }
  try screen.figure(
    .heatMap(
      "Where the decoder looks",
      description:
        "Rows are the characters of the translation, columns those of the written date; each "
        + "row's weights stand on the characters that it needs.",
      HeatMap(
        values: values, rows: Dates.isoLength, columns: length,
        rowLabels: Dates.text(iso: tokens[0]).map(String.init),
        columnLabels: pair.written.map { $0 == " " ? "␣" : String($0) },
        xLabel: "the date as written", yLabel: "what the decoder writes", range: 0...1)),
    "attention")
}
