import Foundation
import Testing

/// What the guide says about functions that misbehave, each in a way of its own.
@Suite(.aside) struct VerdictTests {
  @Test(arguments: [
    (
      "1.1",
      [
        "! 1.1 sigmoidBackward: crashed", "Index out of range, at exercises/Chapter01.swift:9",
        "it printed:", "| before the trap",
      ]
    ),
    (
      "1.2",
      [
        "∞ 1.2 tanhBackward: timed out",
        "no answer after 1 second: does a loop never end, or is it far too slow?",
      ]
    ),
    ("1.3", ["! 1.3 reluBackward: crashed", "more memory than there is: failed to allocate"]),
    ("1.4", ["! 1.4 leakyReLUBackward: crashed", "your function ended the process"]),
    ("1.5", ["✗ 1.5 softmaxBackward: wrong", "differs between two calls with the same input"]),
    ("1.6", ["✗ 1.6 geluBackward", "wrong", "is nan, should be"]),
    ("2.1", ["✓ 2.1 meanSquaredErrorBackward: done", "it printed:", "| \u{FFFD}[2Jhere I am"]),
    ("2.2", ["✗ 2.2 binaryCrossEntropyWithLogitsBackward: wrong", "should be [", "transpose"]),
    ("2.3", ["! 2.3 softmaxCrossEntropyBackward: crashed", "out of stack"]),
    ("2.4", ["∞ 2.4 l2PenaltyBackward: timed out", "it printed:", "lines more"]),
    ("2.5", ["✗ 2.5 weightedCrossEntropyBackward: wrong", "threw an error"]),
    ("2.6", ["· 2.6 huberBackward", "not started"]),
  ])
  func `each way of misbehaving has a verdict of its own`(id: String, words: [String]) throws {
    let copy = try Copy(checker: "HostileChecker")
    // Ten seconds for what ends by itself: a backtrace takes its time on a busy machine.
    let isEndless = words[0].contains("timed out")
    let run = try copy.run("check", id, "--timeout", isEndless ? "1" : "10")
    for word in words { #expect(run.output.contains(word), "\(run.output)\(run.errors)") }
    #expect(run.status == (words[0].contains("done") ? 0 : 1))
    #expect(run.errors.isEmpty)
  }

  @Test func `an answer that came in time is looked at to its end`() throws {
    let copy = try Copy()
    let script = copy.root.appending(path: "slow")
    let message = "printf '\\n\\036%.32s %s\\n' \"$WORKBOOK_WORD\""
    let pass = "printf '\\n\\036%s verdict {\"passed\":{}}\\n' \"$WORKBOOK_WORD\" >&3"
    try Data(
      """
      #!/bin/sh
      \(message) 'case 0/1 x' >&3
      \(message) 'answered 0' >&3
      sleep 3
      \(pass)

      """.utf8
    ).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    try copy.solve()
    let run = try copy.run(
      "check", "1.1", "--timeout", "1", environment: ["WORKBOOK_CHECKER": script.path])
    #expect(run.status == 0 && run.output.contains("✓ 1.1"), "\(run)")
  }

  @Test func `functions that misbehave leave the others their verdicts`() throws {
    let copy = try Copy(checker: "HostileChecker")
    let run = try copy.run("--timeout", "4")
    #expect(run.status == 0)
    #expect(run.output.contains("] \(wellBehaved) of \(exerciseCount) done"), "\(run.output)")
    #expect(run.output.contains("!∞!!✗✗"), "\(run.output)")
    #expect(run.output.contains("In hand: 1.1 sigmoidBackward"))
    #expect(copy.running.isEmpty)
  }

  @Test func `when all pass, check says so with its status`() throws {
    let copy = try Copy(checker: "SolvedChecker")
    let run = try copy.run("check")
    #expect(run.status == 0)
    #expect(run.output.contains("\(exerciseCount) of \(exerciseCount) done"))
    #expect(try copy.run("check", "4", "denseBackward").output.contains("6 of 6 done"))
    #expect(try copy.run("check", "3.3").output.contains("2 of 2 done"))
  }

  @Test func `a beginner's map names the first exercise, its file, its lesson and its time`() throws
  {
    let copy = try Copy()
    let run = try copy.run()
    #expect(run.status == 0)
    for word in [
      "] 0 of \(exerciseCount) done", "Next: 1.1 sigmoidBackward", "exercises/Chapter01.swift:",
      "about 5 minutes",
      "chapters/01-activations/README.md", "· not started",
    ] {
      #expect(run.output.contains(word), "\(run.output)")
    }
  }

  @Test func `what was tried is in hand before what was not, with its verdict in full`() throws {
    let copy = try Copy()
    try copy.edit("exercises/Chapter02.swift", "throw Todo(\"2.2\")", "return logits // mistake")
    let run = try copy.run()
    #expect(run.output.contains("In hand: 2.2"), "\(run.output)")
    #expect(run.output.contains("did you transpose"), "\(run.output)")
  }
}
