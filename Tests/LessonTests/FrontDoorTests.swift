import Course
import Foundation
import Testing

private func text(_ path: String) throws -> String {
  try String(contentsOf: package.appending(path: path), encoding: .utf8)
}

/// The front pages: README, CONTRIBUTING, TEACHING, and the files that editors read.
struct FrontDoorTests {
  @Test(arguments: ["README.md", "CONTRIBUTING.md", "TEACHING.md"])
  func `a front page links to what is there`(name: String) throws {
    for link in try text(name).matches(of: /\]\(([^)#\s]+)[^)\s]*\)/) {
      let target = String(link.1)
      guard !target.hasPrefix("http") else { continue }
      #expect(
        FileManager.default.fileExists(atPath: package.appending(path: target).path),
        "\(name): there is no \(target)")
    }
  }

  @Test func `the README fits on a few screens`() throws {
    #expect(try text("README.md").split(separator: "\n").count < 200)
  }

  @Test(arguments: Lesson.all)
  func `the README's map says what the lesson says`(lesson: Lesson) throws {
    let row = try #require(
      try text("README.md").split(separator: "\n").first {
        $0.hasPrefix("| [\(lesson.chapter) · ") && $0.contains("chapters/\(lesson.name)/README.md")
      })
    let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    try #require(cells.count == 4, "\(row)")
    let minutes = try #require(
      lesson.prose.firstMatch(of: /[Aa]bout (\d+) minutes/)?.1, "\(lesson.name) says how long")
    let exercises = Catalogue.chapter(lesson.chapter)
    #expect(cells[2] == String(minutes), "\(row)")
    #expect(cells[3] == "\(exercises.count)", "\(row)")
  }

  @Test(arguments: Lesson.all)
  func `the teacher's plan counts what the catalogue has`(lesson: Lesson) throws {
    let row = try #require(
      try text("TEACHING.md").split(separator: "\n").first {
        $0.hasPrefix("| \(lesson.chapter) |") && $0.contains("chapters/\(lesson.name)/README.md")
      })
    let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    let exercises = Catalogue.chapter(lesson.chapter)
    let needed = exercises.filter { !$0.isChallenge }
    #expect(cells.last == "\(needed.map(\.minutes).reduce(0, +))", "\(row)")
    let challenge = try #require(exercises.first { $0.isChallenge }).id
    #expect(cells[3].hasSuffix("★ \(challenge)"), "\(row)")
  }

  @Test func `what the README shows of a program is what it prints`() async throws {
    try await compareOutputs(of: Lesson(0, in: package), marked: "output")
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["RECORDED"] != nil))
  func `what the README recorded is reached again`() async throws {
    try await compareOutputs(of: Lesson(0, in: package), marked: "recorded")
  }

  @Test func `every block of the README says where it is from`() throws {
    for block in try Lesson(0, in: package).blocks where block.language == "text" {
      #expect(
        block.introduction.firstMatch(of: /^<!-- (output|recorded|check):/) != nil,
        "README.md:\(block.line)")
    }
  }

  @Test func `the README's wrong answer is told what the checker says of such`() throws {
    let block = try #require(
      try Lesson(0, in: package).blocks.first { $0.introduction.hasPrefix("<!-- check: 4.1") })
    let exercise = try #require(Catalogue.find("4.1"))
    let lines = block.lines.map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.contains("with \(exercise.describe(case: 0)):"))
    let sentences = lines.filter { $0.hasPrefix("→ ") }.map { String($0.dropFirst(2)) }
    #expect(sentences.count == 2)
    for sentence in sentences {
      #expect(exercise.wrongAnswers.contains { $0.sentence == sentence }, "\(sentence)")
    }
  }

  // MARK: Editors

  @Test func `the editor has a configuration for every chapter`() throws {
    let launch = try object(".vscode/launch.json")
    let targets = (launch["configurations"] as? [[String: Any]] ?? []).compactMap {
      $0["target"] as? String
    }
    #expect(targets == Lesson.all.map { "chapter\(twoDigits($0.chapter))" })
    let tasks = try object(".vscode/tasks.json")
    let entries = tasks["tasks"] as? [[String: Any]] ?? []
    let commands = entries.compactMap { $0["command"] as? String }
    #expect(!commands.isEmpty && commands.allSatisfy { $0.hasPrefix("swift ") })
    let inputs = tasks["inputs"] as? [[String: Any]] ?? []
    let named = Set(inputs.compactMap { $0["id"] as? String })
    let used = commands.flatMap { $0.matches(of: /\$\{input:(\w+)\}/).map { String($0.1) } }
    #expect(Set(used) == named)
    #expect(inputs.first?["options"] as? [String] == targets)
  }

  @Test func `the container has the compiler that the package asks for`() throws {
    let image = try #require(try object(".devcontainer/devcontainer.json")["image"] as? String)
    let tools = try #require(
      try text("Package.swift").firstMatch(of: /swift-tools-version: ?([\d.]+)/)?.1)
    #expect(image == "swift:\(tools)")
    #expect(try object(".vscode/extensions.json")["recommendations"] != nil)
  }

  private func object(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: package.appending(path: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any], "\(path)")
  }
}
