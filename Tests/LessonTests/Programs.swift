import Foundation
import Testing

/// The built executables, run once for each command line.
actor Programs {
  static let shared = Programs()
  private var outputs: [String: Task<String, any Error>] = [:]

  /// What a command such as `chapter01 --quick` prints on standard output.
  func output(of command: String) async throws -> String {
    if let known = outputs[command] { return try await known.value }
    let task = Task.detached { try run(command).output }
    outputs[command] = task
    return try await task.value
  }
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

/// Runs a built executable, without a terminal; a status other than 0 is an error.
func run(_ command: String, seconds: Double = 600) throws -> (output: String, seconds: Double) {
  let words = command.split(separator: " ").map(String.init)
  let folder = try #require(products, "the executables are not beside the tests; run swift build")
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try Data().write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }

  let process = Process()
  process.executableURL = folder.appending(path: words[0])
  process.arguments = Array(words.dropFirst())
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: file)
  process.standardError = FileHandle.nullDevice
  let clock = ContinuousClock()
  let start = clock.now
  try process.run()
  let watchdog = DispatchWorkItem { process.terminate() }
  DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
  process.waitUntilExit()
  watchdog.cancel()
  guard process.terminationReason == .exit, process.terminationStatus == 0 else {
    throw FailedRun(
      description: "`\(command)` ended with \(process.terminationStatus), should be 0")
  }
  let output = try String(contentsOf: file, encoding: .utf8)
  return (output, (clock.now - start) / .seconds(1))
}
