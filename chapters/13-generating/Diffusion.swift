import Core
import Figures
import Generating
import Running

/// One digit through noise: how much is left of it, step by step.
func showDrowning(_ plan: Plan, on screen: Screen) {
  screen.section("A digit drowns")
  let times = [0, 20, 40, 60, 80, 99]
  var table = Table(header: ["step t"] + times.map { "\($0)" })
  for (name, schedule) in [
    ("linear", NoiseSchedule.linear(steps: 100)), ("cosine", .cosine(steps: 100)),
  ] {
    table.add(["√ᾱ, \(name)"] + times.map { fixed(schedule.signals[$0].squareRoot(), 3) })
  }
  let schedule = NoiseSchedule.cosine(steps: 100)
  table.add(
    ["slope at x̂₀, as a factor"]
      + times.map { fixed((schedule.signals[$0] / (1 - schedule.signals[$0])).squareRoot(), 3) })
  screen.table(table)
}

/// Digits out of noise.
func showDiffusion(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws -> Tensor<Float> {
  screen.section("Digits out of noise")
  let digits = Digits(plan.data, train: plan.isQuick ? 1500 : 60_000, test: 2000).halved
  let judge = Judge(
    digits, epochs: plan.judge.epochs, seed: plan.seed + 1, progress: screen.progress)
  var generator = SplitMix64(seed: plan.seed + 2)
  var denoiser = DenseDenoiser(pixels: 196, width: 384, depth: 2, using: &generator)
  let run = DenoiserRun(steps: plan.diffusion, seed: plan.seed + 3)
  screen.text(
    """
    14×14, 100 steps of noise, \(grouped(denoiser.network.parameters.count)) parameters; steps of \(run.batch) digits. The judge of
    this size is sure of \(percent(judge.sureOfReal, 0)) of real digits.

    """)
  var table = Table(
    "steps", "asked with", "noise loss", "as asked", "surely so", "sure", "classes", "Fréchet")
  var (sum, count) = (0.0, 0)
  let (digit, nothing) = (
    (0..<plan.judged).map { $0 % 10 }, [Int](repeating: -1, count: plan.judged)
  )
  func judged(_ step: Int, _ denoiser: DenseDenoiser, guidance: Float?) {
    let made = denoiser.made(
      guidance == nil ? nothing : digit, pixels: 196, run.schedule, stride: 4,
      guidance: guidance ?? 0, seed: plan.seed + 5)
    let verdict = judge.verdict(made.uncentred, asked: guidance == nil ? nil : digit)
    table.add(
      grouped(step), guidance.map { $0 == 0 ? "a label" : "guidance \(Int($0))" } ?? "nothing",
      count == 0 ? "" : fixed(sum / Double(count), 3),
      verdict.asAsked.map { percent($0, 0) } ?? "",
      verdict.asAskedAndSure.map { percent($0, 0) } ?? "", percent(verdict.sure, 0),
      "\(verdict.covered)", fixed(verdict.distance, 1))
    (sum, count) = (0, 0)
  }
  let last = try run.train(
    &denoiser, on: digits, gradient: { functions.ofNoise($0) },
    report: { step, loss, average in
      sum += loss
      count += 1
      if step % 20 == 0 { screen.progress("step \(step), noise loss \(fixed(loss, 3))") }
      if step < run.steps, step % max(run.steps / 4, 1) == 0 {
        judged(step, average(), guidance: 1)
      }
    })
  screen.endProgress()
  for guidance: Float? in [1, 0, 3, nil] { judged(run.steps, last, guidance: guidance) }
  screen.table(table)
  try writeWay(last, run.schedule, digits, plan, on: screen)
  return last.made(
    (0..<40).map { $0 % 10 }, pixels: 196, run.schedule, guidance: 1, seed: plan.seed + 6
  ).uncentred
}

/// A digit into noise, and others out of it.
private func writeWay(
  _ denoiser: DenseDenoiser, _ schedule: NoiseSchedule, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  let times = [0, 12, 25, 37, 50, 62, 75, 87, 99]
  var generator = SplitMix64(seed: plan.seed + 8)
  let digit = digits.testX.rows(0..<1).centred
  let down = times.map { t in
    schedule.noised(digit, at: [t], noise: Tensor(shape: digit.shape, using: &generator))
  }
  var (up, images) = ([Tensor<Float>](), [Tensor<Float>]())
  _ = denoiser.made([3], pixels: 196, schedule, guidance: 1, seed: plan.seed + 9) { t, x, image in
    if times.contains(t) {
      up.append(x)
      images.append(image)
    }
  }
  func pictures(_ rows: [Tensor<Float>]) -> [Image] {
    rows.flatMap { $0.map { min(max($0, -1), 1) }.uncentred.pictures }
  }
  try screen.write(
    .images(
      "A digit into noise, and one out of it",
      description:
        "Three rows of nine. A seven sinks into noise; out of noise a three appears; below it "
        + "what the network takes the image for at each step, a blur at first.",
      pictures(down + up + images), columns: 9,
      captions: times.map { "t = \($0)" } + times.reversed().map { "t = \($0)" }
        + times.reversed().map { "x̂₀ at \($0)" }), "way")
}
