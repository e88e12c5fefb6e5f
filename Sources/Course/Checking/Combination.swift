import Core

/// The factors by which some columns add up to some numbers.
package struct Combination {
  package let factors: [Double]
  /// How many of the numbers are left to confirm it, once the others have told the factors.
  package let surplus: Int

  /// The factors, where there are some and no others would do.
  ///
  /// - Parameters:
  ///   - numbers: The sum.
  ///   - columns: What is added up, each times its factor; as long as the numbers.
  package init?(of numbers: [Double], over columns: [[Double]]) {
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    /// Columns at right angles to each other, of length 1.
    var basis = [[Double]]()
    /// How each column is made of those.
    var triangle = [[Double]]()
    /// What is left of a vector, and how much of each direction is in it.
    func split(_ vector: [Double]) -> (rest: [Double], along: [Double]) {
      var (rest, along) = (vector, [Double](repeating: 0, count: basis.count))
      for _ in 0..<2 {
        for (k, direction) in basis.enumerated() {
          let part = dot(rest, direction)
          along[k] += part
          for i in rest.indices { rest[i] -= part * direction[i] }
        }
      }
      return (rest, along)
    }
    for column in columns {
      let (rest, along) = split(column)
      let length = dot(rest, rest).squareRoot()
      guard length.isFinite, length > 1e-7 * dot(column, column).squareRoot() else { return nil }
      basis.append(rest.map { $0 / length })
      triangle.append(along + [length])
    }
    let (rest, along) = split(numbers)
    let largest = numbers.reduce(0) { max($0, abs($1)) }
    guard rest.allSatisfy({ abs($0) <= 1e-9 + 1e-8 * largest }) else { return nil }
    var factors = along
    for k in factors.indices.reversed() {
      for later in (k + 1)..<max(factors.count, k + 1) {
        factors[k] -= triangle[later][k] * factors[later]
      }
      factors[k] /= triangle[k][k]
    }
    (self.factors, surplus) = (factors, numbers.count - columns.count)
  }
}
