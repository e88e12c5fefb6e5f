import Checking
import Core
import Sequences

// Where in an LSTM's step a wrong answer goes wrong: what follows is right, of other numbers.
extension LSTMStepQuestion {
  static var clues: [Clue<Self, LSTMStepGradients>] { [Clue(wrongLines)] }

  /// One case's lines, as the answer must have had them.
  private struct Found {
    let right: LSTMLines
    /// The blocks of dz.
    let blocks: [Matrix]
    let dCell: Matrix
    /// What must have arrived at c′ for dCell, which is that times f.
    let cell: Matrix

    /// Nil where dx, dh, dWx, dWh and db are not made of one dz.
    init?(_ answered: Answered<LSTMStepQuestion, LSTMStepGradients>) {
      let (question, output) = (answered.input, answered.output)
      let dz = commonGradient(
        of: [(question.x, output.dWx), (question.h, output.dWh)], db: output.db)
      guard let dz, nearly(output.dx, matmul(dz, transposed: question.inputWeight)),
        nearly(output.dh, matmul(dz, transposed: question.hiddenWeight))
      else { return nil }
      right = LSTMLines(question)
      blocks = columnBlocks(dz, 4)
      (dCell, cell) = (output.dCell, output.dCell / right.f)
    }

    /// The columns of dz that are not what the formulas make of the right D.
    var wrongOfRight: Set<Int> { wrong(right) }
    /// Those that are not what they make of the D that dCell tells.
    var wrongOfOwn: Set<Int> { wrong(LSTMLines(right.question) { _, _, _ in cell }) }

    private func wrong(_ lines: LSTMLines) -> Set<Int> {
      Set(blocks.indices.filter { !nearly(blocks[$0], lines.inOrder[$0]) })
    }

    func value(_ block: Int) -> ValueOnTheWay {
      let question = right.question
      let given = [
        [("D", right.cell), ("g", right.g), ("i", right.i)],
        [("D", right.cell), ("c", question.cell), ("f", right.f)],
        [("D", right.cell), ("i", right.i), ("g", right.g)],
        [("dNext", question.dNext), ("tanh c′", right.tanhNext), ("o", right.o)],
      ]
      return ValueOnTheWay(blocks[block], expected: right.inOrder[block], given: given[block])
    }

    /// What is added to dNextCell.
    var throughOutput: ValueOnTheWay {
      let question = right.question
      return ValueOnTheWay(
        cell - question.dNextCell, expected: right.cell - question.dNextCell,
        given: [("dNext", question.dNext), ("o", right.o), ("tanh c′", right.tanhNext)])
    }
  }

  private static func wrongLines(in cases: [Answered<Self, LSTMStepGradients>]) -> String? {
    let all = cases.map { Found($0) }
    let found = all.compactMap { $0 }
    guard found.count == all.count else { return nil }
    let isCellRight = found.allSatisfy { nearly($0.dCell, $0.right.dCell) }
    let ofRight = found.reduce(into: Set<Int>()) { $0.formUnion($1.wrongOfRight) }
    let ofOwn = found.reduce(into: Set<Int>()) { $0.formUnion($1.wrongOfOwn) }
    let start = "dx, dh, dWx, dWh and db are made of one dz, in the right way. "
    let told = zip(cases, found).reduce(0) { $0 + ($1.0.isRight ? 0 : $1.1.dCell.count) }
    guard told >= 4, !(isCellRight && ofRight.isEmpty) else { return nil }
    if isCellRight || ofRight.count <= ofOwn.count {
      return ofRight.isEmpty ? nil : start + columns(ofRight, isCellRight, found)
    }
    let d = "D, all that arrives at c′: dNextCell + dNext·o·(1 - tanh²c′)"
    if ofOwn.isEmpty {
      let relation = ValueOnTheWay.relation(
        of: found.map(\.throughOutput), named: "dNext·o·(1 - tanh²c′)")
      return "all of it is right for another \(d)."
        + sentence(relation?.replacing("It is", with: "What is added to dNextCell is"))
    }
    let names = listed(ofOwn.sorted().map { "ifgo".map(String.init)[$0] })
    return start
      + "All but the columns of \(names), and dCell with them, are right for another \(d). In dz "
      + "the columns of \(names) are wrong as well"
      + (ofOwn == [3] ? ": dNext, o and tanh c′ are in both" : "")
  }

  /// Which columns of dz are wrong, and which are right.
  private static func columns(_ wrong: Set<Int>, _ isCellRight: Bool, _ found: [Found]) -> String {
    let (names, formulas) = (
      "ifgo".map(String.init),
      ["D·g·i(1 - i)", "D·c·f(1 - f)", "D·i·(1 - g²)", "dNext·tanh c′·o(1 - o)"]
    )
    let right = names.indices.filter { !wrong.contains($0) }
    var text = "In dz the columns of \(listed(wrong.sorted().map { names[$0] })) are not right"
    if !isCellRight { text += ", and dCell is not" }
    if !right.isEmpty {
      text +=
        "; those of \(listed(right.map { names[$0] })) are"
        + (isCellRight ? ", and dCell is" : "")
    }
    if right.isEmpty, isCellRight {
      return text + ", and dCell is: how are the four blocks put into dz?"
    }
    guard wrong.count == 1, let block = wrong.first else { return text }
    return text + ": look at \(formulas[block])."
      + sentence(ValueOnTheWay.relation(of: found.map { $0.value(block) }, named: formulas[block]))
  }

  private static func sentence(_ text: String?) -> String { text.map { " " + $0 } ?? "" }
}
