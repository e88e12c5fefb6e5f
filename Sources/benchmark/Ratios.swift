import Backprop
import Foundation
import Processor

/// The speed of every kernel in units of the textbook's triple loop, compared with what is stored.
enum Ratios {
  /// By instruction set, by kernel: the time of the textbook's loop over that of the kernel.
  typealias Stored = [String: [String: Double]]

  /// A kernel may be this much slower than stored.
  private static let tolerance = 0.2
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("ratios.json")

  /// Measures, and compares or stores.
  ///
  /// - Parameter record: Whether to store the ratios instead of comparing with them.
  /// - Returns: Whether every kernel is as fast as stored.
  /// - Throws: What reading or writing ratios.json throws.
  static func run(record: Bool) throws -> Bool {
    Threads.count = 1
    Memory.keepFreed()
    var stored = try JSONDecoder().decode(Stored.self, from: Data(contentsOf: file))
    let set = InstructionSet.built.rawValue
    let known = record ? [:] : stored[set] ?? [:]
    guard record || !known.isEmpty else {
      print("No ratios are stored for \(InstructionSet.built.name): --record stores them.")
      return true
    }
    var (slow, measured) = ([String](), [String: Double]())
    var previous = ""
    for kernel in KernelCase.all() {
      let name = kernel.name.hasPrefix("its ") ? "\(previous): \(kernel.name)" : kernel.name
      if !kernel.name.hasPrefix("its ") { previous = name }
      let wanted = known[name].map { $0 * (1 - tolerance) } ?? 0
      let (ratio, seconds) = measure(kernel, until: wanted)
      measured[name] = Double(String(format: "%.3g", ratio)) ?? ratio
      let isSlow = !(ratio >= wanted)
      if isSlow { slow.append(name) }
      print(
        "\(isSlow ? "✗" : "✓") \(name): \(shown(seconds * 1e6)) µs, ratio \(String(format: "%.3g", ratio))"
          + (known[name].map { ", stored \(String(format: "%.3g", $0))" } ?? ""))
    }
    if record {
      stored[set] = measured
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try (encoder.encode(stored) + Data("\n".utf8)).write(to: file, options: .atomic)
    }
    if !slow.isEmpty {
      print(
        "\(slow.count) kernels are over 20 % slower than stored for \(InstructionSet.built.name).")
    }
    return slow.isEmpty
  }

  /// The best time of the textbook's loop over the best of the kernel, in short trials that alternate.
  ///
  /// A busy machine makes single trials slow; with more of them one is undisturbed. So a ratio below
  /// what is wanted is measured again before it counts.
  private static func measure(
    _ kernel: KernelCase, until wanted: Double
  ) -> (ratio: Double, seconds: Double) {
    var (fast, slow) = (Double.infinity, Double.infinity)
    for trial in 0..<400 {
      fast = min(fast, time(kernel.kernel))
      slow = min(slow, time(kernel.textbook))
      if trial >= 24, slow / fast >= wanted { break }
    }
    return (slow / fast, fast)
  }

  /// The time of one call, the mean over as many as take a quarter of a millisecond.
  private static func time(_ body: () -> Void) -> Double {
    let start = now()
    var (calls, elapsed) = (0.0, 0.0)
    repeat {
      body()
      calls += 1
      elapsed = now() - start
    } while elapsed < 2.5e-4
    return elapsed / calls
  }
}
