import Core
import Figures
import Running

/// Follows digits that meet, and counts who is taken for whom afterwards.
func showTracks(
  _ network: some TensorLayer<Float>, _ faces: Faces, _ plan: Plan, on screen: Screen
) throws {
  screen.section("Who is who on the film")
  screen.text(
    """
    \(plan.films) films of 40 frames: four digits cross in the middle. The place of each is
    measured to 0.7 pixels, one in ten is missed, and the rear of two that are
    nearer than 7 pixels is hidden.

    """)
  var table = Table("association", "identity switches")
  let films = (0..<plan.films).map { Film(faces.test, seed: plan.seed &+ 100 &+ UInt64($0)) }
  let looks = films.map { film in film.frames.map { lookRows(network, $0) } }
  for association in Association.allCases {
    var switches = 0
    for (number, film) in films.enumerated() {
      var tracker = Tracker(association)
      for (frame, detections) in film.frames.enumerated() {
        tracker.see(detections, looks: looks[number][frame])
      }
      switches += tracker.switches
      if number == 0, association == .kalman || association == .kalmanAndEmbedding {
        let name = association == .kalman ? "tracks-kalman" : "tracks-embedding"
        try screen.write(figure(of: tracker), name)
      }
    }
    table.add(association.name, "\(switches)")
  }
  screen.table(table)
  screen.text("\(4 * plan.films) objects; an object that changes its track counts one switch.")
}

/// The embeddings of a frame's detections.
private func lookRows(_ network: some TensorLayer<Float>, _ detections: [Detection]) -> [[Float]] {
  guard !detections.isEmpty else { return [] }
  let rows = network.embedded(
    Tensor(detections.flatMap(\.crop), shape: [detections.count, 784]))
  return (0..<rows.rows).map { rows.rows([$0]).scalars }
}

private func figure(of tracker: Tracker) -> Figure {
  let series = tracker.paths.keys.sorted().map { id in
    let path = tracker.paths[id] ?? []
    return Series("track \(id + 1)", x: path.map(\.x), y: path.map(\.y), style: .points)
  }
  return .scatter(
    "One film: each sign is a track. \(tracker.association.name)",
    description: "Detections of four digits on straight ways through the middle, by their tracks.",
    x: Axis("pixels from the left", range: 0...64), y: Axis("pixels from the top", range: 0...64),
    series)
}
