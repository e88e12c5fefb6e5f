public import Core
import Kernels

// Points in the plane that show at a glance what a network has learned.

/// Points in the plane, each of a class.
public struct LabeledPoints: Equatable, Sendable {
  /// The points, one a row: [count, 2].
  public let inputs: Tensor<Double>
  /// The class of each point, from 0.
  public let labels: [Int]

  /// The number of points.
  public var count: Int { labels.count }
}

/// Exclusive or: the four corners of the unit square, of class 1 where the two inputs differ.
///
/// No straight line parts the classes, so a network without a hidden layer cannot learn it
/// (Minsky, Papert, "Perceptrons", 1969).
public let xor = LabeledPoints(
  inputs: Tensor(rows: [[0, 0], [0, 1], [1, 0], [1, 1]]), labels: [0, 1, 1, 0])

/// Two half circles of radius 1 that reach into each other.
///
///     class 0: (cos θ, sin θ),  class 1: (1 - cos θ, ½ - sin θ),  θ evenly spaced on 0…π
///
/// The classes take turns; with an odd `count`, class 0 has one point more. Each coordinate gets
/// normal noise of the given standard deviation: 0.1 leaves the moons almost apart, 0.2 mixes
/// their tips.
public func twoMoons(
  count: Int, noise: Double, using generator: inout some RandomNumberGenerator
) -> LabeledPoints {
  require(count >= 2, "twoMoons: \(count) points are asked for; each moon needs one")
  requireNoise(noise, "twoMoons")
  return points(count) { i in
    let (label, step) = (i % 2, i / 2)
    let ofThisMoon = (count + 1 - label) / 2
    let angle = Double.pi * Double(step) / Double(max(ofThisMoon - 1, 1))
    let (x, y) =
      label == 0
      ? (Double.cos(angle), Double.sin(angle)) : (1 - Double.cos(angle), 0.5 - Double.sin(angle))
    return (x + noise * generator.normal(), y + noise * generator.normal(), label)
  }
}

/// Arms that wind from near the origin out to radius 1, each a class of its own.
///
///     (r cos θ, r sin θ),  θ = 2π·arm/arms + 4r + noise·z,  r = 1/n, 2/n, … 1,  z ~ N(0, 1)
///
/// There are n points an arm, and the arms take turns. The noise is the standard deviation of the
/// angle, in radians; 0.2 leaves three arms apart.
public func spirals(
  countPerArm: Int, arms: Int = 3, noise: Double, using generator: inout some RandomNumberGenerator
) -> LabeledPoints {
  require(
    countPerArm >= 1 && arms >= 1,
    "spirals: \(arms) arms of \(countPerArm) points are asked for; take 1 of each at least")
  requireNoise(noise, "spirals")
  return points(elementCount([countPerArm, arms], "spirals")) { i in
    let (step, arm) = i.quotientAndRemainder(dividingBy: arms)
    let radius = Double(step + 1) / Double(countPerArm)
    let start = 2 * Double.pi * Double(arm) / Double(arms)
    let angle = start + 4 * radius + noise * generator.normal()
    return (radius * Double.cos(angle), radius * Double.sin(angle), arm)
  }
}

/// Nine points of a common class 0 for each of a rare class 1: two clouds that overlap.
///
///     class 0: N((0, 0), I),  class 1: N((1.6, 1.2), I);  every tenth point is of class 1
///
/// The centres are 2 apart. By Bayes' rule the line with the fewest errors finds
/// Φ(1 - ½ log 9) = 46% of the rare class, and 84% = Φ(1) when each class weighs the same.
public func imbalanced(
  count: Int, using generator: inout some RandomNumberGenerator
) -> LabeledPoints {
  require(
    count >= 10, "imbalanced: \(count) points are asked for; the rare class needs 10 to have one")
  return points(count) { i in
    let label = i % 10 == 9 ? 1 : 0
    let (x, y) = label == 0 ? (0.0, 0.0) : (1.6, 1.2)
    return (x + generator.normal(), y + generator.normal(), label)
  }
}

private func points(
  _ count: Int, _ point: (Int) -> (x: Double, y: Double, label: Int)
) -> LabeledPoints {
  requireRoom(
    elementCount([count, 2], "points"), bytesEach: MemoryLayout<Double>.stride, "points")
  let points = (0..<count).map(point)
  return LabeledPoints(
    inputs: Tensor(points.flatMap { [$0.x, $0.y] }, shape: [count, 2]), labels: points.map(\.label))
}

private func requireNoise(_ noise: Double, _ name: String) {
  require(
    noise.isFinite && noise >= 0,
    "\(name): the noise is \(noise); it is a standard deviation, finite and at least 0")
}
