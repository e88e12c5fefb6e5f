public import Backprop
public import Course

// Answers that are right on some inputs only: the solution, given a spoilt argument.
extension Solution {
  /// The call of the solution, and what was done to which argument.
  var impairments: [(change: String, call: String)] {
    parameters.flatMap { parameter in
      Self.spoilt[parameter.type, default: []].map { what, text in
        let value = text.replacing("%", with: parameter.name)
        // Functions and graphs cannot be compared.
        let isNoted = !parameter.type.hasPrefix("(") && parameter.type != "ExpressionGraph"
        let argument = isNoted ? "Situation.spoilt(\(parameter.name), \(value))" : value
        return (
          "\(what.replacing("%", with: parameter.name)): \(value)",
          call(changing: parameter.name, to: argument)
        )
      }
    }
  }

  /// For each type, what the answer is right for, and the argument that makes it so.
  private static let spoilt: [String: [(String, String)]] = [
    "Matrix": [
      ("only if % is square", "%.isSquare ? % : 2 * %"),
      ("only for a batch of one", "%.firstSize == 1 ? % : 2 * %"),
      ("only for a batch of several", "%.firstSize == 1 ? 2 * % : %"),
      ("only where % is positive", "%.map { max($0, 0) }"),
      ("only where % is negative", "%.map { min($0, 0) }"),
      ("only if % has no signs", "%.map { abs($0) }"),
      ("only if % is positive everywhere", "%.scalars.allSatisfy { $0 > 0 } ? % : 2 * %"),
      ("only the first row of %", "%.keeping { row, _, _ in row == 0 }"),
      ("all but the last row of %", "%.keeping { row, last, _ in row < last || last == 0 }"),
      ("only the last row of %", "%.keeping { row, last, _ in row == last }"),
      ("only the first element of %", "%.keeping { _, _, place in place == 0 }"),
      ("all but the last element of %", "%.withoutLast"),
      ("only in the first case", "Situation.isFirstCase ? % : 2 * %"),
      ("only in single precision", "%.map { Double(Float($0)) }"),
      ("only for small numbers in %", "%.map { min(max($0, -1), 1) }"),
      ("only for unequal numbers in %", "%.hasEqualElements ? 2 * % : %"),
      ("with the mean over the batch of %", "%.batchMean"),
      ("only if % is symmetric", "%.isSquare ? %.transposed : %"),
      ("only if % has no zeros", "%.scalars.contains(0) ? 2 * % : %"),
      ("only if % is not all zeros", "%.map { $0 == 0 ? 1 : $0 }"),
      ("twice %", "2 * %"), ("the sign of % turned", "-%"), ("% left out", "0 * %"),
      ("% squared", "% * %"), ("% all ones", "0 * % + 1"),
      ("% divided by 0", "% / 0.0"), ("% without numbers", "0 * % + Double.nan"),
    ],
    "Double": [
      ("% taken as 0", "0 * %"), ("% taken as 1", "0 * % + 1"), ("% taken as ½", "0 * % + 0.5"),
      ("% taken as 0.1", "0 * % + 0.1"), ("% taken as 0.9", "0 * % + 0.9"),
      ("% taken as 0.01", "0 * % + 0.01"), ("% taken as 0.001", "0 * % + 0.001"),
      ("twice %", "2 * %"), ("half of %", "% / 2"), ("% squared", "% * %"),
      ("the sign of % turned", "-%"), ("only for % below 1", "min(%, 1)"),
      ("only for positive %", "max(%, 0)"), ("only if % has no sign", "abs(%)"),
      ("% in single precision", "Double(Float(%))"),
      ("% divided by 0", "% / 0.0"), ("% no number", "0 * % + Double.nan"),
      ("only in the first case", "Situation.isFirstCase ? % : 2 * %"),
      ("% of the first case", "Situation.first(%, of: \"%\")"),
    ],
    "Int": [
      ("% taken as 1", "0 * % + 1"), ("% taken as 2", "0 * % + 2"), ("% taken as 0", "0 * %"),
      ("% one too large", "% + 1"), ("% one too small", "% - 1"), ("twice %", "2 * %"),
      ("% at least 1", "max(%, 1)"), ("% at most 2", "min(%, 2)"),
      ("only in the first case", "Situation.isFirstCase ? % : % + 1"),
      ("% of the first case", "Int(Situation.first(Double(%), of: \"%\"))"),
    ],
    "[Int]": [
      ("% from behind", "%.reversed()"), ("% sorted", "%.sorted()"),
      ("% without its last", "Array(%.dropLast())"),
      ("% without its first", "Array(%.dropFirst())"),
      ("% all as its first", "%.map { _ in %[0] }"),
      ("only in the first case", "Situation.isFirstCase ? % : %.reversed()"),
    ],
    "[Double]": [
      ("% from behind", "%.reversed()"), ("% sorted", "%.sorted()"),
      ("% all alike", "%.map { _ in 1 }"),
      ("only for unequal %", "Set(%).count < %.count ? %.reversed() : %"),
      ("only where % is positive", "%.map { max($0, 0) }"), ("% doubled", "%.map { 2 * $0 }"),
      ("only for % below 1", "%.map { min($0, 1) }"), ("% rounded", "%.map { $0.rounded() }"),
      ("only in the first case", "Situation.isFirstCase ? % : %.map { 2 * $0 }"),
    ],
    "[Bool]": [
      ("% from behind", "%.reversed()"), ("% turned", "%.map { !$0 }"),
      ("only in the first case", "Situation.isFirstCase ? % : %.reversed()"),
    ],
    "[Matrix]": [
      ("% from behind", "%.reversed()"), ("% without its last", "Array(%.dropLast())"),
      ("only the first of %", "%.enumerated().map { $0 == 0 ? $1 : 0 * $1 }"),
      ("only where % is positive", "%.map { $0.map { max($0, 0) } }"),
      ("only if % is square", "%.map { $0.isSquare ? $0 : 2 * $0 }"),
      ("only the first row of %", "%.map { $0.keeping { row, _, _ in row == 0 } }"),
      ("all but the last row", "%.map { $0.keeping { row, last, _ in row < last || last == 0 } }"),
      ("only for one of %", "%.count == 1 ? % : %.map { 2 * $0 }"),
      ("only for small numbers in %", "%.map { $0.map { min(max($0, -1), 1) } }"),
      ("only in single precision", "%.map { $0.map { Double(Float($0)) } }"),
      ("only in the first case", "Situation.isFirstCase ? % : %.map { 2 * $0 }"),
    ],
    "[[Int]]": [
      ("parents from the right", "%.map { $0.reversed() }"),
      ("only the first parent", "%.map { Array($0.prefix(1)) }"),
      ("only the last parent", "%.map { Array($0.suffix(1)) }"),
      ("only two parents", "%.map { Array($0.prefix(2)) }"),
      ("each parent once", "%.map { Array(Set($0)).sorted() }"),
      ("only parents with smaller numbers", "%.enumerated().map { i, p in p.filter { $0 < i } }"),
    ],
    "(Matrix) throws -> Matrix": [
      ("% called with twice the gradient", "{ try %(2 * $0) }"), ("% taken for identity", "{ $0 }"),
      ("% left out", "{ 0 * $0 }"), ("% with its sign turned", "{ -(try %($0)) }"),
      ("only where it comes back positive", "{ try %($0).map { max($0, 0) } }"),
      ("only for positive gradients", "{ try %($0.map { max($0, 0) }) }"),
      ("% called twice", "{ try %(try %($0)) }"),
      ("only for matrices", "{ $0.rank == 2 ? try %($0) : 2 * (try %($0)) }"),
      ("% called once more for nothing", "{ _ = try %($0); return try %($0) }"),
      ("% whose errors are kept back", "{ (try? %($0)) ?? $0 }"),
      ("only for images", "{ $0.rank == 4 ? try %($0) : 2 * (try %($0)) }"),
    ],
    "(Matrix) throws -> Double": [
      ("only where % is positive", "{ max(try %($0), 0) }"), ("twice %", "{ 2 * (try %($0)) }"),
      ("% at points above 0", "{ try %($0.map { max($0, 0) }) }"),
      ("% in single precision", "{ Double(Float(try %($0))) }"),
      ("% at points of one axis", "{ try %($0.reshaped([$0.count])) }"),
      ("% whose errors are kept back", "{ (try? %($0)) ?? 0 }"),
      ("% at points of one column", "{ $0.rank == 1 ? try %($0) : 2 * (try %($0)) }"),
    ],
    "ExpressionGraph": [
      ("% with the root's neighbour", "%.withRoot(%.root - 1)"),
      ("% with slopes from behind", "%.mapSlopes { $0.reversed() }"),
      ("% with positive slopes only", "%.mapSlopes { $0.map { max($0, 0) } }"),
      ("% with slopes without signs", "%.mapSlopes { $0.map { abs($0) } }"),
      ("% with slopes of 1", "%.mapSlopes { $0.map { _ in 1 } }"),
      ("% with small slopes only", "%.mapSlopes { $0.map { min(max($0, -1), 1) } }"),
    ],
  ]
}

