import Core
import Embeddings

/// What a tracker goes by when it gives detections to tracks.
enum Association: CaseIterable {
  case nearest, distanceAlone, kalman, kalmanAndEmbedding

  var name: String {
    switch self {
    case .nearest: "the nearest detection"
    case .distanceAlone: "Kalman, squared distance alone"
    case .kalman: "Kalman, with log det S"
    case .kalmanAndEmbedding: "Kalman and the embedding"
    }
  }
}

/// Follows things through a film: predict, compare, give each detection to a track, smallest cost first.
struct Tracker {
  private struct Track {
    let id: Int
    var belief: KalmanBelief<Double>
    /// The last 20 embeddings, of length 1.
    var looks: [[Float]] = []
    /// Frames since it was last seen.
    var unseen = 0
  }

  let association: Association
  private var tracks: [Track] = []
  private var nextID = 0
  /// Which track each object was given to last.
  private var lastID: [Int: Int] = [:]
  /// How often an object has changed its track.
  private(set) var switches = 0
  /// Where each track has been seen.
  private(set) var paths: [Int: [(x: Double, y: Double)]] = [:]

  private let processNoise = Tracker.diagonal(0.05, 0.05, 0.005, 0.005)
  private let measurementNoise = Tensor([0.5, 0, 0, 0.5], shape: [2, 2])

  init(_ association: Association) { self.association = association }

  /// One frame: its detections, each with an embedding.
  mutating func see(_ detections: [Detection], looks: [[Float]]) {
    for i in tracks.indices {
      tracks[i].belief = tracks[i].belief.predicted(processNoise: processNoise)
      tracks[i].unseen += 1
    }
    var pairs: [(cost: Double, track: Int, detection: Int)] = []
    for track in tracks.indices {
      for detection in detections.indices {
        if let cost = cost(tracks[track], detections[detection], looks[detection]) {
          pairs.append((cost, track, detection))
        }
      }
    }
    pairs.sort { ($0.cost, $0.track, $0.detection) < ($1.cost, $1.track, $1.detection) }
    var (isTaken, given) = ([Int: Int](), [Int: Int]())
    for pair in pairs where isTaken[pair.track] == nil && given[pair.detection] == nil {
      (isTaken[pair.track], given[pair.detection]) = (pair.detection, pair.track)
    }
    for (place, detection) in detections.enumerated() {
      let track = given[place] ?? begin(at: detection.place)
      if given[place] != nil { update(track, detection) }
      tracks[track].unseen = 0
      tracks[track].looks = (tracks[track].looks + [looks[place]]).suffix(20)
      let id = tracks[track].id
      if let last = lastID[detection.object], last != id { switches += 1 }
      lastID[detection.object] = id
      paths[id, default: []].append((detection.place[0], detection.place[1]))
    }
    tracks.removeAll { $0.unseen > 15 }
  }

  /// What it costs to give a detection to a track; nil where it is too far away.
  private func cost(_ track: Track, _ detection: Detection, _ look: [Float]) -> Double? {
    if association == .nearest {
      let (dx, dy) = (
        detection.place[0] - track.belief.state[0], detection.place[1] - track.belief.state[1]
      )
      let distance = dx * dx + dy * dy
      return distance < 400 ? distance : nil
    }
    let innovation = track.belief.innovation(
      of: detection.place, measurementNoise: measurementNoise)
    guard innovation.squaredDistance <= 9.21 else { return nil }
    if association == .distanceAlone { return innovation.squaredDistance }
    let motion = (innovation.squaredDistance + innovation.logDeterminant) / 9.21
    if association == .kalman { return motion }
    let likeness = track.looks.map { zip($0, look).reduce(0) { $0 + $1.0 * $1.1 } }.max() ?? 0
    return 0.3 * motion + 0.7 * (1 - Double(likeness))
  }

  private mutating func update(_ track: Int, _ detection: Detection) {
    if association == .nearest {
      tracks[track].belief.state = Tensor([detection.place[0], detection.place[1], 0, 0])
      return
    }
    let innovation = tracks[track].belief.innovation(
      of: detection.place, measurementNoise: measurementNoise)
    tracks[track].belief = tracks[track].belief.updated(with: innovation)
  }

  /// Begins a track, and returns its place in the list.
  private mutating func begin(at place: Tensor<Double>) -> Int {
    let belief = KalmanBelief(
      state: Tensor([place[0], place[1], 0, 0]), covariance: Self.diagonal(0.5, 0.5, 1, 1))
    tracks.append(Track(id: nextID, belief: belief))
    nextID += 1
    return tracks.count - 1
  }

  private static func diagonal(_ numbers: Double...) -> Tensor<Double> {
    var matrix = Tensor<Double>(shape: [numbers.count, numbers.count])
    for (i, number) in numbers.enumerated() { matrix[i, i] = number }
    return matrix
  }
}
