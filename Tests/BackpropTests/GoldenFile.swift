import Backprop
import Foundation
import Synchronization
import Testing

/// Values from an independent implementation, in Golden/; the script of the same name says how they
/// were made.
struct GoldenFile: Sendable {
  /// Takes the names of the values that are compared while it is set.
  @TaskLocal static var witness: Witness?

  private let checkpoint: Checkpoint

  init(_ name: String) {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    do {
      checkpoint = try Checkpoint(
        contentsOf: folder.appending(path: "\(name).safetensors").path)
    } catch {
      fatalError("\(error)")
    }
  }

  /// One tensor, in the precision of the test.
  func callAsFunction<Scalar: Real>(
    _ name: String, as type: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    try checkpoint.tensor(name)
  }

  /// Expects a tensor to be the file's, up to 1e-10 in Double and 1e-5 in Float, relative to the
  /// tensor's largest number.
  ///
  /// In Float numbers below 1 are measured against 1. Where a result is what large terms leave of each
  /// other, `size` says how large these are.
  func expect<Scalar: Real>(
    _ tensor: Tensor<Scalar>, _ name: String, within tolerance: Double? = nil,
    size: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try checkpoint.tensor(name, as: Double.self)
    let exact = Scalar.self == Double.self
    let largest = expected.scalars.reduce(exact ? 0 : 1) { max($0, abs($1)) }
    let bound = (tolerance ?? (exact ? 1e-10 : 1e-5)) * max(largest, size ?? 0)
    #expect(
      tensor.shape == expected.shape
        && zip(tensor.scalars, expected.scalars).allSatisfy { abs(Double($0) - $1) <= bound },
      "\(name): \(tensor) not \(expected)", sourceLocation: sourceLocation)
    Self.witness?.add(name)
  }
}

/// The names of compared values.
final class Witness: Sendable {
  private let list = Mutex<Set<String>>([])

  var names: Set<String> { list.withLock { $0 } }

  func add(_ name: String) { list.withLock { _ = $0.insert(name) } }
}
