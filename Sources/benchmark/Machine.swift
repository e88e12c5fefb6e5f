import Foundation

/// The machine at hand.
enum Machine {
  /// The processor's name, as the system gives it.
  static var processor: String { facts["model name"] ?? brand ?? design }

  /// What tells one design of processors from the next: vendor, family and model, `AuthenticAMD 26.2`;
  /// on arm64 the maker's and the design's numbers, `arm64 0x41.0xd0c`; on a Mac the name, `Apple M4`.
  static var design: String {
    if let vendor = facts["vendor_id"], let family = facts["cpu family"],
      let model = facts["model"]
    {
      return "\(vendor) \(family).\(model)"
    }
    if let maker = facts["CPU implementer"], let part = facts["CPU part"] {
      return "\(architecture) \(maker).\(part)"
    }
    return brand ?? architecture
  }

  /// The name of the processor on a Mac.
  private static let brand: String? = {
    #if canImport(Darwin)
      var size = 0
      guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0 else { return nil }
      var name = [UInt8](repeating: 0, count: size)
      guard sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else { return nil }
      return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    #else
      return nil
    #endif
  }()

  /// What the system says of the first processor, by its names.
  private static let facts: [String: String] = {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let pairs = information.split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }()

  private static var architecture: String {
    #if arch(arm64)
      "arm64"
    #elseif arch(x86_64)
      "x86-64"
    #else
      "an unknown processor"
    #endif
  }

  /// The largest memory of this process so far, in MiB.
  static var peakMemory: Double {
    #if os(Linux)
      // What `getrusage` tells includes the process that started this one.
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      return number.flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #endif
  }
}
