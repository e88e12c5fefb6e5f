import Backprop
import Foundation
import Processor

/// The speed of every kernel in units of the textbook's triple loop, compared with what is stored.
enum Ratios {
  /// By instruction set, by kernel: the time of the textbook's loop over that of the kernel.
  ///
  /// The two loops gain differently from one design of processors to the next: a design may have ratios
  /// of its own, under `avx512, AuthenticAMD 26.2`.
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
    let own = "\(InstructionSet.built.rawValue), \(Machine.design)"
    let set = record || stored[own] != nil ? own : InstructionSet.built.rawValue
    let known = record ? [:] : stored[set] ?? [:]
    guard record || !known.isEmpty else {
      print("No ratios are stored for \(set), so nothing was compared: --record stores them.")
      return true
    }
    var measured = [String: Double]()
    var names = [String]()
    // Where buffers come to lie differs from pass to pass, and costs up to a third: what is stored is
    // the slowest pass, what is compared with it the fastest.
    for _ in 0..<passes where record || measured.isEmpty || !slow(measured, known).isEmpty {
      names = []
      for kernel in KernelCase.all() {
        let isPart = kernel.name.hasPrefix("its ")
        let name =
          isPart ? (names.last { !$0.contains(": its ") } ?? "") + ": " + kernel.name : kernel.name
        names.append(name)
        let wanted = known[name].map { $0 * (1 - tolerance) } ?? 0
        let before = measured[name]
        if let before, !record, before >= wanted { continue }
        let ratio = measure(kernel, until: wanted)
        measured[name] = record ? min(before ?? ratio, ratio) : max(before ?? ratio, ratio)
      }
    }
    let slowOnes = slow(measured, known)
    for name in names {
      guard let ratio = measured[name] else { continue }
      let sign = slowOnes.contains(name) ? "✗" : "✓"
      print(
        "\(sign) \(name): \(String(format: "%.3g", ratio))"
          + (known[name].map { ", stored \(String(format: "%.3g", $0))" } ?? ""))
    }
    if record {
      // Some kernels have a fast and a slow mode, by the addresses that a process gets: run it a few
      // times. To begin anew, empty the set's entry.
      let rounded = measured.mapValues { Double(String(format: "%.3g", $0)) ?? $0 }
      stored[set] = rounded.merging(stored[set] ?? [:]) { min($0, $1) }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try (encoder.encode(stored) + Data("\n".utf8)).write(to: file, options: .atomic)
    }
    if !slowOnes.isEmpty {
      print(
        "Over 20 % slower than stored for \(set): "
          + slowOnes.joined(separator: "; "))
    }
    return slowOnes.isEmpty
  }

  private static let passes = 6

  /// The kernels that are slower than they may be.
  private static func slow(_ measured: [String: Double], _ known: [String: Double]) -> [String] {
    known.keys.filter { !(measured[$0, default: 0] >= known[$0, default: 0] * (1 - tolerance)) }
      .sorted()
  }

  /// The best time of the textbook's loop over the best of the kernel, in short trials that alternate.
  ///
  /// A busy machine makes single trials slow; with more of them one is undisturbed. So a ratio below
  /// what is wanted is measured again before it counts.
  private static func measure(
    _ kernel: KernelCase, until wanted: Double
  ) -> Double {
    var (fast, slow) = (Double.infinity, Double.infinity)
    for trial in 0..<100 {
      fast = min(fast, time(kernel.kernel))
      slow = min(slow, time(kernel.textbook))
      if trial >= 24, slow / fast >= wanted { break }
    }
    return slow / fast
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
