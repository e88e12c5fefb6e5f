import Core
import Figures
import Reinforcement
import Running

/// A strip of pictures: the pole under a policy.
func showPole(_ network: SmallNetwork, _ plan: Plan, on screen: Screen) throws {
  screen.section("The pole")
  var generator = SplitMix64(seed: plan.seed)
  let untrained = smallNetwork(4, 32, 2, .tanh, using: &generator)
  let times = [0, 10, 20, 30, 40, 50]
  var (images, captions) = ([Image](), [String]())
  for (name, policy) in [("untrained", untrained), ("trained", network)] {
    var pole = CartPole(position: 0, velocity: 0.02, angle: 0.03, angularVelocity: 0.02)
    for step in 0...(times.last ?? 0) {
      if times.contains(step) {
        images.append(picture(of: pole))
        captions.append(
          pole.hasFallen ? "fallen" : "\(step == 0 ? name + ", " : "")step \(step)")
      }
      guard !pole.hasFallen else { continue }
      let state = Tensor(pole.numbers.map { Float($0) }, shape: [1, 4])
      pole.step(force: policy.bestPushes(state)[0])
    }
  }
  try screen.figure(
    .images(
      "Above an untrained network, below the trained one",
      description:
        "Two rows of six pictures of a cart with a pole. Above the pole leans further from picture to picture, "
        + "and has fallen by the end; below it stands in all six.",
      images, columns: 6, captions: captions), "pole")
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
  // The pole, its lean drawn twice as large as it is.
  for step in 0...56 {
    let length = Double(step) / 4
    ink(
      middle + length * Double.sin(2 * pole.angle), 14.5 - length * Double.cos(2 * pole.angle), 1)
  }
  return Image(width: width, height: height, values: values)
}
