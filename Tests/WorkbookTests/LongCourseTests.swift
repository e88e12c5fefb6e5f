import Course
import Foundation
import Testing

/// A made-up course of two parts: what its pages look like, on a screen and on half of one.
@Suite(.aside) struct LongCourseTests {
  /// How many exercises each chapter has: 105 in all.
  private static let counts = [6, 6, 8, 6, 6, 7, 6, 5, 7, 6, 7, 7, 8, 7, 6, 7]
  private static let names = [
    "sigmoidBackward", "binaryCrossEntropyWithLogitsBackward", "step", "attentionBackward",
    "weightedIntersectionOverUnionLoss", "rollout", "maskedSoftmaxBackward", "layerNormBackward",
  ]

  /// A folder with such a course, and the environment with a checker for it: chapters 1 to 9 are done,
  /// 10.2 is wrong, and the rest is not begun.
  private func course() throws -> (root: URL, environment: [String: String]) {
    let files = FileManager.default
    let root = files.temporaryDirectory.appending(path: UUID().uuidString)
    func write(_ text: String, _ path: String) throws {
      let file = root.appending(path: path)
      try files.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try write("let package = Package(name: \"BackpropWorkbook\")", "Package.swift")
    for (chapter, count) in zip(1..., Self.counts) {
      let number = chapter < 10 ? "0\(chapter)" : "\(chapter)"
      let functions = (1...count).map { exercise in
        let isLast = exercise == count
        return """
            /// Exercise \(chapter).\(exercise): something.
            ///
            \(isLast ? "  /// A challenge: no chapter needs it.\n" : "")\
            /// Lesson: chapter \(chapter), "A section with a title". About 15 minutes, difficulty 3 of 5.
            public static func \(Self.names[exercise - 1])\(chapter)(_ dy: Matrix) throws -> Matrix {
              dy
            }
          """
      }
      let text =
        "import Problems\(number)\n\npublic enum Answers: Chapter\(number) {\n"
        + functions.joined(separator: "\n\n") + "\n}\n"
      try write(text, "solutions/Chapter\(number).swift")
      try write(chapter < 10 ? text : Stubs.stub(text), "exercises/Chapter\(number).swift")
      try write(
        "# Chapter \(chapter) · Vanishing and exploding gradients, once more\n",
        "chapters/\(number)-name/README.md")
    }
    let checker = root.appending(path: "checker")
    try write(
      """
      #!/bin/sh
      case $1 in
        10.2) word=$(printf %.32s "$WORKBOOK_WORD"); verdict='{"wrong":{"_0":"dx [0, 1] is 2, should be 1"}}';;
        [1-9].*) word=$WORKBOOK_WORD; verdict='{"passed":{}}';;
        *) word=$(printf %.32s "$WORKBOOK_WORD"); verdict='{"todo":{"_0":"exercises/"}}';;
      esac
      printf '\\n\\036%s verdict %s\\n' "$word" "$verdict" >&3
      """, "checker")
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: checker.path)
    return (root, ["WORKBOOK_CHECKER": checker.path])
  }

  private func lines(
    _ words: [String], columns: UInt16, _ course: (root: URL, environment: [String: String])
  ) throws -> [String] {
    let terminal = try Terminal(
      [product("workbook")] + words, columns: columns, folder: course.root,
      environment: course.environment)
    #expect(terminal.waitForEnd() != nil)
    return plain(terminal.screen).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [UInt16(40), 80], [[], ["list"], ["check"], ["check", "10"], ["help"]])
  func `no page of a course of 105 exercises is wider than the screen`(
    columns: UInt16, words: [String]
  ) throws {
    let course = try course()
    defer { try? FileManager.default.removeItem(at: course.root) }
    for line in try lines(words, columns: columns, course) {
      #expect(line.count <= Int(columns), "\(line)")
    }
  }

