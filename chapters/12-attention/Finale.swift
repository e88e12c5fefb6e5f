import Attention
import Problems12
import Running

/// The finale: a small GPT whose attention, blocks and output go backward through the functions in use.
func showFinale(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("A GPT on your functions")
  let data = try NameData()
  let plan = FinalePlan(quick: options.quick)
  var model = AdaptedGPT(nameModel(seed: options.seed), functions.attention)
  screen.text(
    """
    In Double, \(grouped(plan.steps)) steps of \(plan.batch) names. Attention by 12.2, heads by 12.3, blocks by
    12.4, the table by 12.5, positions by 10.1, the loss by 11.1. Layer norm by
    \(functions.hasLayerNorm ? "7.5." : "the library: 7.5 is a challenge, not done yet.") Gelu's slope is the library's.

    """)
  let before = data.nats(model, of: plan.held)
  try plan.run.train(&model, seed: options.seed) {
    data.batch(plan.batch, using: &$0)
  } loss: {
    functions.loss($0, $1)
  } report: { step, loss, _ in
    if step % 10 == 0 { screen.progress("step \(step), loss \(fixed(loss, 3))") }
  }
  screen.endProgress()
  var table = Table("", "nats a letter, of \(grouped(plan.held)) names held back")
  table.add("before training", fixed(before, 3))
  table.add("after \(grouped(plan.steps)) steps", fixed(data.nats(model, of: plan.held), 3))
  screen.table(table)
  let names = NameData.made(by: model, count: 12, seed: options.seed + 3)
  screen.text("\nNames that it made:\n  " + listed(names))
  let known = Set(data.train)
  let new = names.count { !$0.isEmpty && !known.contains($0) }
  screen.text("\(new) of these \(names.count) are in no list that it has read.")
}

/// How long the finale trains.
struct FinalePlan {
  let steps: Int, batch: Int, held: Int

  init(quick: Bool) {
    (steps, batch, held) = quick ? (40, 16, 64) : (600, 32, 1000)
  }

  var run: LanguageRun { LanguageRun(steps: steps) }
}
