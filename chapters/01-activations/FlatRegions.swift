import Checking
import Core
import Running

/// Where each function is so flat that hardly anything of dy comes through.
func showFlatRegions(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Where does a gradient get stuck?")
  screen.text(
    """
    Flat means here: the slope is smaller than 0.01, so that 99 % of dy is lost.
    Looked for on -8…8; – stands where the top is a plateau or is reached far out.
    """)
  let x = Matrix(rows: [(-8000...8000).map { Double($0) / 1000 }])
  var table = Table("function", "steepest", "at x", "flat left of", "flat right of")
  for tested in functions.exercised + functions.smooth {
    let slopes = try tested.slopes(at: x).scalars
    let left = slopes.firstIndex { !(abs($0) < 0.01) }
    let right = slopes.lastIndex { !(abs($0) < 0.01) }
    var top = 0
    for i in slopes.indices where slopes[i] > slopes[top] { top = i }
    func border(_ place: Int?, _ end: Int) -> String {
      guard let place else { return "everywhere" }
      return place == end ? "nowhere" : fixed(x.scalars[place], 2)
    }
    table.add(
      tested.name, fixed(slopes[top], 3), isHill(slopes, top) ? fixed(x.scalars[top], 2) : "–",
      border(left, slopes.startIndex), border(right, slopes.endIndex - 1))
  }
  screen.table(table)
}

/// Whether slopes fall on both sides of their largest, so that it has one place.
private func isHill(_ slopes: [Double], _ top: Int) -> Bool {
  top > 0 && top < slopes.count - 1 && slopes[top - 1] < slopes[top]
    && slopes[top + 1] < slopes[top]
}

/// A neuron that was pushed out of reach: with ReLU no gradient ever brings it back.
func showDeadNeuron(_ functions: FunctionsInUse, seed: UInt64, on screen: Screen) throws {
  screen.section("When does a ReLU die?")
  screen.text(
    """
    A neuron y = f(w·x + b) is to learn y = max(x, 0) from 200 random x, but some
    step before has thrown its bias to -6. Every w·x + b is below 0 now. Open is the
    share of samples whose slope is above 1/2.
    """)
  var table = Table("step", "ReLU: loss", "b", "open", "leaky: loss", "b", "open")
  let relu = try Neuron.history(of: functions.relu, seed: seed)
  let leaky = try Neuron.history(of: functions.leakyReLU, seed: seed)
  for (one, other) in zip(relu, leaky) { table.add(["\(one.step)"] + one.cells + other.cells) }
  screen.table(table)
}

/// One weight and one bias in front of an activation, trained by gradient descent.
private struct Neuron {
  var (w, b) = (1.0, -6.0)

  struct Moment {
    let step: Int
    let loss: Double
    let bias: Double
    let open: Double

    var cells: [String] { [fixed(loss, 4), fixed(bias, 3), percent(open, 0)] }
  }

  static func history(of tested: TestedActivation, seed: UInt64) throws -> [Moment] {
    var generator = SplitMix64(seed: seed)
    let x = Matrix(shape: [200, 1], using: &generator)
    let target = x.map { max($0, 0) }
    var (neuron, moments) = (Neuron(), [Moment]())
    for step in 0...1000 {
      let z = neuron.w * x + neuron.b  // [200, 1]
      let (loss, dy) = meanSquaredError(prediction: tested.activation(z), target: target)
      let dz = try tested.backward(z, dy)
      if [0, 10, 50, 100, 200, 1000].contains(step) {
        let open = try tested.slopes(at: z).scalars.count { $0 > 0.5 }
        moments.append(
          Moment(step: step, loss: loss, bias: neuron.b, open: Double(open) / Double(z.count)))
      }
      // forward: z = w·x + b
      neuron.w -= 0.5 * (dz * x).sum()
      neuron.b -= 0.5 * dz.sum()
    }
    return moments
  }
}
