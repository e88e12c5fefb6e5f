import Checking
import Core
import Dispatch
import Figures
import Problems01
import Running
import SmallSets
import Synchronization

/// The wrong-gradient theatre: one small network, trained with right and with wrong backwards.
func showTraining(_ functions: FunctionsInUse, steps: Int, seed: UInt64, on screen: Screen) throws {
  screen.section("Does training tell you that a gradient is wrong?")
  screen.text(
    """
    A 2-8-1 network learns two moons, 200 points, in \(steps) steps of gradient descent.
    Only the backward of its hidden activation differs. "Error" is its largest
    relative error against central differences: what a check tells before training.
    """)
  guard !functions.trainings.isEmpty else {
    screen.text("softmax is not in this network: its training comes in chapter 2")
    return
  }
  var generator = SplitMix64(seed: seed)
  let moons = twoMoons(count: 200, noise: 0.15, using: &generator)
  let (x, dy) = checkPoint(seed: seed)
  let trainings = functions.trainings
  let trained = results(trainings.count, atOnce: functions.areOfTheLibrary) {
    try TinyNetwork.train(on: moons, trainings[$0].tested, steps: steps, seed: seed)
  }
  var table = Table("backward of the hidden layer", "error", "loss", "right answers")
  var curves = [Series]()
  for ((name, tested), result) in zip(trainings, trained) {
    let check = compare(try tested.backward(x, dy), at: x) { (dy * tested.activation($0)).sum() }
    let (losses, share) = try result.get()
    let loss = losses.last ?? .nan
    table.add(
      name, check.agrees ? "none" : significant(check.error, 2),
      loss < 1000 ? fixed(loss, 4) : "exploded", percent(share, 1))
    if functions.draws(name) { curves.append(Series(name, y: losses)) }
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "Loss under right and wrong gradients",
      description: "Loss against steps, on a logarithmic axis, of the network with sigmoids: the "
        + "right gradient falls lowest; the wrong ones fall beside it for hundreds of steps, then "
        + "stay behind, and jump up again later on.",
      x: "step", y: Axis("mean squared error", range: 0.01...1, scale: .logarithmic), curves),
    "training")
}

/// What so many things give that do not depend on each other, on all processors at once or one by one.
private func results<Value: Sendable>(
  _ count: Int, atOnce: Bool, _ body: (Int) throws -> Value
) -> [Result<Value, any Error>] {
  guard atOnce else { return (0..<count).map { index in Result { try body(index) } } }
  nonisolated(unsafe) let body = body
  let results = Mutex([Int: Result<Value, any Error>]())
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = Result { try body(index) }
    results.withLock { $0[index] = result }
  }
  return results.withLock { results in (0..<count).compactMap { results[$0] } }
}

extension FunctionsInUse {
  /// What is trained, under which name: the right functions and each known mistake; with a bug put
  /// in, it and what it stands for; otherwise the reader's functions.
  fileprivate var trainings: [(name: String, tested: TestedActivation)] {
    let library = FunctionsInUse.library.exercised
    switch source {
    case .library:
      return library.flatMap { right in
        [("\(right.name), right", right)] + right.bugs.map { ($0, right.with(bug: $0)) }
      }
    case .bug(let bug):
      return library.filter { $0.bugs.contains(bug) }.flatMap { right in
        [("\(right.name), right", right), (bug, right.with(bug: bug))]
      }
    case .answers: return exercised.map { ("\($0.name), \($0.origin)", $0) }
    }
  }

  /// Whether no line of the reader's runs, which may print, or keep something between two calls.
  fileprivate var areOfTheLibrary: Bool {
    if case .answers = source { false } else { true }
  }

  /// Whether a curve is drawn; of the library's many, only some of the sigmoid's.
  fileprivate func draws(_ name: String) -> Bool {
    guard case .library = source else { return true }
    return [
      "sigmoid, right", "sigmoid-forgot-one-minus-y", "sigmoid-derivative-at-y",
    ].contains(name)
  }
}

extension TestedActivation {
  /// The same activation with one of its known mistakes.
  fileprivate func with(bug: String) -> TestedActivation {
    FunctionsInUse.with(bug: bug).exercised.first { $0.name == name } ?? self
  }
}
