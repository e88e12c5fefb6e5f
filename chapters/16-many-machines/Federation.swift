import Core
import Figures
import ManyMachines
import Running
import Training

/// How a federated training goes: whose images, how many epochs each client trains between two rounds.
struct Federation {
  /// Local epochs of batches of 32; 0 stands for one gradient step with all of a client's images.
  var localEpochs: Int
  var rounds: Int
  var rate: Float = 0.1
  /// Whether each client has two digits only.
  var isSplit: Bool
  /// Whether the first half of the clients have a tenth of their images left, and one has none.
  var isUneven = false
  var clients = 10

  /// The places of each client's images: at random, or by digit.
  func places(of digits: Digits, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed)
    let order = generator.permutation(of: digits.count)
    guard isSplit else { return evenParts(of: order.count, clients).map { Array(order[$0]) } }
    // Twice as many piles as clients, each of one digit; two piles for each.
    let sorted = order.sorted { digits.labels[$0] < digits.labels[$1] }
    let piles = evenParts(of: sorted.count, 2 * clients).map { Array(sorted[$0]) }
    let dealt = generator.permutation(of: piles.count)
    return (0..<clients).map { piles[dealt[2 * $0]] + piles[dealt[2 * $0 + 1]] }
  }

  /// Rounds of training and averaging; accuracy after each.
  func run(
    _ functions: FunctionsInUse, _ digits: Digits, seed: UInt64
  ) throws -> (network: SmallNetwork, accuracies: [Double]) {
    var (network, accuracies) = (smallNetwork(seed: seed), [Double]())
    var generator = SplitMix64(seed: seed + 2)
    var shares = places(of: digits, seed: seed + 1)
    if isUneven {
      for client in 0..<clients / 2 {
        shares[client] = Array(shares[client].prefix(client == 0 ? 0 : shares[client].count / 10))
      }
    }
    for _ in 0..<rounds {
      let rows = shares.map { own in
        var client = network
        train(&client, own, digits, &generator)
        return client.row
      }
      network.row = try functions.average(of: rows, sizes: shares.map(\.count))
      accuracies.append(digits.accuracy(network))
    }
    return (network, accuracies)
  }

  /// What a client does between two rounds.
  func train(
    _ client: inout SmallNetwork, _ own: [Int], _ digits: Digits,
    _ generator: inout SplitMix64
  ) {
    guard localEpochs > 0 else {
      client.row -= rate * digits.gradient(of: client, at: own).gradient
      return
    }
    for _ in 0..<localEpochs {
      for batch in Batches(of: own.count, size: 32, using: &generator) {
        client.row -= rate * digits.gradient(of: client, at: batch.map { own[$0] }).gradient
      }
    }
  }
}

/// Ten clients, whose images stay with them.
func showFederation(
  _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  screen.section("The data stay where they are")
  let factor = plan.isAll ? 4 : 1
  let kinds: [(name: String, Federation)] = [
    (
      "one gradient of all its images",
      Federation(localEpochs: 0, rounds: plan.rounds * factor, rate: 0.5, isSplit: false)
    ),
    ("one epoch", Federation(localEpochs: 1, rounds: plan.rounds * factor, isSplit: false)),
    (
      "five epochs",
      Federation(localEpochs: 5, rounds: plan.rounds * max(1, factor / 2), isSplit: false)
    ),
  ]
  screen.text(
    "10 clients; \(plan.rounds) round\(plan.rounds == 1 ? "" : "s")\(plan.isAll ? ", and at the end" : "").\n"
  )
  var table = Table("a client does, in a round", "right, images mixed", "two digits each")
  for (name, kind) in kinds {
    let cells = try [false, true].map { isSplit in
      screen.progress("\(name), \(isSplit ? "two digits each" : "mixed")")
      var kind = kind
      kind.isSplit = isSplit
      let accuracies = try kind.run(functions, digits, seed: plan.seed).accuracies
      let early = accuracies[min(plan.rounds, accuracies.count) - 1]
      let late =
        plan.isAll ? " (\(percent(accuracies.last ?? 0, 1)), \(accuracies.count) rounds)" : ""
      return percent(early, 1) + late
    }
    table.add([name] + cells)
  }
  screen.endProgress()
  screen.table(table)
  try showDrift(digits, plan, on: screen)
}

/// Two clients that begin with the same weights, and pull them apart.
private func showDrift(_ digits: Digits, _ plan: Plan, on screen: Screen) throws {
  let series = [false, true].map { isSplit in
    let kind = Federation(localEpochs: 1, rounds: 1, isSplit: isSplit)
    let shares = kind.places(of: digits, seed: plan.seed + 1)
    var pair = [smallNetwork(seed: plan.seed), smallNetwork(seed: plan.seed)]
    var generator = SplitMix64(seed: plan.seed + 3)
    let distances = (0..<(plan.isQuick ? 10 : 60)).map { _ in
      for client in 0..<2 {
        let batch = (0..<32).map { _ in
          shares[client][generator.integer(below: shares[client].count)]
        }
        pair[client].row -= 0.1 * digits.gradient(of: pair[client], at: batch).gradient
      }
      return Double((pair[0].row - pair[1].row).norm())
    }
    return Series(isSplit ? "two digits each" : "mixed", y: [0] + distances)
  }
  let ends = series.map { fixed($0.points.last?.y ?? 0, 2) }
  screen.text(
    "\nTwo clients after \(series[0].points.count - 1) steps of their own: "
      + "\(ends[0]) apart with mixed images,\n\(ends[1]) with two digits each.")
  try screen.write(
    .lines(
      "How far two clients pull the weights apart",
      description: "The distance grows with the steps, faster with two digits each.",
      x: "steps of its own", y: "distance of their weights", series), "drift")
}
