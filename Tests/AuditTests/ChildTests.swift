import Foundation
import Testing

@testable import Auditing

/// What the audit makes of a mutant of 4.1 whose process does what a shell script says.
///
/// The script is run again for each case that the last one has stopped before.
private func outcome(of script: String) throws -> Auditing.Outcome? {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let program = folder.appending(path: "mutants")
  let text = "#!/bin/sh\nread number exercise first limit\necho \"start $number\"\n" + script
  // Written by a process of its own: a file that a test beside this one still holds open for writing,
  // because it was started meanwhile, cannot be run.
  let writer = Process()
  writer.executableURL = URL(filePath: "/bin/sh")
  writer.arguments = [
    "-c", "printf '%s' \"$1\" > \"$2\" && chmod +x \"$2\"", "sh", text, program.path,
  ]
  try writer.run()
  writer.waitUntilExit()
  let errand = Errand(number: 7, exercise: "4.1", milliseconds: 1000)
  return try Trials(executable: program, chapter: 4).run([errand], workers: 1)[7]
}

@Test func `a mutant that stops counts by its sentence, or as a crash if it has none`() throws {
  let sentence = "echo 'Fatal error: Index out of range' >&2; kill -ILL $$"
  #expect(try outcome(of: sentence) == .stopped("Index out of range"))
  #expect(try outcome(of: "kill -ILL $$") == .crash)
}

@Test func `a mutant whose processor time is up has timed out`() throws {
  #expect(try outcome(of: "kill -PROF $$") == .timeOut)
}

@Test(arguments: ["ILL", "PROF"])
func `a mutant that the check lets pass is not rejected for dying later`(signal: String) throws {
  let end = try #require(try outcome(of: "echo passed 7; kill -\(signal) $$"))
  #expect(!end.isRejected)
}

@Test func `a child that is killed from outside ends the audit, and counts for nothing`() {
  #expect(throws: Trials.Failure.self) { try outcome(of: "kill -KILL $$") }
}

@Test func `a child that never starts ends the audit`() {
  let missing = Trials(executable: URL(filePath: "/bin/false"), chapter: 4)
  let errand = Errand(number: 7, exercise: "4.1", milliseconds: 1000)
  #expect(throws: Trials.Failure.self) { try missing.run([errand], workers: 1) }
}

@Test func `an errand survives its way to the child`() {
  var errand = Errand(number: 12, exercise: "3.3a", milliseconds: 1500)
  errand.first = 2
  #expect(Errand(line: errand.line) == errand)
  #expect(Errand(line: "12 3.3a") == nil)
}

@Test func `a process ends when its time is up, though its signals were blocked`() async {
  await #expect(processExitsWith: .signal(SIGPROF)) {
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, nil)
    Confinement.begin()
    Confinement.setTimer(milliseconds: 20)
    while true {}
  }
}
