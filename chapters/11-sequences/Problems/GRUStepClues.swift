import Checking
import Core
import SequenceLayers
import Sequences

// Where in a GRU's step a wrong answer goes wrong: what follows is right, of other numbers.
extension GRUStepQuestion {
  static var clues: [Clue<Self, GRUStepGradients>] { [Clue(wrongLines)] }

  /// One case's lines, as the answer must have had them.
  private struct Found {
    let right: GRULines
    /// What the answer must have been made of.
    var own: GRULines
    /// Whether dWh is hᵀ·du, with a du that goes with da.
    var isHiddenMade = true

    /// Nil where dx, dWx and db are not made of one da.
    init?(_ answered: Answered<GRUStepQuestion, GRUStepGradients>) {
      let (question, output) = (answered.input, answered.output)
      let da = commonGradient(of: [(question.x, output.dWx)], db: output.db)
      guard let da, nearly(output.dx, matmul(da, transposed: question.inputWeight)) else {
        return nil
      }
      let blocks = columnBlocks(da, 3)
      right = GRULines(question)
      own = right
      (own.dR, own.dZ, own.dG) = (blocks[0], blocks[1], blocks[2])
      own.dProposed = own.dG * own.r
      if nearly(output.dWh, own.gradients.dWh) {
        own.direct += output.dh - own.gradients.dh
        return
      }
      if let share = Self.share(in: output, own) {
        own.dProposed = share
      } else {
        guard nearly(output.dh, own.gradients.dh) else { return nil }
        isHiddenMade = false
      }
    }

    /// Another share of u_n, told by dh and by the last columns of dWh; nil where they are not made of one.
    private static func share(in output: GRUStepGradients, _ lines: GRULines) -> Matrix? {
      var own = lines
      own.dProposed = 0 * own.dProposed
      let (question, rest) = (lines.question, output.dh - own.gradients.dh)
      let (m, n) = (rest.rows, rest.columns)
      let last = columnBlocks(question.hiddenWeight, 3)[2]
      var columns = [[Double]]()
      for row in 0..<m {
        for unit in 0..<n {
          var (dh, dWh) = (0 * rest, 0 * last)
          for k in 0..<n { (dh[row, k], dWh[k, unit]) = (last[k, unit], question.h[row, k]) }
          columns.append(dh.scalars + dWh.scalars)
        }
      }
      let numbers = rest.scalars + columnBlocks(output.dWh, 3)[2].scalars
      guard let told = Combination(of: numbers, over: columns) else { return nil }
      own.dProposed = Matrix(told.factors, shape: rest.shape)
      return nearly(output.dWh, own.gradients.dWh) ? own.dProposed : nil
    }

    /// Whether a line is right, whatever is before it.
    func isRight(_ line: Line) -> Bool {
      switch line {
      case .dr: nearly(own.dR, right.dR)
      case .share: nearly(own.dProposed, right.dProposed)
      default: value(line).isRight
      }
    }

    /// What is wrong, each by its name in the formulas, and not only because something before it is.
    var wrong: Set<Line> {
      let following = own.following
      var wrong = Set<Line>()
      if !nearly(own.dG, right.dG) { wrong.insert(.dg) }
      if !nearly(own.dZ, right.dZ) { wrong.insert(.dz) }
      if !nearly(own.dR, following.dR), !nearly(own.dR, right.dR) { wrong.insert(.dr) }
      if !nearly(own.dProposed, following.dProposed), !nearly(own.dProposed, right.dProposed) {
        wrong.insert(.share)
      }
      if !nearly(own.direct, right.direct) { wrong.insert(.direct) }
      return wrong
    }

    /// A line's value; dr and du's share are to be right for the answer's own dg.
    func value(_ line: Line) -> ValueOnTheWay {
      let (question, following) = (right.question, own.following)
      let (dNext, h) = (("dNext", question.dNext), ("h", question.h))
      let (r, z, g, dg) = (("r", right.r), ("z", right.z), ("g", right.g), ("dg", own.dG))
      return switch line {
      case .dg: ValueOnTheWay(own.dG, expected: right.dG, given: [dNext, z, g])
      case .dz: ValueOnTheWay(own.dZ, expected: right.dZ, given: [dNext, h, g, z])
      case .dr:
        ValueOnTheWay(own.dR, expected: following.dR, given: [dg, ("u_n", right.proposed), r])
      case .share: ValueOnTheWay(own.dProposed, expected: following.dProposed, given: [dg, r])
      case .direct: ValueOnTheWay(own.direct, expected: right.direct, given: [dNext, h, z])
      }
    }
  }

  /// The lines that a wrong answer may differ in.
  private enum Line: String, CaseIterable {
    case dg, dz, dr
    case share = "the last block of du"
    case direct = "what dh has beside du·Whᵀ"

    var formula: String {
      switch self {
      case .dg: "dNext·(1 - z)(1 - g²)"
      case .dz: "dNext·(h - g)·z(1 - z)"
      case .dr: "dg·u_n·r(1 - r)"
      case .share: "dg·r"
      case .direct: "dNext·z"
      }
    }
  }

  private static func wrongLines(in cases: [Answered<Self, GRUStepGradients>]) -> String? {
    let all = cases.map { Found($0) }
    let found = all.compactMap { $0 }
    let told = zip(cases, found).reduce(0) { $0 + ($1.0.isRight ? 0 : $1.1.right.dG.count) }
    guard found.count == all.count, told >= 4 else { return nil }
    let wrong = found.reduce(into: Set<Line>()) { $0.formUnion($1.wrong) }
    let isHiddenMade = found.allSatisfy(\.isHiddenMade)
    guard !wrong.isEmpty else { return nil }
    let order = Line.allCases.filter(wrong.contains)
    let right = Line.allCases.filter { line in found.allSatisfy { $0.isRight(line) } }
    let following = [Line.dr, .share].filter { line in
      !right.contains(line) && found.allSatisfy { $0.value(line).isRight }
    }
    var text =
      (isHiddenMade
        ? "all gradients are made of one da and one du, in the right way. In them "
        : "all gradients but dWh are made of one da and one du, in the right way, and dWh is not hᵀ·du. In "
          + "those ") + listed(order.map(\.rawValue)) + (order.count > 1 ? " are" : " is")
      + " wrong"
    if !following.isEmpty {
      text += ", and \(listed(following.map(\.rawValue))) right for that dg"
    }
    if !right.isEmpty { text += "; right: " + right.map(\.rawValue).joined(separator: ", ") }
    guard order.count == 1, let line = order.first else { return text }
    let relation = ValueOnTheWay.relation(of: found.map { $0.value(line) }, named: line.formula)
    let place = line == .direct ? "\(line.formula), and at du·Whᵀ itself" : line.formula
    return text + ". Look at \(place)." + (relation.map { " " + $0 } ?? "")
  }
}

extension GRULines {
  /// With dr and du made of dg.
  fileprivate var following: GRULines {
    var lines = self
    lines.follow()
    return lines
  }
}