  @Test(arguments: [UInt16(40), 80])
  func `the list has each exercise whole, with minutes and difficulty, under its part and chapter`(
    columns: UInt16
  ) throws {
    let course = try course()
    defer { try? FileManager.default.removeItem(at: course.root) }
    let lines = try lines(["list"], columns: columns, course)
    // A name that is as long as a line stands below its number.
    let words = lines.joined(separator: " ")
    #expect(words.matches(of: /(^| )\d+\.\d [a-z]\w+/).count == 105)
    #expect(lines.count { $0.contains(/15 min, difficulty 3$/) } == 105)
    #expect(lines.count { $0.contains(" ★") } == 16 && lines.last?.hasPrefix("★ ") == true)
    #expect(words.contains(" 15.2 binaryCrossEntropyWithLogitsBackward15 "))
    let parts = lines.indices.filter { lines[$0].hasPrefix("Part ") }
    try #require(parts.count == 2)
    #expect(lines[parts[0]] == "Part one: chapters 1 to 8" && parts[0] == 0)
    #expect(lines[parts[1]] == "Part two: chapters 9 to 16")
    #expect(lines[parts[1] + 1].hasPrefix("9 · "))
  }

  @Test(arguments: [UInt16(40), 80])
  func `the map shows all chapters in a screen, the one in hand open`(columns: UInt16) throws {
    let course = try course()
    defer { try? FileManager.default.removeItem(at: course.root) }
    let all = try lines([], columns: columns, course)
    // Before it stands how far the checks had come.
    let start = try #require(all.lastIndex { $0.hasSuffix("Backprop Workbook") })
    let lines = all[start...]
    #expect(lines.contains { $0.hasSuffix("] 57 of 105 done") })
    #expect(lines.count { $0.contains(/[✓✗·]+  \d of \d$/) } == 16)
    #expect(lines.contains { $0.hasSuffix("✓✓✓✓✓✓✓  7 of 7") })
    #expect(lines.contains { $0.hasSuffix("·✗····  0 of 6") })
    #expect(lines.count { $0.hasPrefix("Part ") } == 2)
    #expect(lines.count { $0.contains(#/^    [✗·] 10\.\d \w/#) } == 6, "the chapter in hand, open")
    #expect(lines.contains("In hand: 10.2") || lines.contains { $0.hasPrefix("In hand: 10.2 ") })
    #expect(lines.contains { $0.contains("dx [0, 1] is 2, should be 1") })
    if columns == 80 { #expect(lines.count <= 40, "\(lines.count) lines") }
  }

  @Test func `a report names the parts and each exercise once`() throws {
    let course = try course()
    defer { try? FileManager.default.removeItem(at: course.root) }
    let page = try launch(
      [product("workbook"), "report", "--markdown"], folder: course.root,
      environment: course.environment
    ).output.split(separator: "\n")
    #expect(page.contains("57 of 105 exercises done."))
    #expect(
      page.filter { $0.hasPrefix("## ") } == [
        "## Part one: chapters 1 to 8", "## Part two: chapters 9 to 16",
      ])
    #expect(page.count { $0.hasPrefix("### ") } == 16)
    #expect(
      page.count { $0.contains(/^\| \d+\.\d `\w+`( ★)? \| (done|wrong|not started) \|/) } == 105)
  }

  @Test func `numbers of two digits are found, and 1 is not 10`() throws {
    let course = try course()
    defer { try? FileManager.default.removeItem(at: course.root) }
    func run(_ words: String...) throws -> Run {
      try launch(
        [product("workbook")] + words, folder: course.root, environment: course.environment)
    }
    #expect(try run("check", "1").output.contains("6 of 6 done"))
    #expect(try run("check", "10").output.contains("0 of 6 done"))
    #expect(try run("check", "16.7").output.contains("16.7 maskedSoftmaxBackward16"))
    #expect(try run("check", "17").errors.contains("there is no exercise 17"))
    try FileManager.default.removeItem(at: course.root.appending(path: "exercises/Chapter12.swift"))
    #expect(try run("reset", "12.3").status == 0)
    let file = course.root.appending(path: "exercises/Chapter12.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("throw Todo(\"12.3\")") && text.contains("enum Answers: Chapter12 {"))
  }
}
