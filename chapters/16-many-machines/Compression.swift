import Core
import Figures
import ManyMachines
import Problems16
import Running

/// A training that sends some of its numbers a step, with a memory for the others or without.
func compressed(
  share: Double, remembers: Bool, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan
) throws -> SmallNetwork {
  var (network, generator) = (smallNetwork(seed: plan.seed), SplitMix64(seed: plan.seed + 1))
  var memory = Tensor<Float>(shape: [network.parameters.count])
  let k = max(1, Int((share * Double(memory.count)).rounded(.down)))
  for _ in 0..<plan.steps {
    let batch = digits.batch(128, using: &generator)
    let step = 0.1 * digits.gradient(of: network, at: batch).gradient
    let (sent, rest) =
      functions.isLibrary
      ? topKWithMemory(step, memory: memory, k: k)
      : try functions.sent(step, memory: memory, k: k)
    if remembers { memory = rest }
    network.row -= sent
  }
  return network
}

/// Traffic against accuracy.
func showCompression(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("The largest first")
  let shares = plan.isAll ? [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003] : [0.1, 0.01, 0.001]
  var table = Table(
    "sent", "bytes a step", "right, with a memory", "without")
  let whole = try compressed(share: 1, remembers: true, FunctionsInUse(.library), digits, plan)
  let full = digits.accuracy(whole)
  table.add("all", grouped(4 * whole.parameters.count), percent(full, 1), percent(full, 1))
  var points = (with: [Point(100, 100 * full)], without: [Point(100, 100 * full)])
  for share in shares {
    screen.progress("\(percent(share, 2))")
    let runs = try [true, false].map {
      digits.accuracy(
        try compressed(share: share, remembers: $0, functions, digits, plan))
    }
    // A number of four bytes, and its place, four more.
    let k = Int((share * Double(whole.parameters.count)).rounded(.down))
    table.add(
      "top \(trimmed(100 * share)) %", grouped(8 * k), percent(runs[0], 1),
      percent(runs[1], 1))
    points.with.append(Point(100 * share, 100 * runs[0]))
    points.without.append(Point(100 * share, 100 * runs[1]))
  }
  screen.endProgress()
  screen.table(table)
  try screen.write(
    .lines(
      "What is sent, and what it comes to",
      description: "With a memory accuracy stays; without one it falls as less is sent.",
      x: Axis("share of numbers sent, %", scale: .logarithmic),
      y: Axis("right, %", range: 0...100),
      [
        Series("with a memory", points: points.with),
        Series("without", points: points.without),
      ]), "compression")
}

/// A number with the digits that it needs: 10, 0.1.
private func trimmed(_ x: Double) -> String { x >= 1 ? fixed(x, 0) : significant(x, 1) }
