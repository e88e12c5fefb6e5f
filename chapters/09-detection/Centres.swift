import Core
import Running

/// A map that is 1 at the centres of the digits and falls off around them, as a target for the same U-Net.
///
/// Source: Huang et al., "TrackNet", 2019, section III; the bell is theirs, our widths are 2 pixels.
func centreMap(_ canvas: Canvas) -> [Float] {
  let side = Canvas.side
  var map = [Float](repeating: 0, count: side * side)
  for object in canvas.objects {
    let (x, y) = object.box.centre
    func range(_ centre: Double) -> Range<Int> {
      max(0, Int(centre) - 7)..<min(side, Int(centre) + 8)
    }
    for row in range(y) {
      for column in range(x) {
        let (dx, dy) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
        let value = Float(Double.exp(-(dx * dx + dy * dy) / 8))
        map[row * side + column] = max(map[row * side + column], value)
      }
    }
  }
  return map
}

/// Where a map has a peak above one half that no neighbour exceeds.
func peaks(_ map: [Float]) -> [(x: Double, y: Double)] {
  let side = Canvas.side
  return map.indices.filter { map[$0] > 0.5 }.compactMap { place in
    let (x, y) = (place % side, place / side)
    for row in max(0, y - 2)...min(side - 1, y + 2) {
      for column in max(0, x - 2)...min(side - 1, x + 2) {
        let other = row * side + column
        // Of equal neighbours the first counts.
        if map[other] > map[place] || map[other] == map[place] && other < place { return nil }
      }
    }
    return (Double(x) + 0.5, Double(y) + 0.5)
  }
}

/// The same U-Net with one number a pixel, how near a centre is.
func findCentres(
  _ functions: FunctionsInUse, _ trained: TrainedDetector, _ plan: Plan, on screen: Screen
) throws {
  screen.section("And only the centres?")
  var generator = SplitMix64(seed: plan.seed + 3)
  var network = uNet(
    Encoder(of: trained.network), outputs: 1, functions, using: &generator)
  try train(&network, plan, on: screen)
}

private func train<Network: TensorLayer<Float>>(
  _ network: inout Network, _ plan: Plan, on screen: Screen
) throws {
  let canvases = plan.train.first(plan.isQuick ? 32 : 1000)
  let recipe = Recipe(
    name: "centres", canvases: canvases, epochs: plan.isQuick ? 1 : 2, batch: 32, seed: plan.seed)
  let pixels = Canvas.side * Canvas.side
  let maps = Tensor(
    canvases.all.flatMap { centreMap($0) }, shape: [canvases.all.count, pixels])
  try recipe.train(&network, on: screen) { z, places in
    let t = maps.rows(places).transposed.reshaped(z.shape)  // [56·56·m, 1]
    let (loss, gradient) = binaryCrossEntropy(logits: z, targets: t)
    // A mean over pixels that are nearly all 0 moves little: it counts as a sum over 100.
    return (loss * 31, gradient * 31)
  }
  let test = plan.test.first(plan.isQuick ? 20 : 200)
  let found = network.eachBatch(of: test.x, size: 50) { z, range in
    let maps = z.reshaped([pixels, range.count]).transposed
    return range.indices.map { index in
      peaks(maps.rows([index - range.lowerBound]).scalars.map { 1 / (1 + Float.exp(-$0)) })
    }
  }
  var (hits, objects, said) = (0, 0, 0)
  for (canvas, peaks) in zip(test.all, found) {
    objects += canvas.objects.count
    said += peaks.count
    hits += canvas.objects.count { object in
      let (x, y) = object.box.centre
      return peaks.contains { ($0.x - x) * ($0.x - x) + ($0.y - y) * ($0.y - y) <= 9 }
    }
  }
  screen.text(
    """
    The target is 1 at a digit's centre and falls off like a bell, 2 pixels wide;
    the answer, every peak above one half. After \(grouped(recipe.seen)) canvases, on \(test.all.count) others: \(objects)
    digits, \(said) peaks; \(percent(Double(hits) / Double(max(1, objects)), 1)) of the digits have one within 3 pixels.
    """)
}
