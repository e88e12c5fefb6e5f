import Checking
import Core
import Running
import Training

/// What a penalty in the loss becomes under Adam, and what weight decay does instead.
func showWeightDecay(on screen: Screen) {
  screen.section("Is L2 in the loss weight decay? Not under Adam")
  screen.paragraph(
    """
    Two weights, both 1 at first. Their gradients only swing, one by ±1 and the other
    by ±100, so that nothing but the decay moves them for long. λ = 0.1, 500 steps.
    """)
  var table = Table("", "gradients ±1", "gradients ±100")
  let (rate, strength) = (0.01, 0.1)
  func add(_ name: String, _ optimizer: some Optimizer<Double>, l2: Double) {
    let path = walk(with: optimizer, from: Matrix([1, 1]), steps: 500) { position, step in
      let sign = step % 2 == 0 ? 1.0 : -1
      return Matrix([sign, 100 * sign]) + l2 * position
    }
    let end = path[path.count - 1]
    table.add(name, fixed(end[0], 3), fixed(end[1], 3))
  }
  add("Adam, L2 in the loss", Adam(learningRate: rate), l2: strength)
  add("AdamW", AdamW(learningRate: rate, decay: strength), l2: 0)
  screen.table(table)
  screen.paragraph(
    """
    In the loss, the penalty's λθ is divided by √v like the rest of the gradient: where
    gradients are large it does nothing. AdamW shrinks both alike, by 1 - ηλ a step.
    """)
}
