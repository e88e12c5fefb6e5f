/// The vector instructions that the library is compiled for: registers of 16, 8 or 4 numbers of `Float`.
///
/// `Package.swift` chooses them for the processor that builds. This module alone is compiled for any
/// processor, so that it can speak where the rest could not run.
public enum InstructionSet: String, CaseIterable, Comparable, Sendable {
  /// What every processor of its kind has: SSE2 on x86-64.
  case baseline
  /// NEON, on every arm64.
  case neon
  /// AVX2 and FMA: Intel since 2013, AMD since 2015.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL: AMD since Zen 4, Intel servers since 2017.
  case avx512

  /// What this program was built with.
  public static var built: InstructionSet {
    #if AVX512
      .avx512
    #elseif AVX2
      .avx2
    #elseif arch(arm64)
      .neon
    #else
      .baseline
    #endif
  }

  /// The name that processors' makers use.
  public var name: String {
    switch self {
    case .baseline: "baseline"
    case .neon: "NEON"
    case .avx2: "AVX2"
    case .avx512: "AVX-512"
    }
  }

  public static func < (a: InstructionSet, b: InstructionSet) -> Bool {
    (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
  }

  /// Why a program built with some instructions cannot run here; nil where it can.
  ///
  /// - Parameters:
  ///   - built: What it was built with.
  ///   - here: The best that this processor has.
  /// - Returns: A sentence, and what to do.
  public static func complaint(built: InstructionSet, here: InstructionSet) -> String? {
    guard built > here else { return nil }
    return "This program was built with \(built.name) instructions, and this processor has "
      + "\(here == .baseline ? "neither these nor AVX2" : "no more than \(here.name)"). Build it "
      + "again here: BACKPROP_CPU=\(here.rawValue) swift build"
  }
}
