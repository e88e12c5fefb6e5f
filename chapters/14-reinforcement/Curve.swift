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

  /// Frames after which a point was above a bound for the first time.
  func frames(above bound: Double) -> Int? { points.first { $0.value > bound }?.frames }
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
