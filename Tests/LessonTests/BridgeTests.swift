import Foundation
import Testing

/// A Python that has torch and safetensors: `PYTHON`, or the python3 on the path; nil if it lacks them.
private let python: String? = {
  let wanted = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
  return (try? interpret(wanted, ["-c", "import torch, safetensors"]))?.status == 0 ? wanted : nil
}()

private func interpret(_ python: String, _ words: [String]) throws -> Run {
  try wait(for: URL(filePath: "/usr/bin/env"), [python] + words, seconds: 120)
}

@Suite(
  .serialized,
  .enabled(
    if: python != nil,
    "needs a Python with torch and safetensors: PYTHON=/path/to/python swift test --filter Bridge"))
struct BridgeTests {
  private let script = package.appending(path: "chapters/04-mlp/bridge.py").path
  private let file = FileManager.default.temporaryDirectory
    .appending(path: "\(UUID().uuidString).safetensors").path

  @Test func `a network trained here says the same in Python`() async throws {
    defer { try? FileManager.default.removeItem(atPath: file) }
    _ = try await run("chapter04 --quick --save \(file)")
    try compare(here: try await run("chapter04 --load \(file)"), python: try read())
  }

  @Test func `a network trained in Python says the same here`() async throws {
    defer { try? FileManager.default.removeItem(atPath: file) }
    let written = try interpret(try #require(python), [script, "write", file])
    #expect(written.status == 0, "\(written.errors)")
    try compare(here: try await run("chapter04 --load \(file)"), python: written.output)
  }

  private func read() throws -> String {
    let result = try interpret(try #require(python), [script, "read", file])
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  /// All three lines, the loss to its last digit; one image on the border may fall to the other side.
  private func compare(here: String, python: String) throws {
    let lines = here.split(separator: "\n").map(String.init)
    let wanted = python.split(separator: "\n").map(String.init)
    #expect(wanted.count == 3)
    let difference = Comparison(tolerance: nil).difference(
      [wanted[0], "…", wanted[2]], in: lines)
    #expect(difference == nil, "\(difference ?? "")")
    func right(_ lines: [String]) -> Int? {
      lines.compactMap { $0.firstMatch(of: /^right: (\d+) of 10000$/).flatMap { Int($0.1) } }.first
    }
    let (a, b) = (try #require(right(lines)), try #require(right(wanted)))
    #expect(abs(a - b) <= 1 && a > 7000, "\(a) here, \(b) in Python")
  }
}
