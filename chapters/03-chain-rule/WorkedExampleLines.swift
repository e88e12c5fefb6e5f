import Checking
import Core

extension WorkedExample {
  /// A number or tensor of the example by the name it has in formulas: z1, a1, y, δ2, dW2, W2 new.
  struct Line: Sendable {
    let name: String
    let value: Matrix
  }

  /// The part of a worked example, in the order in which one computes it.
  enum Stage: String, CaseIterable, Sendable {
    case forward
    case backward
    case update
  }

  /// What a stage computes, line by line.
  func lines(_ stage: Stage, of pass: Pass) -> [Line] {
    let last = layers.count
    func activation(_ i: Int) -> String { i == 0 ? "x" : i == last ? "y" : "a\(i)" }
    switch stage {
    case .forward:
      var lines = [Line(name: "x", value: inputs), Line(name: "t", value: targets)]
      for i in 1...last {
        lines.append(Line(name: "z\(i)", value: pass.z[i - 1]))
        lines.append(Line(name: activation(i), value: pass.a[i]))
      }
      return lines + [Line(name: "loss", value: Matrix([pass.loss]))]
    case .backward:
      var lines = [Line(name: "dy", value: pass.dy)]
      for i in (1...last).reversed() {
        lines.append(Line(name: "δ\(i)", value: pass.delta[i - 1]))
        lines.append(Line(name: "dW\(i)", value: pass.dW[i - 1]))
        if layers[i - 1].bias != nil { lines.append(Line(name: "db\(i)", value: pass.db[i - 1])) }
        lines.append(Line(name: "d" + activation(i - 1), value: pass.dInput[i - 1]))
      }
      return lines
    case .update:
      let next = stepped(by: pass)
      var lines: [Line] = []
      for i in (1...last).reversed() {
        lines.append(Line(name: "W\(i) new", value: next.layers[i - 1].weight))
        if let bias = next.layers[i - 1].bias { lines.append(Line(name: "b\(i) new", value: bias)) }
      }
      return lines + [Line(name: "loss new", value: Matrix([next.pass().loss]))]
    }
  }
}
