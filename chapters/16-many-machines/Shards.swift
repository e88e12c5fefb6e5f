import Core
import ManyMachines
import Problems16
import Running

/// The sizes of four machines' shards of a batch of 128.
private let sizes = [50, 30, 28, 20]

/// Where each shard of a batch lies.
private var ranges: [Range<Int>] {
  var start = 0
  return sizes.map { size in
    defer { start += size }
    return start..<start + size
  }
}

/// Four shards' gradients, and the gradient of the whole.
func showShards(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("One batch, four machines")
  var generator = SplitMix64(seed: plan.seed)
  let network = Dense<Double>(784, 32, .uniformFanIn, using: &generator).then(Activation.relu)
    .then(Dense(32, 10, .uniformFanIn, using: &generator))
  let (x, labels) = (Matrix(digits.x.rows(0..<128)), digits.labels)
  func gradient(_ places: Range<Int>) -> Matrix {
    var context = Context.inference
    let (logits, cache) = network.forward(x.rows(places), in: &context)
    let dLogits = softmaxCrossEntropy(logits: logits, labels: Array(labels[places])).gradient
    return network.gradient(dLogits, cache).flattened
  }
  let whole = gradient(0..<128)
  let rows = ranges.map(gradient)
  var table = Table("machine", "samples", "length of its mean gradient")
  for (k, row) in rows.enumerated() {
    table.add("\(k)", "\(sizes[k])", fixed(row.norm(), 4))
  }
  table.add("all", "128", fixed(whole.norm(), 4))
  screen.table(table)
  let question = ShardsQuestion(
    means: Matrix(rows.flatMap(\.scalars), shape: [4, whole.count]), sizes: sizes)
  let joined = try functions.shards(question)
  let plain = question.means.mean(axis: 0)
  func largest(_ x: Matrix) -> Double { x.scalars.reduce(0) { max($0, abs($1)) } }
  screen.text(
    """

    weighted by samples: off by \(significant(largest(joined - whole), 1)) at most
    plain mean: off by \(percent((plain - whole).norm() / whole.norm(), 1)) of the gradient's length
    """)
}

/// What a training that joins unequal shards comes to, beside one on whole batches.
struct ShardTraining {
  let joined: SmallNetwork
  let whole: SmallNetwork

  init(_ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan) throws {
    var (joined, whole) = (smallNetwork(seed: plan.seed), smallNetwork(seed: plan.seed))
    var generator = SplitMix64(seed: plan.seed + 1)
    for _ in 0..<plan.steps {
      let batch = digits.batch(128, using: &generator)
      let shards = ranges.map { digits.gradient(of: joined, at: Array(batch[$0])).gradient }
      let gradient = try functions.gradient(of: shards, sizes: sizes)
      joined.row -= 0.1 * gradient
      whole.row -= 0.1 * digits.gradient(of: whole, at: batch).gradient
    }
    (self.joined, self.whole) = (joined, whole)
  }

  /// How far the two are from each other, by the largest difference of a weight.
  var distance: Double {
    Double((joined.row - whole.row).scalars.reduce(0) { max($0, abs($1)) })
  }
}

/// Some hundred steps of four unequal shards.
func trainInShards(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  let training = try ShardTraining(functions, digits, plan)
  var table = Table("\(plan.steps) steps of 128", "right, of \(grouped(plan.tests)) test digits")
  table.add("four unequal shards, joined", percent(digits.accuracy(training.joined), 1))
  table.add("whole batches", percent(digits.accuracy(training.whole), 1))
  screen.text("")
  screen.table(table)
  let isNear = training.distance < 1e-4
  screen.text(
    isNear
      ? "No weight differs by more than 0.0001."
      : "A weight differs by \(significant(training.distance, 1)).")
}
