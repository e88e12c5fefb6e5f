// Where a slope is infinite and the flow through it 0, their product says nothing: log(1 + eˣ) at
// x = 1000, or (√x)² at 0. The limit is known where both are known beyond Double's range.

import Core

/// factor·e^log, with the factor near 1 or 0: a number that may be far too large or small for Double.
struct Extended: Sendable {
  var factor, log: Double

  init(_ x: Double) { (factor, log) = (x, 0) }
  init(factor: Double, log: Double) { (self.factor, self.log) = (factor, log) }

  /// A number that stands for a 0 that was put in, above or below it: no power or product that a
  /// computation makes of it comes back into Double's range.
  static func nearZero(sign: Double) -> Extended { Extended(factor: sign, log: -0x1p20) }

  var plain: Double { factor == 0 || log == 0 ? factor : factor * Double.exp(log) }

  func power(_ n: Double) -> Extended {
    Extended(factor: Double.pow(factor, n), log: n * log)
  }

  static func + (a: Extended, b: Extended) -> Extended {
    if a.factor == 0 { return b }
    if b.factor == 0 { return a }
    let (large, small) = a.size >= b.size ? (a, b) : (b, a)
    let gap = small.log == large.log ? 0 : small.log - large.log
    return Extended(factor: large.factor + small.factor * Double.exp(gap), log: large.log)
  }

  /// A factor of 0 is a slope of 0 all around: nothing that flows changes it.
  static func * (a: Extended, b: Extended) -> Extended {
    if a.factor == 0 || b.factor == 0 { return Extended(0) }
    return Extended(factor: a.factor * b.factor, log: a.log + b.log)
  }

  static func / (a: Extended, b: Extended) -> Extended {
    Extended(factor: a.factor / b.factor, log: a.log - b.log)
  }

  private var size: Double { log + Double.log(abs(factor)) }

  /// What two approaches to a place agree on, from above and from below.
  ///
  /// One of them may be outside the function's domain. NaN where they disagree: there is a corner.
  static func limit(_ above: Extended, _ below: Extended) -> Double {
    let (a, b) = (above.plain, below.plain)
    if a.isNaN { return b }
    return b.isNaN || a == b || a.isFinite && abs(a - b) <= 1e-9 * abs(a) ? a : .nan
  }
}

extension ScalarOperation {
  /// Value and slopes as `callAsFunction` gives them where those are ordinary numbers, else beyond.
  func extended(
    _ a: Extended, _ b: Extended, plain: (value: Double, slopeA: Double, slopeB: Double)
  ) -> (value: Extended, slopeA: Extended, slopeB: Extended) {
    let beyond = beyond(a, b)
    return (
      plain.value.isNormal ? Extended(plain.value) : beyond.value,
      plain.slopeA.isNormal ? Extended(plain.slopeA) : beyond.slopeA,
      plain.slopeB.isNormal ? Extended(plain.slopeB) : beyond.slopeB
    )
  }

