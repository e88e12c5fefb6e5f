// Many products of small matrices, as attention needs them: one for each sample and head.
//
// The kernel of `Kernels` is made for large matrices, and asks for an array a factor: for hundreds of
// products of 16 × 8 numbers the arrays cost more than the sums. This loop keeps four rows of one
// vector in registers while it walks along k. Every sum is in the order of k, as there.

import Core
import Kernels

/// R rows of c, one vector wide.
private enum SmallTile<V: SIMD, let R: Int> where V.Scalar: Real {
  @inline(__always)
  static func multiply(
    _ n: Int, _ k: Int, _ a: UnsafePointer<V.Scalar>, _ rowStride: Int, _ columnStride: Int,
    _ b: UnsafePointer<V.Scalar>, _ c: UnsafeMutablePointer<V.Scalar>
  ) {
    var sums = InlineArray<R, V>(repeating: V(repeating: 0))
    for p in 0..<k {
      let row = UnsafeRawPointer(b + p &* n).loadUnaligned(as: V.self)
      for r in 0..<R {
        let x = V(repeating: a[r &* rowStride &+ p &* columnStride])
        #if FMA || arch(arm64)
          sums[r].addProduct(x, row)
        #else
          sums[r] += x * row
        #endif
      }
    }
    for r in 0..<R {
      UnsafeMutableRawPointer(c + r &* n).storeBytes(of: sums[r], as: V.self)
    }
  }

  /// A panel of columns: four rows at a time, the rest one by one.
  @inline(__always)
  static func panel(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<V.Scalar>, _ rowStride: Int,
    _ columnStride: Int, _ b: UnsafePointer<V.Scalar>, _ c: UnsafeMutablePointer<V.Scalar>
  ) {
    var i = 0
    while i &+ R <= m {
      multiply(n, k, a + i &* rowStride, rowStride, columnStride, b, c + i &* n)
      i &+= R
    }
    while i < m {
      SmallTile<V, 1>.multiply(n, k, a + i &* rowStride, rowStride, columnStride, b, c + i &* n)
      i &+= 1
    }
  }
}

/// c = a·b, [m, k] · [k, n], with b and c in plain rows.
@inline(__always)
private func smallProduct<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Scalar>, _ rowStride: Int,
  _ columnStride: Int, _ b: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>
) {
  var j = 0
  while j &+ Scalar.Narrow.scalarCount <= n {
    SmallTile<Scalar.Narrow, 4>.panel(m, n, k, a, rowStride, columnStride, b + j, c + j)
    j &+= Scalar.Narrow.scalarCount
  }
  while j &+ 2 <= n {
    SmallTile<SIMD2<Scalar>, 4>.panel(m, n, k, a, rowStride, columnStride, b + j, c + j)
    j &+= 2
  }
  if j < n {
    for i in 0..<m {
      var sum: Scalar = 0
      for p in 0..<k {
        #if FMA || arch(arm64)
          sum.addProduct(a[i &* rowStride &+ p &* columnStride], b[p &* n &+ j])
        #else
          sum += a[i &* rowStride &+ p &* columnStride] * b[p &* n &+ j]
        #endif
      }
      c[i &* n &+ j] = sum
    }
  }
}

/// `count` products of small matrices, [m, k] · [k, n], the matrices shared out among the threads.
///
/// - Parameters:
///   - count: How many there are.
///   - m: Rows of each result.
///   - n: Its columns.
///   - k: How many products each sum has.
///   - a: The first factors, `[count, m, k]`, or `[count, k, m]` where they are transposed.
///   - transposesA: Whether they are.
///   - b: The second ones, `[count, k, n]`, or `[count, n, k]`.
///   - transposesB: Whether those are.
/// - Returns: `[count, m, n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func smallProducts<Scalar: Real>(
  _ count: Int, _ m: Int, _ n: Int, _ k: Int, _ a: [Scalar], transposesA: Bool, _ b: [Scalar],
  transposesB: Bool
) -> [Scalar] {
  requireMatrix(a.count, count * m, k, "batchedMatmul")
  requireMatrix(b.count, count * k, n, "batchedMatmul")
  let (rowStride, columnStride) = transposesA ? (1, m) : (k, 1)
  return [Scalar](unsafeUninitializedCapacity: count * m * n) { c, filled in
    filled = count * m * n
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let c = c.baseAddress else { return }
        guard let a = a.baseAddress, let b = b.baseAddress, k > 0 else {
          c.initialize(repeating: 0, count: count * m * n)
          return
        }
        parallel(count, grain: 1, worth: count &* m &* n &* k > 100_000) { part in
          withUnsafeTemporaryAllocation(of: Scalar.self, capacity: transposesB ? k &* n : 1) {
            turned in
            guard let scratch = turned.baseAddress else { return }
            for index in part {
              var right = b + index &* k &* n
              if transposesB {
                for j in 0..<n {
                  for p in 0..<k { scratch[p &* n &+ j] = right[j &* k &+ p] }
                }
                right = UnsafePointer(scratch)
              }
              smallProduct(
                m, n, k, a + index &* m &* k, rowStride, columnStride, right,
                c + index &* m &* n)
            }
          }
        }
      }
    }
  }
}
