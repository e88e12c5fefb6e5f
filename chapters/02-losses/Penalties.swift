import Checking
import Core
import Running
import SmallSets

/// L1 and L2: what they pull at, and what happens to a bias that is pulled too.
func showPenalties(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("What do L1 and L2 penalties pull at?")
  screen.text(
    """
    Four weights and a bias under a penalty alone, strength 0.5, rate 0.125. L2
    takes the same share at each step, L1 the same amount.
    """)
  let start = Matrix(rows: [[2, 0.5, 0.125, 0.1]])
  var table = Table(
    header: ["penalty", "step"] + start.scalars.map { "w = \(significant($0, 3))" } + ["b = 1"])
  for name in ["L2", "L1"] {
    var (weight, bias) = (start, Matrix([1]))
    for step in 0...32 {
      if [0, 1, 2, 7, 32].contains(step) {
        table.add(
          [name, "\(step)"] + weight.scalars.map { fixed($0, 4) } + [fixed(bias.item, 4)])
      }
      if name == "L2" {
        let (dW, db) = try functions.l2Penalty(weight, bias, 0.5)
        weight -= dW * 0.125
        bias -= db * 0.125
      } else {
        weight -= l1Penalty(weight, strength: 0.5).gradient * 0.125
      }
    }
  }
  screen.table(table)
  try showPenalizedBias(functions, options, on: screen)
}

/// The rare class's share as a penalized classifier sees it, with a free and with a penalized bias.
private func showPenalizedBias(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Why are biases left alone?")
  screen.text(
    """
    One sigmoid neuron on the 9 : 1 clouds, with an L2 penalty on its weights. One
    in ten points is rare; this is the probability that it gives on average.
    """)
  var generator = SplitMix64(seed: options.seed)
  let points = imbalanced(count: options.quick ? 1000 : 3000, using: &generator)
  let target = Matrix(points.labels.map(Double.init)).reshaped([points.count, 1])
  var table = Table("strength", "length of W", "average, b free", "average, b penalized too")
  for strength in [0, 0.01, 0.1, 1] {
    func fit(penalizingBias: Bool) throws -> (length: Double, average: Double) {
      var (weight, bias) = (Matrix(shape: [2, 1]), Matrix(shape: [1]))
      for _ in 0..<(options.quick ? 1500 : 2500) {
        let z = matmul(points.inputs, weight) + bias
        let dz = try functions.binaryCrossEntropy(z, target)
        let penalty = try functions.l2Penalty(weight, bias, strength)
        let unwanted = penalizingBias ? strength * bias : Matrix(shape: [1])
        weight -= 0.5 * (matmul(transposed: points.inputs, dz) + penalty.dW)
        bias -= 0.5 * (dz.sum(axis: 0) + penalty.db + unwanted)
      }
      let p = Activation.sigmoid(matmul(points.inputs, weight) + bias)
      return (weight.norm(), p.mean())
    }
    let (free, penalized) = (try fit(penalizingBias: false), try fit(penalizingBias: true))
    table.add(
      significant(strength, 2), shown(free.length, 3), percent(free.average, 1),
      percent(penalized.average, 1))
  }
  screen.table(table)
}
