import Attention
import Core
import Figures
import Running
import TextSets

/// American surnames, a tenth of them held back, and batches of them.
struct NameData {
  let train: [String], test: [String]

  init() throws {
    (train, test) = Surnames.split(try Surnames.load(), seed: 0)
  }

  /// As many names as are asked for, drawn at random.
  func batch(_ count: Int, using generator: inout SplitMix64) -> TokenBatch {
    Self.batch((0..<count).map { _ in train[generator.integer(below: train.count)] })
  }

  static func batch(_ names: [String]) -> TokenBatch {
    let batch = NameBatch(names)
    let labels = zip(batch.targets.joined(), batch.mask.joined()).map { $1 == 1 ? $0 : -1 }
    return TokenBatch(ids: batch.inputs, labels: labels)
  }

  /// The mean cost of a letter of names held back, in nats.
  func nats<Model: Layer>(_ model: Model, of count: Int) -> Double
  where Model.Input == [[Int]], Model.Output == Tensor<Model.Scalar> {
    let names = Array(test.prefix(count))
    var (sum, letters) = (0.0, 0.0)
    for start in stride(from: 0, to: names.count, by: 256) {
      let batch = Self.batch(Array(names[start..<min(start + 256, names.count)]))
      let counted = Double(batch.labels.count { $0 >= 0 })
      let loss = softmaxCrossEntropy(logits: model(batch.ids), labels: batch.labels, ignoring: -1)
      sum += Double(loss.loss) * counted
      letters += counted
    }
    return sum / letters
  }

  /// The longest text that a model of this chapter reads: a boundary and 15 letters.
  static let longest = 16

  /// Names, letter by letter, each drawn from what the model says comes next.
  static func made<Model: Layer>(
    by model: Model, count: Int, temperature: Double = 0.8, seed: UInt64
  ) -> [String] where Model.Input == [[Int]], Model.Output == Tensor<Model.Scalar> {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      LetterVocabulary.writtenName(using: &generator) { letters in
        let logits = Tensor<Double>(model([[LetterVocabulary.boundary] + letters]))
        return softmax(logits.rows([letters.count]) / temperature).scalars
      }
    }
  }
}

/// A small GPT on names: width 32, 4 heads, 2 blocks.
func nameModel<Scalar: Real>(
  mask: AttentionMask = .causal, seed: UInt64, as type: Scalar.Type = Scalar.self
) -> GPT<TransformerBlock<Scalar>> {
  var generator = SplitMix64(seed: seed)
  return GPT(
    vocabulary: LetterVocabulary.count, longest: NameData.longest, width: 32, heads: 4, depth: 2,
    mask: mask, using: &generator)
}

/// Names as they are printed, in lines of five: an empty one is shown as such.
func listed(_ names: [String]) -> String {
  let shown = names.map { $0.isEmpty ? "(empty)" : $0 }
  return stride(from: 0, to: shown.count, by: 5).map { start in
    shown[start..<min(start + 5, shown.count)].joined(separator: ", ")
  }.joined(separator: ",\n  ")
}

/// A list's losses as a curve: the means of some thirty parts of it, one after the other.
func meansCurve(_ losses: [Double], of name: String) -> Series {
  let width = max(losses.count / 30, 1)
  let starts = stride(from: 0, to: losses.count, by: width)
  return Series(
    name, x: starts.map { Double($0) + Double(width) / 2 },
    y: starts.map { start in
      let part = losses[start..<min(start + width, losses.count)]
      return part.reduce(0, +) / Double(part.count)
    })
}

/// A GPT on names, with the mask and without.
func showNames(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("A small GPT on names")
  let data = try NameData()
  let steps = options.quick ? 60 : 1500
  let (batch, held) = (options.quick ? 32 : 64, options.quick ? 256 : data.test.count)
  var model = nameModel(seed: options.seed, as: Float.self)
  screen.text(
    """
    \(grouped(data.train.count)) surnames to learn from, \(grouped(held)) held back. Width 32, 4 heads, 2 blocks,
    \(grouped(model.parameters.count)) parameters; \(grouped(steps)) steps of \(batch) names.

    """)
  var curve = [Double]()
  try LanguageRun(steps: steps).train(&model, seed: options.seed) {
    data.batch(batch, using: &$0)
  } report: { step, loss, _ in
    curve.append(loss)
    if step % 20 == 0 { screen.progress("step \(step), loss \(fixed(loss, 3))") }
  }
  screen.endProgress()

  var blind = nameModel(mask: .none, seed: options.seed, as: Float.self)
  let blindSteps = options.quick ? 60 : 300
  var blindCurve = [Double]()
  try LanguageRun(steps: blindSteps).train(&blind, seed: options.seed) {
    data.batch(batch, using: &$0)
  } report: { _, loss, _ in
    blindCurve.append(loss)
  }

  var table = Table("", "steps", "nats a letter, held back")
  table.add("causal mask", grouped(steps), fixed(data.nats(model, of: held), 3))
  table.add("no mask", grouped(blindSteps), fixed(data.nats(blind, of: held), 3))
  screen.table(table)
  screen.text(
    "\nmade with the mask:\n  "
      + listed(NameData.made(by: model, count: 10, seed: options.seed + 3)))
  screen.text(
    "made without it:\n  "
      + listed(NameData.made(by: blind, count: 4, seed: options.seed + 3)))
  try screen.write(
    .lines(
      "Loss of a letter with the mask and without",
      description: "With the mask the loss falls to about 2.2 and stays; without it to nothing.",
      x: "step", y: Axis("nats", scale: .logarithmic),
      [meansCurve(curve, of: "causal mask"), meansCurve(blindCurve, of: "no mask")]), "mask")
  try showHeads(model, on: screen)
}

/// Who listens to whom in a name, head by head.
private func showHeads(
  _ model: GPT<TransformerBlock<Float>>, on screen: Screen
) throws {
  let name = "washington"
  let ids = [LetterVocabulary.boundary] + LetterVocabulary.tokens(of: name)
  var context = Context.inference
  let cache = model.forward([ids], in: &context).cache
  var (images, captions) = ([Image](), [String]())
  for (block, parts) in cache.blocks.enumerated() {
    let weights = parts.attention.weights  // [1, h, t, t]
    let (heads, t) = (weights.shape[1], weights.shape[2])
    for head in 0..<heads {
      let values = Array(weights.scalars[head * t * t..<(head + 1) * t * t])
      images.append(Image(width: t, height: t, values: values))
      captions.append("block \(block + 1), head \(head + 1)")
    }
  }
  try screen.write(
    .images(
      "Who listens to whom in .\(name)",
      description:
        "Eight triangles, one a head: a row a letter that listens, a column one it hears.",
      images, columns: 4, captions: captions), "heads")
}
