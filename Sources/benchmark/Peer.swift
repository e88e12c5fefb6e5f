import Foundation

/// A Python program beside us that measures PyTorch, NumPy or a plain Python engine when asked to.
///
/// It lives as long as this value, so that a measurement does not pay for its start.
final class Peer {
  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())
  private var read = Data()

  /// Starts `peers/NAME.py`.
  init(_ name: String, python: URL, environment: [String: String] = [:]) throws {
    process.executableURL = python
    process.arguments = [Self.folder.appendingPathComponent("\(name).py").path]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    guard try line() == "ready" else {
      throw PeerFailure("peers/\(name).py did not start; run it by hand to see why")
    }
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// A variant of its work, measured in turn with ours.
  func contender(_ name: String, variant: String) -> Contender {
    Contender(name) { [self] seconds in
      try input.fileHandleForWriting.write(contentsOf: Data("\(variant) \(seconds)\n".utf8))
      let answer = try line()
      guard let rate = Double(answer) else {
        throw PeerFailure("\(name) answered \(answer) to \(variant); that is no number")
      }
      return rate
    }
  }

  private func line() throws -> String {
    while true {
      if let end = read.firstIndex(of: 10) {
        let line = String(decoding: read[..<end], as: UTF8.self)
        read.removeSubrange(...end)
        return line
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw PeerFailure("a Python program ended early") }
      read.append(more)
    }
  }

  /// The folder of the Python programs, beside this file.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("peers")

  /// Runs a program to its end, and gives what it printed; nil where it failed.
  static func run(_ program: URL, _ arguments: [String]) -> String? {
    let (process, output) = (Process(), Pipe())
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

struct PeerFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What of Python is on this machine.
struct Python {
  /// The interpreter: `PYTHON` of the environment, or the first python3 on the path.
  let executable: URL?
  /// The versions of NumPy and PyTorch; nil where one is not installed.
  let numpy, torch: String?

  init() {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let candidates = environment["PYTHON"].map { [$0] } ?? folders.map { $0 + "/python3" }
    let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
      .map { URL(filePath: $0) }
    func version(_ module: String) -> String? {
      found.flatMap { Peer.run($0, ["-c", "import \(module); print(\(module).__version__)"]) }
    }
    executable = found
    (numpy, torch) = (version("numpy"), version("torch"))
  }

  /// What is missing for a whole comparison, in sentences.
  var missing: [String] {
    guard executable != nil else {
      return ["No Python: set PYTHON to an interpreter, or put python3 on the PATH."]
    }
    return [
      torch == nil ? "No PyTorch in this Python: networks and memory stand alone." : nil,
      numpy == nil ? "No NumPy in this Python: matrix products stand alone." : nil,
    ].compactMap { $0 }
  }
}
