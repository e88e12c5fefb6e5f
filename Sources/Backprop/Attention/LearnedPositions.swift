public import Core
import Kernels

/// A vector of its own for each place, added to what stands there: y = x + P.
///
/// Attention takes a weighted mean, and a mean knows no order. The input is `[m, t, d]`; the table may
/// be longer than t, and its first t rows are used. Every sample adds to the gradient of a row.
///
/// Source: Gehring et al., "Convolutional sequence to sequence learning", 2017, section 3.1.
public struct LearnedPositions<Scalar: Real>: Layer, Sendable {
  /// P, `[longest, d]`.
  public var parameters: PositionTable<Scalar>

  /// The shape of the input.
  public struct Cache: Sendable {
    public let shape: [Int]
  }

  public init(table: Tensor<Scalar>) {
    parameters = PositionTable(table: table)
    requireTable()
  }

  /// A layer with random rows, N(0, 0.02) where nothing else is said.
  public init(
    longest: Int, width: Int, _ initializer: Initializer = .normal(0.02),
    using generator: inout some RandomNumberGenerator
  ) {
    requireSize(longest, "LearnedPositions: a number of places")
    requireSize(width, "LearnedPositions: a width")
    self.init(
      table: initializer([longest, width], fanIn: longest, fanOut: width, using: &generator))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireTable()
    let (longest, width) = (parameters.table.rows, parameters.table.columns)
    require(
      x.rank == 3 && x.shape[2] == width,
      "LearnedPositions: the input is \(x.shape); it must be [m, t, \(width)]")
    require(
      x.shape[1] <= longest,
      "LearnedPositions: a sequence of \(x.shape[1]) places and a table of \(longest); cut the "
        + "sequence, or make the table longer before training")
    let used = parameters.table.rows(0..<x.shape[1]).reshaped([x.shape[1] * width])
    let y = x.reshaped([x.shape[0], x.shape[1] * width]) + used  // the same in every sample
    return (y.reshaped(x.shape), Cache(shape: x.shape))
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: PositionTable<Scalar>) {
    requireTable()
    require(
      dY.shape == cache.shape,
      "LearnedPositions backward: dY is \(dY.shape), should be \(cache.shape), the shape of x")
    // forward: y = x + P, with the same P in every sample
    let (m, t, width) = (dY.shape[0], dY.shape[1], dY.shape[2])
    let sums = dY.reshaped([m, t * width]).sum(axis: 0)
    var dTable = Tensor<Scalar>(shape: parameters.table.shape)
    for i in 0..<t * width { dTable.storage[i] = sums.storage[i] }
    return (dY, PositionTable(table: dTable))
  }

  public mutating func visit(
    _ other: PositionTable<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  private func requireTable() {
    require(
      parameters.table.rank == 2 && parameters.table.count > 0,
      "LearnedPositions: the table is \(parameters.table.shape); it must be [longest, d]")
  }
}

/// The rows of positions; they multiply nothing, so penalties on weights leave them out.
public struct PositionTable<Scalar: Real>: ParameterSet {
  public var table: Tensor<Scalar>

  public init(table: Tensor<Scalar>) { self.table = table }

  public mutating func visit(
    _ other: PositionTable, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("table", &table, other.table)
  }
}
