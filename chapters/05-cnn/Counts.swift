import Checking
import Core
import Images
import Running
import TrainingRuns

/// How far back an element sees: the formula, and a gradient that was sent back to find out.
func measureReceptiveField(on screen: Screen) throws {
  screen.section("How much of the image does one number see?")
  var table = Table(
    "LeNet-5", "shape", "parameters", "multiply-adds", "sees", "jump")
  var (parameters, multiplyAdds) = (0, 0)
  for (layer, count) in zip(LayerList.leNet5.layers, LayerList.leNet5.counts) {
    if case .elementwise = layer { continue }
    table.add(
      name(of: layer), count.shape.map(String.init).joined(separator: "×"),
      grouped(count.parameters - parameters),
      grouped(count.multiplyAdds - multiplyAdds),
      "\(count.receptiveField)", "\(count.jump)")
    (parameters, multiplyAdds) = (count.parameters, count.multiplyAdds)
  }
  table.add("all", "", grouped(parameters), grouped(multiplyAdds))
  screen.table(table)

  // A gradient at one place behind the second pooling, sent back with weights of 1: each pixel that
  // it reaches has been seen. Average pooling reaches all that max pooling chooses from.
  func ones(_ outputs: Int, _ inputs: Int) -> Matrix {
    Matrix(repeating: 1, shape: [outputs, inputs, 5, 5])
  }
  var dy = Matrix(shape: [1, 16, 5, 5])
  dy[0, 0, 2, 2] = 1
  let pool = PoolingGeometry(window: 2)
  dy = averagePool2dReferenceBackward(dy, inputShape: [1, 16, 10, 10], pool)
  dy = conv2dReferenceBackwardInput(dy, inputShape: [1, 6, 14, 14], weight: ones(16, 6))
  dy = averagePool2dReferenceBackward(dy, inputShape: [1, 6, 28, 28], pool)
  let dx = conv2dReferenceBackwardInput(
    dy, inputShape: [1, 1, 28, 28], weight: ones(6, 1), ConvolutionGeometry(padding: 2))
  let rows = (0..<28).filter { row in (0..<28).contains { dx[0, 0, row, $0] != 0 } }
  screen.text(
    """

    A window of k makes an element see (k - 1)·jump pixels more; a stride multiplies
    the jump, the distance of two neighbours in pixels of the image. Checked: a
    gradient at the middle of the second pooling reaches rows \(rows.first ?? 0) to \(rows.last ?? 0), \(rows.count) of 28.
    Nearly all parameters are in the dense layers, most of the work is not.
    """)
  try screen.write(receptiveFieldFigure(), "receptive-field")
}

private func name(of layer: LayerDescription) -> String {
  switch layer {
  case .convolution(let outputs, let kernel, let geometry, _):
    "conv \(outputs)@\(kernel)×\(kernel)" + (geometry.padding > 0 ? " pad \(geometry.padding)" : "")
  case .pool(let window, _, _, _): "pool \(window)×\(window)"
  case .dense(let outputs): "dense \(outputs)"
  default: "\(layer)"
  }
}

/// The famous networks, counted from their lists of layers, beside what their papers say.
func countArchitectures(on screen: Screen) {
  screen.section("How large were the famous ones?")
  var table = Table(
    "counted here", "parameters", "the paper", "multiply-adds", "the paper")
  for (list, form, parameters, work) in [
    (LayerList.leNet5, "", "60,000", "–"),
    (.alexNet, ", one tower", "60 million", "–"),
    (.vgg16, "", "138 million", "15.3 billion*"),
    (.googLeNet, ", batch norm", "6.8 million", "1.5 billion"),
    (.resNet50, "", "–", "3.8 billion"),
  ] {
    table.add(
      list.name + form, grouped(list.parameterCount), parameters,
      list.multiplyAdds < 10_000_000
        ? grouped(list.multiplyAdds) : "\(fixed(Double(list.multiplyAdds) / 1e9, 2)) billion", work)
  }
  screen.table(table)
  // In the first block of stages 2 to 4, the 1×1 filters would do a quarter of their work.
  let work = [(256, 128, 56), (512, 256, 28), (1024, 512, 14)].reduce(0) {
    $0 + $1.0 * $1.1 * $1.2 * $1.2
  }
  let strideEarly = (Double(LayerList.resNet50.multiplyAdds) - 0.75 * Double(work)) / 1e9
  screen.text(
    """
    * as given in the ResNet paper, which leaves VGG's dense layers out.
    LeNet-5: each map of our second convolution sees all six maps; in 1998 most saw
    three or four, to break the symmetry and to save work.
    AlexNet: counted is the single tower of 2014; in 2012 it was two, on two
    devices, and had 60,965,224.
    GoogLeNet: the paper's 6.8 million is the sum of its table 1. Counted is the
    form that is distributed today, with batch normalization, 3×3 filters in place
    of 5×5, and without the two helper outputs of its training.
    ResNet-50: today the 3×3 filters have the stride, in the paper the 1×1 filters
    before them. Counted so it would be \(fixed(strideEarly, 2)) billion.
    VGG-16 has \(percent(denseShare(.vgg16), 0)) of its parameters in three dense layers; GoogLeNet and ResNet-50
    average each map to one number first, and have \(percent(denseShare(.googLeNet), 0)) and \(percent(denseShare(.resNet50), 0)) there.
    """)
}

/// The share of a network's parameters that is in its dense layers.
private func denseShare(_ list: LayerList) -> Double {
  var (before, dense) = (0, 0)
  for (layer, count) in zip(list.layers, list.counts) {
    if case .dense = layer { dense += count.parameters - before }
    before = count.parameters
  }
  return Double(dense) / Double(before)
}

/// LeNet-5 beside two variants, trained in the same way.
func compareNetworks(_ plan: Plan, on screen: Screen) throws {
  screen.section("What does separating save, and does the kind of pooling matter?")
  var plan = plan
  plan.epochs = min(plan.epochs, plan.isQuick ? plan.epochs : 3)
  var table = Table("network", "parameters", "multiply-adds", "test", "loss")
  var seconds = [String: Double]()
  var failures = [(name: String, failure: TrainingFailure)]()
  func add<Kind: ImageNetwork>(_ kind: Kind) throws {
    let run: Trained<Kind.Network>
    do {
      run = try kind.run(plan, on: screen, prints: false)
    } catch let error as TrainingFailure {
      table.add(kind.name, "", "", "stopped")
      failures.append((kind.name, error))
      return
    }
    table.add(
      kind.name, grouped(kind.layers.parameterCount), grouped(kind.layers.multiplyAdds),
      percent(run.accuracy), fixed(run.losses.last ?? 0, 4))
    seconds[kind.name] = run.seconds
  }
  try add(LeNet())
  try add(AveragingLeNet())
  try add(SeparableLeNet())
  screen.table(table)
  for (name, failure) in failures { screen.stopped(failure, of: name) }
  let (full, separate) = (16 * 6 * 25, 6 * 25 + 16 * 6)
  let ratio = (seconds[SeparableLeNet().name] ?? .nan) / (seconds[LeNet().name] ?? .nan)
  screen.text(
    """
    \(plan.epochs) epochs each, one seed: differences of a tenth of a point mean nothing.
    The second convolution alone: \(grouped(full)) weights, \(separate) separated, \(fixed(Double(full) / Double(separate), 1)) times fewer,
    and as many times fewer multiplications.
    \(ratio.isFinite ? "Here its training takes \(fixed(ratio, 1)) times as long:" : "Time is another matter:")
    other layers cost what they cost, and thin layers have little to keep a
    processor busy with.
    """)
}
