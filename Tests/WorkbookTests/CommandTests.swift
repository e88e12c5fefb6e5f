import Course
import Foundation
import Testing

/// The commands, run without a terminal in a copy of the workbook.
@Suite(.aside) struct CommandTests {
  @Test(arguments: [
    (["chekc"], "there is no command chekc; did you mean check?"),
    (["check", "--fast"], "check takes no --fast"),
    (["hint", "4.1", "4.2"], "hint takes no 4.2"),
    (["reset"], "reset takes an exercise"),
    (["report"], "report takes either --json or --markdown"),
    (["--timeout", "soon"], "--timeout takes whole seconds from 1 to 600, not soon"),
    (["4.1"], "4.1 is an exercise; did you mean `check 4.1`?"),
    (["check", "densBackward"], "there is no exercise densBackward; did you mean denseBackward?"),
    (["hint", "3.3"], "3.3 has two functions, 3.3a tanhNodeBackward and 3.3b powNodeBackward"),
    (["solution", "9.9"], "there is no exercise 9.9"),
  ])
  func `a wrong command line gets a sentence and status 64`(words: [String], says: String) throws {
    let copy = try Copy()
    let run = try launch(
      [product("workbook")] + words, folder: copy.root, environment: copy.environment)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("workbook: \(says)"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func `hints come one at a time, all on request, and are forgotten without harm`() throws {
    let copy = try Copy()
    let first = try copy.run("hint", "4.1").output
    #expect(first.contains("\n1. ") && !first.contains("\n2. "), "\(first)")
    let second = try copy.run("hint", "denseBackward").output
    #expect(second.contains("\n1. ") && second.contains("\n2. ") && !second.contains("\n3. "))
    let all = try copy.run("hint", "4.1", "--all").output
    #expect(all.contains("\n4. ") && all.contains("--peek"))
    try FileManager.default.removeItem(at: copy.root.appending(path: ".workbook"))
    #expect(try copy.run("hint", "4.1").output == first)
    #expect(try copy.run("hint").output.contains("1.1 sigmoidBackward"))
    #expect(try copy.text(".gitignore").contains(".workbook/"))
  }

  @Test func `a solution is shown after a pass, with the difference, or on --peek`() throws {
    let copy = try Copy()
    let refused = try copy.run("solution", "4.1")
    #expect(refused.status == 1)
    #expect(refused.output.contains("does not pass yet") && !refused.output.contains("matmul"))
    let peeked = try copy.run("solution", "4.1", "--peek")
    #expect(peeked.status == 0 && peeked.output.contains("matmul(transposed: x, dy)"))
    #expect(!peeked.output.contains("From yours"), "there is nothing to compare with yet")
    try copy.edit(
      "exercises/Chapter04.swift", "throw Todo(\"4.1\")",
      "(matmul(dy, transposed: weight), matmul(x.transposed, dy), dy.sum(axis: 0))")
    let passed = try copy.run("solution", "4.1")
    #expect(passed.status == 0)
    #expect(passed.output.contains("\n-     (matmul(dy, transposed: weight)"), "\(passed.output)")
    #expect(passed.output.contains("\n+     let dx = matmul(dy, transposed: weight)"))
    #expect(passed.output.contains("\n    public static func denseBackward("))
  }

  @Test func `reset puts one function back, keeps the rest, and loses nothing`() throws {
    let copy = try Copy()
    let file = "exercises/Chapter04.swift"
    let shipped = try copy.text(file)
    try copy.edit(file, "throw Todo(\"4.3\")", "dy * mask // \" }} \" }\n    / (1 - rate)")
    let others = try copy.text(file)
    try copy.edit(file, "throw Todo(\"4.1\")", "let mine = \"{\"\n    return mine")
    let run = try copy.run("reset", "4.1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try copy.text(file) == others)
    #expect(run.output.contains("exercises/.discarded/4.1-denseBackward-1.swift"), "\(run.output)")
    let kept = try copy.text("exercises/.discarded/4.1-denseBackward-1.swift")
    #expect(kept.contains("let mine = \"{\"\n    return mine\n  }\n"), "\(kept)")
    #expect(try copy.run("reset", "4.3").status == 0)
    #expect(try copy.text(file) == shipped)
    #expect(try copy.run("reset", "4.3").output.contains("at its beginning already"))
    #expect(try copy.text(".gitignore").contains("exercises/.discarded/"))
  }

  @Test func `reset of a function without its closing brace leaves the next one alone`() throws {
    let copy = try Copy()
    let file = "exercises/Chapter04.swift"
    let shipped = try copy.text(file)
    try copy.edit(file, "throw Todo(\"4.2\")", "return myGradients")
    let others = try copy.text(file)
    try copy.edit(file, "    throw Todo(\"4.1\")\n  }\n", "    if true {\n    return dy\n  }\n")
    #expect(try copy.run("reset", "4.1").status == 0)
    #expect(try copy.text(file) == others)
    #expect(others != shipped)
  }

  @Test func `reset on a full disk says so, and loses nothing`() throws {
    let copy = try Copy()
    let file = "exercises/Chapter04.swift"
    try copy.edit(file, "throw Todo(\"4.1\")", "let mine = 1")
    let mine = try copy.text(file)
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: copy.root.path + "/exercises")
        .filter { $0 != ".discarded" }.sorted()
    }
    let before = try names()
    // No file may grow beyond 4 blocks, as on a disk with that much room.
    let command = "trap '' XFSZ; ulimit -f 4; exec \"$@\""
    let run = try launch(
      ["/bin/sh", "-c", command, "sh", product("workbook"), "reset", "4.1"], folder: copy.root,
      environment: copy.environment)
    #expect(run.status == 73, "\(run)")
    #expect(run.errors.contains("\(file) cannot be written"), "\(run.errors)")
    #expect(try copy.text(file) == mine)
    #expect(try names() == before, "no half file is left")
  }

  @Test func `a function whose comment has been changed is known by its name`() throws {
    let copy = try Copy()
    let shipped = try copy.text("exercises/Chapter04.swift")
    try copy.edit("exercises/Chapter04.swift", "/// Exercise 4.1:", "/// My exercise:")
    let run = try copy.run("reset", "4.1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try copy.text("exercises/Chapter04.swift") == shipped)
    #expect(run.output.contains("What you had is in exercises/.discarded/4.1-denseBackward-1"))
  }

  @Test func `the list has every exercise, with minutes and difficulty`() throws {
    let run = try Copy().run("list")
    let rows = run.output.matches(of: /(?m)^\d+\.\d[ab]? \w+.* min, difficulty [1-5]$/)
    #expect(rows.count == exerciseCount)
  }

  @Test func `reports name exercises, verdicts and times, and nobody`() throws {
    let copy = try Copy(checker: "HostileChecker")
    let json = try copy.run("report", "--json", "--timeout", "4").output
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(report["done"] as? Int == wellBehaved && report["total"] as? Int == exerciseCount)
    let exercises = try #require(report["exercises"] as? [[String: Any]])
    #expect(exercises.count == exerciseCount)
    #expect(exercises[0]["state"] as? String == "crashed")
    #expect((exercises[10]["seconds"] as? Double ?? 0) > 0)
    let page = try copy.run("report", "--markdown", "--timeout", "4").output
    #expect(page.contains("\(wellBehaved) of \(exerciseCount) exercises done."))
    #expect(page.contains("| 1.2 `tanhBackward` | timed out | "))
    for text in [json, page] {
      #expect(!text.contains(copy.root.path) && !text.contains(package.path), "a path")
      if let user = ProcessInfo.processInfo.environment["USER"], user.count > 3 {
        #expect(!text.contains(user), "a name")
      }
    }
  }

  @Test func `the doctor finds all well, or says what to do`() throws {
    let copy = try Copy()
    let data = "Sources/Datasets/Resources"
    try FileManager.default.createDirectory(
      at: copy.root.appending(path: "Sources/Datasets"), withIntermediateDirectories: true)
    let resources = copy.root.appending(path: data)
    try FileManager.default.createSymbolicLink(
      at: resources, withDestinationURL: package.appending(path: data))
    let well = try copy.run("doctor")
    #expect(well.status == 0, "\(well.output)")
    #expect(well.output.contains("All is well."))
    try FileManager.default.removeItem(at: resources)
    try FileManager.default.createDirectory(at: resources, withIntermediateDirectories: true)
    try Data("\(String(repeating: "0", count: 64))  images\n".utf8).write(
      to: resources.appending(path: "SHA256SUMS"))
    try Data("other".utf8).write(to: resources.appending(path: "images"))
    try copy.edit("exercises/Chapter02.swift", "func meanSquaredErrorBackward", "func mine")
    let ill = try copy.run("doctor")
    #expect(ill.status == 1)
    #expect(ill.output.contains("✗ data: images is not as shipped"))
    let words = ill.output.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("`swift run workbook reset 2.1` puts it back"), "\(ill.output)")
  }

  @Test func `the last page waits for every exercise, then shows what was measured`() throws {
    let copy = try Copy()
    let early = try copy.run("finish")
    let needed = Catalogue.all.count { $0.chapter <= 8 && !$0.isChallenge }
    #expect(early.status == 1 && early.output.contains("The page waits for \(needed) more"))
    for chapter in 1...8 {
      let file = chapterFile(chapter)
      let (stub, solution) = ("exercises/\(file)", "solutions/\(file)")
      try copy.edit(stub, copy.text(stub), copy.text(solution))
    }
    let part = try copy.run()
    #expect(part.output.contains("All of part one is done") && part.output.contains("Next: 9.1"))
    #expect(try copy.run("finish", "--quick").status == 0, "part two may stay open")
    try copy.solve()
    #expect(try copy.run().output.contains("Everything is done"))
    let run = try copy.run("finish", "--quick")
    #expect(run.status == 0, "\(run.errors)")
    let page = try copy.text("finish/README.md")
    #expect(page.contains("\(exerciseCount) of \(exerciseCount) exercises"))
    let worst = try #require(page.firstMatch(of: /the largest error is ([0-9.e-]+), in \w+\./))
    #expect(try #require(Double(worst.1)) < 1e-6)
    let accuracy = try #require(page.firstMatch(of: /\| 1 \| ([0-9.]+) % \|/))
    #expect(try #require(Double(accuracy.1)) > 50)
    #expect(try copy.text("finish/gradient-errors.svg").contains("4.1 denseBackward"))
    for link in page.matches(of: /\]\(([\w-]+\.svg)\)/) {
      #expect(try copy.text("finish/\(link.1)").contains("<svg"))
    }
  }

  @Test func `it runs in a folder inside, and outside says where it belongs`() throws {
    let copy = try Copy()
    let inside = try copy.run("check", "1.1", folder: "chapters/01-activations")
    #expect(inside.output.contains("· 1.1 sigmoidBackward"), "\(inside.errors)")
    let outside = try launch([product("workbook")], folder: FileManager.default.temporaryDirectory)
    #expect(outside.status == 66)
    #expect(outside.errors.contains("no Package.swift of Backprop Workbook"))
  }
}
