@testable import Problems03
@testable import Problems08
import Backprop
@testable import Checking
import Course
@testable import Guiding
import Testing

/// The sentences that an answer hears in the cases of its problem, each once.
private func sentences<Input, Output>(
  _ problem: Problem<Input, Output>, _ promise: (Input) throws -> String?
) throws -> [String] {
  let all = try problem.cases.compactMap { try promise($0.input) }
  return Set(all.map { String($0.prefix { $0 != "," }) }).sorted()
}

@Test func `a residual sum calls its branch once, and hands its error on`() throws {
  typealias Answer = (Matrix, (Matrix) throws -> Matrix) throws -> Matrix
  func heard(_ answer: Answer) throws -> [String] {
    try sentences(Chapter08Problems.residual) { try Chapter08Problems.residualPromise($0, answer) }
  }
  #expect(try heard { dy, branch in try branch(dy) + dy } == [])
  #expect(
    try heard { dy, branch in try 0.5 * (branch(dy) + branch(dy)) + dy }
      == ["branchBackward was called 2 times: call it once"])
  #expect(
    try heard { dy, branch in ((try? branch(dy)) ?? dy) + dy }
      == ["branchBackward threw an error"])
}

@Test func `a numerical gradient calls f with x's shape, and hands its error on`() throws {
  typealias Answer = ((Matrix) throws -> Double, Matrix, Double) throws -> Matrix
  func heard(_ answer: Answer) throws -> [String] {
    try sentences(Chapter03Problems.numericalGradient) {
      try Chapter03Problems.numericalGradientPromise($0, answer)
    }
  }
  #expect(try heard { f, x, h in try Matrix([f(x + h) - f(x - h)]) } == [])
  #expect(try heard { f, x, _ in ((try? f(x)) ?? 0) * x } == ["f threw an error"])
  let flat = try heard { f, x, _ in
    _ = try f(x.rank == 2 ? x.reshaped([x.count]) : x)
    return x
  }
  #expect(flat.contains { $0.contains("f was called with a tensor of shape [6]") }, "\(flat)")
}

@Test func `a block hands on the error of each of its steps`() throws {
  typealias Answer = (BasicBlockQuestion, BlockSteps) throws -> Void
  func heard(_ answer: Answer) throws -> [String] {
    try sentences(Chapter08Problems.basicBlock) { question in
      try Chapter08Problems.basicBlockPromise(question) { steps in
        try answer(question, steps)
        return Chapter08Problems.basicBlock.reference(question)
      }
    }
  }
  #expect(
    try heard { question, steps in
      _ = try steps.batchNorm(question.dy, question.cache.z2, question.gamma2)
      _ = try steps.convolution(question.dy, question.cache.h, question.w2)
    } == [])
  #expect(
    try heard { question, steps in
      _ = try steps.batchNorm(question.dy, question.cache.z2, question.gamma2)
      _ = try? steps.convolution(question.dy, question.cache.h, question.w2)
    } == ["steps.convolution threw an error"])
}

@Test func `what is a single number is told without a place`() {
  func told<Input, Output>(
    _ problem: Problem<Input, Output>, _ answer: (Input) -> Output
  ) -> String { problem.verdict(answer).description }
  #expect(
    told(Chapter08Problems.bottleneckParameterCount) { _ in 1_234_567 }
      .contains("the count is 1234567, should be 75008"))
  #expect(told(Chapter07Problems.glorot) { _ in 2 }.contains("σ is 2, should be"))
  #expect(told(Chapter07Problems.he) { _ in 2 }.contains("σ is 2, should be"))
  let product = told(Chapter03Problems.multiply) { ($0.a + 1, $0.a * $0.upstream) }
  #expect(product.contains("da is ") && product.contains("(for a = "), "\(product)")
  #expect(product.contains("5 of 5 calls are wrong)"), "\(product)")
  let power = told(Chapter03Problems.powNode) { $0.x.map { $0 + 40 } }
  #expect(power.contains("dx is 41.5, should be") && power.contains("exponent = 3;"), "\(power)")
}
