/// The lines of equal value of a map, as segments in the unit square, (0, 0) at the lower left.
///
/// Marching squares: each square between four cell centres is crossed where its sides are, with the
/// crossing found by linear interpolation. O(cells · levels).
func contourSegments(of map: HeatMap) -> [(Point, Point)] {
  guard map.rows > 1, map.columns > 1 else { return [] }
  var segments: [(Point, Point)] = []
  for level in map.contours where level.isFinite {
    for row in 0..<map.rows - 1 {
      for column in 0..<map.columns - 1 {
        let crossings = crossings(of: level, in: map, row: row, column: column)
        if crossings.count >= 2 { segments.append((crossings[0], crossings[1])) }
        if crossings.count == 4 { segments.append((crossings[2], crossings[3])) }
      }
    }
  }
  return segments
}

/// Where a level crosses the sides of a square, in pairs that belong together.
private func crossings(of level: Double, in map: HeatMap, row: Int, column: Int) -> [Point] {
  // Around the square, so that neighbours in the list share a corner.
  let corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
  var result: [Point] = []
  for side in 0..<4 {
    let (r0, c0) = corners[side]
    let (r1, c1) = corners[(side + 1) % 4]
    let a = map[row + r0, column + c0]
    let b = map[row + r1, column + c1]
    guard a.isFinite, b.isFinite, (a < level) != (b < level) else { continue }
    let t = (level - a) / (b - a)
    let x = Double(column + c0) + Double(c1 - c0) * t + 0.5
    let y = Double(row + r0) + Double(r1 - r0) * t + 0.5
    result.append(Point(x / Double(map.columns), 1 - y / Double(map.rows)))
  }
  return result
}
