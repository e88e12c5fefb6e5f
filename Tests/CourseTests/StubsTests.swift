import Course
import Testing

@Test func `a stub throws where the solution answers, and names its line`() throws {
  let solution = """
    public enum Answers: Chapter09 {
      /// Exercise 9.9: the gradient.
      static func slope(_ dy: Double) throws -> Double {
        dy * 2
      }
    }
    """
  let stub = try Stubs.stub(solution)
  #expect(stub == solution.replacing("dy * 2", with: "throw Todo(\"9.9\")"))
  #expect(try Stubs.stub(stub) == stub)
  #expect(Stubs.line(of: "9.9", in: stub) == 3)
}

@Test func `two functions of one exercise are told apart by a letter`() throws {
  let solution = """
    public enum Answers: Chapter09 {
      /// Exercise 9.9a: the first.
      static func first() throws -> Double {
        1
      }

      /// Exercise 9.9b: the second.
      static func second() throws -> Double {
        2
      }
    }
    """
  let stub = try Stubs.stub(solution, only: "9.9b")
  #expect(stub == solution.replacing("    2", with: "    throw Todo(\"9.9b\")"))
  #expect(Stubs.line(of: "9.9b", in: solution) == 8)
}
