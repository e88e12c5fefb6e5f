import Guiding
import Foundation

/// Whether this machine is ready: a line for each thing looked at, ok or what to do.
struct Doctor {
  let folder: Folder
  let guide: Guide

  /// What came of looking at one thing.
  struct Line {
    let name: String
    let isOk: Bool
    /// What was found, and if it is not ok, what to do.
    let text: String
  }

  /// Looks at everything, and says each line as it comes; true if all are ok.
  func examine(say: (Line) -> Void) -> Bool {
    let examinations: [() -> Line] = [
      toolchain, settings, data, exercises, writing, disk, memory, speed,
    ]
    var isWell = true
    for examine in examinations {
      let line = examine()
      say(line)
      isWell = isWell && line.isOk
    }
    return isWell
  }

  /// Runs a program for at most a minute; its status and its output, nil if it cannot be started.
  private func output(_ program: String, _ arguments: [String]) -> (status: Int32, text: String)? {
    var environment = ProcessInfo.processInfo.environment
    environment["LC_ALL"] = "C"
    guard let child = try? Child(program, arguments, environment: environment) else { return nil }
    let start = ContinuousClock.now
    while child.end == nil, ContinuousClock.now - start < .seconds(60) { Event.wait(for: [child]) }
    guard case .status(let status)? = child.end else { return nil }
    return (status, child.text(.output) + child.text(.errors))
  }

  private func toolchain() -> Line {
    let name = "Swift"
    guard let (_, text) = output("swift", ["--version"]),
      let match = text.firstMatch(of: /Swift version (\d+)\.(\d+)[^ ]*/)
    else {
      return Line(
        name: name, isOk: false,
        text: "`swift` is not on the PATH: install Swift 6.3 or later from swift.org/install")
    }
    let (major, minor) = (Int(match.1) ?? 0, Int(match.2) ?? 0)
    let isNew = (major, minor) >= (6, 3)
    let advice = isNew ? "" : ": 6.3 or later is needed, from swift.org/install"
    return Line(name: name, isOk: isNew, text: "\(match.0)\(advice)")
  }

  private func settings() -> Line {
    let environment = ProcessInfo.processInfo.environment
    // What Package.swift has against the folder, the build folder above all.
    if let (status, text) = output(
      "swift", ["package", "--package-path", folder.root.path, "dump-package"]), status != 0
    {
      let lines = text.sourceLines.filter {
        $0.hasPrefix("error:") && !$0.contains("Invalid manifest")
      }
      return Line(
        name: "build", isOk: false, text: lines.first.map { String($0.dropFirst(7)) } ?? text)
    }
    let portable = environment["BACKPROP_CPU"].map { "\($0) (BACKPROP_CPU)" } ?? "this processor"
    let path = Bundle.main.executableURL?.resolvingSymlinksInPath().path ?? ""
    let isDebug = path.contains("/debug/")
    return Line(
      name: "build", isOk: true,
      text: "\(isDebug ? "debug" : "release") build, library optimised for \(portable)")
  }

  /// What the first chapter is checked with shows that building works; and a product of matrices is
  /// slow in it if the library was built without optimisation.
  private func speed() -> Line {
    var operations: Double?
    do {
      try guide.ask(
        chapter: folder.outline.chapters.first ?? 1, for: "shows how fast the library is",
        [["--speed"]], seconds: 20
      ) { operations = $0 }
    } catch {
      return Line(name: "speed", isOk: false, text: "\(error)")
    }
    guard let billions = operations.map({ $0 / 1e9 }) else {
      return Line(
        name: "speed", isOk: false,
        text: "a product of 256 × 256 gave no answer: delete the folder .build, and build again")
    }
    let rate = "\(Int(billions)) billion operations a second in a product of 256 × 256"
    return billions >= 3
      ? Line(name: "speed", isOk: true, text: rate)
      : Line(
        name: "speed", isOk: false,
        text: "\(rate), should be 10 or more: delete the folder .build, and build again")
  }

