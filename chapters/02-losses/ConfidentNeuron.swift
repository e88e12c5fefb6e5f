import Checking
import Core
import Figures
import Running

/// One sigmoid neuron with one weight and one bias, which should learn to answer 0 to the input 1.
///
/// The two starts are those of Nielsen, "Neural networks and deep learning", 2015, chapter 3.
private struct Neuron {
  var weight: Double
  var bias: Double

  /// 0.82 of 1: mildly wrong.
  static let mild = Neuron(weight: 0.6, bias: 0.9)
  /// 0.98 of 1: sure, and wrong.
  static let sure = Neuron(weight: 2, bias: 2)

  var output: Double { Activation.sigmoid.value(at: weight + bias) }

  /// The outputs before each of 300 epochs, and after them.
  func learning(
    _ gradient: (_ z: Matrix, _ target: Matrix) throws -> Matrix
  ) rethrows -> [Double] {
    var (neuron, outputs) = (self, [output])
    for _ in 0..<300 {
      // forward: z = x·w + b, x = 1
      let dz = try gradient(single(neuron.weight + neuron.bias), single(0)).item
      neuron.weight -= 0.15 * dz
      neuron.bias -= 0.15 * dz
      outputs.append(neuron.output)
    }
    return outputs
  }
}

/// The confidently wrong neuron, under the squared error and under cross-entropy.
func showConfidentNeuron(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("A neuron is sure, and wrong. How fast does it learn?")
  screen.text(
    """
    Input 1, target 0, learning rate 0.15. One neuron starts mildly wrong (w = 0.6,
    b = 0.9), one sure and wrong (w = b = 2). The columns are their outputs.
    """)
  let squared = { try logitGradient(ofSquaredError: functions, $0, $1) }
  let runs = [
    ("mild, squared", try Neuron.mild.learning(squared)),
    ("sure, squared", try Neuron.sure.learning(squared)),
    ("mild, cross-entropy", try Neuron.mild.learning(functions.binaryCrossEntropy)),
    ("sure, cross-entropy", try Neuron.sure.learning(functions.binaryCrossEntropy)),
  ]
  var table = Table(header: ["epoch"] + runs.map(\.0))
  for epoch in stride(from: 0, through: 300, by: 50) {
    table.add(["\(epoch)"] + runs.map { fixed($0.1[epoch], 3) })
  }
  screen.table(table)
  let reached = runs.map { name, outputs in
    outputs.firstIndex { $0 < 0.2 }.map { "\(name): epoch \($0)" } ?? "\(name): not in 300"
  }
  screen.text("\nbelow 0.2 from\n  " + reached.joined(separator: "\n  "))
  try screen.figure(
    .lines(
      "What the neuron answers; it should be 0",
      description: "The output against epochs. Sure and wrong, under the squared error, it stays "
        + "near 1 for about a hundred epochs and then falls; under cross-entropy it falls at once, "
        + "as both mildly wrong neurons do.",
      x: "epoch", y: Axis("output", range: 0...1), runs.map { Series($0.0, y: $0.1) }),
    "confident-neuron")
}