  private func beyond(
    _ a: Extended, _ b: Extended
  ) -> (value: Extended, slopeA: Extended, slopeB: Extended) {
    let (zero, one, minus) = (Extended(0), Extended(1), Extended(-1))
    switch self {
    case .leaf: return (a, zero, zero)
    case .add: return (a + b, one, one)
    case .subtract: return (a + minus * b, one, minus)
    case .multiply: return (a * b, b, a)
    case .divide: return (a / b, one / b, minus * a / b / b)
    case .negate: return (minus * a, minus, zero)
    case .power(let n):
      return (a.power(n), n == 0 ? zero : Extended(n) * a.power(n - 1), zero)
    case .exp:
      let y = Extended(factor: 1, log: a.plain)
      return (y, y, zero)
    case .log:
      let y = a.log + Double.log(a.factor)
      return (Extended(y), y.isNaN ? Extended(y) : one / a, zero)
    // Only far out, where 1 - y² = 4e^(-2|a|), or near 0, where tanh a = a.
    case .tanh: return (a, Extended(factor: 4, log: -2 * abs(a.plain)), zero)
    // Only far out, where σ(a) = eᵃ on the left.
    case .sigmoid:
      return (Extended(factor: 1, log: a.plain), Extended(factor: 1, log: -abs(a.plain)), zero)
    case .raise:
      let (n, y) = (b.plain, a.power(b.plain))
      return (
        y, n == 0 ? zero : b * a.power(n - 1), y * Extended(a.log + Double.log(a.factor))
      )
    // At corners the slopes are conventions, and stay.
    case .relu: return a.plain > 0 ? (a, one, zero) : (zero, zero, zero)
    case .absolute:
      return a.plain > 0 ? (a, one, zero) : a.plain < 0 ? (minus * a, minus, zero) : (a, zero, zero)
    case .maximum: return b.plain > a.plain ? (b, zero, one) : (a, one, zero)
    case .minimum: return b.plain < a.plain ? (b, zero, one) : (a, one, zero)
    }
  }
}

extension ExpressionGraph {
  /// Reverse mode beyond Double's range: the limits that `gradients(order:)` cannot find.
  func limitGradients(order: [Int]) -> [Double] {
    let (above, below) = (steps(order: order, sign: 1), steps(order: order, sign: -1))
    func gradients(_ slopes: [[Extended]]) -> [Extended] {
      var gradient = [Extended](repeating: Extended(0), count: nodes.count)
      gradient[root] = Extended(1)
      for child in order.reversed() {
        for (parent, slope) in zip(nodes[child].parents, slopes[child]) {
          gradient[parent] = gradient[parent] + slope * gradient[child]
        }
      }
      return gradient
    }
    return zip(gradients(above), gradients(below)).map(Extended.limit)
  }

  /// Forward mode beyond Double's range.
  func limitTangents(leaves: [Int: Double], order: [Int]) -> [Double] {
    let (above, below) = (steps(order: order, sign: 1), steps(order: order, sign: -1))
    func tangents(_ slopes: [[Extended]]) -> [Extended] {
      var tangent = [Extended](repeating: Extended(0), count: nodes.count)
      for (leaf, speed) in leaves { tangent[leaf] = Extended(speed) }
      for child in order {
        for (parent, slope) in zip(nodes[child].parents, slopes[child]) {
          tangent[child] = tangent[child] + slope * tangent[parent]
        }
      }
      return tangent
    }
    return zip(tangents(above), tangents(below)).map(Extended.limit)
  }

  /// Whether all slopes are those of the operations, so that limits can be found from these.
  var hasOwnSlopes: Bool {
    nodes.allSatisfy { node in
      let own = ownSlopes(node)
      return zip([own.slopeA, own.slopeB], node.slopes).allSatisfy { $0 == $1 || $0.isNaN }
    }
  }

  private func ownSlopes(
    _ node: Node
  ) -> (value: Double, slopeA: Double, slopeB: Double) {
    let values = node.parents.map { nodes[$0].value }
    guard let first = values.first else { return (node.value, 0, 0) }
    return node.operation(first, values.count > 1 ? values[1] : 0)
  }

  /// The slopes of every node, with leaves of 0 moved a little to one side.
  private func steps(order: [Int], sign: Double) -> [[Extended]] {
    var values = [Extended](repeating: Extended(0), count: nodes.count)
    var slopes = [[Extended]](repeating: [], count: nodes.count)
    for place in order {
      let node = nodes[place]
      guard let first = node.parents.first else {
        values[place] = node.value == 0 ? .nearZero(sign: sign) : Extended(node.value)
        continue
      }
      let second = node.parents.count > 1 ? values[node.parents[1]] : Extended(0)
      let y = node.operation.extended(values[first], second, plain: ownSlopes(node))
      values[place] = y.value
      slopes[place] = [y.slopeA, y.slopeB]
    }
    return slopes
  }
}
