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
    _ k: Int, _ a: UnsafePointer<V.Scalar>, _ rowStride: Int, _ columnStride: Int,
    _ b: UnsafePointer<V.Scalar>, _ bStride: Int, _ c: UnsafeMutablePointer<V.Scalar>,
    _ cStride: Int
  ) {
    var sums = InlineArray<R, V>(repeating: V(repeating: 0))
    for p in 0..<k {
      let row = UnsafeRawPointer(b + p &* bStride).loadUnaligned(as: V.self)
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
      UnsafeMutableRawPointer(c + r &* cStride).storeBytes(of: sums[r], as: V.self)
    }
  }

  /// A panel of columns: four rows at a time, the rest one by one.
  @inline(__always)
  static func panel(
    _ m: Int, _ k: Int, _ a: UnsafePointer<V.Scalar>, _ rowStride: Int, _ columnStride: Int,
    _ b: UnsafePointer<V.Scalar>, _ bStride: Int, _ c: UnsafeMutablePointer<V.Scalar>,
    _ cStride: Int
  ) {
    var i = 0
    while i &+ R <= m {
      multiply(
        k, a + i &* rowStride, rowStride, columnStride, b, bStride, c + i &* cStride, cStride)
      i &+= R
    }
    while i < m {
      SmallTile<V, 1>.multiply(
        k, a + i &* rowStride, rowStride, columnStride, b, bStride, c + i &* cStride, cStride)
      i &+= 1
    }
  }
}

/// c = a·b, [m, k] · [k, n], with strides: b and c have theirs between rows, a between columns too.
@inline(never)
private func smallProduct<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Scalar>, rowStride: Int, columnStride: Int,
  _ b: UnsafePointer<Scalar>, stride bStride: Int, _ c: UnsafeMutablePointer<Scalar>,
  stride cStride: Int
) {
  var j = 0
  #if AVX512
    while j &+ Scalar.Wide.scalarCount <= n {
      SmallTile<Scalar.Wide, 4>.panel(
        m, k, a, rowStride, columnStride, b + j, bStride, c + j, cStride)
      j &+= Scalar.Wide.scalarCount
    }
  #endif
  while j &+ Scalar.Narrow.scalarCount <= n {
    SmallTile<Scalar.Narrow, 4>.panel(
      m, k, a, rowStride, columnStride, b + j, bStride, c + j, cStride)
    j &+= Scalar.Narrow.scalarCount
  }
  while j &+ 2 <= n {
    SmallTile<SIMD2<Scalar>, 4>.panel(
      m, k, a, rowStride, columnStride, b + j, bStride, c + j, cStride)
    j &+= 2
  }
  if j < n {
    for i in 0..<m {
      var sum: Scalar = 0
      for p in 0..<k {
        #if FMA || arch(arm64)
          sum.addProduct(a[i &* rowStride &+ p &* columnStride], b[p &* bStride &+ j])
        #else
          sum += a[i &* rowStride &+ p &* columnStride] * b[p &* bStride &+ j]
        #endif
      }
      c[i &* cStride &+ j] = sum
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
                m, n, k, a + index &* m &* k, rowStride: rowStride, columnStride: columnStride,
                right, stride: n, c + index &* m &* n, stride: n)
            }
          }
        }
      }
    }
  }
}

// MARK: Attention of some heads
//
// In this file, because a call of `smallProduct` from another one runs through the runtime's metadata.

