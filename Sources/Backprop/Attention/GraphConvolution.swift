public import Core
import Kernels

/// Graph convolution, Y = Â·X·W + b: each node takes a mean of its neighbours, then a dense layer.
///
/// The nodes are rows, `[nodes, inputs]`. Â is given, and has no gradient. A 0 in it is no edge: nothing
/// goes from one node to the other, an infinity or a NaN neither.
///
/// Source: Kipf, Welling, "Semi-supervised classification with graph convolutional networks", 2017,
/// equation 2.
public struct GraphConvolution<Scalar: Real>: Layer, Sendable {
  /// W, `[inputs, outputs]`, and b, `[outputs]`.
  public var parameters: WeightAndBias<Scalar>
  /// Â, `[nodes, nodes]`: row i says whom node i listens to.
  public let adjacency: Tensor<Scalar>

  /// Â·X, `[nodes, inputs]`.
  public struct Cache: Sendable {
    public let mixed: Tensor<Scalar>
  }

  public init(_ parameters: WeightAndBias<Scalar>, adjacency: Tensor<Scalar>) {
    (self.parameters, self.adjacency) = (parameters, adjacency)
    requireParameters()
  }

  /// A layer with random weights.
  public init(
    _ inputs: Int, _ outputs: Int, adjacency: Tensor<Scalar>, _ initializer: Initializer = .glorot,
    using generator: inout some RandomNumberGenerator
  ) {
    let dense = Dense<Scalar>(inputs, outputs, initializer, using: &generator)
    self.init(dense.parameters, adjacency: adjacency)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    require(
      x.shape == [adjacency.rows, parameters.weight.rows],
      "GraphConvolution: the input is \(x.shape); it must be "
        + "[\(adjacency.rows), \(parameters.weight.rows)], a node a row")
    let mixed = weightedRows(adjacency, x)  // Â·X, [nodes, inputs]
    return (matmul(mixed, parameters.weight) + parameters.bias, Cache(mixed: mixed))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    requireParameters()
    require(
      dY.shape == [cache.mixed.rows, parameters.weight.columns]
        && cache.mixed.shape == [adjacency.rows, parameters.weight.rows],
      "GraphConvolution backward: dY is \(dY.shape) and the cache \(cache.mixed.shape); with W "
        + "\(parameters.weight.shape) they must be of one forward pass")
    // forward: Y = M·W + b, with M = Â·X
    let dW = matmul(transposed: cache.mixed, dY)  // [inputs, outputs]
    let db = dY.sum(axis: 0)  // [outputs]
    let dMixed = matmul(dY, transposed: parameters.weight)  // [nodes, inputs]
    // forward: M = Â·X
    let dX = weightedRows(transposed: adjacency, dMixed)  // [nodes, inputs]
    return (dX, WeightAndBias(weight: dW, bias: db))
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  private func requireParameters() {
    let (weight, bias) = (parameters.weight, parameters.bias)
    require(
      weight.rank == 2 && bias.shape == [weight.columns] && adjacency.rank == 2
        && adjacency.rows == adjacency.columns,
      "GraphConvolution: weight \(weight.shape), bias \(bias.shape) and Â \(adjacency.shape) must be "
        + "[inputs, outputs], [outputs] and [nodes, nodes]")
  }
}

/// How a sum over neighbours becomes a mean.
public enum AdjacencyNorm: Sendable {
  /// D^(-½)·(A + I)·D^(-½), which is symmetric.
  case symmetric
  /// D⁻¹·(A + I): rows sum to 1. It is not symmetric.
  case rows
}

/// Â of an undirected graph, with each node a neighbour of its own.
///
/// D holds the row sums of A + I, not of A: a node without friends then listens to itself alone, and
/// nothing is divided by 0.
///
/// - Parameters:
///   - nodes: How many nodes there are.
///   - edges: Each pair once, numbered from 0; a pair named twice counts once.
///   - norm: How the rows are divided.
///   - type: The precision.
/// - Returns: `[nodes, nodes]`.
public func normalizedAdjacency<Scalar: Real>(
  nodes: Int, edges: [(Int, Int)], _ norm: AdjacencyNorm = .symmetric,
  as type: Scalar.Type = Scalar.self
) -> Tensor<Scalar> {
  requireSize(nodes, "normalizedAdjacency: a number of nodes")
  var a = Tensor<Scalar>(shape: [nodes, nodes])
  for i in 0..<nodes { a.storage[i * nodes + i] = 1 }
  for (i, j) in edges {
    require(
      0 <= i && i < nodes && 0 <= j && j < nodes && i != j,
      "normalizedAdjacency: the edge (\(i), \(j)); with \(nodes) nodes both ends must be in "
        + "0..<\(nodes), and not the same: each node's edge to itself is added here")
    a.storage[i * nodes + j] = 1
    a.storage[j * nodes + i] = 1
  }
  let degrees = a.sum(axis: 1).storage
  for i in 0..<nodes {
    for j in 0..<nodes {
      switch norm {
      case .symmetric: a.storage[i * nodes + j] /= (degrees[i] * degrees[j]).squareRoot()
      case .rows: a.storage[i * nodes + j] /= degrees[i]
      }
    }
  }
  return a
}
