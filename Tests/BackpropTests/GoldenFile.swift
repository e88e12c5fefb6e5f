import Backprop
import Foundation
import Testing

/// Values from an independent implementation, in Golden/; the script of the same name says how they
/// were made.
struct GoldenFile: Sendable {
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

  /// Expects a tensor to be the file's: up to 1e-10 in Double, 1e-5 in Float, relative to the larger
  /// of `size` and the largest number.
  func expect<Scalar: Real>(
    _ tensor: Tensor<Scalar>, _ name: String, size: Double = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try checkpoint.tensor(name, as: Double.self)
    let own = expected.scalars.reduce(1) { max($0, abs($1)) }
    let tolerance = (Scalar.self == Double.self ? 1e-10 : 1e-5) * max(1, size / own)
    #expect(
      close(
        Tensor<Double>(tensor.scalars.map { Double($0) }, shape: tensor.shape), expected, tolerance),
      "\(name): \(tensor) not \(expected)", sourceLocation: sourceLocation)
  }
}
