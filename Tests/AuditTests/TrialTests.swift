import Backprop
import Solutions
import Testing

@testable import Auditing
import Course

/// A problem whose answer is dy·x, with cases and an answer of a test's own.
private func product(
  cases: [Matrix], answer: @escaping (ActivationQuestion) -> Matrix
) -> Problem<ActivationQuestion, Matrix> {
  Problem(
    "9.9", "product", minutes: 1, difficulty: 1, section: "", hints: [],
    cases: cases.map { Case(ActivationQuestion(x: $0, dy: Matrix(rows: [[0.5, -1]]))) },
    forward: nil, reference: { $0.dy * $0.x }, parts: [Part("dx")],
    misconceptions: [Misconception("product-squared", "You squared x.") { $0.dy * $0.x * $0.x }],
    alternatives: [], attempt: { answer($1) })
}

/// What the audit makes of an answer that is checked on some cases only.
private func outcome(
  cases: [Matrix], answer: @escaping (ActivationQuestion) -> Matrix
) -> Auditing.Outcome {
  let problem = product(cases: cases, answer: answer)
  let (_, sample) = Samples.of(problem) {
    ActivationQuestion(x: $0.tensor([1, 2]), dy: $0.tensor([1, 2]))
  }
  let verdict = MutantTrial.check(problem, Solutions.all)
  return Outcome(verdict, of: problem) ?? MutantTrial.comparison(Solutions.all, sample)
}

@Test func `an answer that is wrong only where no case looks survives, and is reported`() {
  let positives = [Matrix(rows: [[1, 2]]), Matrix(rows: [[3, 0.5]])]
  let wrong: (ActivationQuestion) -> Matrix = { $0.dy * $0.x.map { max($0, 0) } }
  guard case .survived = outcome(cases: positives, answer: wrong) else {
    Issue.record("\(outcome(cases: positives, answer: wrong))")
    return
  }
  let strengthened = outcome(cases: positives + [Matrix(rows: [[-1, 2]])], answer: wrong)
  #expect(strengthened.isRejected)
}

@Test func `an answer with the same values everywhere is equivalent`() {
  let cases = [Matrix(rows: [[1, -2]])]
  #expect(
    outcome(cases: cases) { $0.x * $0.dy }
      == .equivalent(inputs: MutantTrial.inputs, hasEffect: nil))
}

@Test func `a known mistake counts as named, a general one as found`() {
  let cases = [Matrix(rows: [[3, -2]]), Matrix(rows: [[-1.5, 4]])]
  #expect(outcome(cases: cases) { $0.dy * $0.x * $0.x } == .named("product-squared"))
  #expect(
    outcome(cases: cases) { -2 * $0.dy * $0.x }
      == .found("every element is 2 times too large, with the wrong sign"))
  guard case .numbers = outcome(cases: cases, answer: { ($0.dy * $0.x).map { $0 * $0 + 7 } })
  else {
    Issue.record("two wrong numbers are no explanation")
    return
  }
}

@Test(arguments: Catalogue.all.map(\.id))
func `the solution agrees with the reference on random inputs`(id: String) throws {
  let chapter = try #require(Catalogue.find(id)?.chapter)
  let sample = try #require(Samples.chapter(chapter)[id])
  for seed in 0..<UInt64(60) { #expect(sample(Solutions.all, seed) == nil, "seed \(seed)") }
}

@Test func `right answers pass on cases drawn anew, three alternatives at least for each`() {
  #expect(Audit.rightAnswersPass(Catalogue.all.map(\.id), seeds: 3))
}
