import Attention
import Checking
import Core
import Figures
import Problems12
import Running
import Training

/// A training of the club's network: 34-4-2, ReLU between, two labels.
struct ClubRun {
  /// The belief in the officer's side, every tenth step: `[member]` each.
  var beliefs = [[Double]]()
  var loss = 0.0

  static let steps = 200

  init(
    _ gradients: @escaping (GraphConvolutionQuestion) throws -> GraphConvolutionGradients,
    _ listening: Club.Listening = .withItself, seed: UInt64
  ) {
    var generator = SplitMix64(seed: seed)
    let adjacency = listening.adjacency
    func layer(_ inputs: Int, _ outputs: Int) -> Adapted<GraphConvolution<Double>> {
      Adapted(
        GraphConvolution(inputs, outputs, adjacency: adjacency, using: &generator),
        gradients: gradients)
    }
    var network = layer(Club.members, 4).then(Activation.relu).then(layer(4, 2))
    // Nothing is known of a member but who it is: one-hot rows.
    let x: Tensor<Double> = oneHot(Array(0..<Club.members), classes: Club.members)
    var (optimizer, context) = (Adam<Double>(learningRate: 0.02), Context.training(seed: seed))
    for step in 0...Self.steps {
      if step % 10 == 0 {
        let belief = softmax(network(x))
        beliefs.append((0..<Club.members).map { belief[$0, 1] })
      }
      guard step < Self.steps else { break }
      loss = network.trainingStep(x, l2: 5e-4, with: &optimizer, in: &context) {
        softmaxCrossEntropy(logits: $0, labels: Club.known, ignoring: -1)
      }
    }
  }

  /// Whom it takes for the officer's.
  var answers: [Int] { (beliefs.last ?? []).map { $0 > 0.5 ? 1 : 0 } }

  /// The share of the 32 others that are on the side it says.
  var accuracy: Double {
    let others = Club.known.indices.filter { Club.known[$0] < 0 }
    return Double(others.count { answers[$0] == Club.sides[$0] }) / Double(others.count)
  }
}

/// The club: one training in pictures, then many seeds.
func showClub(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Two labels for 34 members")
  let seeds = options.quick ? 10 : 50
  screen.text(
    """
    Graph convolutions 34-4-2 with ReLU between, \(ClubRun.steps) steps of Adam, and the labels
    of members 0 and 33 alone. Right: of the 32 others, over \(seeds) seeds.

    """)
  var table = Table("who listens to whom", "right", "spread", "worst", "best")
  for listening in Club.Listening.allCases {
    let shares = (0..<UInt64(seeds)).map {
      ClubRun(functions.graphConvolution, listening, seed: options.seed + $0).accuracy
    }
    let mean = shares.reduce(0, +) / Double(seeds)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(seeds)
    table.add(
      listening.name, percent(mean, 1), percent(variance.squareRoot(), 1),
      percent(shares.min() ?? 0, 1), percent(shares.max() ?? 0, 1))
  }
  screen.table(table)
  let run = ClubRun(functions.graphConvolution, seed: options.seed)
  try screen.write(clubFigure(run), "club")
  try screen.write(beliefFigure(run), "beliefs")
}

/// The club drawn: friendships as lines, members by what the network takes them for.
private func clubFigure(_ run: ClubRun) -> Figure {
  let places = Club.places()
  func point(_ i: Int) -> Figures.Point { Figures.Point(places[i].x, places[i].y) }
  var lines = [Figures.Point]()
  for (i, j) in Club.friendships {
    lines += [point(i), point(j), Figures.Point(.nan, .nan)]
  }
  let wrong = (0..<Club.members).filter { run.answers[$0] != Club.sides[$0] }
  func side(_ number: Int) -> [Figures.Point] {
    (0..<Club.members).filter { run.answers[$0] == number && !wrong.contains($0) }.map(point)
  }
  var series = [
    Series("friendship", points: lines),
    Series("instructor's", points: side(0), style: .points),
    Series("officer's", points: side(1), style: .points),
  ]
  if !wrong.isEmpty {
    series.append(Series("taken for the other's", points: wrong.map(point), style: .points))
  }
  return .lines(
    "Zachary's club, and what two labels tell of it",
    description:
      "34 members as points, 78 friendships as lines, in two groups joined by few lines.",
    series)
}

/// How the belief spreads from two members to all.
private func beliefFigure(_ run: ClubRun) -> Figure {
  // The instructor's first, by their sides and numbers.
  let order = (0..<Club.members).sorted {
    (Club.sides[$0], $0) < (Club.sides[$1], $1)
  }
  let values = order.flatMap { member in run.beliefs.map { $0[member] } }
  return .heatMap(
    "Belief in the officer's side, every tenth step",
    description: "A row a member, a column a step: all begin at one half and part into two groups.",
    HeatMap(
      values: values, rows: Club.members, columns: run.beliefs.count,
      rowLabels: order.map { "\($0)" }, xLabel: "step / 10", yLabel: "member", range: 0...1,
      scale: .centred(on: 0.5)))
}
