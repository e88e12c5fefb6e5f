@testable import Checking
import Course
@testable import Guiding
import Foundation
import Testing

/// The standard error of a trap, as Swift's runtime and its backtrace write it.
private func errors(_ message: String, _ trace: String) -> String {
  "a line that the function wrote\n\(message)\n\n*** Signal 4: Backtracing from 0x7f72... done ***\n\n"
    + trace
}

private let frames = """
  *** Program crashed: Illegal instruction at 0x00007efe7e0f9361 ***

  Thread 0 "checker" crashed:

    0               0x00007efe7e0f9361 _assertionFailure(_:_:file:line:flags:) + 225 in libswiftCore.so
    1 [ra] [system] 0x000055aa4b01f19d specialized static Answers.softmaxBackward(_:y:) + 4700 in checker at //<compiler-generated>
    2 [ra]          0x000055aa4b01f19d static Answers.softmaxBackward(_:y:) + 12 in checker at /a b/exercises/Chapter01.swift
    3 [ra]          0x000055aa4aef8ba3 static Answers.softmaxBackward(_:y:) + 338 in checker at /a b/exercises/Chapter01.swift:88:25
    4 [ra]          0x000055aa4aef8ba3 closure #13 in static Chapter01Problems.softmax.getter + 338 in checker at /a b/Sources/Course/SoftmaxProblem.swift:60:25
  """

private let overflow = """
  *** Swift runtime failure: arithmetic overflow ***

  Thread 0 "checker" crashed:

    0 [inlined] [system] 0x0000559e Swift runtime failure: arithmetic overflow in checker at //<compiler-generated>
    1                    0x0000559e static Answers.reluBackward(_:x:) + 4703 in checker at /x/.workbook/exercises/Chapter01.swift:72:11
  """

@Test(arguments: [
  // The frame that trapped is the compiler's own: the next one has the line.
  (
    "Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range", frames,
    "Index out of range, at exercises/Chapter01.swift:88"
  ),
  // A message that names the learner's file is nearer than any frame.
  (
    "Exercises/Chapter01.swift:66: Fatal error: Unexpectedly found nil while unwrapping an Optional value",
    frames,
    "Unexpectedly found nil while unwrapping an Optional value, at exercises/Chapter01.swift:66"
  ),
  (
    "Exercises/Chapter02.swift:9: Precondition failed: the shapes differ", frames,
    "precondition failed: the shapes differ, at exercises/Chapter02.swift:9"
  ),
  (
    "Exercises/Chapter02.swift:9: Assertion failed", frames,
    "assertion failed, at exercises/Chapter02.swift:9"
  ),
  (
    "Exercises/Chapter02.swift:9: Fatal error", frames,
    "a fatal error, at exercises/Chapter02.swift:9"
  ),
  (
    "Kernels/Require.swift:13: Fatal error: index [5, 0] is outside a tensor of shape [5, 3]",
    frames,
    "index [5, 0] is outside a tensor of shape [5, 3], at exercises/Chapter01.swift:88"
  ),
  (
    "", overflow,
    "arithmetic overflow: a result does not fit its type, at exercises/Chapter01.swift:72"
  ),
  (
    "Could not cast value of type 'Swift.Int' (0x7fe636fda698) to 'Swift.Double' (0x7fe636fda250).",
    frames, "as!: a value of type Swift.Int is no Swift.Double, at exercises/Chapter01.swift:88"
  ),
  (
    "Simultaneous accesses to 0x559d792f8c70, but modification requires exclusive access.\n"
      + "Fatal access conflict detected.", frames,
    "one variable is changed in two places at the same time (exclusive access), "
      + "at exercises/Chapter01.swift:88"
  ),
  (
    "Fatal error: Attempted to read an unowned reference but object 0x5593d4391c60 was already destroyed",
    frames,
    "Attempted to read an unowned reference but object was already destroyed, "
      + "at exercises/Chapter01.swift:88"
  ),
  (
    "Fatal error: failed to allocate 100000000032 bytes of memory with alignment 8", frames,
    "more memory than there is: failed to allocate 100000000032 bytes of memory with alignment 8, "
      + "at exercises/Chapter01.swift:88"
  ),
])
func `a trap is told with its reason and the learner's line`(
  message: String, trace: String, sentence: String
) {
  #expect(Crash.sentence(in: errors(message, trace), signal: SIGILL) == sentence)
}

@Test(arguments: [
  (SIGKILL, "ended by the system: did it ask for too much memory?"),
  (SIGSEGV, "out of stack or memory: does a function call itself without an end?"),
  (SIGILL, "a trap (signal 4)"),
  (SIGTERM, "ended by signal 15"),
])
func `without a message a signal is told as what it is`(signal: Int32, sentence: String) {
  #expect(
    Crash.sentence(in: "Fatal error: was printed, and nothing trapped", signal: signal) != sentence)
  #expect(Crash.sentence(in: "", signal: signal) == sentence)
}

@Test func `both gives each result to its own place, on one thread and on two`() {
  let pairs = (0..<200).map { i in both({ i }, { -i }) }
  #expect(pairs.map(\.0) == Array(0..<200))
  #expect(pairs.map(\.1) == (0..<200).map { -$0 })
}
