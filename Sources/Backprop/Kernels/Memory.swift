/// How the process treats memory that tensors have given back.
public enum Memory {
  /// Keeps freed memory in the process, for the tensors to come.
  ///
  /// By default the C library on Linux gives blocks of more than 128 KiB back to the system at once,
  /// and every new tensor of that size then costs a page fault for each 4 KiB. Freeing one block of
  /// 30 MiB raises that limit to 30 MiB for good (`mallopt(3)`, M_MMAP_THRESHOLD). Elsewhere this
  /// does nothing worth mentioning. Call it once, before training.
  public static func keepFreed() {
    UnsafeMutableRawPointer.allocate(byteCount: 30 << 20, alignment: 16).deallocate()
  }
}
