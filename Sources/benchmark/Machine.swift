import Foundation

/// The machine at hand.
enum Machine {
  /// The processor's name, as the system gives it.
  static var processor: String { fact("model name") ?? architecture }

  /// What tells one design of processors from the next: vendor, family and model, `AuthenticAMD 26.2`.
  static var design: String {
    guard let vendor = fact("vendor_id"), let family = fact("cpu family"), let model = fact("model")
    else { return architecture }
    return "\(vendor) \(family).\(model)"
  }

  /// What the system says of the first processor under a name.
  private static func fact(_ name: String) -> String? {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let facts = information.split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return facts.first { $0.count == 2 && $0[0] == name }?[1]
  }

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
