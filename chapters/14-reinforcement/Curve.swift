import Running

/// How returns have grown over the frames of a training.
struct Curve {
  private(set) var points: [(frames: Int, value: Double)] = []
  private var waiting: [Int] = []
  private var next = 0
  private let every: Int

  /// A point every so many frames: the mean return of the episodes that have ended since the last.
  init(every frames: Int) { every = frames }

  mutating func add(_ finished: [Int], at frames: Int) {
    waiting += finished
    guard frames >= next, !waiting.isEmpty else { return }
    points.append((frames, Double(waiting.reduce(0, +)) / Double(waiting.count)))
    waiting = []
    next = frames + every
  }

  /// The last point.
  var last: Double { points.last?.value ?? .nan }

  /// Frames after which a point was above a bound for the first time, in words.
  func reached(above bound: Double) -> String {
    points.first { $0.value > bound }.map { grouped($0.frames) + " frames" } ?? "never"
  }
}

/// What a training has come to.
struct Trained {
  let seed: UInt64
  let network: SmallNetwork
  let curve: Curve
  let frames: Int
  /// The mean return of the greedy policy, over episodes that it has not trained on.
  let greedy: Double
}

/// Trains once for each of the plan's seeds, and adds a line for each to a table.
func trainEach(
  _ plan: Plan, on screen: Screen, in table: inout Table,
  row: (Trained) -> [String], train: (_ seed: UInt64) throws -> Trained
) rethrows -> [Trained] {
  var all = [Trained]()
  for seed in plan.trials {
    let trained = try train(seed)
    screen.endProgress()
    all.append(trained)
    table.add(row(trained))
  }
  return all
}