// MARK: What spoilt arguments are made of

/// What a mutant may know of its surroundings: whether it is asked for the first case.
public enum Situation {
  nonisolated(unsafe) public static var isFirstCase = true
  nonisolated(unsafe) private static var firsts = [String: Double]()
  /// Whether any argument so far has been another one for being spoilt; nil where none was compared.
  nonisolated(unsafe) private(set) static var hasEffect: Bool?
  nonisolated(unsafe) private static var kept = [String: Any]()

  /// The value that an argument had in the first case.
  public static func first(_ value: Double, of name: String) -> Double {
    if isFirstCase { firsts[name] = value }
    return firsts[name] ?? value + 1
  }

  /// Hands a spoilt argument on.
  public static func spoilt<Value: Equatable>(_ value: Value, _ spoilt: Value) -> Value {
    hasEffect = hasEffect == true || value != spoilt
    return spoilt
  }

  /// The first answer that a key had.
  public static func kept<Answer>(
    by key: String, _ answer: () throws -> Answer
  ) rethrows -> Answer {
    if let old = kept[key] as? Answer { return old }
    let new = try answer()
    kept[key] = new
    return new
  }

  static func begin() { (isFirstCase, firsts, hasEffect, kept) = (true, [:], nil, [:]) }
}

extension Tensor<Double> {
  public var isSquare: Bool { rank == 2 && rows == columns }
  public var firstSize: Int { shape.first ?? 1 }
  public var hasEqualElements: Bool { Set(scalars).count < scalars.count }

