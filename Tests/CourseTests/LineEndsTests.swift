import Course
import Testing

/// A file as shipped, made from a solution written for the test.
private let solution = """
  import Problems01

  public enum Answers: Chapter01 {
    /// Exercise 1.1: the first.
    public static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
      dy * y * (1 - y)
    }

    /// Exercise 1.2: the second.
    public static func tanhBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
      dy * (1 - y * y)
    }

    /// Exercise 1.3: the third.
    public static func reluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
      dy
    }
  }

  """

private func exercise(_ id: String) throws -> ExerciseFacts {
  try #require(Catalogue.find(id)).facts
}
private let neighbours = Catalogue.chapter(1).map(\.facts)

@Test(arguments: [
  "", "a", "a\n", "a\r\nb", "\u{FEFF}a\r\n\r\nb\r\n", "a\rb\r", "a\n\rb\r\nc\rd\n", "\r\n\r\n",
])
func `a file's lines give the file again, letter by letter`(source: String) {
  let lines = SourceLines(source)
  #expect(Array(lines.source.unicodeScalars) == Array(source.unicodeScalars))
  #expect(!lines.lines.contains { $0.unicodeScalars.contains { $0 == "\n" || $0 == "\r" } })
}

@Test(arguments: ["\n", "\r\n", "\r"], [true, false])
func `functions are found, replaced and put back with any line ends`(end: String, hasLast: Bool)
  throws
{
  func ended(_ text: String) -> String {
    let text = hasLast ? text : String(text.dropLast())
    return "\u{FEFF}" + text.replacing("\n", with: end)
  }
  let second = try exercise("1.2")
  let own = ended(solution)
  let found = try #require(FunctionText(of: second, among: neighbours, in: own))
  #expect(found.signatureLine == 10 && found.isClosed)
  #expect(found.text.hasSuffix("{\n    dy * (1 - y * y)\n  }"))
  #expect(Stubs.line(of: "1.2", in: own) == 10)
  let stub = try Stubs.stub(solution)
  #expect(try Stubs.stub(solution.replacing("\n", with: end)) == stub)
  let restored = try Restoring(
    second, among: neighbours, in: own, solution: solution.replacing("\n", with: "\r\n"))
  let expected = ended(solution.replacing("dy * (1 - y * y)", with: "throw Todo(\"1.2\")"))
  #expect(Array(restored.source.unicodeScalars) == Array(expected.unicodeScalars))
  #expect(restored.removed.count == 1 && restored.removed[0].contains("(1 - y * y)" + end))
}

@Test func `a file of mixed ends keeps each`() throws {
  let mixed = solution.replacing("the first.\n", with: "the first.\r\n")
  let restored = try Restoring(exercise("1.2"), among: neighbours, in: mixed, solution: solution)
  let expected = mixed.replacing("dy * (1 - y * y)", with: "throw Todo(\"1.2\")")
  #expect(Array(restored.source.unicodeScalars) == Array(expected.unicodeScalars))
}
