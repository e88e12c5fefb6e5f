// c = a·b, the one loop where a network spends its time.
//
// The result is computed in tiles of R rows and C vectors that stay in registers while the loop
// walks along k; each step loads C vectors of b and R numbers of a, and does R·C multiply-adds.
// Every element is summed in the order of k, whatever the tile: threads and tile sizes change
// nothing in the result. All of this stands in one file, because only there is it inlined whole.

/// A matrix read with strides, so that a transposed one costs nothing.
struct Operand<Scalar: Real> {
  var base: UnsafePointer<Scalar>
  var rowStride: Int
  var columnStride: Int

  @inline(__always)
  func advanced(by rows: Int) -> Operand {
    Operand(base: base + rows &* rowStride, rowStride: rowStride, columnStride: columnStride)
  }
}

/// A block of the result: R rows of C vectors each.
enum Tile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func multiply(
    _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>, _ bStride: Int,
    _ c: UnsafeMutablePointer<Scalar>, _ cStride: Int
  ) {
    var sums = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    var (aPointer, bPointer) = (a.base, UnsafeRawPointer(b))
    for _ in 0..<k {
      for s in 0..<C {
        row[s] = bPointer.loadUnaligned(fromByteOffset: s &* MemoryLayout<V>.stride, as: V.self)
      }
      for r in 0..<R {
        let x = V(repeating: aPointer[r &* a.rowStride])
        for s in 0..<C {
          #if FMA || arch(arm64)
            sums[r][s].addProduct(x, row[s])
          #else
            sums[r][s] += x * row[s]
          #endif
        }
      }
      aPointer += a.columnStride
      bPointer += bStride &* MemoryLayout<Scalar>.stride
    }
    for r in 0..<R {
      for s in 0..<C {
        UnsafeMutableRawPointer(c + (r &* cStride &+ s &* V.scalarCount))
          .storeBytes(of: sums[r][s], as: V.self)
      }
    }
  }

  /// All rows of one panel of columns: R at a time, the rest one by one.
  @inline(__always)
  static func panel(
    _ m: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>, _ bStride: Int,
    _ c: UnsafeMutablePointer<Scalar>, _ cStride: Int
  ) {
    var i = 0
    while i &+ R <= m {
      multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride)
      i &+= R
    }
    while i < m {
      Tile<V, 1, C>.multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride)
      i &+= 1
    }
  }
}

/// Walks over the panels of columns, the widest first.
@inline(__always)
func gemm<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>
) {
  var j = 0
  let (wide, narrow) = (Scalar.Wide.scalarCount, Scalar.Narrow.scalarCount)
  #if AVX512
    while j &+ 2 &* wide <= n {
      Tile<Scalar.Wide, 8, 2>.panel(m, k, a, b + j, n, c + j, n)
      j &+= 2 &* wide
    }
    while j &+ wide <= n {
      Tile<Scalar.Wide, 8, 1>.panel(m, k, a, b + j, n, c + j, n)
      j &+= wide
    }
  #elseif FMA || arch(arm64)
    while j &+ wide <= n {
      Tile<Scalar.Wide, 4, 1>.panel(m, k, a, b + j, n, c + j, n)
      j &+= wide
    }
  #endif
  while j &+ narrow <= n {
    Tile<Scalar.Narrow, 4, 1>.panel(m, k, a, b + j, n, c + j, n)
    j &+= narrow
  }
  while j &+ 2 <= n {
    Tile<SIMD2<Scalar>, 8, 1>.panel(m, k, a, b + j, n, c + j, n)
    j &+= 2
  }
  if j < n {
    for i in 0..<m {
      var sum: Scalar = 0
      let row = a.advanced(by: i).base
      for p in 0..<k {
        #if FMA || arch(arm64)
          sum.addProduct(row[p &* a.columnStride], b[p &* n &+ j])
        #else
          sum += row[p &* a.columnStride] * b[p &* n &+ j]
        #endif
      }
      c[i &* n &+ j] = sum
    }
  }
}

/// The product of a strided matrix a [m, k] and a plain matrix b [k, n], its rows shared out
/// among the threads where that is worth it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func product<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: [Scalar], rowStride: Int, columnStride: Int, _ b: [Scalar]
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: m * n) { c, filled in
    filled = m * n
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        let operand = Operand(base: a, rowStride: rowStride, columnStride: columnStride)
        parallel(m, grain: 8, worth: m &* n &* k > 200_000) { rows in
          gemm(
            rows.count, n, k, operand.advanced(by: rows.lowerBound), b, c + rows.lowerBound &* n)
        }
      }
    }
  }
}
