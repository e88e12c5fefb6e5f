import Course
import Backprop
import Testing

/// Words that stand before `--quick --help` without taking the last of them for their value.
private let words = [
  "--quick", "--mine", "--solutions", "--bug", "--seed", "--figures", "--threads", "--epochs",
  "--batch", "--data", "--save", "-h", "--", "-", "=", "--quick=1", "--seed=7", "--seed=-7",
  "--bug=none", "--epochs=3", "--epochs=0", "--threads=65", "0", "1", "-1", "é", "%s%n", "a b",
  "list",
  "/nowhere", "--see", String(repeating: "x", count: 5000),
]

@Test(arguments: Catalogue.numbers)
func `random command lines end with help or with a sentence`(chapter: Int) async throws {
  var generator = SplitMix64(seed: UInt64(chapter))
  for _ in 0..<(isLongRun ? 30 : 6) {
    let line = (0..<generator.integer(below: 4)).map { _ in
      words[generator.integer(below: words.count)]
    }
    let result = try await launch(
      ["chapter\(twoDigits(chapter))"] + line + ["--quick", "--help"], seconds: 60)
    let usage = "usage: swift run chapter\(twoDigits(chapter))"
    switch result.status {
    case 0: #expect(result.output.contains(usage) && result.errors.isEmpty, "\(line)")
    case 64: #expect(result.errors.contains(usage) && result.output.isEmpty, "\(line)")
    default: Issue.record("\(line) ended with \(result.status): \(result.errors)")
    }
  }
}
