import Backprop
@testable import Checking
import Course
@testable import Guiding
import Testing

@Test(arguments: Catalogue.all.map(\.id))
func `an answer that keeps its first result does not pass, whatever it is kept by`(
  id: String
) throws {
  #expect(try #require(Catalogue.find(id)).keepersThatPass() == [])
}

/// What an answer of a test's own is told; it may keep what it likes between calls.
private func told<Input, Output>(
  _ problem: Problem<Input, Output>, _ answer: (Input) -> Output
) -> String { problem.verdict(answer).description }

@Test func `a step that keeps its means in a variable is told where they come in`() {
  var means = [[Int]: (m: Matrix, v: Matrix)]()
  let adam = Chapter06Problems.adam
  let carried = "What is carried on from call to call comes in as parameter, m and v"
  // Updated at every call, as an optimizer's own means would be.
  let updated = told(adam) { question in
    var question = question
    if let old = means[question.m.shape] { (question.m, question.v) = old }
    let answer = adam.reference(question)
    means[question.m.shape] = (answer.m, answer.v)
    return answer
  }
  #expect(updated.contains("differs between two calls with the same input"), "\(updated)")
  #expect(updated.contains(carried), "\(updated)")
  // Set once.
  means = [:]
  let first = told(adam) { question in
    var question = question
    let old = means[question.m.shape] ?? (question.m, question.v)
    means[question.m.shape] = old
    (question.m, question.v) = old
    return adam.reference(question)
  }
  #expect(first.contains("is something kept from an earlier call"), "\(first)")
  #expect(first.contains(carried), "\(first)")
}

@Test func `a set of known nodes that is never emptied is told as kept`() {
  var known = Set<Int>()
  let verdict = told(Chapter03Problems.topologicalOrder) { question in
    let order = topologicalOrder(parents: question.parents, root: question.root)
    return order.filter { known.insert($0).inserted }
  }
  #expect(verdict.contains("called a second time"), "\(verdict)")
  #expect(verdict.contains("is something kept in a variable outside the function?"), "\(verdict)")
}

@Test func `a part of an answer that is kept from an earlier call is told as kept`() {
  var sums = [[Int]: Matrix]()
  let verdict = told(Chapter01Problems.softmax) { question in
    let y = Backprop.softmax(question.x)
    let sum = sums[y.shape] ?? (question.dy * y).sum(axis: 1)
    sums[y.shape] = sum
    var dx = y
    for i in 0..<y.rows {
      for j in 0..<y.columns { dx[i, j] = y[i, j] * (question.dy[i, j] - sum[i]) }
    }
    return dx
  }
  #expect(verdict.contains("with other numbers it was right"), "\(verdict)")
  #expect(verdict.contains("is something kept from an earlier call"), "\(verdict)")
}

@Test func `an answer that depends on how often it was called does not pass`() {
  for limit in [10, 20, 40] {
    var calls = 0
    let verdict = Chapter01Problems.sigmoid.verdict { question in
      calls += 1
      let answer = Chapter01Problems.sigmoid.reference(question)
      return calls > limit ? 2 * answer : answer
    }
    #expect(verdict != .passed, "after \(limit) calls")
  }
}

@Test func `an answer that remembers all that it was given is right`() {
  var known = [String: Matrix]()
  let verdict = Chapter01Problems.sigmoid.verdict { question in
    let key = "\(question.x.scalars) \(question.dy.scalars) \(question.x.shape)"
    let answer = known[key] ?? Chapter01Problems.sigmoid.reference(question)
    known[key] = answer
    return answer
  }
  #expect(verdict == .passed)
}
