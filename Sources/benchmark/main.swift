import Backprop
import Foundation
import Processor

func report(_ options: Options) throws -> Report {
  Memory.keepFreed()
  let python = options.compare ? Python() : nil
  var report = Report(
    date: ISO8601DateFormatter.string(
      from: Date(), timeZone: .current, formatOptions: .withFullDate),
    processor: Machine.processor, processors: ProcessInfo.processInfo.activeProcessorCount,
    instructions: InstructionSet.built.name,
    versions: [
      python?.torch.map { "PyTorch \($0)" }, python?.numpy.map { "NumPy \($0)" },
    ].compactMap { $0 })
  report.remarks = python?.missing ?? []
  let comparison = Comparison(
    python: python, rounds: options.quick ? 3 : 9, seconds: options.quick ? 0.1 : 0.25,
    only: options.only)
  try comparison.fill(&report)
  return report
}

func main() throws {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.help {
    print(Options.usage)
  } else if options.memoryRun {
    try runForMemory()
  } else if options.check || options.record {
    exit(try Ratios.run(record: options.record) ? 0 : 1)
  } else {
    let report = try report(options)
    print(options.json ? report.json : report.markdown)
  }
}

do {
  try main()
} catch let failure as UsageFailure {
  FileHandle.standardError.write(Data("\(failure)\n".utf8))
  exit(64)
} catch {
  FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
  exit(1)
}
