import Foundation

/// Stops with a sentence that survives optimisation, which the sentence of a `precondition` does not.
///
/// A sentence says what was asked, what came, and what to do.
@inlinable
@inline(__always)
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { stop(message()) }
}

/// Kept out of line, so that a check costs its caller one comparison.
@usableFromInline
@inline(never)
func stop(_ message: String) -> Never { fatalError(message) }

// MARK: Sizes

/// The product of a shape's sizes; nil where one is negative, or where the numbers, eight bytes each, are
/// too many to be counted.
///
/// A size of 0 does not excuse the others: any part of a shape can then be multiplied as well.
package func countOfElements(_ shape: [Int]) -> Int? {
  var (count, bytes) = (1, MemoryLayout<Double>.stride)
  for size in shape {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: max(size, 1))
    guard size >= 0, !overflow else { return nil }
    (count, bytes) = (count &* size, product)
  }
  return count
}

/// The number of elements of a shape, or a sentence that it cannot have any number.
@usableFromInline
package func elementCount(_ shape: [Int], _ owner: @autoclosure () -> String = "Tensor") -> Int {
  if let count = countOfElements(shape) { return count }
  require(
    shape.allSatisfy { $0 >= 0 },
    "\(owner()): shape \(shape) has a negative size; sizes must be 0 or more")
  stop("\(owner()): shape \(shape) has more elements than can be counted; make its sizes smaller")
}

/// Stops with a sentence where so many numbers are more than the memory of this computer.
@usableFromInline
package func requireRoom(_ count: Int, bytesEach: Int, _ owner: @autoclosure () -> String) {
  guard count > 1 << 24 else { return }
  require(
    count <= memory / bytesEach,
    "\(owner()): \(count) numbers of \(bytesEach) bytes do not fit into the memory of this computer, "
      + "\(memory >> 20) MiB; make the sizes smaller, or take fewer at a time")
}

private let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)

/// Stops with a sentence unless so many numbers are a matrix of these sizes.
///
/// Not inlined: a sentence within a loop's function makes that loop slower.
@usableFromInline
package func requireMatrix(_ count: Int, _ rows: Int, _ columns: Int, _ owner: StaticString) {
  let (product, overflow) = rows.multipliedReportingOverflow(by: columns)
  require(
    rows >= 0 && columns >= 0 && !overflow && product == count,
    "\(owner): \(count) numbers are no matrix of \(rows) × \(columns); give as many as it holds")
}
