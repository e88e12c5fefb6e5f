import Checking
import Core

// What wrong gradients of soft Dice have in common with the right ones: in a class dp is a number, the same
// for all pixels, and another one times t.
extension SoftDiceQuestion {
  /// A class's gradient as `ofTarget`·t + `constant`, and what the sums must have been for that.
  private struct Line {
    let ofTarget: Double, constant: Double
    let confirmed: Int
  }

  /// Nil where the pixels' gradients are on no such line, `.some(nil)` where all pixels have one t, so that
  /// many are.
  private func line(_ dp: Matrix, _ c: Int) -> Line?? {
    var pixels = [(t: Double, dp: Double)]()
    dp.forEachPlace { if $0.1 == c { pixels.append((targets[$0], dp[$0])) } }
    guard let low = pixels.min(by: { $0.t < $1.t }), let high = pixels.max(by: { $0.t < $1.t })
    else {
      return nil
    }
    guard high.t > low.t else {
      return pixels.allSatisfy { agree($0.dp, low.dp) } ? .some(nil) : nil
    }
    let slope = (high.dp - low.dp) / (high.t - low.t)
    let constant = low.dp - slope * low.t
    let largest = pixels.reduce(1) { max($0, abs($1.dp)) }
    guard pixels.allSatisfy({ abs($0.dp - slope * $0.t - constant) <= 1e-9 * largest }) else {
      return nil
    }
    return Line(ofTarget: slope, constant: constant, confirmed: pixels.count - 2)
  }

  /// What a class's numbers say of 2I + ε and of S + ε.
  private struct Found {
    var (above, below, confirmed) = (true, true, 0)
  }

  /// Whether both sums are right in a gradient that is made as it should be, and how many numbers say so.
  private func found(in dp: Matrix, _ found: inout Found, counts: Bool) -> Bool {
    for c in 0..<dp.shape[1] {
      guard let line = line(dp, c) else { return false }
      guard let line else { continue }
      let sums = sums { $0.1 == c }
      // dp = -2t/(n·below) + above/(n·below²)
      let below = -2 / (classes * line.ofTarget)
      let above = line.constant * classes * below * below
      func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-7 * max(1, abs(b)) }
      found.above = found.above && near(above, 2 * sums.products + epsilon)
      found.below = found.below && near(below, sums.both + epsilon)
      if counts { found.confirmed += line.confirmed }
    }
    return true
  }

  static var clues: [Clue<Self, Matrix>] {
    [
      Clue { cases in
        var found = Found()
        for answered in cases {
          guard answered.input.found(in: answered.output, &found, counts: !answered.isRight) else {
            return nil
          }
        }
        guard found.confirmed >= 4 else { return nil }
        switch (found.above, found.below) {
        case (true, false):
          return "2I + ε is right in it, S + ε is not: what is added up in S, and of which pixels?"
        case (false, true):
          return "S + ε is right in it, 2I + ε is not: what is added up in I, and of which pixels?"
        default:
          return
            "in each class it is one number, and another one times t, as it should be; but they are "
            + "not the right ones. Look at the sums, at ε and at the rule for quotients"
        }
      }
    ]
  }
}
