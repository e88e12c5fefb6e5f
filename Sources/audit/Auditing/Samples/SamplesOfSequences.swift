import Backprop
import Course

// Chapter 11.
extension Samples {
  static var sequences: [(String, Sample)] {
    typealias Problems = Chapter11Problems
    return [
      of(Problems.maskedCrossEntropy) {
        let (m, t, n) = ($0.size(1...4), $0.size(1...5), $0.size(1...5))
        let targets = $0.list(m) { $0.labels(t, classes: n) }
        var mask = $0.list(m) { $0.list(t) { $0.size(0...1) } }
        if $0.once(in: 2) {
          // As batches are filled up: ones, then zeros.
          mask = mask.map { $0.sorted(by: >) }
        }
        if !mask.joined().contains(1) { mask[m - 1][0] = 1 }
        return MaskedQuestion(logits: $0.logits([m, t, n]), targets: targets, mask: mask)
      },
      of(Problems.lstmStep) {
        let (m, inputs) = ($0.size(1...4), $0.size(1...4))
        let n = $0.once(in: 3) ? inputs : $0.size(1...4)
        return LSTMStepQuestion(
          x: $0.tensor([m, inputs]), h: $0.tensor([m, n], in: -1...1), cell: $0.tensor([m, n]),
          inputWeight: 0.5 * $0.tensor([inputs, 4 * n]), hiddenWeight: 0.5 * $0.tensor([n, 4 * n]),
          bias: $0.tensor([4 * n]), dNext: $0.tensor([m, n]), dNextCell: $0.tensor([m, n]))
      },
      of(Problems.gruStep) {
        let (m, inputs) = ($0.size(1...4), $0.size(1...4))
        let n = $0.once(in: 3) ? inputs : $0.size(1...4)
        return GRUStepQuestion(
          x: $0.tensor([m, inputs]), h: $0.tensor([m, n], in: -1...1),
          inputWeight: 0.5 * $0.tensor([inputs, 3 * n]), hiddenWeight: 0.5 * $0.tensor([n, 3 * n]),
          bias: $0.tensor([3 * n]), dNext: $0.tensor([m, n]))
      },
      of(Problems.dotAttention) {
        let (m, t, d) = ($0.size(1...4), $0.size(1...5), $0.size(1...4))
        var mask = $0.list(m) { $0.list(t) { $0.size(0...1) } }
        for row in 0..<m { mask[row][$0.size(0...t - 1)] = 1 }
        return AttentionQuestion(
          query: $0.tensor([m, d]), states: $0.tensor([m, t, d]), dContext: $0.tensor([m, d]),
          mask: $0.once(in: 3) ? mask : nil)
      },
      of(Problems.causalConv1d) {
        let (m, inputs, outputs) = ($0.size(1...3), $0.size(1...3), $0.size(1...3))
        let (steps, taps) = ($0.size(1...7), $0.size(1...4))
        return CausalConvolutionQuestion(
          x: $0.tensor([m, inputs, steps]), weight: $0.tensor([outputs, inputs, taps]),
          bias: $0.tensor([outputs]), dy: $0.tensor([m, outputs, steps]), dilation: $0.size(1...3))
      },
      of(Problems.ctc) {
        let (frames, m, n) = ($0.size(1...7), $0.size(1...3), $0.size(2...4))
        let labels = $0.list(m) { draw in
          var label = [Int]()
          for _ in 0..<draw.size(0...4) {
            let next = 1 + draw.size(0...n - 2)
            let longer = label + [next]
            let needed =
              longer.count + zip(longer, longer.dropFirst()).count { $0 == $1 }
            if needed <= frames { label = longer }
          }
          return label
        }
        return CTCQuestion(logits: 2 * $0.tensor([frames, m, n]), labels: labels)
      },
    ]
  }
}
