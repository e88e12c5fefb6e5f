import Checking
import Core
import Figures
import Problems12
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  if let complaint = functions.wrongShape {
    screen.text(
      """
      No step can be taken with it: \(complaint).
      Mistakes of shape are the kind ones: they end in an error. The others train on.
      """)
    return
  }
  if exercise?.id == "12.1" {
    compareClubs(functions, options, on: screen)
  } else {
    try compareModels(functions, options, on: screen)
  }
}

extension FunctionsInUse {
  /// What is wrong with the shapes of the table's gradient; nil if nothing is.
  fileprivate var wrongShape: String? {
    var generator = SplitMix64(seed: 0)
    let question = TiedOutputQuestion(
      table: Matrix(shape: [5, 3], using: &generator), h: Matrix(shape: [2, 3], using: &generator),
      dLogits: Matrix(shape: [2, 5], using: &generator), ids: [4, 1],
      dx: Matrix(shape: [2, 3], using: &generator))
    guard let gradients = try? attention.tiedOutput(question) else { return nil }
    return Checking.wrongShape(
      ("dTable", gradients.dTable, question.table), ("dh", gradients.dh, question.h))
  }
}

private func compareClubs(
  _ wrong: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) {
  screen.section("Does the club still find its sides?")
  let seeds: UInt64 = options.quick ? 5 : 50
  var table = Table("", "right, over \(seeds) seeds", "loss at the end")
  for (name, functions) in [("with the bug", wrong), ("right", FunctionsInUse(.library))] {
    let runs = (0..<seeds).map { ClubRun(functions.graphConvolution, seed: options.seed + $0) }
    table.add(
      name, percent(runs.reduce(0) { $0 + $1.accuracy } / Double(seeds), 1),
      fixed(runs.reduce(0) { $0 + $1.loss } / Double(seeds), 3))
  }
  screen.table(table)
}

private func compareModels(
  _ wrong: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Does a GPT still learn names?")
  let data = try NameData()
  let (steps, batch, held) = options.quick ? (20, 16, 64) : (200, 32, 500)
  var table = Table("\(steps) steps of \(batch) names", "nats a letter, held back", "a name")
  for (name, functions) in [("with the bug", wrong), ("right", FunctionsInUse(.library))] {
    var model = AdaptedGPT(nameModel(seed: options.seed), functions.attention)
    do {
      try LanguageRun(steps: steps).train(&model, seed: options.seed) {
        data.batch(batch, using: &$0)
      } loss: {
        functions.loss($0, $1)
      }
    } catch let failure as TrainingFailure {
      table.add(name, "no number", "at step \(failure.step)")
      continue
    }
    table.add(
      name, fixed(data.nats(model, of: held), 3),
      listed(NameData.made(by: model, count: 1, seed: options.seed + 3)))
  }
  screen.table(table)
}
