import Attention
import Core

/// Zachary's karate club: 34 members, 78 friendships, and a quarrel that split it in two.
///
/// Source: Zachary, "An information flow model for conflict and fission in small groups", 1977. Member 0
/// is the instructor, member 33 the officer; classes are the sides that members took.
enum Club {
  static let members = 34

  /// The friends of each member among those with a higher number.
  private static let friends: [(Int, [Int])] = [
    (0, [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31]),
    (1, [2, 3, 7, 13, 17, 19, 21, 30]), (2, [3, 7, 8, 9, 13, 27, 28, 32]), (3, [7, 12, 13]),
    (4, [6, 10]), (5, [6, 10, 16]), (6, [16]), (8, [30, 32, 33]), (9, [33]), (13, [33]),
    (14, [32, 33]), (15, [32, 33]), (18, [32, 33]), (19, [33]), (20, [32, 33]), (22, [32, 33]),
    (23, [25, 27, 29, 32, 33]), (24, [25, 27, 31]), (25, [31]), (26, [29, 33]), (27, [33]),
    (28, [31, 33]), (29, [32, 33]), (30, [32, 33]), (31, [32, 33]), (32, [33]),
  ]

  static let friendships = friends.flatMap { one, others in others.map { (one, $0) } }

  /// Those on the officer's side.
  private static let officers: Set<Int> = [
    9, 14, 15, 18, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
  ]

  /// The side of each member: 0 the instructor's, 1 the officer's.
  static let sides = (0..<members).map { officers.contains($0) ? 1 : 0 }

  /// What is known in training: the two whose quarrel it was; -1 for all others.
  static let known = (0..<members).map { $0 == 0 ? 0 : $0 == 33 ? 1 : -1 }

  /// Who listens to whom.
  enum Listening: CaseIterable {
    case withItself, othersOnly, nobody

    var name: String {
      switch self {
      case .withItself: "Â of A + I"
      case .othersOnly: "Â of A alone"
      case .nobody: "no friends, Â = I"
      }
    }

    var adjacency: Tensor<Double> {
      switch self {
      case .withItself: return normalizedAdjacency(nodes: members, edges: friendships)
      case .nobody: return normalizedAdjacency(nodes: members, edges: [])
      case .othersOnly:
        var a = Tensor<Double>(shape: [members, members])
        for (i, j) in friendships { (a[i, j], a[j, i]) = (1, 1) }
        let root = a.sum(axis: 1).map { $0.squareRoot() }
        for i in 0..<members {
          for j in 0..<members { a[i, j] /= root[i] * root[j] }
        }
        return a
      }
    }
  }

  /// A place in the plane for each member: friends attract each other, all others repel.
  ///
  /// Source: Fruchterman, Reingold, "Graph drawing by force-directed placement", 1991.
  static func places() -> [(x: Double, y: Double)] {
    var generator = SplitMix64(seed: 3)
    var places = (0..<members).map { _ in (x: generator.normal(), y: generator.normal()) }
    for step in 0..<400 {
      var moves = [(x: Double, y: Double)](repeating: (0, 0), count: members)
      func push(_ i: Int, _ j: Int, _ force: (Double) -> Double) {
        let (x, y) = (places[i].x - places[j].x, places[i].y - places[j].y)
        let distance = max((x * x + y * y).squareRoot(), 0.01)
        let strength = force(distance) / distance
        moves[i] = (moves[i].x + strength * x, moves[i].y + strength * y)
        moves[j] = (moves[j].x - strength * x, moves[j].y - strength * y)
      }
      for i in 0..<members {
        for j in 0..<i { push(i, j) { 1 / $0 } }
      }
      for (i, j) in friendships { push(i, j) { -$0 * $0 } }
      let heat = 0.3 * (1 - Double(step) / 400)
      for i in 0..<members {
        let length = max((moves[i].x * moves[i].x + moves[i].y * moves[i].y).squareRoot(), 1e-9)
        let share = min(length, heat) / length
        places[i] = (places[i].x + share * moves[i].x, places[i].y + share * moves[i].y)
      }
    }
    return places
  }
}
