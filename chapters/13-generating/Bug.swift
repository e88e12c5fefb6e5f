import Checking
import Core
import Generating
import Running
import Training

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  switch exercise?.id {
  case "13.1", "13.2": try compareCodes(both, plan, on: screen)
  case "13.3", "13.4": try compareGames(both, plan, on: screen)
  case "13.5": try compareDenoisers(both, plan, on: screen)
  default:
    for (name, functions) in both {
      screen.text("\n" + name + ":")
      do {
        try showDoubt(functions, plan, on: screen)
      } catch let failure as TrainingFailure {
        screen.text("no number any more, at step \(failure.step)")
      }
    }
  }
}

private typealias Both = [(name: String, functions: FunctionsInUse)]

private func compareCodes(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Are there still codes?")
  let digits = Digits(plan.data, train: plan.compared.digits, test: plan.isQuick ? 200 : 2000)
  let judge = Judge(
    Digits(plan.data, train: plan.judge.digits), epochs: plan.judge.epochs, seed: plan.seed + 1)
  var table = Table("", "reconstruction", "KL", "bound", "in use", "sure")
  for (name, functions) in both {
    var model = VariationalAutoencoder(codes: 8, functions, seed: plan.seed)
    do {
      _ = try model.train(digits.x, epochs: plan.compared.epochs, seed: plan.seed)
    } catch let failure as TrainingFailure {
      table.add(name, "no number", "at step \(failure.step)")
      continue
    }
    let (cost, used) = model.cost(digits.testX, seed: plan.seed + 3)
    table.add(
      name, fixed(cost.reconstruction, 1), fixed(cost.divergence, 1), fixed(cost.bound, 1),
      "\(used)", percent(judge.verdict(model.made(200, seed: plan.seed + 4)).sure, 0))
  }
  screen.table(table)
}

private func compareGames(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Is it still a game?")
  let digits = Digits(plan.data, train: plan.isQuick ? 500 : 10_000, test: 10)
  let judge = Judge(
    Digits(plan.data, train: plan.judge.digits), epochs: plan.judge.epochs, seed: plan.seed + 1)
  let steps = plan.isQuick ? 15 : 600
  screen.text("\(steps) steps with labels, both losses' means over the last ten.\n")
  let asked = (0..<200).map { $0 % 10 }
  var table = Table("", "discriminator", "generator", "as asked", "classes")
  for (name, functions) in both {
    var game = Game(hasLabels: true, .nonSaturating, functions, seed: plan.seed)
    var last = [Game.Step]()
    do {
      try game.play(steps, with: digits, seed: plan.seed) { last = last.suffix(9) + [$1] }
    } catch let failure as TrainingFailure {
      table.add(name, "no number", "at step \(failure.step)")
      continue
    }
    let verdict = judge.verdict(game.made(asked, seed: plan.seed + 6), asked: asked)
    func mean(_ value: (Game.Step) -> Double) -> String {
      fixed(last.reduce(0) { $0 + value($1) } / Double(last.count), 3)
    }
    table.add(
      name, mean(\.discriminator), mean(\.generator), percent(verdict.asAsked ?? 0, 0),
      "\(verdict.covered)")
  }
  screen.table(table)
}

private func compareDenoisers(_ both: Both, _ plan: Plan, on screen: Screen) throws {
  screen.section("Does it still know noise from image?")
  let digits = Digits(plan.data, train: plan.isQuick ? 500 : 10_000, test: 10).halved
  let steps = plan.isQuick ? 10 : 400
  var table = Table("\(steps) steps of 64", "noise loss, first tenth", "last tenth")
  for (name, functions) in both {
    var generator = SplitMix64(seed: plan.seed + 2)
    var denoiser = DenseDenoiser(pixels: 196, width: 384, depth: 2, using: &generator)
    var losses = [Double]()
    do {
      _ = try DenoiserRun(steps: steps, seed: plan.seed + 3).train(
        &denoiser, on: digits, gradient: functions.ofNoise
      ) { _, loss, _ in losses.append(loss) }
    } catch let failure as TrainingFailure {
      table.add(name, "no number", "at step \(failure.step)")
      continue
    }
    func mean(_ some: ArraySlice<Double>) -> String {
      fixed(some.reduce(0, +) / Double(max(some.count, 1)), 3)
    }
    table.add(name, mean(losses.prefix(steps / 10)), mean(losses.suffix(steps / 10)))
  }
  screen.table(table)
}
