/// The lines of two texts side by side: what both have, and what only one has.
enum LineDiff {
  enum Line: Equatable {
    case both(String)
    case first(String)
    case second(String)
  }

  /// The shortest way from one text to the other, line by line.
  static func lines(_ first: String, _ second: String) -> [Line] {
    let a = first.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let b = second.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // common[i][j]: how many lines a[i...] and b[j...] share, in order.
    var common = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in a.indices.reversed() {
      for j in b.indices.reversed() {
        common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : max(common[i + 1][j], common[i][j + 1])
      }
    }
    var (lines, i, j) = ([Line](), 0, 0)
    while i < a.count || j < b.count {
      if i < a.count, j < b.count, a[i] == b[j] {
        lines.append(.both(a[i]))
        (i, j) = (i + 1, j + 1)
      } else if j == b.count || i < a.count && common[i + 1][j] >= common[i][j + 1] {
        lines.append(.first(a[i]))
        i += 1
      } else {
        lines.append(.second(b[j]))
        j += 1
      }
    }
    return lines
  }
}
