import Auditing
import Foundation

do {
  exit(try Audit.run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
} catch let misuse as Audit.Misuse {
  FileHandle.standardError.write(Data("audit: \(misuse.sentence)\n\(Audit.usage)\n".utf8))
  exit(64)
} catch {
  FileHandle.standardError.write(Data("audit: \(error)\n".utf8))
  exit(1)
}
