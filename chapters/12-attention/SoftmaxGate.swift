import Attention
import Core
import Running

/// One row's way back through a softmax, with and without a mask.
func showSoftmaxGate(on screen: Screen) {
  screen.section("A gradient's way through softmax")
  screen.text(
    """
    Query 1 of 4; the scores, and what arrives at the weights, are the same in both
    halves. dS = P⊙(dP - ΣdP⊙P).

    """)
  let scores = Tensor<Double>(rows: [[0, 0, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
  let dP = Tensor<Double>(rows: [[1, -1, 2, 0.5]])
  var table = Table("key", "0", "1", "2", "3")
  for (name, mask) in [("no mask", AttentionMask.none), ("causal", .causal)] {
    let p = maskedSoftmax(scores.reshaped([1, 4, 4]), mask).reshaped([4, 4]).rows(1..<2)
    let dS = softmaxBackward(dP, y: p)
    table.add(["P, \(name)"] + p.scalars.map { fixed($0, 3) })
    table.add(["dS, \(name)"] + dS.scalars.map { fixed($0, 3) })
  }
  screen.table(table)
}

/// What attention knows of order: nothing.
func showOrder(on screen: Screen) {
  screen.section("What attention knows of order")
  var generator = SplitMix64(seed: 12)
  let x = Tensor<Double>(shape: [1, 6, 8], using: &generator)
  let order = [3, 0, 5, 1, 4, 2]
  func shuffled(_ x: Tensor<Double>) -> Tensor<Double> {
    x.reshaped([6, 8]).rows(order).reshaped([1, 6, 8])
  }
  let positions = LearnedPositions<Double>(longest: 6, width: 8, .normal(1), using: &generator)
  var table = Table("largest difference", "without positions", "with positions")
  for mask in [AttentionMask.none, .causal] {
    let block = TransformerBlock<Double>(width: 8, heads: 2, mask: mask, using: &generator)
    let plain = shuffled(block(x)) - block(shuffled(x))
    let placed = shuffled(block(positions(x))) - block(positions(shuffled(x)))
    func largest(_ difference: Tensor<Double>) -> String {
      let size = difference.map { abs($0) }.max()
      return size < 1e-12 ? "0" : significant(size, 2)
    }
    table.add(mask == .none ? "no mask" : "causal mask", largest(plain), largest(placed))
  }
  screen.text("A block's output for six vectors, shuffled, beside that for the shuffled.\n")
  screen.table(table)
}
