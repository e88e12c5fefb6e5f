import Backprop
import Course

// Chapter 9.
extension Samples {
  static var detection: [(String, Sample)] {
    typealias Problems = Chapter09Problems
    return [
      of(Problems.focalLoss) {
        let shape = [$0.size(1...5), $0.size(1...5)]
        let share = $0.pick([0.0, 0.2, 0.5, 1])
        return FocalLossQuestion(
          logits: $0.logits(shape),
          targets: $0.tensor(shape, in: 0...1, ends: false).map { $0 < share ? 1 : 0 },
          alpha: $0.pick([0, 0.25, 1, $0.number(0...1)]),
          gamma: $0.pick([0, 0.5, 1, 2, $0.number(0...5)]))
      },
      of(Problems.boxDecode) {
        let boxes = $0.size(1...5)
        return BoxDecodeQuestion(
          dCorners: $0.tensor([boxes, 4]), offsets: $0.tensor([boxes, 4]),
          cells: $0.tensor([boxes, 2], in: 0...6).map { $0.rounded() },
          stride: $0.number(0.1...12), prior: $0.number(0.1...30))
      },
      of(Problems.giouLoss) {
        let (boxes, reach) = ($0.size(1...6), $0.pick([2.0, 6, 30]))
        let isWhole = $0.once(in: 2)
        return BoxPairsQuestion(
          prediction: self.boxes(boxes, reach, isWhole, &$0),
          target: self.boxes(boxes, reach, isWhole, &$0))
      },
      of(Problems.transposedConvolution) { transposed(&$0) },
      of(Problems.upsampleConcat) {
        let (channels, kept) = ($0.size(1...4), $0.size(1...4))
        let shape = [$0.size(1...3), channels + kept, 2 * $0.size(1...4), 2 * $0.size(1...4)]
        return UpsampleConcatQuestion(dy: $0.tensor(shape), channels: channels)
      },
      of(Problems.softDice) {
        let shape = $0.list(4) { $0.size(1...4) }
        return SoftDiceQuestion(
          probabilities: $0.tensor(shape, in: 0...1), targets: $0.tensor(shape, in: 0...1),
          epsilon: $0.number(0.01...2))
      },
      of(Problems.regionMaxPool) { regions(&$0) },
    ]
  }

  /// Boxes with edges anywhere, or at whole numbers, where many are equal.
  private static func boxes(
    _ count: Int, _ reach: Double, _ isWhole: Bool, _ draw: inout Draw
  ) -> Matrix {
    var boxes = Matrix(shape: [count, 4])
    for k in 0..<count {
      for axis in 0..<2 {
        let (first, size) = (draw.number(0...reach), draw.number(0.2...6))
        boxes[k, axis] = isWhole ? first.rounded() : first
        boxes[k, axis + 2] = boxes[k, axis] + (isWhole ? max(1, size.rounded()) : size)
      }
    }
    return boxes
  }

  private static func transposed(_ draw: inout Draw) -> TransposedConvolutionQuestion {
    let (m, inputs, outputs) = (draw.size(1...3), draw.size(1...3), draw.size(1...3))
    let (stride, kernel) = (draw.size(1...3), [draw.size(1...3), draw.size(1...3)])
    let image = [draw.size(1...4), draw.size(1...4)]
    let whole = zip(image, kernel).map { ($0 - 1) * stride + $1 }
    // As much as leaves a pixel at least.
    let padding = draw.size(0...min(2, ((whole.min() ?? 1) - 1) / 2))
    return TransposedConvolutionQuestion(
      x: draw.tensor([m, inputs] + image), weight: draw.tensor([inputs, outputs] + kernel),
      bias: draw.tensor([outputs]),
      dy: draw.tensor([m, outputs] + whole.map { $0 - 2 * padding }), stride: stride,
      padding: padding)
  }

  private static func regions(_ draw: inout Draw) -> RegionPoolQuestion {
    let shape = draw.list(2) { $0.size(1...3) } + draw.list(2) { $0.size(1...7) }
    let regions = draw.list(draw.size(1...4)) { draw in
      let (x1, y1) = (draw.size(0...shape[3] - 1), draw.size(0...shape[2] - 1))
      return Region(
        image: draw.size(0...shape[0] - 1), x1: x1, y1: y1, x2: x1 + draw.size(1...shape[3] - x1),
        y2: y1 + draw.size(1...shape[2] - y1))
    }
    let bins = draw.size(1...4)
    let x = draw.tensor(shape)
    return RegionPoolQuestion(
      x: draw.once(in: 3) ? x.map { $0.rounded() } : x,
      dy: draw.tensor([regions.count, shape[1], bins, bins]), regions: regions)
  }
}
