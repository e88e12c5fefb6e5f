@testable import Problems11
import Backprop
@testable import Checking
import Course
import Testing

@Test(arguments: recordings)
func `an answer of CTC that is right but for one value on the way is told which`(
  answer: WrongAnswer
) {
  let (findings, sentence) = (answer.findings(), answer.sentence ?? "")
  #expect(!findings.isEmpty && findings.allSatisfy { $0.contains(sentence) }, "\(findings)")
}

private let recordings: [WrongAnswer] = [
  .init(
    { Chapter11Problems.ctc }, "no way from s - 1", "right for an α in which the way from s - 1 is"
  ) { shared($0) { $0.alpha.ways[1] = 0 } },
  .init({ Chapter11Problems.ctc }, "y in β once too often", "all ways with the factor y twice") {
    shared($0) { $0.beta.factor = .squared }
  },
  .init({ Chapter11Problems.ctc }, "divided by p, α begins at 0", "at the first place of e alone") {
    shared($0, isByFrame: false) { $0.alpha.begins = { $0 == 0 } }
  },
  .init({ Chapter11Problems.ctc }, "labels without the last", "labels of their first class alone") {
    Chapter11Problems.ctc.reference(
      CTCQuestion(logits: $0.logits, labels: $0.labels.map { Array($0.prefix(1)) }))
  },
  .init({ Chapter11Problems.ctc }, "γ in the last frame alone", "nothing is taken off y") {
    var gradient = $0.probabilities / Double($0.labels.count)
    let right = Chapter11Problems.ctc.reference($0)
    let frame = gradient.count / $0.frames
    for place in ($0.frames - 1) * frame..<gradient.count {
      gradient.scalars[place] = right.scalars[place]
    }
    return gradient
  },
  .init({ Chapter11Problems.ctc }, "other scores", "classes outside e those are wrong, too") {
    var question = $0
    question.logits = question.logits.map { $0 * 0.9 + 0.1 * Double.sin($0) }
    return Chapter11Problems.ctc.reference(question)
  },
  .init({ Chapter11Problems.ctc }, "half of γ", "only their divisor or their sign is wrong") {
    $0.gradient(occupation: { $0.occupation.map { $0.map { $0 / 2 } } })
  },
  .init(
    { Chapter11Problems.ctc }, "ways that fade in α", "look at how α goes on from t - 1 to t"
  ) { shared($0) { $0.alpha.ways = [0.5, 1, 1.5] } },
  .init(
    { Chapter11Problems.ctc }, "ways that fade in β", "look at how β goes back from t + 1 to t"
  ) { shared($0) { $0.beta.ways = [0.5, 1, 1.5] } },
  .init({ Chapter11Problems.ctc }, "both at once", "Neither the first nor the last frame") {
    shared($0) { ($0.alpha.ways[0], $0.beta.ways[0]) = (0.5, 0.5) }
  },
]

/// dLogits from changed recursions.
private func shared(
  _ question: CTCQuestion, isByFrame: Bool = true, change: (inout CTCRecursions) -> Void
) -> Matrix {
  var recursions = CTCRecursions()
  change(&recursions)
  var gradient = question.probabilities
  for (place, label) in question.labels.enumerated() {
    let y = (0..<question.frames).map { t in
      (0..<question.classes).map { question.probabilities[t, place, $0] }
    }
    let (byFrame, byP) = recursions.shares(y: y, label: label)
    for (t, row) in (isByFrame ? byFrame : byP).enumerated() {
      for (k, share) in row.enumerated() { gradient[t, place, k] -= share }
    }
  }
  return gradient / Double(question.labels.count)
}

@Test(arguments: [true, false])
func `recursions in which nothing is changed give the right shares`(isByFrame: Bool) {
  for test in Chapter11Problems.ctc.cases {
    let got = shared(test.input, isByFrame: isByFrame) { _ in }
    #expect(same(got, Chapter11Problems.ctc.reference(test.input)), "\(test.input.summary)")
  }
}

@Test func `each change in the recursions of CTC gives other shares than all others`() {
  let cases = Chapter11Problems.ctc.cases.map(\.input)
  let answers = CTCRecursions.changed.map { changed in
    cases.map { question in shared(question) { $0 = changed.recursions } }
  }
  for (index, answer) in answers.enumerated() {
    let others = answers.indices.dropFirst(index + 1).filter {
      zip(answer, answers[$0]).allSatisfy { same($0, $1) }
    }
    #expect(others.isEmpty, "\(([index] + others).map { CTCRecursions.changed[$0].what })")
    let isRight = zip(cases, answer).allSatisfy { same($1, Chapter11Problems.ctc.reference($0)) }
    #expect(!isRight, "\(CTCRecursions.changed[index].what)")
  }
}
