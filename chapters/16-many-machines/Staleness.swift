import Core
import Figures
import ManyMachines
import Running

/// A training in which each gradient was computed with weights of some steps ago.
private func stale(
  by delay: Int, rate: Float, _ digits: Digits, _ plan: Plan
) -> (network: SmallNetwork, losses: [Double]) {
  var (network, generator) = (smallNetwork(seed: plan.seed), SplitMix64(seed: plan.seed + 1))
  var (history, losses) = ([network], [Double]())
  for _ in 0..<plan.steps {
    let old = history[max(0, history.count - 1 - delay)]
    let batch = digits.batch(128, using: &generator)
    let (loss, gradient) = digits.gradient(of: old, at: batch)
    network.row -= rate * gradient
    history.append(network)
    if history.count > delay + 1 { history.removeFirst() }
    losses.append(loss)
  }
  return (network, losses)
}

/// A server and workers that do not wait for each other: who is ready pushes, and pulls anew.
private func served(
  workers: Int, rate: Float, _ digits: Digits, _ plan: Plan
) -> (network: SmallNetwork, staleness: Double) {
  var (network, generator) = (smallNetwork(seed: plan.seed), SplitMix64(seed: plan.seed + 1))
  var server = ParameterServer(network.row, learningRate: rate)
  var pulled = (0..<workers).map { _ in server.pull() }
  for _ in 0..<plan.steps {
    let worker = generator.integer(below: workers)
    network.row = pulled[worker].weights
    let batch = digits.batch(128, using: &generator)
    let gradient = digits.gradient(of: network, at: batch).gradient
    server.push(gradient, of: pulled[worker].version)
    pulled[worker] = server.pull()
  }
  network.row = server.weights
  let sum = server.staleness.reduce(0, +)
  return (network, Double(sum) / Double(server.staleness.count))
}

/// A loss made smooth: the mean of the steps around.
private func smooth(_ losses: [Double], _ width: Int = 12) -> [Double] {
  losses.indices.map { i in
    let near = losses[max(0, i - width)...min(losses.count - 1, i + width)]
    return near.reduce(0, +) / Double(near.count)
  }
}

/// What old weights do to a training.
func showStaleness(_ digits: Digits, _ plan: Plan, on screen: Screen) throws {
  screen.section("Nobody waits")
  var table = Table(
    "\(plan.steps) steps; the gradient is of", "right at rate 0.1", "at rate 0.4")
  var series = [Series]()
  for delay in [0, 1, 4, 16] {
    screen.progress("stale by \(delay)")
    let runs = [Float(0.1), 0.4].map { stale(by: delay, rate: $0, digits, plan) }
    let name = delay == 0 ? "now" : "\(delay) step\(delay == 1 ? "" : "s") ago"
    table.add([name] + runs.map { percent(digits.accuracy($0.network), 1) })
    let losses = smooth(runs[0].losses).map { min($0, 5) }
    series.append(Series(delay == 0 ? "fresh" : "\(name)", y: losses, from: 1))
  }
  screen.endProgress()
  screen.table(table)
  var servers = Table("a server, and workers that do not wait", "staleness, mean", "right")
  for workers in [1, 4, 16] {
    let (network, staleness) = served(workers: workers, rate: 0.1, digits, plan)
    servers.add(
      "\(workers)", fixed(staleness, 1), percent(digits.accuracy(network), 1))
  }
  screen.text("")
  screen.table(servers)
  try screen.write(
    .lines(
      "Loss, with gradients of old weights, rate 0.1",
      description:
        "Up to 4 steps the curves fall nearly alike; with 16 the loss rises, and stays high.",
      x: "step", y: Axis("loss, cut at 5", range: 0...5), series), "staleness")
}
