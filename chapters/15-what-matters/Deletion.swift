import Core
import Figures
import Importance
import Running

/// The test of a map: blacken what it ranks highest, and see whether the answer falls.
func showDeletion(
  _ network: BigNetwork, _ convolutional: ConvolutionalNetwork, _ chosen: MappedDigits,
  _ maps: [(name: String, map: Tensor<Float>)], cam: Tensor<Float>, on screen: Screen
) throws {
  let random = randomMap(of: chosen.x)
  screen.text(
    """
    \(chosen.labels.count) digits. As many pixels as 20 % of a digit's ink are blackened, those that
    a map ranks highest. What is left of the probability of the digit:

    """)
  var (table, curves) = (Table("ranked by", "the network's", "the convolutional's"), [Series]())
  func dense(_ x: Tensor<Float>) -> Tensor<Float> { network.predict(x) }
  func convolved(_ x: Tensor<Float>) -> Tensor<Float> { convolutional.predict(x) }
  table.add(
    "nothing taken away", fixed(chosen.probability(dense), 2),
    fixed(chosen.probability(convolved), 2))
  let slopes = convolutional.inputGradient(at: chosen.x, classes: chosen.labels)
  let others = [
    "gradient × input": gradientTimesInput(slopes, x: chosen.x), "saliency": saliency(slopes),
  ]
  for (name, map) in maps + [("chance, among the ink", random)] {
    let ranks = ranked(map)
    let own = chosen.probability(dense, without: 0.2, of: ranks)
    let other = (others[name] ?? (name.hasPrefix("chance") ? random : nil)).map {
      fixed(chosen.probability(convolved, without: 0.2, of: ranked($0)), 2)
    }
    table.add(name, fixed(own, 2), other ?? "")
    let shares = (0...10).map { Double($0) / 10 }
    curves.append(
      Series(
        name, x: shares.map { 100 * $0 },
        y: shares.map { chosen.probability(dense, without: $0, of: ranks) }))
  }
  table.add(
    "Grad-CAM, among the ink", "",
    fixed(chosen.probability(convolved, without: 0.2, of: ranked(amongInk(cam, chosen.x))), 2))
  screen.table(table)
  try screen.write(
    .lines(
      "The digit's probability as ink is taken away",
      description:
        "Integrated gradients and gradient × input fall at once; saliency and chance stay long.",
      x: "pixels blackened, in percent of the ink", y: Axis("probability", range: 0...1), curves),
    "deletion")
}

extension MappedDigits {
  /// The mean probability of the right digits where the first pixels of an order are black.
  fileprivate func probability(
    _ logits: (Tensor<Float>) -> Tensor<Float>, without share: Double = 0, of ranks: [[Int]] = []
  ) -> Double {
    var some = x.scalars
    for (row, order) in ranks.enumerated() {
      let own = row * x.columns..<(row + 1) * x.columns
      let ink = some[own].count { $0 > 0 }
      for pixel in order.prefix(Int((share * Double(ink)).rounded())) {
        some[own.lowerBound + pixel] = 0
      }
    }
    let p = softmax(logits(Tensor(some, shape: x.shape)))
    return labels.indices.reduce(0) { $0 + Double(p[$1, labels[$1]]) } / Double(labels.count)
  }
}

/// The pixels of each row, the largest number first.
private func ranked(_ map: Tensor<Float>) -> [[Int]] {
  (0..<map.rows).map { row in
    let values = map.rows([row]).scalars
    return values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
  }
}

/// A map in which each pixel of ink has a random number, and the paper none.
private func randomMap(of x: Tensor<Float>) -> Tensor<Float> {
  var generator = SplitMix64(seed: 0xDE1)
  return x.map { $0 > 0 ? Float(1 + generator.uniform()) : 0 }
}

/// A map without the paper: a coarse one reaches beyond the strokes.
private func amongInk(_ map: Tensor<Float>, _ x: Tensor<Float>) -> Tensor<Float> {
  map.zip(x) { $1 > 0 ? 1 + $0 : 0 }
}
