import Checking
import Core
import Embeddings
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  switch exercise?.id {
  case "10.1": try compareReaders(both, plan, on: screen)
  case "10.5": try compareWords(both, plan, on: screen)
  case "10.6": try compareRatings(both, plan, on: screen)
  case "10.4": try compareFaces(both, .infoNCE, plan, on: screen)
  default:
    try showArrows(wrong, on: screen)
    try compareFaces(both, .triplets(.semiHard, rate: 0.001), plan, on: screen)
  }
}

private typealias Both = [(name: String, functions: FunctionsInUse)]

private func compareReaders(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Are sentences still told apart?")
  let steps = plan.isQuick ? 60 : 200
  var table = Table("", "right after \(steps) steps", "rows with a gradient, a step")
  for (name, functions) in both {
    var reader = SentenceReader(functions, seed: plan.seed)
    let share = try reader.train(steps: steps)
    table.add(name, percent(reader.accuracy(on: reader.test), 1), fixed(share, 1))
  }
  screen.table(table)
}

private func compareWords(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Do words still find their kind?")
  let corpus = Corpus(plan)
  var table = Table("", "loss, first epoch", "last", "of one's own kind")
  for (name, functions) in both {
    var words = WordTables(seed: plan.seed)
    let losses = try words.learn(corpus, functions, plan)
    table.add(
      name, fixed(losses.first ?? .nan, 3), fixed(losses.last ?? .nan, 3),
      percent(ofOwnKind(words.u), 1))
  }
  screen.table(table)
}

private func compareRatings(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Are ratings still predicted?")
  let known = RatingsWorld(seed: plan.seed)
  var table = Table("", "error on known", "on held back")
  for (name, functions) in both {
    let factors = try known.learned(functions, plan, deviation: 0.1, penalty: 0.001)
    table.add(
      name, fixed(known.error(factors, on: known.train), 3),
      fixed(known.error(factors, on: known.test), 3))
  }
  screen.table(table)
}

private func compareFaces(
  _ both: Both, _ lesson: Lesson, _ plan: Plan, on screen: Screen
) throws {
  screen.section("Are strangers still recognised?")
  let faces = try Faces(plan)
  let steps = plan.isQuick ? 20 : 200
  screen.text("\(steps) steps of 64 images; then 7, 8 and 9, one example of each.\n")
  var table = Table("", "loss, first steps", "last steps", "one-shot")
  for (name, functions) in both {
    var (network, losses) = (faceNetwork(seed: plan.seed), [Double]())
    try network.learn(lesson, functions, faces, steps: steps, seed: plan.seed) { _, loss, _ in
      losses.append(loss)
    }
    func mean(_ some: ArraySlice<Double>) -> String {
      fixed(some.reduce(0, +) / Double(max(some.count, 1)), 3)
    }
    let accuracy = oneShotAccuracy(
      network.embedded(faces.strangers), faces.strangersLabels, trials: plan.trials,
      seed: plan.seed)
    table.add(name, mean(losses.prefix(10)), mean(losses.suffix(10)), percent(accuracy, 1))
  }
  screen.table(table)
}
