// A program carried to an older processor would end in "Illegal instruction". It asks the processor
// before it does anything else, before `main`, from the list of functions that the system calls at
// the start: no program that links the library can forget it.

#if arch(x86_64)
  import Foundation
  import _Builtin_intrinsics.intel.cpuid

  #if os(Linux)
    @section(".init_array")
    @used
    private let atStart: @convention(c) () -> Void = { InstructionSet.check() }
  #else
    @section("__DATA,__mod_init_func")
    @used
    private let atStart: @convention(c) () -> Void = { InstructionSet.check() }
  #endif

  extension InstructionSet {
    /// Ends the process with a sentence if the processor lacks what it was built with.
    fileprivate static func check() {
      guard var complaint = complaint(built: built, here: best) else { return }
      complaint += "\n"
      // Nothing of Foundation but C: what is inlined from it may be another module's copy, which is
      // compiled for the processor that is missing.
      _ = complaint.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      _exit(70)
    }

    /// The best that this processor has, as its instruction CPUID says.
    static var best: InstructionSet {
      let (first, seventh) = (cpuid(1), cpuid(7))
      // Bits of CPUID, Intel's manual, volume 2A: FMA, MOVBE, OSXSAVE, AVX and F16C; then BMI1, AVX2
      // and BMI2; then AVX-512 F, DQ, CD, BW and VL.
      let (avx, avx2): (UInt32, UInt32) = (1 << 12 | 1 << 22 | 7 << 27, 1 << 3 | 1 << 5 | 1 << 8)
      let avx512: UInt32 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31
      guard first.c & avx == avx, seventh.b & avx2 == avx2 else { return .baseline }
      return seventh.b & avx512 == avx512 ? .avx512 : .avx2
    }

    private static func cpuid(_ leaf: UInt32) -> (b: UInt32, c: UInt32) {
      var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
      guard __get_cpuid_count(leaf, 0, &a, &b, &c, &d) == 1 else { return (0, 0) }
      return (b, c)
    }
  }
#endif
