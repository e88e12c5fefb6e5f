import Course
import Foundation
import Testing

/// A command line that cannot be obeyed: what it ends with, and words that its sentence has.
struct BadCommand: CustomTestStringConvertible, Sendable {
  let words: String
  let status: Int32
  let sentence: [String]

  init(_ words: String, _ status: Int32, _ sentence: String...) {
    (self.words, self.status, self.sentence) = (words, status, sentence)
  }

  var testDescription: String { words }
}

@Test(arguments: [
  BadCommand("chapter01 --wat", 64, "there is no option --wat", "usage: swift run chapter01"),
  BadCommand("chapter01 stray", 64, "there is no option stray"),
  BadCommand("chapter01 --epochs 3", 64, "there is no option --epochs"),
  BadCommand("chapter02 --seed", 64, "--seed N: the value is missing"),
  BadCommand("chapter02 --seed=", 64, "--seed N: the value is missing"),
  BadCommand("chapter02 --seed -1", 64, "-1 is no whole number from 0"),
  BadCommand("chapter02 --seed 1.5", 64, "1.5 is no whole number"),
  BadCommand("chapter02 --seed 99999999999999999999", 64, "is no whole number"),
  BadCommand("chapter03 --quick=yes", 64, "--quick takes no value"),
  BadCommand("chapter03 --mine --solutions", 64, "exclude each other"),
  BadCommand("chapter03 --bug nonsense", 64, "there is no bug nonsense", "--bug list"),
  BadCommand("chapter04 --epochs 0", 64, "0 is no whole number from 1"),
  BadCommand("chapter04 --batch -3", 64, "-3 is no whole number from 1"),
  BadCommand("chapter04 --threads 0", 64, "0 is no whole number from 1 to 64"),
  BadCommand("chapter05 --rate 0", 64, "0 is no number above 0"),
  BadCommand("chapter05 --rate nan", 64, "nan is no number above 0"),
  BadCommand("chapter05 --schedule stairs", 64, "there is no schedule stairs"),
  BadCommand("chapter06 --bug clip-by-value --save net", 64, "--save and --bug exclude"),
  BadCommand(
    "chapter05 --quick --rate 1e12", 70, "The loss is nan at step 1", "Try a rate of 1e+11"),
  BadCommand("chapter01 --all", 64, "there is no option --all"),
  BadCommand("chapter03 --all=yes", 64, "--all takes no value"),
  BadCommand("chapter01 --load x", 64, "there is no option --load"),
  BadCommand("chapter01 --mpi", 64, "there is no option --mpi"),
  BadCommand("chapter16 --mpi --mine", 64, "--mpi runs on the library"),
  BadCommand("chapter04 --load nowhere-at-all", 66, "nowhere-at-all"),
  BadCommand("chapter04 --quick --data nowhere-at-all", 66, "nowhere-at-all", "no such"),
])
func `a command line that cannot be obeyed gets a sentence and a status`(
  command: BadCommand
) async throws {
  let result = try await launch(command.words.split(separator: " ").map(String.init), seconds: 60)
  #expect(result.status == command.status, "\(result)")
  for words in command.sentence { #expect(result.errors.contains(words), "\(result.errors)") }
}

@Test(arguments: Lesson.chosen)
func `help is printed, and ends well`(lesson: Lesson) async throws {
  for flag in ["--help", "-h"] {
    let result = try await launch(["chapter\(twoDigits(lesson.chapter))", flag])
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.contains("usage: swift run chapter\(twoDigits(lesson.chapter))"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}

@Test(arguments: Lesson.chosen)
func `a quick run is plain where there is no terminal, and 80 columns wide`(
  lesson: Lesson
) async throws {
  let output = try await Programs.shared.result(of: "chapter\(twoDigits(lesson.chapter)) --quick")
    .output
  #expect(!output.contains("\u{1B}") && !output.contains("\r"))
  for line in output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
}

@Test(arguments: isLongRun ? Lesson.all : Array(Lesson.all.prefix(3)))
func `with --plain nothing is drawn with characters`(lesson: Lesson) async throws {
  let command = "chapter\(twoDigits(lesson.chapter)) --quick --plain"
  let output = try await Programs.shared.result(of: command).output
  for line in output.split(separator: "\n") {
    // Boxes and blocks, and dots of braille; signs such as ✓ and ■ are read out.
    let drawn = line.unicodeScalars.contains {
      (0x2500...0x259F).contains($0.value) || (0x2800...0x28FF).contains($0.value)
    }
    #expect(!drawn, "\(line)")
  }
}

/// Four IDX files with some tiny images, one of which can be spoilt.
private func writeData(_ spoil: (URL) throws -> Void) throws -> URL {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (name, count) in [("train", 40), ("t10k", 20)] {
    let pixels = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 28, 0, 0, 0, 28] + pixels
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 10) }
    try Data(images).write(to: folder.appending(path: "\(name)-images-idx3-ubyte"))
    try Data(labels).write(to: folder.appending(path: "\(name)-labels-idx1-ubyte"))
  }
  try spoil(folder)
  return folder
}

