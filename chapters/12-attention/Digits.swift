import Attention
import Core
import Figures
import Running

/// A task of digits as one text: a question, and an answer that is to be continued.
struct DigitTask: Sendable {
  static let vocabulary = 12
  static let (plus, equals) = (10, 11)
  /// How many tokens the question has, and how many the answer.
  let question: Int, answer: Int
  let draw: @Sendable (inout SplitMix64) -> (question: [Int], answer: [Int])

  /// Eight digits, `=`, the same backwards.
  static let reversal = DigitTask(question: 9, answer: 8) { generator in
    var digits = [Int]()
    for _ in 0..<8 { digits.append(generator.integer(below: 10)) }
    return (digits + [equals], digits.reversed())
  }

  /// Two numbers of three digits, and their sum of four, written backwards, as one adds.
  static let addition = DigitTask(question: 8, answer: 4) { generator in
    let (a, b) = (generator.integer(below: 1000), generator.integer(below: 1000))
    func digits(_ x: Int, _ count: Int) -> [Int] {
      var (rest, found) = (x, [Int]())
      for _ in 0..<count {
        found.append(rest % 10)
        rest /= 10
      }
      return found
    }
    let question = digits(a, 3).reversed() + [plus] + digits(b, 3).reversed() + [equals]
    return (question, digits(a + b, 4))
  }

  /// What the model reads, all but the last token, and what counts, the answer alone.
  func batch(_ count: Int, using generator: inout SplitMix64) -> TokenBatch {
    var batch = TokenBatch(ids: [], labels: [])
    for _ in 0..<count {
      let (question, answer) = draw(&generator)
      batch.ids.append(question + answer.dropLast())
      batch.labels += Array(repeating: -1, count: question.count - 1) + answer
    }
    return batch
  }

  var length: Int { question + answer - 1 }

  func model(seed: UInt64) -> GPT<TransformerBlock<Float>> {
    var generator = SplitMix64(seed: seed)
    return GPT(
      vocabulary: Self.vocabulary, longest: length, width: 48, heads: 4, depth: 2,
      using: &generator)
  }

  /// The share of answers that are right in every digit.
  ///
  /// The model reads the right digits before each: where all its guesses are right, these are what it
  /// would have written itself.
  func exact(_ model: GPT<TransformerBlock<Float>>, of count: Int) -> Double {
    var generator = SplitMix64(seed: 0xD161)
    var right = 0
    for start in stride(from: 0, to: count, by: 250) {
      let size = min(250, count - start)
      let batch = batch(size, using: &generator)
      let guesses = model(batch.ids).argmaxOfRows()
      for sample in 0..<size {
        let places = sample * length..<(sample + 1) * length
        if places.allSatisfy({ batch.labels[$0] < 0 || guesses[$0] == batch.labels[$0] }) {
          right += 1
        }
      }
    }
    return Double(right) / Double(count)
  }
}

/// Trains a model on a task, and tests it now and then.
private func learn(
  _ task: DigitTask, steps: Int, tests: Int, options: ChapterOptions, on screen: Screen
) throws -> (model: GPT<TransformerBlock<Float>>, curve: [(step: Int, exact: Double)]) {
  var model = task.model(seed: options.seed)
  var curve = [(step: Int, exact: Double)]()
  try LanguageRun(steps: steps).train(&model, seed: options.seed) {
    task.batch(options.quick ? 16 : 64, using: &$0)
  } report: { step, loss, model in
    if step % 20 == 0 { screen.progress("step \(step), loss \(fixed(loss, 3))") }
    if (step + 1) % (steps / 6) == 0 {
      curve.append((step + 1, task.exact(model, of: tests)))
    }
  }
  screen.endProgress()
  return (model, curve)
}

private func table(_ curve: [(step: Int, exact: Double)], _ name: String) -> Table {
  var table = Table(header: ["steps"] + curve.map { grouped($0.step) })
  table.add([name] + curve.map { percent($0.exact, 1) })
  return table
}

/// Eight digits turned around.
func showReversal(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("Eight digits, backwards")
  let (model, curve) = try learn(
    .reversal, steps: options.quick ? 30 : 900, tests: options.quick ? 100 : 1000,
    options: options, on: screen)
  screen.table(table(curve, "whole answers right"))
  // One sequence, and where each place of the answer looks.
  var generator = SplitMix64(seed: 5)
  let batch = DigitTask.reversal.batch(1, using: &generator)
  var context = Context.inference
  let cache = model.forward(batch.ids, in: &context).cache
  let t = DigitTask.reversal.length
  var (best, share) = ([Float](), Float(-1))
  for parts in cache.blocks {
    for head in 0..<parts.attention.weights.shape[1] {
      let weights = Array(parts.attention.weights.scalars[head * t * t..<(head + 1) * t * t])
      // The place that writes digit i should look at digit i.
      let found = (0..<8).reduce(Float(0)) { $0 + weights[(8 + $1) * t + (7 - $1)] }
      if found > share { (best, share) = (weights, found) }
    }
  }
  screen.text(
    "\nThe head that looks at the digit to be written most: with \(percent(Double(share) / 8, 0)) of its "
      + "weight.")
  let labels = batch.ids[0].map { $0 == DigitTask.equals ? "=" : "\($0)" }
  try screen.write(
    .heatMap(
      "Who listens to whom, turning eight digits around",
      description:
        "Behind the equals sign each place listens to one digit, from the last to the first.",
      HeatMap(
        values: best.map(Double.init), rows: t, columns: t, rowLabels: labels,
        columnLabels: labels, xLabel: "listens to", yLabel: "place", range: 0...1)), "reversal")
}

/// Sums of two numbers.
func showAddition(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("Three digits plus three digits")
  let (_, curve) = try learn(
    .addition, steps: options.quick ? 30 : 900, tests: options.quick ? 100 : 1000,
    options: options, on: screen)
  screen.table(table(curve, "whole sums right"))
}
