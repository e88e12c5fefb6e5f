import Core
import Figures
import Reinforcement
import Running

/// A strip of pictures: the pole under a policy.
func showPole(_ network: SmallNetwork, _ plan: Plan, on screen: Screen) throws {
  screen.section("The pole")
  var generator = SplitMix64(seed: plan.seed)
  let untrained = smallNetwork(4, 32, 2, .tanh, using: &generator)
  let start = CartPole(position: 0, velocity: 0, angle: 0.04, angularVelocity: 0.1)
  // Four moments, as many as a terminal has room for beside each other, the last when the untrained one's pole has fallen.
  let end = steps(until: 200, from: start, untrained)
  let times = (0..<4).map { $0 * end / 3 }
  var (images, captions, seen) = ([Image](), [String](), [String]())
  for policy in [untrained, network] {
    var pole = start
    var leans = [String]()
    for step in 0...end {
      if times.contains(step) {
        images.append(picture(of: pole))
        captions.append(pole.hasFallen ? "fallen" : "step \(step)")
        leans.append(lean(of: pole))
      }
      if !pole.hasFallen { push(&pole, policy) }
    }
    seen.append(leans.joined(separator: ", "))
  }
  screen.text(
    """
    The untrained network's pole falls with step \(end), the trained one's stands for
    \(steps(until: 1000, from: start, network)) steps, at most 1000. Leans are drawn three times as large.
    """)
  try screen.figure(
    .images(
      "Above an untrained network, below the trained one",
      description:
        "Two rows of four pictures of a cart with a pole. Above it leans: \(seen[0]); below: \(seen[1]).",
      images, columns: 4, captions: captions), "pole")
}

/// One push of a policy's best action.
private func push(_ pole: inout CartPole, _ policy: SmallNetwork) {
  let state = Tensor(pole.numbers.map { Float($0) }, shape: [1, 4])
  pole.step(force: policy.bestPushes(state)[0])
}

/// How many steps a pole stands, up to a limit.
private func steps(until limit: Int, from start: CartPole, _ policy: SmallNetwork) -> Int {
  var (pole, count) = (start, 0)
  while count < limit && !pole.hasFallen {
    push(&pole, policy)
    count += 1
  }
  return count
}

/// Where a pole leans to, as the pictures show it.
private func lean(of pole: CartPole) -> String {
  let degrees = pole.angle * 180 / .pi
  let side = degrees < 0 ? "left" : "right"
  if abs(pole.angle) > CartPole.largestAngle { return "fallen to the \(side)" }
  if pole.hasFallen { return "off the rails" }
  return abs(degrees) < 1 ? "hardly" : "\(fixed(abs(degrees), 0))° to the \(side)"
}

/// A cart and its pole, 28 × 20 pixels.
private func picture(of pole: CartPole) -> Image {
  let (width, height) = (28, 20)
  var values = [Double](repeating: 0, count: width * height)
  func ink(_ x: Double, _ y: Double, _ value: Double) {
    let (column, row) = (Int(x.rounded()), Int(y.rounded()))
    guard 0..<width ~= column, 0..<height ~= row else { return }
    values[row * width + column] = max(values[row * width + column], value)
  }
  let middle = 13.5 + pole.position * 5
  for x in 0..<width { ink(Double(x), 18, 0.3) }
  for x in -3...3 {
    for y in 15...17 { ink(middle + Double(x), Double(y), 0.6) }
  }
  // The pole, its lean drawn three times as large as it is.
  for step in 0...56 {
    let length = Double(step) / 4
    ink(
      middle + length * Double.sin(3 * pole.angle), 14.5 - length * Double.cos(3 * pole.angle), 1)
  }
  return Image(width: width, height: height, values: values)
}