private let images = "train-images-idx3-ubyte"
private let labels = "train-labels-idx1-ubyte"

/// Ways to spoil a folder of data.
enum Damage: String, CaseIterable, Sendable {
  case missing, truncated, swapped, otherCounts, folderInPlace, wrongLabel, empty

  var status: Int32 { self == .missing || self == .folderInPlace ? 66 : 65 }

  func apply(to folder: URL) throws {
    let (images, labels) = (folder.appending(path: images), folder.appending(path: labels))
    switch self {
    case .missing: try FileManager.default.removeItem(at: labels)
    case .truncated: try Data(contentsOf: images).dropLast(100).write(to: images)
    case .swapped:
      let (a, b) = (try Data(contentsOf: images), try Data(contentsOf: labels))
      try b.write(to: images)
      try a.write(to: labels)
    case .otherCounts:
      try Data([0, 0, 8, 1, 0, 0, 0, 2, 1, 2]).write(to: labels)
    case .folderInPlace:
      try FileManager.default.removeItem(at: images)
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: false)
    case .wrongLabel:
      var bytes = try Data(contentsOf: labels)
      bytes[bytes.count - 1] = 77
      try bytes.write(to: labels)
    case .empty: try Data().write(to: images)
    }
  }
}

@Test(arguments: Damage.allCases)
func `spoilt data gets a sentence that names the file, and a status`(damage: Damage) async throws {
  let folder = try writeData(damage.apply)
  defer { try? FileManager.default.removeItem(at: folder) }
  let result = try await launch(["chapter04", "--quick", "--data", folder.path], seconds: 60)
  #expect(result.status == damage.status, "\(result)")
  #expect(result.errors.contains("train-"), "\(result.errors)")
}

@Test func `other data of the same names is read`() async throws {
  let folder = try writeData { _ in }
  defer { try? FileManager.default.removeItem(at: folder) }
  let result = try await launch(
    ["chapter04", "--quick", "--epochs", "1", "--data", folder.path], seconds: 60)
  #expect(result.status == 0, "\(result)")
}

@Test func `a figure for which there is no room is refused, and no half of it is left`()
  async throws
{
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: folder) }
  let program = try #require(products).appending(path: "chapter01").path
  // No file may grow beyond 2 blocks, as on a disk with that much room.
  let command = "trap '' XFSZ; ulimit -f 2; exec \"$@\" > /dev/null"
  let result = try await launch(
    URL(filePath: "/bin/sh"), ["-c", command, "sh", program, "--quick", "--figures", folder.path],
    seconds: 60)
  #expect(result.status == 73, "\(result)")
  #expect(result.errors.contains(".svg could not be written"), "\(result.errors)")
  #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
}

@Test func `what cannot be written is refused with a sentence, and nothing is left behind`()
  async throws
{
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try Data("here already".utf8).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let figures = try await launch(["chapter01", "--quick", "--figures", file.path], seconds: 60)
  #expect(figures.status == 73 && figures.errors.contains(file.path), "\(figures)")
  let inside = file.appending(path: "net.safetensors").path
  let folder = try writeData { _ in }
  defer { try? FileManager.default.removeItem(at: folder) }
  let save = try await launch(
    ["chapter04", "--quick", "--data", folder.path, "--save", inside], seconds: 60)
  #expect(save.status == 73 && save.errors.contains("net.safetensors"), "\(save)")
  #expect(try String(contentsOf: file, encoding: .utf8) == "here already")
}
