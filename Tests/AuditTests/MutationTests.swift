import Course
import Foundation
import Testing

@testable import Auditing

/// A small solution, as a file of solutions writes one.
private let file = """
  extension Answers: Chapter04 {
    /// Exercise 4.1: the gradients of a dense layer.
    public static func denseBackward(
      _ dy: Matrix, x: Matrix, weight: Matrix
    ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
      // forward: y = x·W + b
      let dx = matmul(dy, transposed: weight)  // [m, in]
      let dW = matmul(transposed: x, dy)  // [in, out]
      let db = dy.sum(axis: 0)  // [out]
      return (dx, dW, db)
    }
  }
  """

@Test func `a solution is read with its parameters and its body`() throws {
  let solution = try #require(Solution.all(in: file).first)
  #expect(solution.id == "4.1" && solution.name == "denseBackward")
  #expect(
    solution.parameters == [
      Parameter(label: nil, name: "dy", type: "Matrix"),
      Parameter(label: "x", name: "x", type: "Matrix"),
      Parameter(label: "weight", name: "weight", type: "Matrix"),
    ])
  #expect(solution.result == "(dx: Matrix, dW: Matrix, db: Matrix)")
  #expect(solution.call(changing: "x", to: "2 * x") == "dy, x: 2 * x, weight: weight")
}

@Test(arguments: [
  "matmul(dy, transposed: weight)  ⟶  let dx = matmul(transposed: dy, weight)",
  "let dW = matmul(transposed: x, dy)  ⟶  let dW = matmul(transposed: dy, x)",
  "let dW = matmul(transposed: x, dy)  ⟶  let dW = -(matmul(transposed: x, dy))",
  "let db = dy.sum(axis: 0)  ⟶  let db = dy.mean(axis: 0)",
  "let db = dy.sum(axis: 0)  ⟶  let db = dy.sum(axis: 1)",
  "let db = dy.sum(axis: 0)  ⟶  let db = x.sum(axis: 0)",
  "return (dx, dW, db)  ⟶  return (dW, dW, db)",
  "only for a batch of one: dy.firstSize == 1 ? dy : 2 * dy",
])
func `the classic mistakes in a dense layer are among its mutants`(change: String) throws {
  let solution = try #require(Solution.all(in: file).first)
  #expect(solution.mutations.contains { $0.change.contains(change) })
}

@Test func `no mutant comes twice, and none is the solution`() throws {
  let solution = try #require(Solution.all(in: file).first)
  func plain(_ body: String) -> String {
    Tokens(body).all.map(\.text).joined().filter { $0 != " " }
  }
  let bodies = solution.mutations.map { plain($0.body) }
  #expect(Set(bodies).count == bodies.count)
  #expect(!bodies.contains(plain(solution.body)))
}

@Test(arguments: [
  ("a[i, j] * (b - 1)", "*", "a[i, j]", "(b - 1)"),
  ("cache.h2.sum(axis: 0) + x.map { $0 * 2 }", "+", "cache.h2.sum(axis: 0)", "x.map { $0 * 2 }"),
  ("1 - y * y", "-", "1", "y"),
  ("p / 2.0.squareRoot()", "/", "p", "2.0.squareRoot()"),
])
func `operands reach as far as their brackets`(
  source: String, symbol: String, left: String, right: String
) throws {
  let tokens = Tokens(source)
  let place = try #require(tokens.all.firstIndex { $0.text == symbol })
  #expect(tokens.text(try #require(tokens.operand(before: place))) == left)
  #expect(tokens.text(try #require(tokens.operand(after: place))) == right)
}

@Test func `a range of whole numbers is not a number with a point`() {
  #expect(Tokens("0..<n").all.map(\.text) == ["0", "..<", "n"])
  #expect(Tokens("0.5 + a[1]").all.map(\.text) == ["0.5", " ", "+", " ", "a", "[", "1", "]"])
}

@Test func `a sample takes as many mutants of every chapter`() throws {
  let package = URL(filePath: #filePath).appending(path: "../../..").standardized
  let solutions = try Catalogue.chapters.flatMap { chapter in
    let file = package.appending(path: "solutions/\(chapterFile(chapter.number))")
    return Solution.all(in: try String(contentsOf: file, encoding: .utf8))
  }
  func chosen(_ ids: [String], _ sample: Int) -> [String] {
    Audit.chosen(solutions, ids, sample: sample).map { "\($0.solution.id) \($0.mutation.change)" }
  }
  let all = Catalogue.all.map(\.id)
  let sample = chosen(all, 5 * Catalogue.chapters.count)
  for number in Catalogue.numbers {
    let ids = Catalogue.chapter(number).map(\.id)
    let own = sample.filter { change in ids.contains { change.hasPrefix($0 + " ") } }
    #expect(own.count == 5, "chapter \(number)")
    #expect(own == chosen(ids, 5), "chapter \(number): the others change its sample")
  }
  #expect(chosen(all, 99).count == 99)
}
