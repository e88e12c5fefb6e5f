// A cart on rails, a pole that stands on it and falls, and a force to the left or right fifty times a second.

public import Core

/// A pole on a cart: four numbers, and one step of mechanics.
///
///     temporary = (force + m·l·θ̇²·sin θ)/(M + m)
///     θ̈ = (g·sin θ - cos θ·temporary)/(l(4/3 - m·cos²θ/(M + m)))
///     ẍ = temporary - m·l·θ̈·cos θ/(M + m)
///
/// Euler's method with the old speeds, in steps of 0.02 s. M = 1, m = 0.1, l = 0.5 (half of the pole),
/// g = 9.8.
///
/// Source: Barto, Sutton, Anderson, "Neuronlike adaptive elements that can solve difficult learning control
/// problems", 1983, appendix, without friction.
public struct CartPole: Equatable, Sendable {
  /// x, in metres from the middle of the rails.
  public var position: Double
  /// ẋ.
  public var velocity: Double
  /// θ, in radians from upright.
  public var angle: Double
  /// θ̇.
  public var angularVelocity: Double

  public init(position: Double, velocity: Double, angle: Double, angularVelocity: Double) {
    (self.position, self.velocity) = (position, velocity)
    (self.angle, self.angularVelocity) = (angle, angularVelocity)
  }

  /// A pole near its middle, each of the four numbers uniform in ±0.05.
  public init(using generator: inout SplitMix64) {
    func draw() -> Double { 0.1 * generator.uniform() - 0.05 }
    let numbers = [draw(), draw(), draw(), draw()]
    self.init(
      position: numbers[0], velocity: numbers[1], angle: numbers[2], angularVelocity: numbers[3])
  }

  /// The force of a push to one side, in newtons.
  public static let push = 10.0
  /// How far the cart may go, in metres.
  public static let longestWay = 2.4
  /// How far the pole may lean, in radians: 12°.
  public static let largestAngle = 12 * Double.pi / 180

  /// Whether the pole leans too far or the cart has left its rails; also where that is not known.
  public var hasFallen: Bool {
    !(abs(position) <= Self.longestWay && abs(angle) <= Self.largestAngle)
  }

  /// The four numbers, as a network is given them.
  public var numbers: [Double] { [position, velocity, angle, angularVelocity] }

  /// Lets 0.02 s pass under a force.
  public mutating func step(force: Double) {
    requireFinite(force, "CartPole: the force")
    let (gravity, cart, pole, length, time) = (9.8, 1.0, 0.1, 0.5, 0.02)
    let (sine, cosine) = (Double.sin(angle), Double.cos(angle))
    let temporary =
      (force + pole * length * angularVelocity * angularVelocity * sine) / (cart + pole)
    let angular =
      (gravity * sine - cosine * temporary)
      / (length * (4.0 / 3 - pole * cosine * cosine / (cart + pole)))
    let linear = temporary - pole * length * angular * cosine / (cart + pole)
    position += time * velocity
    velocity += time * linear
    angle += time * angularVelocity
    angularVelocity += time * angular
  }
}
