/// How the process treats memory that tensors have given back.
public enum Memory {
  /// Keeps freed memory in the process, for the tensors to come.
  ///
  /// By default the C library on Linux gives blocks of more than 128 KiB back to the system at once,
  /// and what is free at the heap's end; every new tensor there then costs a page fault for each 4 KiB.
  /// From here on it keeps blocks of up to 30 MiB, and a gibibyte at the heap's end. Elsewhere this does
  /// nothing worth mentioning. Call it once, before training.
  public static func keepFreed() {
    #if canImport(Glibc)
      _ = mallopt(-3, 30 << 20)
      _ = mallopt(-1, 1 << 30)
    #endif
  }
}

/// An array of so many numbers, all of which are written before one is read.
@specialized(where Number == Float)
@specialized(where Number == Double)
@specialized(where Number == UInt32)
@usableFromInline
package func unfilled<Number: BitwiseCopyable>(_ count: Int) -> [Number] {
  [Number](unsafeUninitializedCapacity: count) { $1 = count }
}

#if canImport(Glibc)
  /// `mallopt(3)`, in a header that the Glibc module leaves out: -3 is M_MMAP_THRESHOLD, the size of block
  /// from which the system is asked, -1 M_TRIM_THRESHOLD.
  @_extern(c, "mallopt")
  private func mallopt(_ parameter: Int32, _ value: Int32) -> Int32
#endif
