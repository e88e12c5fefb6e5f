import Foundation
import Testing

/// Whether everything is proved, not only what is quick to prove: LONG=1, as `.ci/run` sets it.
let isLongRun = ProcessInfo.processInfo.environment["LONG"] != nil

/// The built executables, run once for each command line.
actor Programs {
  static let shared = Programs()
  private var results: [String: Task<Shown, any Error>] = [:]

  /// What a run of a chapter shows.
  struct Shown {
    let output: String
    /// The names of the SVG files that it writes.
    let figures: Set<String>
  }

  /// What a command such as `chapter01 --quick` prints on standard output, and draws.
  ///
  /// It is asked for its figures too, and to use one thread, since tests run side by side and threads
  /// that wait for a core waste it. Neither changes what it prints.
  func result(of command: String) async throws -> Shown {
    if let known = results[command] { return try await known.value }
    let task = Task.detached {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: folder) }
      let output = try await run("\(command) --threads 1 --figures \(folder.path)")
      return Shown(output: output, figures: figures(in: folder))
    }
    results[command] = task
    return try await task.value
  }
}

/// The names of the figures in a folder.
func figures(in folder: URL) -> Set<String> {
  let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
  return Set((names ?? []).filter { $0.hasSuffix(".svg") })
}

/// A run that did not end as it should.
struct FailedRun: Error, CustomStringConvertible {
  let description: String
}

/// Where `swift build` puts executables: beside the tests.
let products: URL? = {
  let bundles = [Bundle.main] + Bundle.allBundles
  return bundles.flatMap { [$0.bundleURL, $0.bundleURL.deletingLastPathComponent()] }
    .first { FileManager.default.fileExists(atPath: $0.appending(path: "chapter01").path) }
}()

/// What a run of an executable left behind.
struct Run {
  let status: Int32
  let output: String
  let errors: String
}

/// The seconds that a run may take: full runs, on a machine that does other things too, take long.
let patience: Double =
  ProcessInfo.processInfo.environment["RECORDED"] == nil ? 600 : 3600

/// Runs a built executable, without a terminal; after the time given it is ended.
func launch(_ words: [String], seconds: Double = patience) async throws -> Run {
  let folder = try #require(products, "the executables are not beside the tests; run swift build")
  return try await launch(
    folder.appending(path: words[0]), Array(words.dropFirst()), seconds: seconds)
}

/// Runs any program in the same way.
///
/// It waits on a thread of its own: the pool that all tests share has none to spare.
func launch(_ program: URL, _ arguments: [String], seconds: Double) async throws -> Run {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(with: Result { try wait(for: program, arguments, seconds: seconds) })
    }
  }
}

func wait(for program: URL, _ arguments: [String], seconds: Double) throws -> Run {
  let streams = ["output", "errors"].map { _ in
    FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  }
  for stream in streams { try Data().write(to: stream) }
  defer { for stream in streams { try? FileManager.default.removeItem(at: stream) } }

  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: streams[0])
  process.standardError = try FileHandle(forWritingTo: streams[1])
  try process.run()
  let watchdog = DispatchWorkItem { process.terminate() }
  DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
  process.waitUntilExit()
  watchdog.cancel()
  let texts = try streams.map { try String(contentsOf: $0, encoding: .utf8) }
  let signal = process.terminationReason == .uncaughtSignal
  return Run(
    status: signal ? 128 + process.terminationStatus : process.terminationStatus,
    output: texts[0], errors: texts[1])
}

/// What a command prints on standard output; a status other than 0 is an error.
func run(_ command: String) async throws -> String {
  let result = try await launch(command.split(separator: " ").map(String.init))
  guard result.status == 0 else {
    throw FailedRun(
      description: "`\(command)` ended with \(result.status), should be 0: \(result.errors)")
  }
  return result.output
}
