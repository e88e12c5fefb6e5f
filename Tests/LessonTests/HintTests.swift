import Course
import Foundation
import Testing

@Suite struct HintTests {
  @Test(arguments: Catalogue.all.map(\.id))
  func `a ladder has five rungs: nudge, small example, shapes, formula, almost code`(
    id: String
  ) throws {
    let hints = try #require(Catalogue.find(id)).hints
    #expect(hints.count == 5, "\(id) has \(hints.count)")
    #expect(hints.allSatisfy { !$0.isEmpty } && Set(hints).count == hints.count)
  }

  /// What is asked there is a definition, such as an optimizer's step: it is stated from the start.
  static let definitions: Set = [
    "3.1", "4.5", "4.6", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7", "7.1a", "7.1b", "7.2",
    "10.7",
    "15.5", "15.6",
  ]

  @Test(arguments: Catalogue.all.map(\.id).filter { !definitions.contains($0) })
  func `neither the comment nor a rung before the last two has the formula`(id: String) throws {
    let exercise = try #require(Catalogue.find(id))
    let formula = Formula(FormulaSheet.formula(of: exercise))
    for (rung, hint) in exercise.hints.dropLast(2).enumerated() {
      let found = formula.part(in: hint)
      #expect(found == nil, "\(id), rung \(rung + 1) has \(found ?? ""): \(hint)")
    }
    let file = package.appending(path: "solutions/\(exercise.file)")
    let comment = try comment(of: id, in: String(contentsOf: file, encoding: .utf8))
    let found = formula.part(in: comment)
    #expect(found == nil, "\(id), the comment above the function has \(found ?? "")")
  }

  private func comment(of id: String, in source: String) throws -> String {
    let lines = source.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.contains("/// Exercise \(id):") })
    return lines[start...].prefix { $0.contains("///") }.map { $0.replacing("///", with: "") }
      .joined()
  }

  @Test func `a slope is written ∂y/∂x, since dy is a gradient`() {
    for exercise in Catalogue.all {
      for hint in exercise.hints { #expect(!hint.contains("dy/dx"), "\(exercise.id): \(hint)") }
    }
  }

  /// Formulas, and hints that give them away in another spelling.
  static let planted = [
    ("dx = dy · y(1 - y)", "So multiply dy by the slope: `dy * y * (1 − y)`."),
    ("dx = dy · (1 - y²)", "The slope is 1 - y·y, hence dx = dy * (1 - y * y)."),
    ("dx = dy where x > 0, and 0 elsewhere, x = 0 included.", "Then dx = dy where x>0."),
    ("dLogits = (p - t)/m, with p = softmax(z)", "Both parts give (p-t) / m."),
    ("dx = dy·Wᵀ, dW = xᵀ·dy, db = Σ dy over the batch", "Shapes leave only dW = x.T · dy."),
    ("dW = λ·W, db = 0", "The two halves cancel: dW = λ W."),
    ("y = xⁿ: ∂y/∂x = n·xⁿ⁻¹. For n = 0 the slope is 0.", "The slope of x³ is n·xⁿ⁻¹ for n = 3."),
  ]

  @Test(arguments: planted)
  func `a formula is found in another spelling`(formula: String, hint: String) {
    #expect(Formula(formula).part(in: hint) != nil)
  }

  /// Formulas, and hints that speak of them and give nothing away.
  static let harmless = [
    ("dx = dy · y(1 - y)", "What is the slope, written with y = σ(x)? dy and y are [m, n]."),
    ("dLogits = (p - t)/m, with p = softmax(z)", "Take p = softmax(z). The mean is over m rows."),
    ("forward: y = x ⊙ mask; so dx = dy ⊙ mask", "What does y = x ⊙ mask do to x?"),
    ("dW = λ·W, db = 0", "dW has the shape of W, db that of b."),
    ("dx = dy·Wᵀ, dW = xᵀ·dy, db = Σ dy over the batch", "y = x·W + b is forward; dx is [m, in]."),
  ]

  @Test(arguments: harmless)
  func `what is no formula is not taken for one`(formula: String, hint: String) {
    #expect(Formula(formula).part(in: hint) == nil)
  }
}

/// The parts of a formula, in a spelling that forgets spaces, signs of products and code's marks.
private struct Formula {
  let parts: [String]

  init(_ text: String) {
    parts = Self.clauses(of: text).flatMap { clause -> [String] in
      let whole = Self.spelled(clause)
      // What stands on the right of the last sign, if it is long enough to say anything alone.
      guard let sign = clause.lastIndex(where: { "=←".contains($0) }) else { return [] }
      let left = clause[..<sign].trimmingCharacters(in: .whitespaces)
      let right = Self.spelled(String(clause[clause.index(after: sign)...]))
      // The forward pass, or a case: y = …, z₁ = …, logits = …, "For n = 0 …".
      let isGiven = left.filter(\.isLetter).count <= 1 || left == "logits" || left.hasPrefix("For ")
      if clause[sign] == "=", isGiven { return [] }
      return right.count >= 4 ? [right] : whole.count >= 5 ? [whole] : []
    }
  }

  /// The first part that a text contains.
  func part(in text: String) -> String? {
    let text = Self.spelled(text)
    return parts.first { text.contains($0) }
  }

  /// The pieces between commas, semicolons, colons and sentences, not within brackets; "with p = …" and
  /// "where …" explain a symbol and are none.
  private static func clauses(of text: String) -> [String] {
    var (pieces, depth) = ([""], 0)
    for (place, character) in zip(text.indices, text) {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      let next = text.index(after: place)
      let ends = next == text.endIndex || text[next] == " "
      if depth == 0, ",;:.".contains(character), ends {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    return pieces.filter { !$0.contains(/^\s*(with|where|over)\s/) }
  }

  private static func spelled(_ text: String) -> String {
    var text = text
    for (old, new) in [
      ("−", "-"), (".transposed", "ᵀ"), (".T", "ᵀ"), ("sigmoid", "σ"), ("sqrt", "√"),
    ] {
      text = text.replacing(old, with: new)
    }
    text = text.replacing(/(\w)²/) { "\($0.1)\($0.1)" }
    return String(text.filter { !" ·*⊙×`\n".contains($0) })
  }
}
