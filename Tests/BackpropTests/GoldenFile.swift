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

extension GoldenFile {
  /// Gives a layer the file's parameters, and compares its output and all its gradients: NAME.x, .dy, .y,
  /// .dx, .p0 and .d0 and so on, in the order in which the layer visits them.
  ///
  /// - Parameters:
  ///   - network: The layer.
  ///   - name: That of the case.
  ///   - images: Whether the file's samples come first, and the layer's last.
  ///   - size: How large the terms are that gradients are sums of; for images that of the largest gradient.
  /// - Throws: What the file says of a name that it does not have.
  func compare<Network: Layer>(
    _ network: Network, _ name: String, images: Bool = false, size: Double? = nil
  ) throws where Network: TensorLayer<Network.Scalar> {
    typealias Scalar = Network.Scalar
    func inside(_ x: Tensor<Scalar>) -> Tensor<Scalar> { images ? samplesLast(x) : x }
    func outside(_ x: Tensor<Scalar>) -> Tensor<Scalar> { images ? samplesFirst(x) : x }
    let network = try filled(network, name)
    var context = Context.training(seed: 0)
    let (y, cache) = network.forward(inside(try self("\(name).x")), in: &context)
    try expect(outside(y), "\(name).y", size: size)
    let (dX, gradient) = network.backward(inside(try self("\(name).dy")), cache)
    try expect(outside(dX), "\(name).dx", size: size)
    // The gradient of a bias in front of a normalization is 0, a sum of terms as large as these:
    let largest = gradient.named.flatMap(\.value.scalars).reduce(0) { max($0, abs(Double($1))) }
    try expectGradient(gradient, name, size: images ? largest : size)
  }

  /// A layer with the file's parameters, NAME.p0 and so on.
  func filled<Network: Layer>(_ network: Network, _ name: String) throws -> Network {
    let values: [Tensor<Network.Scalar>] = try network.parameters.named.indices.map {
      try self("\(name).p\($0)")
    }
    var (network, index) = (network, 0)
    network.visit(network.parameters) { _, parameter, _ in
      parameter = values[index]
      index += 1
    }
    return network
  }

  /// Expects the gradients of parameters to be NAME.d0 and so on.
  func expectGradient(
    _ gradient: some ParameterSet, _ name: String, size: Double? = nil
  ) throws {
    for (index, (_, value)) in gradient.named.enumerated() {
      try expect(value, "\(name).d\(index)", size: size)
    }
  }

  /// Whole numbers of the file.
  func integers(_ name: String) throws -> [Int] {
    try self(name, as: Double.self).scalars.map { Int($0) }
  }

  /// Whole numbers of the file, in rows.
  func rowsOfIntegers(_ name: String) throws -> [[Int]] {
    let table: Tensor<Double> = try self(name)
    return (0..<table.rows).map { table.rows([$0]).scalars.map { Int($0) } }
  }
}

/// Runs the same comparison in Double and in Float.
func inBoth(_ check: (any Real.Type) throws -> Void) rethrows {
  try check(Double.self)
  try check(Float.self)
}

/// The names of compared values.
final class Witness: Sendable {
  private let list = Mutex<Set<String>>([])

  var names: Set<String> { list.withLock { $0 } }

  func add(_ name: String) { list.withLock { _ = $0.insert(name) } }
}
