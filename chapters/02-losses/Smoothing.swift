import Checking
import Core
import Figures
import Running

/// Three logits trained by themselves, on a hard target and on a smoothed one.
func showSmoothing(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("When is a classifier sure enough?")
  screen.text(
    """
    Three logits, the first class is right. Gradient descent on the logits
    themselves, rate 1. The lead is the first logit minus the largest other.
    """)
  let hard = Matrix(rows: [[1, 0, 0]])
  let targets = [("hard", hard), ("smoothed by 0.1", smoothed(hard, by: 0.1))]
  let steps = options.quick ? 1000 : 10_000
  var runs = [(name: String, target: Matrix, leads: [Double])]()
  for (name, target) in targets {
    var (z, leads) = (Matrix(shape: [1, 3]), [0.0])
    for _ in 0..<steps {
      z -= try functions.softmaxCrossEntropy(z, target)
      leads.append(z[0, 0] - max(z[0, 1], z[0, 2]))
    }
    runs.append((name, target, leads))
  }
  let shownSteps = [10, 100, 1000, 10_000].filter { $0 <= steps }
  var table = Table(
    header: ["target", "t, right class", "lead, step 10"] + shownSteps.dropFirst().map(String.init))
  for (name, target, leads) in runs {
    table.add([name, fixed(target[0, 0], 4)] + shownSteps.map { shown(leads[$0], 3) })
  }
  screen.table(table)
  let limit = Double.log(runs[1].target[0, 0] / runs[1].target[0, 1])
  screen.text(
    """
    A smoothed target is reached at a lead of log(0.9333/0.0333) = \(fixed(limit, 3)); there the
    gradient is 0. A hard one is never reached: the lead grows for ever.
    """)
  let places = (0...60).map { Int(Double.pow(Double(steps), Double($0) / 60).rounded()) }
  try screen.write(
    .lines(
      "The right class's lead, with and without label smoothing",
      description:
        "The lead against steps on a logarithmic axis: on a hard target it keeps growing, "
        + "on a smoothed one it levels off at 3.3.",
      x: Axis("step", scale: .logarithmic), y: "lead of the right logit",
      runs.map { run in
        Series(run.name, x: places.map(Double.init), y: places.map { run.leads[$0] })
      }), "label-smoothing")
}