/// Some heads of attention's forward pass, as `fusedAttention` says.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
func attend<Scalar: Real>(
  _ sizes: AttentionSizes, _ part: Range<Int>, _ q: UnsafePointer<Scalar>,
  _ k: UnsafePointer<Scalar>, _ v: UnsafePointer<Scalar>, _ mask: UnsafePointer<Scalar>,
  _ output: UnsafeMutablePointer<Scalar>, _ weights: UnsafeMutablePointer<Scalar>
) {
  let (queries, keys, width) = (sizes.queries, sizes.keys, sizes.width)
  let scale = 1 / Scalar(width).squareRoot()
  let turned = UnsafeMutablePointer<Scalar>.allocate(capacity: keys &* width)
  let spread = UnsafeMutablePointer<Scalar>.allocate(capacity: sizes.scores)
  defer {
    turned.deallocate()
    spread.deallocate()
  }
  for pair in part {
    let start = sizes.starts(pair)
    let p = weights + start.p
    // S = Q·Kᵀ/√d + mask
    turn(keys, width, k + start.k, stride: sizes.stride, to: turned)
    smallProduct(
      queries, keys, width, q + start.q, rowStride: sizes.stride, columnStride: 1, turned,
      stride: keys, p, stride: keys)
    for n in 0..<sizes.scores { p[n] = p[n] * scale + mask[n] }
    // P = e^(S - max S) / Σ e^(S - max S) in each row
    for i in 0..<queries {
      let (row, highs) = (p + i &* keys, spread + i &* keys)
      var highest = row[0]
      for j in 1..<max(1, keys) { highest = row[j] > highest ? row[j] : highest }
      for j in 0..<keys { highs[j] = highest }
    }
    for n in 0..<sizes.scores { p[n] = Scalar.exp(p[n] - spread[n]) }
    for i in 0..<queries {
      let (row, sums) = (p + i &* keys, spread + i &* keys)
      let sum = laneSum(row, row, keys) { e, _ in e }
      for j in 0..<keys { sums[j] = sum }
    }
    for n in 0..<sizes.scores { p[n] /= spread[n] }
    // Y = P·V
    smallProduct(
      queries, sizes.valueWidth, keys, p, rowStride: keys, columnStride: 1, v + start.v,
      stride: sizes.valueStride, output + start.y, stride: sizes.valueStride)
  }
}

/// Some heads of its backward pass, as `fusedAttentionBackward` says.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
func attendBackward<Scalar: Real>(
  _ sizes: AttentionSizes, _ part: Range<Int>, _ dY: UnsafePointer<Scalar>,
  _ q: UnsafePointer<Scalar>, _ k: UnsafePointer<Scalar>, _ v: UnsafePointer<Scalar>,
  _ weights: UnsafePointer<Scalar>, _ dQ: UnsafeMutablePointer<Scalar>,
  _ dK: UnsafeMutablePointer<Scalar>, _ dV: UnsafeMutablePointer<Scalar>
) {
  let (queries, keys, width) = (sizes.queries, sizes.keys, sizes.width)
  let (valueWidth, stride, valueStride) = (sizes.valueWidth, sizes.stride, sizes.valueStride)
  let scale = 1 / Scalar(width).squareRoot()
  let turned = UnsafeMutablePointer<Scalar>.allocate(capacity: keys &* valueWidth)
  let dS = UnsafeMutablePointer<Scalar>.allocate(capacity: sizes.scores)
  let spread = UnsafeMutablePointer<Scalar>.allocate(capacity: sizes.scores)
  defer {
    turned.deallocate()
    dS.deallocate()
    spread.deallocate()
  }
  for pair in part {
    let start = sizes.starts(pair)
    let (p, dY) = (weights + start.p, dY + start.y)
    // forward: Y = P·V
    smallProduct(
      keys, valueWidth, queries, p, rowStride: 1, columnStride: keys, dY, stride: valueStride,
      dV + start.v, stride: valueStride)
    turn(keys, valueWidth, v + start.v, stride: valueStride, to: turned)
    smallProduct(
      queries, keys, valueWidth, dY, rowStride: valueStride, columnStride: 1, turned,
      stride: keys, dS, stride: keys)  // dP
    // forward: P = softmax(S) by rows; and S = Q·Kᵀ/√d, whose factor goes with dS
    for i in 0..<queries {
      let sums = spread + i &* keys
      let sum = laneSum(dS + i &* keys, p + i &* keys, keys) { dP, p in dP * p }
      for j in 0..<keys { sums[j] = sum }
    }
    for n in 0..<sizes.scores { dS[n] = p[n] * (dS[n] - spread[n]) * scale }
    smallProduct(
      queries, width, keys, dS, rowStride: keys, columnStride: 1, k + start.k, stride: stride,
      dQ + start.q, stride: stride)
    smallProduct(
      keys, width, queries, dS, rowStride: 1, columnStride: keys, q + start.q, stride: stride,
      dK + start.k, stride: stride)
  }
}

/// Rows that lie apart as columns side by side: [rows, columns] → [columns, rows].
@inline(__always)
private func turn<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>, stride: Int,
  to target: UnsafeMutablePointer<Scalar>
) {
  for i in 0..<rows {
    for j in 0..<columns { target[j &* rows &+ i] = x[i &* stride &+ j] }
  }
}
