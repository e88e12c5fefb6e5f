import Autodiff
import Checking
import Core
import Guiding
import Problems03
import Running

/// The first worked example line by line, or with --all each of them, beside what was published.
func followTheExamples(
  _ options: ChapterOptions, _ source: Source, on screen: Screen
) throws {
  let twoLayer = Chapter03Problems.twoLayer.function(from: source)
  let numericalGradient = Chapter03Problems.numericalGradient.function(from: source)
  screen.section("Five published examples: what comes out if one computes them?")
  screen.text(
    """
    Samples are rows, weights are [in, out]. "published" is what a published example
    printed for the same line, a slash between its rows. "gradient check" compares
    with central differences of the loss.
    """)
  let others: [WorkedExample] = [.two, .three, .four, .fourWithCrossEntropy, .five]
  for example in [.one] + (options.all ? others : []) {
    let pass = try example.pass(with: twoLayer)
    screen.text(
      "\n■ \(example.name), α = \(example.learningRate)\n  loss = \(example.loss.formula)")
    for stage in WorkedExample.Stage.allCases {
      screen.text("  \(stage.rawValue)")
      for line in example.lines(stage, of: pass) {
        screen.text(text(line, digits: stage == .update ? 9 : 6))
        if let published = example.published[line.name] {
          screen.text("                      published: \(published)")
        }
      }
    }
    screen.text("  gradient check: " + (try check(pass, of: example, numericalGradient)))
    if !example.slips.isEmpty {
      screen.text("  what went wrong in print")
      for slip in example.slips {
        screen.text("    · " + wrapped(slip, to: 72).joined(separator: "\n      "))
      }
    }
  }
  guard options.all else {
    screen.text("\nThe other four, and what they become if read otherwise: --all.")
    return
  }
  screen.text("\nThe same examples read in other ways, and how far ten steps get:\n")
  var table = Table("example", "loss", "after 1 step", "after 10")
  for example in WorkedExample.all {
    let losses = [0, 1, 10].map { fixed(example.trained(steps: $0).pass().loss, 9) }
    table.add([example.name] + losses)
  }
  screen.table(table)
}

/// Which gradients of the parameters agree with differences of the loss.
private func check(
  _ pass: WorkedExample.Pass, of example: WorkedExample,
  _ numericalGradient: (NumericalGradientQuestion) throws -> Matrix
) throws -> String {
  func agrees(
    _ gradient: Matrix, at parameter: Matrix,
    put: @escaping (inout WorkedExample, Matrix) -> Void
  ) throws -> String {
    let question = NumericalGradientQuestion("loss", at: parameter, step: 1e-5) { parameter in
      var changed = example
      put(&changed, parameter)
      return changed.pass().loss
    }
    let differences = try numericalGradient(question)
    return gradientsAgree(gradient, differences, loss: pass.loss) ? "✓" : "✗"
  }
  var marks: [String] = []
  for i in example.layers.indices.reversed() {
    let layer = example.layers[i]
    let weight = try agrees(pass.dW[i], at: layer.weight) { $0.layers[i].weight = $1 }
    marks.append("dW\(i + 1) \(weight)")
    guard let bias = layer.bias else { continue }
    marks.append("db\(i + 1) " + (try agrees(pass.db[i], at: bias) { $0.layers[i].bias = $1 }))
  }
  return marks.joined(separator: "  ")
}

/// A line of an example: its name, its shape, and a row of numbers a line.
private func text(_ line: WorkedExample.Line, digits: Int) -> String {
  let (value, isMatrix) = (line.value, line.value.rank == 2)
  let columns = isMatrix ? value.columns : value.count
  let rows = isMatrix ? value.rows : 1
  func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
  return (0..<rows).map { row in
    let head = row == 0 ? padded(line.name, to: 9) + padded("\(value.shape)", to: 7) : ""
    let numbers = value.scalars[row * columns..<(row + 1) * columns].map { number in
      let text = digits == 6 ? significant(number, 6) : fixed(number, digits)
      return String(repeating: " ", count: max(14 - text.count, 1)) + text
    }
    return "    " + padded(head, to: 16) + numbers.joined()
  }.joined(separator: "\n")
}

/// Hidden units that start equal, after ten thousand steps.
func keepEqualWeightsEqual(on screen: Screen) throws {
  screen.section("Can equal weights ever grow apart?")
  screen.text("Example 1 starts with every parameter 1. Trained with α = 1:\n")
  var table = Table("steps", "loss", "W1, first row", "W2, first column", "all bits equal")
  for steps in [0, 10, 100, 1000, 10_000] {
    let net = WorkedExample.one.with(learningRate: 1).trained(steps: steps)
    let (weight1, weight2) = (net.layers[0].weight, net.layers[1].weight)
    let toUnits = weight1.scalars[0..<3]
    let fromUnits = (0..<3).map { weight2[$0, 0] }
    let areEqual = Set(toUnits).count == 1 && Set(fromUnits).count == 1
    table.add(
      "\(steps)", significant(net.pass().loss, 5),
      toUnits.map { fixed($0, 3) }.joined(separator: " "),
      fromUnits.map { fixed($0, 3) }.joined(separator: " "), areEqual ? "yes" : "no")
  }
  screen.table(table)
  screen.text(
    """

    Equal units get equal gradients, so they stay equal: three hidden units do the
    work of one. That is why weights start at random.
    """)
}
