import Kernels

/// Numbers in rows: a shape, and as many scalars in row-major order (the last index runs fastest).
///
/// A tensor is a value. Copies share their storage until one of them is written to.
/// A matrix is `[rows, columns]`, a batch is `[samples, features]`, and images are
/// `[samples, channels, height, width]`.
public struct Tensor<Scalar: Real>: Equatable, Sendable {
  /// The number of elements along each axis.
  public let shape: [Int]
  /// The number of elements, the product of the shape.
  public let count: Int
  @usableFromInline
  package var storage: [Scalar]

  /// The elements in row-major order.
  ///
  /// They can be written to one by one; their number stays what the shape says.
  @inlinable
  public var scalars: [Scalar] {
    get { storage }
    _modify {
      // Asked also where the caller throws in the middle.
      defer {
        require(
          storage.count == count,
          "scalars: \(storage.count) numbers were left in a tensor of shape \(shape), which holds "
            + "\(count): change elements, not how many there are")
      }
      yield &storage
    }
  }

  /// Creates a tensor from its elements in row-major order.
  @inlinable
  public init(_ scalars: [Scalar], shape: [Int]) {
    count = elementCount(shape)
    require(
      scalars.count == count,
      "Tensor: \(scalars.count) numbers cannot fill shape \(shape), which holds \(count)")
    self.shape = shape
    storage = scalars
  }

  /// Creates a tensor whose elements are all the same number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(repeating value: Scalar = 0, shape: [Int]) {
    self.init([Scalar](repeating: value, count: Self.room(shape)), shape: shape)
  }

  /// Creates a tensor whose elements are all written before one is read.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package init(unfilled shape: [Int]) {
    self.init(Kernels.unfilled(Self.room(shape)), shape: shape)
  }

  /// The number of elements of a shape; stops with a sentence where the memory does not hold them.
  private static func room(_ shape: [Int]) -> Int {
    let count = elementCount(shape)
    requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "Tensor of shape \(shape)")
    return count
  }

  /// Creates a vector, of shape `[count]`.
  @inlinable
  public init(_ scalars: [Scalar]) { self.init(scalars, shape: [scalars.count]) }

  /// Creates a matrix from its rows, which must be equally long.
  @inlinable
  public init(rows: [[Scalar]]) {
    let columns = rows.first?.count ?? 0
    require(
      rows.allSatisfy { $0.count == columns },
      "Tensor(rows:): the rows have \(rows.map(\.count)) elements; a matrix needs them equal")
    self.init(rows.flatMap { $0 }, shape: [rows.count, columns])
  }

  /// Creates a tensor from the other precision's.
  @specialized(where Scalar == Float, Other == Double)
  @specialized(where Scalar == Double, Other == Float)
  public init<Other: Real>(_ other: Tensor<Other>) {
    self.init(other.storage.map { Scalar($0) }, shape: other.shape)
  }

  /// The number of axes: 1 for a vector, 2 for a matrix.
  @inlinable public var rank: Int { shape.count }

  /// The size of the first axis: samples of a batch, rows of a matrix.
  @inlinable
  public var rows: Int {
    require(rank >= 1, "rows: a tensor of shape [] has no axes")
    return shape[0]
  }

  /// The size of a matrix's second axis.
  @inlinable
  public var columns: Int {
    require(rank == 2, "columns: needs a matrix [rows, columns], this tensor is \(shape)")
    return shape[1]
  }

  /// The same elements in the same order, read in another shape.
  @inlinable
  public func reshaped(_ shape: [Int]) -> Tensor {
    let asked = elementCount(shape, "reshaped")
    require(
      asked == count, "reshaped: \(self.shape) has \(count) elements, \(shape) would have \(asked)")
    return Tensor(storage, shape: shape)
  }

  /// The only element of a tensor that has one.
  @inlinable
  public var item: Scalar {
    require(count == 1, "item: needs a tensor with one element, this one is \(shape)")
    return storage[0]
  }
}

extension Tensor: CustomStringConvertible {
  /// The elements in brackets, one row of a matrix a line.
  public var description: String {
    func text(_ axis: Int, _ offset: Int) -> String {
      guard axis < rank else { return "\(storage[offset])" }
      let stride = shape[(axis + 1)...].reduce(1, *)
      let parts = (0..<shape[axis]).map { text(axis + 1, offset + $0 * stride) }
      let separator = axis + 1 < rank ? ",\n" + String(repeating: " ", count: axis + 1) : ", "
      return "[" + parts.joined(separator: separator) + "]"
    }
    return text(0, 0)
  }
}