  private func data() -> Line {
    let sums = folder.root.appending(path: "Sources/Datasets/Resources/SHA256SUMS")
    let resources = sums.deletingLastPathComponent().path
    guard let count = try? folder.text(sums).sourceLines.count else {
      return Line(
        name: "data", isOk: false,
        text: "Sources/Datasets/Resources/SHA256SUMS is missing: `git checkout Sources/Datasets`")
    }
    let script = """
      cd "$1" && if command -v sha256sum > /dev/null; then sha256sum --check SHA256SUMS
      else shasum -a 256 --check SHA256SUMS; fi
      """
    guard let (status, text) = output("sh", ["-c", script, "sh", resources]) else {
      return Line(name: "data", isOk: false, text: "neither sha256sum nor shasum can be run")
    }
    let bad = text.sourceLines.filter { $0.contains(": FAILED") }
      .map { $0.prefix { $0 != ":" } }
    guard status == 0 else {
      return Line(
        name: "data", isOk: false,
        text: "\(bad.isEmpty ? text : bad.joined(separator: ", ")) is not as shipped: "
          + "`git checkout Sources/Datasets/Resources`")
    }
    return Line(name: "data", isOk: true, text: "all \(count) files have their checksums")
  }

  /// Each function must be found under its comment, or `reset` and `solution` cannot.
  private func exercises() -> Line {
    let (files, outline) = (ExerciseFiles(folder), folder.outline)
    let unfit = outline.chapters.lazy.compactMap { chapter in
      let repair = Repair(folder, chapter: chapter)
      return outline.chapter(chapter).lazy.compactMap { repair.broken[$0.id] }.first
    }
    if let sentence = files.troubles.first ?? unfit.first ?? files.strays(outline).first {
      return Line(name: "exercises", isOk: false, text: sentence)
    }
    for exercise in outline.all {
      let found = files.pieces(of: exercise, among: folder.neighbours(of: exercise))
        .filter { $0.piece.name == exercise.name }
      if found.isEmpty {
        return Line(
          name: "exercises", isOk: false,
          text:
            "\(exercise.name) is missing: `swift run workbook reset \(exercise.id)` puts it back")
      }
      let first = found[0]
      if let second = found.dropFirst().first(where: { $0.piece.signature == first.piece.signature }
      ) {
        let places = [first, second].map { "exercises/\($0.path):\($0.piece.signatureLine)" }
        return Line(
          name: "exercises", isOk: false,
          text: "\(exercise.name) is there twice, \(places.joined(separator: " and ")): delete one")
      }
    }
    return Line(
      name: "exercises", isOk: true, text: "all \(outline.all.count) functions are found")
  }

  private func writing() -> Line {
    for path in ["exercises", ".workbook", ".build"] {
      let file = folder.root.appending(path: "\(path)/.doctor")
      do {
        try folder.write("", to: file)
        try FileManager.default.removeItem(at: file)
      } catch {
        return Line(
          name: "writing", isOk: false,
          text: "cannot write into \(path)/: give yourself the right with `chmod -R u+w \(path)`")
      }
    }
    return Line(name: "writing", isOk: true, text: "exercises/, .workbook/ and .build/")
  }

  private func disk() -> Line {
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder.root.path)
    guard let free = (facts?[.systemFreeSize] as? NSNumber)?.doubleValue else {
      return Line(name: "disk", isOk: true, text: "the system does not say how much is free")
    }
    let text = String(format: "%.1f GB free", free / 1e9)
    let isEnough = free > 1e9
    return Line(
      name: "disk", isOk: isEnough, text: text + (isEnough ? "" : ": a build needs 1 GB, make room")
    )
  }

  private func memory() -> Line {
    #if os(Linux)
      let text = "a check may take \(Trial.mebibytes) MB; the system enforces it"
    #else
      let text =
        "this system sets no limit for one process: only time ends a check that takes too much"
    #endif
    return Line(name: "memory", isOk: true, text: text)
  }
}

extension Commands {
  /// Examines the machine; status 1 if something is to be done.
  func doctor() -> Int32 {
    let isWell = Doctor(folder: folder, guide: guide).examine { line in
      Screen.say(
        "\(line.isOk ? "✓ ok," : "✗") \(line.name): \(line.text)", style: line.isOk ? .plain : .bad)
    }
    Screen.print()
    Screen.say(isWell ? "All is well." : "Do what stands beside each ✗, then ask again.")
    return isWell ? 0 : 1
  }
}
