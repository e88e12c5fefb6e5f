import Checking
import Core
import Problems11
import Running
import SequenceLayers
import Sequences

/// Sequences of five steps through the functions in use, beside central differences.
func showGradientChecks(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) {
  screen.section("Are the gradients right?")
  screen.text("Sequences of five steps, all parameters, beside central differences:\n")
  var generator = SplitMix64(seed: options.seed &+ 5)
  var table = Table("layer", "parameter", "shape", "largest relative error")
  let lstm = Adapted(LSTM<Double>(3, 4, using: &generator), stepBackward: functions.lstmStep)
  let gru = Adapted(GRU<Double>(3, 4, using: &generator), stepBackward: functions.gruStep)
  let convolution = Adapted(
    CausalConv1d<Double>(3, 4, taps: 2, dilation: 2, using: &generator),
    gradients: functions.convolution)
  let x = Matrix(shape: [2, 5, 3], using: &generator)
  add("LSTM", lstm, x, to: &table)
  add("GRU", gru, x, to: &table)
  add("convolution", convolution, x.reshaped([2, 3, 5]), to: &table)
  screen.table(table)
}

private func add<Network: TensorLayer<Double>>(
  _ name: String, _ network: Network, _ x: Matrix, to table: inout Table
) {
  var context = Context.inference
  let (y, cache) = network.forward(x, in: &context)
  // Any fixed numbers will do as ∂loss/∂y.
  let dY = Matrix((0..<y.count).map { Double.sin(Double($0) + 1) }, shape: y.shape)
  let (dX, gradient) = network.backward(dY, cache)
  var rows = [("x", dX, numericalGradient(of: { (dY * network($0)).sum() }, at: x))]
  for (index, (label, value)) in network.parameters.named.enumerated() {
    let numeric = numericalGradient(
      of: { nudged in
        var (copy, place) = (network, 0)
        copy.visit(network.parameters) { _, tensor, _ in
          if place == index { tensor = nudged }
          place += 1
        }
        return (dY * copy(x)).sum()
      }, at: value)
    rows.append((label, gradient.named[index].value, numeric))
  }
  for (label, got, numeric) in rows {
    table.add(name, label, "\(got.shape)", significant(maximumRelativeError(got, numeric), 1))
  }
}
