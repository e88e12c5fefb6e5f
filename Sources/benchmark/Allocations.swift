import Foundation

/// Counts the objects that Swift makes: each array's storage is one.
///
/// The runtime calls its allocator through a variable that tools may exchange; where there is none of
/// that name, nothing is counted.
enum Allocations {
  private typealias Allocator =
    @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

  private nonisolated(unsafe) static var original: Allocator?
  private nonisolated(unsafe) static var (count, bytes) = (0, 0)

  /// How many objects one call of `body` makes, and of how many bytes together; nil if not known.
  static func during(_ body: () -> Void) -> (count: Int, bytes: Int)? {
    guard let symbol = dlsym(nil, "_swift_allocObject") else { return nil }
    let hook = symbol.assumingMemoryBound(to: Allocator?.self)
    original = hook.pointee
    (count, bytes) = (0, 0)
    hook.pointee = { type, size, alignment in
      Allocations.count += 1
      Allocations.bytes += size
      return Allocations.original?(type, size, alignment)
    }
    body()
    hook.pointee = original
    return (count, bytes)
  }
}
