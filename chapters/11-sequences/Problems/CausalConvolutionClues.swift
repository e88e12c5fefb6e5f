import Checking
import Core

// What wrong gradients of a causal convolution have in common with the right ones: what each step of dy gives.
extension CausalConvolutionQuestion {
  static var clues: [Clue<Self, CausalConvolutionGradients>] { [Clue(stepsLeftOut)] }

  private static func flat(_ gradients: CausalConvolutionGradients) -> [Double] {
    gradients.dx.scalars + gradients.dW.scalars + gradients.db.scalars
  }

  /// The gradients with dy at one time alone, for each time.
  private var shares: [[Double]] {
    (0..<dy.shape[2]).map { t in
      var one = self
      for place in dy.scalars.indices where place % dy.shape[2] != t { one.dy.scalars[place] = 0 }
      return Self.flat(Chapter11Problems.causalConv1d.reference(one))
    }
  }

  /// Times whose dy counts not once.
  private static func stepsLeftOut(
    in cases: [Answered<Self, CausalConvolutionGradients>]
  ) -> String? {
    var (told, first) = (0, String?.none)
    for answered in cases {
      let question = answered.input
      guard
        let sum = Combination(of: flat(answered.output), over: question.shares),
        sum.factors.allSatisfy({ abs($0 - $0.rounded()) < 1e-7 })
      else { return nil }
      let counts = sum.factors.map { Int($0.rounded()) }
      let odd = counts.indices.filter { counts[$0] != 1 }
      guard let one = odd.first else { continue }
      // A factor of all of it is told as such.
      guard odd.count < counts.count else { return nil }
      told += sum.surplus
      let same = odd.filter { counts[$0] == counts[one] }
      first =
        first
        ?? "with \(question.summary), dy at t = \(listed(same.map(String.init))) counts "
        + (counts[one] == 0 ? "not at all" : "\(counts[one]) times")
    }
    guard told >= 4, let first else { return nil }
    return
      "dx, dW and db are right sums of what each time of dy gives, but not each counts once: first, "
      + "\(first). From where to where does t run?"
  }
}
