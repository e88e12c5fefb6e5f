import Foundation

/// The machine at hand.
enum Machine {
  /// The processor's name, as the system gives it.
  static var processor: String { facts["model name"] ?? architecture }

  /// What tells one design of processors from the next: vendor, family and model, `AuthenticAMD 26.2`.
  static var design: String {
    guard let vendor = facts["vendor_id"], let family = facts["cpu family"],
      let model = facts["model"]
    else { return architecture }
    return "\(vendor) \(family).\(model)"
  }

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
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Double(usage.ru_maxrss) / 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #endif
  }
}