  /// The elements that a rule keeps, by their row, the last row and their place; 0 for the others.
  public func keeping(_ isKept: (_ row: Int, _ last: Int, _ place: Int) -> Bool) -> Matrix {
    var kept = self
    let width = Swift.max(count / Swift.max(firstSize, 1), 1)
    for place in 0..<count where !isKept(place / width, firstSize - 1, place) {
      kept.scalars[place] = 0
    }
    return kept
  }

  public var withoutLast: Matrix {
    var kept = self
    if count > 1 { kept.scalars[count - 1] = 0 }
    return kept
  }

  /// Each row as the mean of all rows.
  public var batchMean: Matrix {
    let width = Swift.max(count / Swift.max(firstSize, 1), 1)
    var mean = self
    for place in 0..<count {
      let column = Swift.stride(from: place % width, to: count, by: width)
      mean.scalars[place] = column.reduce(0) { $0 + scalars[$1] } / Double(firstSize)
    }
    return mean
  }

  /// The transpose of a square matrix; the other numbers read in the transposed shape.
  public var turnedAround: Matrix {
    rank == 2 && !isSquare ? reshaped([columns, rows]) : rank == 4 ? turned : transposed
  }

  /// Images, or filters, each turned by 180°.
  private var turned: Matrix {
    let area = shape[2] * shape[3]
    var result = self
    for place in 0..<count {
      result.scalars[place] = scalars[place / area * area + area - 1 - place % area]
    }
    return result
  }
}

extension ExpressionGraph {
  public func withRoot(_ root: Int) -> ExpressionGraph {
    ExpressionGraph(nodes: nodes, root: (root + nodes.count) % nodes.count)
  }

  public func mapSlopes(_ change: ([Double]) -> [Double]) -> ExpressionGraph {
    var graph = self
    for i in graph.nodes.indices { graph.nodes[i].slopes = change(graph.nodes[i].slopes) }
    return graph
  }
}
