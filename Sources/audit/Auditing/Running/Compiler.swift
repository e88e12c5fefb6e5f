import Foundation

/// Compiles mutants with the modules that this build has made, and leaves out what does not compile.
struct MutantCompiler {
  /// Where the build has put modules and object files: the folder of this program.
  let products: URL
  /// Where the mutants' program goes.
  let folder: URL

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Compiles what compiles.
  ///
  /// - Returns: The program, and the mutants in it.
  func compile(
    _ mutants: [Mutant], program: ([Mutant]) -> MutantProgram
  ) throws -> (executable: URL, mutants: [Mutant]) {
    // An audit that was killed may have left files here.
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let executable = folder.appending(path: "mutants")
    var mutants = mutants
    for _ in 0..<8 {
      let files = program(mutants).files()
      for file in files {
        let path = folder.appending(path: file.name)
        try file.text.write(to: path, atomically: true, encoding: .utf8)
      }
      let (status, output) = try compile(files.map(\.name), to: executable)
      if status == 0 { return (executable, mutants) }
      var broken = Set<Int>()
      for line in output.split(separator: "\n") {
        guard let match = line.firstMatch(of: /(\w+\.swift):(\d+):\d+: error: (.*)/) else {
          continue
        }
        guard let file = files.first(where: { $0.name == match.1 }),
          let owner = Int(match.2).flatMap({ file.owner(line: $0) })
        else { throw Failure(description: "the frame of the mutants does not compile: \(line)") }
        broken.insert(owner)
      }
      if broken.isEmpty { throw Failure(description: "swiftc failed:\n\(output.suffix(4000))") }
      mutants.removeAll { broken.contains($0.number) }
    }
    throw Failure(description: "after eight rounds there are still mutants that do not compile")
  }

  private func compile(_ files: [String], to executable: URL) throws -> (Int32, String) {
    let objects = try objects()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = folder
    process.arguments =
      ["swiftc", "-swift-version", "6", "-Onone", "-suppress-warnings", "-j2"]
      // What does not compile should say so soon.
      + ["-Xfrontend", "-solver-scope-threshold=20000"]
      + ["-enable-upcoming-feature", "ExistentialAny", "-module-name", "Mutants"]
      + ["-I", products.appending(path: "Modules").path, "-o", executable.path] + files + objects
    let log = folder.appending(path: "swiftc.log")
    try Data().write(to: log)
    let handle = try FileHandle(forWritingTo: log)
    (process.standardOutput, process.standardError) = (handle, handle)
    try process.run()
    process.waitUntilExit()
    try handle.close()
    return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
  }

  /// The object files that this program was linked from, but for its own `main`.
  ///
  /// The build folder may hold others, of files that have been renamed since.
  private func objects() throws -> [String] {
    let list = products.appending(path: "audit.product/Objects.LinkFileList")
    return try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
      .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "'\"")) }
      .filter { !$0.contains("/audit.build/") }
  }
}
