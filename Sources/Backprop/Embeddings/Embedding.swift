public import Core

/// A lookup table: y = E[id], a row of numbers for each word, item or digit that has a number.
///
/// It is a dense layer without a bias whose input is one-hot, with the product by zeros left out. The
/// gradient of a row is the sum over all its uses, and 0 where it has none:
///
///     dE[v] = Σ dy[i, s]  over all i, s with ids[i][s] = v
///
/// The input, sequences of one length, has no gradient: nothing lies between two ids.
///
/// Source: Bengio et al., "A neural probabilistic language model", 2003, section 2, the matrix C.
public struct Embedding<Scalar: Real>: Layer, Sendable {
  /// `table` is E, `[vocabulary, width]`.
  public var parameters: EmbeddingTable<Scalar>

  /// E, `[vocabulary, width]`.
  public var table: Tensor<Scalar> {
    get { parameters.table }
    set { parameters.table = newValue }
  }

  /// The ids that were looked up, `[m][t]`.
  public struct Cache: Sendable {
    public let ids: [[Int]]

    public init(ids: [[Int]]) { self.ids = ids }
  }

  /// A layer with a table of one's own.
  public init(table: Tensor<Scalar>) {
    parameters = EmbeddingTable(table: table)
    requireTable()
  }

  /// A layer with random rows: normal with a deviation of 1, as PyTorch draws them, or as one says.
  public init(
    vocabulary: Int, width: Int, _ initializer: Initializer = .normal(1),
    using generator: inout some RandomNumberGenerator
  ) {
    require(
      vocabulary >= 1 && width >= 1,
      "Embedding: a vocabulary of \(vocabulary) and a width of \(width); both must be at least 1")
    self.init(
      table: initializer(
        [vocabulary, width], fanIn: vocabulary, fanOut: width, using: &generator))
  }

  public func forward(
    _ ids: [[Int]], in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireTable()
    let (m, t) = (ids.count, length(ids))
    let all = Array(ids.joined())
    requireIds(all, below: table.rows, "Embedding")
    let y = table.rows(all)  // [m·t, width]
    return (y.reshaped([m, t, table.columns]), Cache(ids: ids))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: NoGradient, gradient: EmbeddingTable<Scalar>) {
    requireTable()
    let (m, t, width) = (cache.ids.count, length(cache.ids), table.columns)
    require(
      dY.shape == [m, t, width],
      "Embedding backward: dY is \(dY.shape); with ids [\(m), \(t)] and a table \(table.shape) it must "
        + "be [\(m), \(t), \(width)]")
    // forward: y = E[ids]
    let dE = scatterAdd(
      dY.reshaped([m * t, width]), to: Array(cache.ids.joined()), of: table.rows)
    return (NoGradient(), EmbeddingTable(table: dE))
  }

  public mutating func visit(
    _ other: EmbeddingTable<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  /// The length of the sequences; stops with a sentence where they differ.
  private func length(_ ids: [[Int]]) -> Int {
    let t = ids.first?.count ?? 0
    require(
      ids.allSatisfy { $0.count == t },
      "Embedding: the sequences have \(ids.map(\.count)) ids; a batch needs them equal, so pad the "
        + "shorter ones with an id for it")
    return t
  }

  private func requireTable() {
    require(
      table.rank == 2 && table.rows >= 1,
      "Embedding: the table is \(table.shape); it must be [vocabulary, width], with a row at least")
  }
}

/// The parameters of an embedding.
///
/// A table multiplies no input, so penalties on weights leave it out.
public struct EmbeddingTable<Scalar: Real>: ParameterSet {
  public var table: Tensor<Scalar>

  public init(table: Tensor<Scalar>) { self.table = table }

  public mutating func visit(
    _ other: EmbeddingTable, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("table", &table, other.table)
  }
}

/// Adds each row of dy to the row of its id: `[n, d]` → `[count, d]`, zeros where no id points.
///
/// The way back from `table.rows(ids)`. Sums are kept in Double, whatever the Scalar, so that a word
/// with many uses loses none of them.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scatterAdd<Scalar: Real>(
  _ dY: Tensor<Scalar>, to ids: [Int], of count: Int
) -> Tensor<Scalar> {
  require(
    dY.rank == 2 && dY.shape[0] == ids.count,
    "scatterAdd: dY is \(dY.shape) for \(ids.count) ids; it must be [\(ids.count), width]")
  requireIds(ids, below: count, "scatterAdd")
  let width = dY.columns
  var sums = [Double](repeating: 0, count: count * width)
  for (i, id) in ids.enumerated() {
    for j in 0..<width { sums[id * width + j] += Double(dY.storage[i * width + j]) }
  }
  return Tensor(sums.map { Scalar($0) }, shape: [count, width])
}

/// Stops with a sentence where an id is no row of the table.
func requireIds(_ ids: [Int], below count: Int, _ name: String) {
  for id in ids {
    require(
      0 <= id && id < count,
      "\(name): the id \(id) is none of 0…\(count - 1), the rows of the table; ids count from 0")
  }
}
