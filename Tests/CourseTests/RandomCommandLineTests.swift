import Solutions
@testable import Running
import Backprop
import Course
import Testing

/// Words that a command line may be made of, right and wrong.
private let words = [
  "--quick", "--mine", "--solutions", "--bug", "--seed", "--figures", "--threads", "--epochs",
  "--batch", "--data", "--save", "--help", "-h", "--", "-", "", "=", "--=", "--quick=", "--quick=1",
  "--seed=", "--seed=7", "--seed==7", "--seed=-7", "-h=3", "--help=yes", "--bug=list", "list",
  "--bug=none", "--epochs=3", "--epochs=0", "--batch=1e3", "--threads=65", "--threads=64", "0", "1",
  "-1", "007", "9223372036854775807", "9223372036854775808", "1_000", "+5", "0x10", "1.0", "NaN",
  "∞", "é", "e\u{301}", "\u{0}", "\n", "a b", "--data=/", "/tmp", "~", "%s%n", "--SEED", "--see",
  String(repeating: "x", count: 5000),
]

private let commands = zip(Catalogue.chapters, Solutions.all).map { chapter, solutions in
  let number = chapter.number
  return ChapterCommand(
    number, "Chapter \(number).", uses: ["\(number).1", "\(number).2"],
    of: [ChapterModules(chapter, solutions, solutions)],
    trains: number % 2 == 0)
}

@Test func `of 10,000 random command lines, each is understood or refused with the usage`() {
  var understood = 0
  for seed in UInt64(1)...10_000 {
    var generator = SplitMix64(seed: seed)
    let line = (0..<generator.integer(below: 7)).map { _ in
      words[generator.integer(below: words.count)]
    }
    let command = commands[generator.integer(below: commands.count)]
    do {
      let options = try ChapterOptions(parsing: line, for: command)
      understood += 1
      #expect((1...64).contains(options.threads ?? 1), "seed \(seed): \(line)")
      #expect(options.epochs ?? 1 >= 1 && options.batch ?? 1 >= 1, "seed \(seed): \(line)")
      #expect(command.trains || options.epochs == nil && options.save == nil, "seed \(seed)")
      #expect(!(options.mine && options.solutions), "seed \(seed): \(line)")
    } catch {
      let failure = error as? any Failure
      #expect(failure?.exitCode == 64, "seed \(seed): \(line)")
      #expect(
        failure?.description.contains("usage: swift run \(command.name)") == true, "seed \(seed)")
    }
  }
  #expect((1000...9000).contains(understood), "\(understood) understood: the words are ill chosen")
}
