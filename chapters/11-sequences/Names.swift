import Core
import Figures
import Running
import TextSets

/// What comes next in a name: counted, and learned.
func showNames(_ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen) throws {
  screen.section("What comes next in a name?")
  let (train, test) = Surnames.split(try Surnames.load(), seed: options.seed)
  let steps = options.quick ? 60 : 1500
  let held = options.quick ? Array(test.prefix(500)) : test
  var table = Table("model", "nats a letter", "as good as choosing from")
  func add(_ name: String, _ loss: Double) {
    table.add(name, fixed(loss, 3), fixed(Double.exp(loss), 1))
  }
  add("any of 27", Double.log(27))
  for (context, name) in ["single letters, counted", "pairs", "triples"].enumerated() {
    let counted = CountedLetters(
      context: context, names: options.quick ? Array(train.prefix(5000)) : train)
    add(name, counted.loss(on: held))
  }
  var model = NameModel(seed: options.seed)
  let losses = try model.train(on: train, steps: steps, seed: options.seed, functions) { step in
    if step % 20 == 0 { screen.progress("names: step \(step) of \(steps)") }
  }
  screen.endProgress()
  add("LSTM, \(steps) steps", model.loss(on: held))
  screen.text(
    """
    \(grouped(train.count)) surnames to learn from, \(grouped(held.count)) others to measure with. The network
    has \(grouped(model.parameterCount)) parameters: 32 numbers a letter, 64 units.
    """)
  screen.table(table)
  try screen.write(
    .lines(
      "Learning to spell names",
      description: "The loss of an LSTM goes from \(fixed(losses[0], 1)) to "
        + "\(fixed(losses[losses.count - 1], 1)) nats.",
      x: "step", y: "nats a letter",
      [
        Series(
          "LSTM",
          x: losses.indices.map { (Double($0) + 0.5) * Double(steps) / Double(losses.count) },
          y: losses)
      ]), "names")
  showSamples(model, options, on: screen)
}

/// Names drawn letter by letter.
private func showSamples(_ model: NameModel, _ options: ChapterOptions, on screen: Screen) {
  screen.section("Names made")
  screen.text("After each letter the three likeliest that follow (. is the end):\n")
  var table = Table("so far", "first", "second", "third")
  for end in 0...4 {
    let prefix = String("marti".prefix(end + 1))
    let next = model.next(after: LetterVocabulary.tokens(of: prefix)).enumerated()
      .sorted { $0.element > $1.element }.prefix(3)
    table.add(
      [prefix]
        + next.map { LetterVocabulary.text(of: [$0.offset]) + " " + percent($0.element, 0) })
  }
  screen.table(table)
  screen.text("")
  var samples = Table("temperature", "")
  for temperature in [0.3, 0.7, 1.0, 1.5] {
    var generator = SplitMix64(seed: options.seed &+ 11)
    var names = [String]()
    for _ in 0..<4 { names.append(model.sample(temperature: temperature, using: &generator)) }
    samples.add(fixed(temperature, 1), names.joined(separator: " "))
  }
  screen.table(samples)
}
