import Core
import Running

/// A world of 5 × 5 fields: up, down, left or right, a reward of 1 for reaching the last corner.
struct Grid {
  static let size = 5
  static let gamma = 0.9

  /// The field that an action leads to; a wall leaves one where one is.
  static func field(after action: Int, from field: Int) -> Int {
    let (y, x) = (field / size, field % size)
    switch action {
    case 0: return y > 0 ? field - size : field
    case 1: return y < size - 1 ? field + size : field
    case 2: return x > 0 ? field - 1 : field
    default: return x < size - 1 ? field + 1 : field
    }
  }

  static let goal = size * size - 1

  /// The table of Q after some steps of learning with random moves: Q ← Q + ½(y - Q).
  static func learned(steps: Int, seed: UInt64) -> [[Double]] {
    var generator = SplitMix64(seed: seed)
    var q = [[Double]](repeating: [0, 0, 0, 0], count: size * size)
    var field = 0
    for _ in 0..<steps {
      let action = generator.integer(below: 4)
      let next = Self.field(after: action, from: field)
      let isDone = next == goal
      let y = (isDone ? 1 : 0) + (isDone ? 0 : gamma * (q[next].max() ?? 0))
      q[field][action] += 0.5 * (y - q[field][action])
      field = isDone ? generator.integer(below: goal) : next
    }
    return q
  }
}

/// Q-learning where a table is enough.
func showGrid(on screen: Screen) {
  screen.section("A table first")
  screen.text(
    """
    25 fields, four moves, a reward of 1 for the corner at the lower right, γ = 0.9.
    The best value of each field, after so many random moves:
    """)
  for steps in [200, 2000, 20_000] {
    let q = Grid.learned(steps: steps, seed: 1)
    var table = Table(header: ["after \(grouped(steps))"] + (0..<Grid.size).map { "x = \($0)" })
    for y in 0..<Grid.size {
      table.add(
        ["y = \(y)"]
          + (0..<Grid.size).map { x in
            let field = y * Grid.size + x
            return field == Grid.goal ? "goal" : fixed(q[field].max() ?? 0, 3)
          })
    }
    screen.text("")
    screen.table(table)
  }
  let wrong = Grid.learned(steps: 20_000, seed: 1)[0].max() ?? 0
  screen.text(
    "\nFrom the corner at the upper left it is eight moves: γ⁷ = \(fixed(Double.pow(0.9, 7), 3)), learned \(fixed(wrong, 3))."
  )
}
