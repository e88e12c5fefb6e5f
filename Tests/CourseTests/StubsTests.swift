import Course
import Testing

@Test func `a stub throws where the solution answers, and names its line`() throws {
  let solution = """
    extension Answers {
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
